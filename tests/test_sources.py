"""Verdicts to NetBox and Nautobot, over answers in the shape of their APIs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from nornir.core.inventory import Host

from nornir_smartlic.compliance import Finding, Severity, Verdict
from nornir_smartlic.cssm.transfer import Endpoint, Retries, Transfer
from nornir_smartlic.errors import IntentError, UsageError
from nornir_smartlic.model import Secret
from nornir_smartlic.processors import WriteBack
from nornir_smartlic.sources import Source
from nornir_smartlic.tasks import verify_compliance
from nornir_smartlic.tasks.driving import data_of_host
from tests.memory import WANTED, memory_lab, switch

TOKEN = Secret("0123456789abcdef")
UUID = "6e1f3c1e-7d5b-4c7a-9d2e-0a1b2c3d4e5f"
NETBOX = {"id": 7, "url": "https://netbox.example.com/api/dcim/devices/7/"}
MACHINE = {"id": 9, "url": "https://netbox.example.com/api/virtualization/virtual-machines/9/"}
NAUTOBOT = {"pynautobot_dictionary": {"id": UUID, "url": f"https://nautobot.example.com/api/dcim/devices/{UUID}/"}}


def finding(verdict: Verdict, found: str = "no ACK") -> Finding:
    return Finding("SLP-ACK", "An ACK is there", Severity.HIGH, verdict, "sw1", found=found)


FAIL, PASS = finding(Verdict.FAIL), finding(Verdict.PASS)


@dataclass
class FarEnd:
    """The record of one device; keeps what it is asked."""

    fields: dict[str, Any] = field(default_factory=lambda: {"licensing_verdict": None})
    status: int = 200
    answer: Any = None
    asked: list[tuple[str, str, Any]] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.asked.append((request.method, request.url.path, body))
        assert TOKEN.reveal() in request.headers["authorization"]
        if self.status != 200:
            return httpx.Response(self.status, json=self.answer, headers={"location": "https://evil.example.com/"})
        if request.method == "PATCH":
            self.fields.update(body["custom_fields"])
        return httpx.Response(201 if request.method == "POST" else 200, json={"id": 1, "custom_fields": self.fields})

    def source(self, kind: Any = "netbox", url: str = "https://source.example.com", **more: Any) -> Source:
        transfer = Transfer(
            Endpoint(url, retries=Retries(attempts=1)), transport=httpx.MockTransport(self), sleep=lambda _: None
        )
        return Source(kind, url, TOKEN, transfer=transfer, **more)


@pytest.mark.parametrize(
    ("kind", "data", "path", "entries"),
    [
        ("netbox", NETBOX, "/api/dcim/devices/7/", "/api/extras/journal-entries/"),
        ("netbox", MACHINE, "/api/virtualization/virtual-machines/9/", "/api/extras/journal-entries/"),
        ("nautobot", NAUTOBOT, f"/api/dcim/devices/{UUID}/", f"/api/dcim/devices/{UUID}/notes/"),
    ],
)
def test_a_new_verdict_is_an_entry_and_a_field(kind, data, path, entries):
    there = FarEnd()
    assert there.source(kind).write(Host("sw1", data=data), [FAIL, PASS]).written
    assert [(method, where) for method, where, _ in there.asked] == [("GET", path), ("POST", entries), ("PATCH", path)]
    entry = there.asked[1][2]
    assert "**fail**\n\n- SLP-ACK: `no ACK`" in entry.get("comments", entry.get("note"))
    assert there.fields == {"licensing_verdict": "fail"}


def test_an_entry_of_netbox_says_of_which_object_and_kind_it_is():
    there = FarEnd()
    there.source().write(Host("vm1", data=MACHINE), [PASS])
    entry = there.asked[1][2]
    assert (entry["assigned_object_type"], entry["assigned_object_id"]) == ("virtualization.virtualmachine", 9)
    assert entry["kind"] == "success"


def test_a_verdict_that_stands_there_is_not_written_again():
    there = FarEnd({"licensing_verdict": "pass"})
    outcome = there.source().write(Host("sw1", data=NETBOX), [PASS])
    assert (outcome.written, outcome.problem, len(there.asked)) == (False, None, 1)


def test_without_the_field_only_the_entry_is_written():
    there = FarEnd({})
    there.source().write(Host("sw1", data=NETBOX), [PASS])
    assert [method for method, *_ in there.asked] == ["GET", "POST"]


def test_a_host_that_was_not_read_is_unread_and_never_pass():
    there = FarEnd()
    there.source().write(Host("sw1", data=NETBOX), (), unread="no answer on 192.0.2.1 port 22")
    assert there.fields == {"licensing_verdict": "unread"}
    assert there.source().write(Host("sw2", data=NETBOX), ()).written
    assert there.fields == {"licensing_verdict": "unknown"}


@pytest.mark.parametrize(
    ("status", "answer", "problem"),
    [
        (403, {"detail": "Invalid token"}, "NetBox: GET /api/dcim/devices/7/: Invalid token"),
        (404, None, "HTTP status 404"),
        (302, None, "a redirect to evil.example.com, which is not followed"),
        (200, None, None),
    ],
)
def test_what_the_far_end_refuses_is_one_line_and_stops_nothing(status, answer, problem):
    there = FarEnd(status=status, answer=answer)
    outcome = there.source().write(Host("sw1", data=NETBOX), [PASS])
    assert outcome.written == (problem is None)
    assert problem is None or problem in outcome.problem
    assert all("evil" not in where for _, where, _ in there.asked)


def test_what_a_device_prints_does_not_act_in_an_entry():
    there = FarEnd()
    there.source().write(Host("sw1", data=NETBOX), [finding(Verdict.FAIL, "`\n# <script>x\x1b[2J")])
    text = there.asked[1][2]["comments"]
    assert text.splitlines()[-1] == "- SLP-ACK: `'\\n# <script>x\\x1b[2J`"


@pytest.mark.parametrize("data", [{}, {"id": None}, {"id": True}, {"id": "../../users/1"}])
def test_a_host_without_a_record_is_said(data):
    outcome = FarEnd().source().write(Host("sw1", data=data), [PASS])
    assert "which record sw1 is" in outcome.problem


def test_a_token_goes_over_https_or_to_this_machine_alone():
    with pytest.raises(UsageError, match="https"):
        FarEnd().source(url="http://source.example.com")
    FarEnd().source(url="http://127.0.0.1:8000")
    assert TOKEN.reveal() not in repr(vars(FarEnd().source())["_transfer"])


def test_variables_that_are_not_set_are_named(monkeypatch):
    for name in ("NB_URL", "NB_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(UsageError, match="set NB_URL and NB_TOKEN"):
        Source.of_environment("netbox")
    with pytest.raises(UsageError, match="expected netbox or nautobot"):
        Source.of_environment("infoblox")


def test_a_runbook_writes_verdicts_by_a_processor():
    lab = memory_lab(switch())
    there = FarEnd()
    nornir = lab.nornir({"sw1": WANTED})
    nornir.inventory.hosts["sw1"].data.update(NETBOX)
    processor = WriteBack(there.source())
    nornir.with_processors([processor]).run(verify_compliance)
    assert [(each.host, each.written) for each in processor.outcomes] == [("sw1", True)]
    assert there.fields == {"licensing_verdict": "fail"}


def test_a_custom_field_counts_before_the_config_context_and_the_host_itself_first():
    data = {
        "smart_licensing": {"transport": "smart"},
        "custom_fields": {"smart_licensing": {"transport": "cslu", "vrf": "Mgmt-vrf"}},
        "config_context": {"smart_licensing": {"vrf": "blue", "usage_interval_days": 14}},
    }
    merged = data_of_host(Host("sw1", data=data))
    assert merged.data == {"transport": "smart", "vrf": "Mgmt-vrf", "usage_interval_days": 14}
    assert merged.origins["vrf"] == "custom field of sw1"
    assert merged.origins["usage_interval_days"] == "config context of sw1"
    nautobot = data_of_host(Host("sw1", data={"pynautobot_dictionary": data}))
    assert nautobot.data["transport"] == "cslu"


def test_a_custom_field_that_is_no_mapping_is_named():
    with pytest.raises(IntentError, match="custom field of sw1"):
        data_of_host(Host("sw1", data={"custom_fields": {"smart_licensing": "smart"}}))
