"""What a device, CSSM or an inventory named acts nowhere: not on a terminal, not in a file, not in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from rich.console import Console

from nornir_smartlic.outputs import FORMATS, DeviceFacts, HostError, HostReport, Listing, Report, render
from nornir_smartlic.outputs.listing import print_listing, render_listing_json, render_listing_table
from nornir_smartlic.outputs.tables import tables_of
from nornir_smartlic.outputs.texts import clean, clean_cell, clean_line
from tests.compliance.readings import reading
from tests.outputs.reports import host_report

HOSTILE = "a\x1b]0;owned\x07\x1b[2J\x9b31m\r\u202eb[/nope][bold]"
FACTS = replace(DeviceFacts.of(reading()), virtual_account=HOSTILE, platform=HOSTILE)


def hostile_report() -> Report:
    judged = host_report("sw1")
    finding = replace(judged.findings[0], found=HOSTILE, why=HOSTILE)
    return Report(
        "audit",
        (
            replace(judged, device=FACTS, findings=(finding,), warnings=(HOSTILE,)),
            HostReport("sw2", error=HostError("Refused", HOSTILE)),
            HostReport("sw3", diff=f"-{HOSTILE}\n+```\n", warnings=(HOSTILE,), device=FACTS),
        ),
    )


def acting(text: str) -> list[str]:
    return [sign for sign in text if (not sign.isprintable() and sign not in "\n\t ") or sign == "\u202e"]


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_no_format_has_a_character_that_acts_and_all_show_the_rest(name):
    text = render(hostile_report(), name)
    if name == "calendar":  # RFC 5545: lines end with CR LF, and are folded
        text = text.replace("\r\n ", "").replace("\r\n", "\n")
    assert acting(text) == []
    assert "]0;owned" in text.replace("\\\\", "\\").replace("\\]", "]").replace("\\;", ";") or name == "prometheus"


def test_a_terminal_shows_markup_as_text_and_gets_only_our_own_colours():
    text = io.StringIO()
    console = Console(file=text, width=400, color_system=None, force_terminal=True)
    for part in tables_of(hostile_report()):
        console.print(part)
    assert "[/nope][bold]" in text.getvalue()
    assert "\x1b]0" not in text.getvalue()
    assert "\x9b" not in text.getvalue()


def test_lists_show_what_they_are_given():
    listing = Listing("reports list", "files", ("file",), [{"file": HOSTILE}], warnings=(HOSTILE,))
    text = io.StringIO()
    print_listing(replace(listing, as_records=True), Console(file=text, width=200))
    for shown in (render_listing_table(listing), render_listing_json(listing), text.getvalue()):
        assert acting(shown) == []
        assert "[/nope]" in shown
    assert json.loads(render_listing_json(listing))["warnings"] == [clean(HOSTILE)]


@pytest.mark.parametrize("cell", ["=HYPERLINK(1)", "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", " =1"])
def test_a_spreadsheet_calculates_nothing_that_a_device_printed(cell):
    assert clean_cell(cell) == f"'{cell}"
    report = Report("audit", (replace(host_report("sw1"), device=replace(FACTS, platform=cell)),))
    assert {row["platform"] for row in csv.DictReader(io.StringIO(render(report, "csv")))} == {f"'{cell}"}


@pytest.mark.parametrize("cell", ["-", "-5", "C9300-24T", "12.5", "", "Mar 1 = today"])
def test_other_cells_stay_as_they_are(cell):
    assert clean_cell(cell) == cell


def test_a_line_stays_one_line():
    assert clean_line("a\r\nb\tc\x1b") == "a\\nb\\tc\\x1b"


def test_junit_of_a_hostile_device_is_still_xml():
    assert ElementTree.fromstring(render(hostile_report(), "junit")).tag == "testsuites"


def test_a_block_of_a_markdown_page_is_not_ended_by_what_is_in_it():
    text = render(hostile_report(), "markdown")
    assert "````diff" in text
    assert "\\[/nope\\]" in text
