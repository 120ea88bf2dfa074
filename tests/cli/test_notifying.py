"""``audit --notify`` and ``smartlic export``: who is informed of what, and by whom it can be fetched."""

from __future__ import annotations

import json
from dataclasses import replace

import httpx
import pytest

from nornir_smartlic.cli import notifying
from nornir_smartlic.cli.exporting import listen_at
from nornir_smartlic.cssm.transfer import Endpoint, Retries, Transfer
from nornir_smartlic.errors import UsageError
from nornir_smartlic.outputs import HostError, HostReport, Report
from tests.outputs.reports import host_report

URL = "https://hooks.example.com/services/s3cret?token=s3cret"
BAD = Report("audit", (host_report("sw1", trust_codes=()), host_report("sw2")))
GOOD = Report("audit", (host_report("sw1"), host_report("sw2")))


def open_of(report: Report) -> frozenset[tuple[str, str]]:
    return frozenset((each.host, each.rule_id) for each in report.findings if each.verdict.is_finding)


def test_new_is_what_the_last_audit_did_not_leave_open_and_gone_what_is_mended():
    new, gone = notifying.news(BAD, open_of(GOOD))
    assert {each.rule_id for each in new} >= {"SLP-TRUST"}
    assert gone == ()
    new, gone = notifying.news(GOOD, open_of(BAD))
    assert new == ()
    assert ("sw1", "SLP-TRUST") in gone
    assert notifying.news(BAD, open_of(BAD)) == ((), ())


def test_a_host_that_was_not_read_has_mended_nothing():
    unread = Report("audit", (HostReport("sw1", error=HostError("Unreachable", "no answer")),))
    assert notifying.news(unread, open_of(BAD)) == ((), ())


@pytest.fixture
def hook(monkeypatch):
    """A webhook; gives what it is asked, and what it answers with."""
    asked: list[httpx.Request] = []
    answer = {"status": 200}

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(answer["status"], headers={"location": "https://evil.example.com/"})

    def transfer(endpoint: Endpoint) -> Transfer:
        return Transfer(replace(endpoint, retries=Retries(attempts=1)), transport=httpx.MockTransport(handle))

    monkeypatch.setenv(notifying.VARIABLE, URL)
    monkeypatch.setattr(notifying, "Transfer", transfer)
    return asked, answer


def test_a_webhook_gets_what_is_new_with_evidence_and_fix(hook):
    asked, _ = hook
    new, gone = notifying.news(BAD, open_of(GOOD))
    assert notifying.notify(["webhook"], new, gone) == []
    body = json.loads(asked[0].content)
    assert str(asked[0].url) == URL
    assert body["counts"] == {"new": len(new), "gone": 0}
    assert body["new"][0]["fix"]


def test_nobody_is_informed_of_nothing(hook):
    assert notifying.notify(["webhook"], (), ()) == []
    assert hook[0] == []


@pytest.mark.parametrize("status", [302, 404, 500])
def test_a_webhook_that_refuses_is_one_line_without_its_secret(hook, status):
    asked, answer = hook
    answer["status"] = status
    (problem,) = notifying.notify(["webhook"], *notifying.news(BAD, open_of(GOOD)))
    assert problem.startswith("webhook: not notified: hooks.example.com: ")
    assert "s3cret" not in problem
    assert {request.url.host for request in asked} == {"hooks.example.com"}


@pytest.mark.parametrize(
    "url", ["", "hooks.example.com", "ftp://hooks.example.com/", "http://hooks.example.com/s3cret"]
)
def test_a_webhook_that_would_be_none_is_said_before_a_device_is_asked(monkeypatch, url):
    monkeypatch.setenv(notifying.VARIABLE, url)
    with pytest.raises(UsageError) as error:
        notifying.places(["webhook"])
    assert "s3cret" not in str(error.value)


@pytest.mark.parametrize("place", ["mail:x", "syslog", "syslog:", "syslog:log.example.com:port", "syslog::0"])
def test_a_place_that_there_is_not_is_said(place):
    with pytest.raises(UsageError, match="expected webhook, or syslog"):
        notifying.places([place])


def test_findings_are_compared_with_the_store_and_need_one(smartlic, monkeypatch):
    monkeypatch.delenv("SMARTLIC_STORE", raising=False)
    smartlic.inventory({"sw1": {"hostname": "192.0.2.1", "platform": "cisco_xe"}})
    ended = smartlic("audit", "--notify", "webhook")
    assert ended.code == 2
    assert "needs a store" in ended.err


@pytest.mark.parametrize("text", ["9818", "127.0.0.1", "127.0.0.1:http", ":1", "127.0.0.1:70000"])
def test_an_address_to_listen_at_has_a_port(text):
    with pytest.raises(UsageError, match="expected ADDRESS:PORT"):
        listen_at(text)
    assert listen_at("[::1]:9818") == ("::1", 9818)
