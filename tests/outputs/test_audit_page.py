"""The HTML page of an audit: whole, from nowhere else, and nothing that a device printed becomes markup."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from nornir_smartlic.compliance import RULES
from nornir_smartlic.outputs import HostError, HostReport, Report, render
from nornir_smartlic.outputs.audit_page import WITHOUT_SCRIPTS, due_counts, entitlements
from tests.compliance.readings import JAN_1, days, reporting
from tests.outputs.fleets import fleet_report
from tests.outputs.reports import every_verdict, host_report

VOID = frozenset({"meta", "br", "!doctype", "input"})


class Page(HTMLParser):
    """A page, read: its tags and their attributes, and what stands in scripts and styles."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.inside: dict[str, str] = {}
        self._name: str | None = None
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.attributes += attrs
        if tag in ("script", "style"):
            self._name = dict(attrs).get("type") or tag
        if tag not in VOID:
            self.open.append(tag)

    def handle_data(self, data):
        if self._name is not None:
            self.inside[self._name] = data

    def handle_endtag(self, tag):
        self._name = None
        assert self.open.pop() == tag

    @property
    def data(self):
        return json.loads(self.inside["application/json"])

    @property
    def policy(self) -> str:
        return next(value for name, value in self.attributes if name == "content" and "default-src" in value)


def test_it_is_one_page_that_names_nothing_from_elsewhere():
    page = Page(render(every_verdict(), "html"))
    assert page.open == []
    assert not {"src", "onclick", "style"} & {name for name, _ in page.attributes}
    assert all(value.startswith("#") for name, value in page.attributes if name == "href")
    assert "url(" not in page.inside["style"]
    assert "@import" not in page.inside["style"]


def test_its_policy_lets_only_its_own_script_and_style_work():
    page = Page(render(every_verdict(), "html"))
    digests = {
        name: base64.b64encode(hashlib.sha256(page.inside[name].encode()).digest()).decode()
        for name in ("script", "style")
    }
    assert page.policy.startswith("default-src 'none'")
    assert f"script-src 'sha256-{digests['script']}';" in page.policy
    assert f"style-src 'sha256-{digests['style']}';" in page.policy
    assert "unsafe" not in page.policy


def test_its_script_makes_no_markup_of_texts():
    script = Page(render(every_verdict(), "html")).inside["script"]
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval|fetch|XMLHttp|import\(", script)


EVIL = "</script><script>alert(1)</script><!--<b onclick=x>&amp;"


def test_what_a_device_prints_stays_text_in_data_and_tables():
    judged = host_report(EVIL, trust_codes=())
    assert judged.device is not None
    device = replace(judged.device, platform=EVIL, virtual_account=EVIL, licenses_in_use=((EVIL, 1, EVIL),))
    report = Report(
        "audit",
        (
            replace(judged, device=device, site=EVIL, warnings=(EVIL,)),
            HostReport("sw2", error=HostError("X", EVIL), diff=EVIL),
        ),
    )
    html = render(report, "html")
    page = Page(html)
    assert html.count("<script") == 2
    assert "<!--" not in html
    assert "onclick" not in {name for name, _ in page.attributes}
    assert EVIL in page.data["texts"]


def test_every_verdict_of_every_device_is_in_the_data():
    data = Page(render(every_verdict(), "html")).data
    hosts = {data["texts"][row[0]]: row for row in data["hosts"]}
    assert all(len(row[12]) == len(row[13]) == len(data["rules"]) == len(RULES) for row in hosts.values())
    assert [hosts[name][10] for name in ("sw1", "sw2", "sw3", "sw4")] == ["p", "f", "u", "e"]
    finding = next(row for row in data["findings"] if data["texts"][row[8]])
    assert data["texts"][finding[8]] == "waived by noc@example.com until 2026-02-01: waits for | a <new> supervisor"
    assert "show license all: Trust Code Installed: <none>" in [data["texts"][number] for number in finding[5]]


@pytest.mark.parametrize(
    ("hosts", "word"),
    [
        ((), "Nothing judged"),
        ((host_report("sw1"),), "Compliant"),
        ((host_report("sw1", account=None),), "Not known"),
        ((host_report("sw1"), HostReport("sw2", error=HostError("Unreachable", "no answer"))), "Not known"),
        ((host_report("sw1", trust_codes=()),), "Not compliant"),
        ((host_report("sw2", trust_codes=()),), "Compliant"),  # waived
    ],
)
def test_it_begins_with_the_answer(hosts, word):
    assert f">{word}</h1>" in render(Report("audit", hosts), "html")


def test_deadlines_count_by_the_clock_of_the_device():
    due = [
        host_report(f"sw{left}", usage_reporting=reporting(next_ack_deadline=JAN_1 + days(left)))
        for left in (-3, 0, 9, 60, 200)
    ]
    report = Report("audit", tuple(due), created=datetime(2027, 1, 1, tzinfo=UTC))  # a machine that is a year ahead
    assert list(due_counts(report).values()) == [1, 1, 1, 1, 1, 0]


def test_a_device_without_a_deadline_is_counted_as_such():
    assert due_counts(every_verdict())["no deadline known"] == 1  # that was not read


def test_licences_are_summed_up_as_devices_print_them():
    first, *_ = entitlements(every_verdict())
    assert (first.name, first.in_use, first.devices) == ("dna-advantage", 3, 3)


def test_five_thousand_devices_are_a_file_that_can_be_mailed():
    html = render(fleet_report(5000), "html")
    assert len(html) < 5_000_000
    assert html.count("<tr") < 3 * WITHOUT_SCRIPTS
