"""A reconciliation in each of its formats."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import pytest

from nornir_smartlic.model import Udi
from nornir_smartlic.outputs import RECONCILIATION_FORMATS, ReconciliationReport, render_reconciliation
from nornir_smartlic.reconciliation import Answer, Discrepancy, Kind, Position, Reconciliation
from tests.outputs.schemas import validate
from tests.outputs.test_hostile_texts import HOSTILE, acting

UDI = Udi("C9300-24T", "FOC00000001")


def reported(text: str, *kinds: Kind) -> ReconciliationReport:
    """A report in which every text is *text*."""
    found = tuple(Discrepancy(kind, text, text, text, UDI, text, 1, 2, 3, fix=text) for kind in kinds)
    positions = (Position(text, text, 1, None, 2),)
    created = datetime(2026, 1, 1, tzinfo=UTC)
    return ReconciliationReport(Reconciliation(Answer.NO, text, positions, found), created, warnings=(text,))


@pytest.mark.parametrize("name", RECONCILIATION_FORMATS)
def test_no_format_has_a_character_that_acts(name: str):
    text = render_reconciliation(reported(HOSTILE, Kind.MISSING), name)
    assert acting(text) == []
    assert "[/nope]" in text


def test_a_spreadsheet_calculates_nothing_and_a_page_runs_nothing():
    rows = list(csv.DictReader(io.StringIO(render_reconciliation(reported("=1+1", Kind.MOVED), "csv"))))
    assert [(row["row"], row["license"], row["left"]) for row in rows] == [
        ("licence", "'=1+1", "-1"),
        ("finding", "'=1+1", ""),
    ]
    assert "<script>" not in render_reconciliation(reported("<script>", Kind.MOVED), "html")


def test_json_has_every_side_of_a_finding():
    document = json.loads(render_reconciliation(reported("x", Kind.COUNT_DIFFERS), "json"))
    validate(document)
    (found,) = document["findings"]
    assert (found["kind"], found["udi"], found["on_device"], found["in_cssm"]) == ("count differs", str(UDI), 1, 2)
    assert (document["licenses"][0]["left"], document["summary"]["count differs"]) == (-1, 1)


@pytest.mark.parametrize(
    ("kinds", "code"),
    [([], 0), ([Kind.UNDER_USED], 0), ([Kind.MISSING, Kind.UNDER_USED], 1), ([Kind.UNREAD, Kind.MISSING], 3)],
)
def test_the_exit_code_is_that_of_the_gravest_finding(kinds: list[Kind], code: int):
    assert reported("x", *kinds).exit_code == code
