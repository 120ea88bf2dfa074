from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest
from icalendar import Calendar
from jsonschema import ValidationError
from prometheus_client.parser import text_string_to_metric_families

from nornir_smartlic.compliance import ALL_RULES, RULES, Verdict
from nornir_smartlic.model import Secret, TransportType, UnplacedTime
from nornir_smartlic.outputs import FORMATS, ExitCode, HostError, HostReport, Listing, Report, plain, render
from nornir_smartlic.outputs.listing import render_listing_json, render_listing_table
from tests.outputs.reports import every_verdict, host_report
from tests.outputs.schemas import validate


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_the_same_report_gives_the_same_text_whatever_the_order_of_its_hosts(name):
    report = every_verdict()
    turned = Report(report.command, tuple(reversed(report.hosts)), report.created)
    assert render(report, name) == render(turned, name)


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_every_format_names_every_host_and_why_one_failed(name):
    text = render(every_verdict(), name)
    assert all(host in text for host in ("sw1", "sw2", "sw3", "sw4"))
    assert name == "prometheus" or "no answer on 192.0.2.4" in text


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_an_empty_report_has_a_form_too(name):
    assert render(Report("audit", ()), name).endswith("\n")


@pytest.mark.parametrize(
    ("hosts", "code"),
    [
        ((), ExitCode.DONE),
        ((host_report("sw1"),), ExitCode.DONE),
        ((host_report("sw1", trust_codes=()),), ExitCode.FINDINGS),
        ((host_report("sw1", account=None),), ExitCode.FINDINGS),
        ((host_report("sw1"), HostReport("sw2", error=HostError("IntentError", "no", is_usage=True))), ExitCode.USAGE),
        (
            (host_report("sw1", trust_codes=()), HostReport("sw2", error=HostError("Unreachable", "no"))),
            ExitCode.FAILED,
        ),
    ],
)
def test_the_exit_code_is_the_gravest_that_happened(hosts, code):
    assert Report("audit", hosts).exit_code is code


def test_json_has_findings_with_evidence_deadline_fix_and_waiver():
    document = json.loads(render(every_verdict(), "json"))
    assert [host["host"] for host in document["hosts"]] == ["sw1", "sw2", "sw3", "sw4"]
    assert document["exit_code"] == 3
    sw2 = {finding["rule_id"]: finding for finding in document["hosts"][1]["findings"]}
    assert sw2["SLP-ACK-OVERDUE"] | {"title": ""} == {
        "rule_id": "SLP-ACK-OVERDUE",
        "title": "",
        "severity": "high",
        "verdict": "fail",
        "host": "sw2",
        "found": "the deadline passed 3 days ago, on Dec 29 12:00:00 2025 UTC",
        "expected": "an ACK before the deadline",
        "why": None,
        "evidence": [{"command": "show license all", "line": "Next ACK deadline: Dec 29 12:00:00 2025 UTC"}],
        "deadline": "2025-12-29T12:00:00+00:00",
        "fix": ["smartlic sync -F name=sw2"],
        "waiver": None,
    }
    assert sw2["SLP-TRUST"]["verdict"] == "waived"
    assert sw2["SLP-TRUST"]["waiver"]["until"] == "2026-02-01"
    assert document["summary"]["verdicts"]["waived"] == 1


def test_csv_has_a_row_for_each_finding_and_one_for_a_host_without_any():
    rows = list(csv.DictReader(io.StringIO(render(every_verdict(), "csv"))))
    assert len(rows) == 3 * len(RULES) + 1
    assert rows[-1]["error"].startswith("sw4: no answer")


def test_junit_counts_what_it_holds():
    suites = ElementTree.fromstring(render(every_verdict(), "junit"))
    for suite in suites:
        for outcome in ("failure", "error", "skipped"):
            counted = suite.get({"failure": "failures", "error": "errors"}.get(outcome, outcome))
            assert counted == str(len(suite.findall(f"testcase/{outcome}")))
    assert suites.get("errors") == "1"
    assert suites.get("tests") == str(len(suites.findall(".//testcase")))


def test_junit_survives_what_a_garbled_device_prints():
    report = Report("audit", (HostReport("sw1", error=HostError("ParseError", "found '\x00\x1b[1m\ud800'")),))
    assert ElementTree.fromstring(render(report, "junit").encode("utf-8", "strict")) is not None


def test_sarif_gives_level_none_to_all_that_is_no_failure():
    run = json.loads(render(every_verdict(), "sarif"))["runs"][0]
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == [rule.id for rule in ALL_RULES]
    for result in run["results"]:
        assert (result["kind"] == "fail") == (result["level"] != "none")
        assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
    assert sum("suppressions" in result for result in run["results"]) == 1
    assert run["invocations"][0]["executionSuccessful"] is False


def test_markdown_keeps_its_tables_whole():
    lines = render(every_verdict(), "markdown").splitlines()
    row = next(line for line in lines if "SLP-TRUST" in line)
    assert len(re.findall(r"(?<!\\)\|", row)) == 8


def prometheus_samples(text):
    """The samples of a text by name, as Prometheus reads it."""
    families = list(text_string_to_metric_families(text))
    assert all(family.documentation and family.type == "gauge" for family in families)
    return {family.name: family.samples for family in families}


def test_prometheus_reads_one_sample_for_each_rule_and_the_deadline():
    found = prometheus_samples(render(every_verdict(), "prometheus"))
    sw1 = [sample for sample in found["smartlic_finding"] if sample.labels["host"] == "sw1"]
    assert len(sw1) == len(RULES)
    deadlines = found["smartlic_next_ack_deadline_timestamp_seconds"]
    assert next(one.value for one in deadlines if one.labels == {"host": "sw1"}) == 1774958400


@pytest.mark.parametrize("name", ['a "b"', "a\\b", "a\nb", "x{y=1}", "ü #"])
def test_prometheus_reads_a_label_as_it_is(name):
    report = Report("audit", (HostReport(name, error=HostError("Unreachable", "no")),))
    (sample,) = prometheus_samples(render(report, "prometheus"))["smartlic_host_read"]
    assert (sample.labels, sample.value) == ({"host": name}, 0)


def test_the_table_lists_what_is_to_be_mended_the_gravest_first():
    text = render(every_verdict(), "table")
    assert "license smart transport smart" in text
    assert text.index("SLP-ACK-OVERDUE") < text.index("SLP-CLOCK")
    assert "waived by noc@example.com" in " ".join(text.split())


def test_the_worst_verdict_of_a_host_is_its_outcome():
    host = host_report("sw1", trust_codes=())
    assert host.verdict is Verdict.FAIL
    assert host.outcome == "fail (1)"
    assert replace(host, findings=()).outcome == "nothing to do"


@dataclass(frozen=True)
class Everything:
    at: datetime
    span: timedelta
    kind: TransportType
    unplaced: UnplacedTime
    many: tuple[int, ...]
    none: None = None


def test_values_have_one_form_in_json():
    value = Everything(
        datetime(2026, 1, 1, tzinfo=UTC),
        timedelta(days=30, minutes=15),
        TransportType.OFF,
        UnplacedTime(datetime(2026, 1, 1), "IST"),
        (1, 2),
    )
    assert plain(value) == {
        "at": "2026-01-01T00:00:00+00:00",
        "span": "P30DT15M",
        "kind": "Transport Off",
        "unplaced": {"wall": "2026-01-01T00:00:00", "zone": "IST"},
        "many": [1, 2],
        "none": None,
    }


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(0), "PT0S"),
        (timedelta(days=30), "P30D"),
        (timedelta(minutes=15), "PT15M"),
        (timedelta(hours=-25, seconds=-1), "-P1DT1H1S"),
        (timedelta(seconds=1.5), "PT1.5S"),
    ],
)
def test_spans_are_iso_8601_durations(span, text):
    assert plain(span) == text


def test_a_secret_has_no_place_in_a_result():
    with pytest.raises(TypeError, match="secret"):
        plain({"token": Secret("hunter2")})


@pytest.mark.parametrize("value", [b"octets", object(), [1j]])
def test_what_has_no_rule_is_refused(value):
    with pytest.raises(TypeError, match="has no JSON form"):
        plain(value)


def test_sets_are_in_order_and_texts_harmless_below_any_key():
    assert plain({TransportType.CSLU: {"b", "a"}, "\x1b": ("\x1b",)}) == {"cslu": ["a", "b"], "\\x1b": ["\\x1b"]}


def test_a_list_is_a_table_or_paragraphs_and_the_same_in_json():
    rows = [{"cause": "no name server", "fix": ["ip name-server 192.0.2.53"], "deadline": None}]
    columns = ("cause", "fix", "deadline")
    table, records = (Listing("diagnose", "causes", columns, rows, as_records=each) for each in (False, True))
    assert "no name server   ip name-server 192.0.2.53   -" in render_listing_table(table)
    assert render_listing_table(records) == "\n1. no name server\n   fix  ip name-server 192.0.2.53\n"
    assert render_listing_json(table) == render_listing_json(records)
    assert json.loads(render_listing_json(table))["causes"] == rows
    assert render_listing_table(Listing("diagnose", "causes", columns, ())) == "no causes\n"


def test_the_calendar_has_every_deadline_and_who_was_not_read():
    text = render(every_verdict(), "calendar")
    events = Calendar.from_ical(text).walk("VEVENT")
    assert "\r\n" in text
    assert len({str(event["uid"]) for event in events}) == len(events)
    assert "sw4: not read" in [str(event["summary"]) for event in events]
    report = every_verdict()
    due = {host.host: host.device.next_ack_deadline for host in report.hosts if host.device is not None}
    found = {str(event["uid"]): event.start for event in events}
    assert {f"ack-{host}@smartlic": at for host, at in due.items()}.items() <= found.items()


def test_a_time_of_no_known_zone_is_in_no_calendar():
    unplaced = replace(host_report("sw1").device, next_ack_deadline=UnplacedTime(datetime(2026, 1, 1), "IST"))
    report = Report("audit", (replace(host_report("sw1"), device=unplaced, findings=()),))
    assert "VEVENT" not in render(report, "calendar")


def test_what_a_device_prints_ends_no_entry_of_the_calendar():
    bad = HostReport("sw1", error=HostError("Unreachable", "x\r\nEND:VEVENT\r\nBEGIN:VEVENT\x1b[2J"))
    (event,) = Calendar.from_ical(render(Report("audit", (bad,)), "calendar")).walk("VEVENT")
    assert "END:VEVENT" in str(event["description"])
    assert "\x1b" not in str(event["description"])


def test_json_validates_against_the_published_schema():
    for document in (every_verdict(), Report("audit", ()), Report("plan", every_verdict().hosts, interrupted=True)):
        validate(json.loads(render(document, "json")))
    with pytest.raises(ValidationError):
        validate(json.loads(render(every_verdict(), "json")) | {"more": 1})
