"""The figures of an audit's page: what they count, and that a chart brings nothing with it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree

import pytest

from nornir_smartlic.outputs import Background, Drift, PastAudit, Report, render
from nornir_smartlic.outputs.charts import Series, lines, lying_bars, stacked_bars
from nornir_smartlic.outputs.figures import (
    consumption_trend,
    in_use,
    months,
    purchases,
    timeline,
    trend,
    trend_sentence,
)
from nornir_smartlic.reconciliation import Position
from tests.compliance.readings import JAN_1, days, reporting
from tests.outputs.reports import every_verdict, host_report
from tests.outputs.test_audit_page import EVIL, Page

CREATED = datetime(2026, 1, 1, 12, 30, tzinfo=UTC)  # a Thursday


def due_in(*counts: int) -> Report:
    hosts = [
        host_report(f"sw{place}", usage_reporting=reporting(next_ack_deadline=JAN_1 + days(count)))
        for place, count in enumerate(counts)
    ]
    return Report("audit", tuple(hosts), created=CREATED)


@pytest.mark.parametrize(
    "chart",
    [
        stacked_bars(["a", EVIL], [Series(EVIL, "fail", [1, None]), Series("u", "unknown", [2, 3])]),
        lines(["a", "b"], [Series(EVIL, "c1", [0, 7])]),
        lying_bars([EVIL, "b" * 80], [Series("in use", "accent", [12345, 0])]),
    ],
)
def test_a_chart_is_xml_without_script_style_and_markup_of_others(chart):
    root = ElementTree.fromstring(chart)
    names = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert names <= {"svg", "g", "rect", "path", "circle", "text", "title"}
    used = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in used if name.startswith("on") or name in ("style", "id", "href")}
    assert "<!--" not in chart


def test_a_chart_is_the_same_each_time():
    made = [stacked_bars(["a"], [Series("failing", "fail", [1])]) for _ in range(2)]
    assert made[0] == made[1]
    assert "<title>a: 1 failing</title>" in made[0]


def test_the_timeline_has_a_bar_for_each_week():
    figure = timeline(due_in(-40, -1, 0, 5, 9, 400))
    assert figure is not None
    assert figure.header == ("week of", "overdue", "ACK due")
    assert figure.rows == (
        ("earlier", "1", "0"),
        ("Dec 29", "1", "1"),
        ("Jan 5", "0", "2"),
        ("later", "0", "1"),
    )


def test_the_calendar_has_three_months_from_the_day_of_the_audit():
    made = months(due_in(0, 9, 9, 40))
    assert [month.name for month in made] == ["January 2026", "February 2026", "March 2026"]
    marked = [(day.number, day.due, day.shade) for month in made for week in month.weeks for day in week if day.due]
    assert marked == [(1, 1, 2), (10, 2, 4), (10, 1, 2)]
    assert [day.number for week in made[0].weeks for day in week if day.is_today] == [1]


def test_without_deadlines_there_is_neither():
    assert timeline(Report("audit", (), created=CREATED)) is None
    assert months(Report("audit", (), created=CREATED)) == ()


def past(day: int, failing: int, hosts: int = 10) -> PastAudit:
    return PastAudit(CREATED - timedelta(days=day), hosts, failing, 1, 0)


@pytest.mark.parametrize(
    ("audits", "sentence"),
    [
        ((past(0, 3),), None),
        ((past(7, 3), past(0, 3)), "As many devices fail as in the audit of 2025-12-25 12:30 UTC."),
        ((past(7, 4), past(0, 3)), "1 device less fails than in the audit of 2025-12-25 12:30 UTC."),
        ((past(7, 1), past(0, 3)), "2 more devices fail than in the audit of 2025-12-25 12:30 UTC."),
        (
            (past(7, 9, 12), past(0, 3)),
            "6 fewer devices fail than in the audit of 2025-12-25 12:30 UTC, which was of 12.",
        ),
    ],
)
def test_the_trend_is_a_sentence_too(audits, sentence):
    report = replace(every_verdict(), background=Background(audits))
    assert trend_sentence(report) == sentence
    assert (trend(report) is None) == (sentence is None)


def test_two_audits_of_a_day_have_their_times():
    report = replace(every_verdict(), background=Background((past(1, 3), past(0, 3), past(0, 2))))
    figure = trend(report)
    assert figure is not None
    assert [row[0] for row in figure.rows] == ["2025-12-31", "2026-01-01 12:30", "2026-01-01 12:30"]


def test_consumption_over_time_has_the_most_used_licences():
    used = {f"licence {number}": (number, number) for number in range(9)}
    report = replace(every_verdict(), background=Background((past(7, 3), past(0, 3)), consumption=used))
    figure = consumption_trend(report)
    assert figure is not None
    assert figure.header == ("audit", *(f"licence {number}" for number in (8, 7, 6, 5, 4)))


def test_bought_is_summed_over_virtual_accounts_and_may_be_unknown():
    figure = purchases([Position("A", "one", 5, 1, 2), Position("A", "two", 5, 1, 9), Position("B", "one", None, 1, 3)])
    assert figure is not None
    assert figure.rows == (("A", "11", "10"), ("B", "3", "0"))
    assert purchases([]) is None
    assert in_use([], []) is None


def test_a_page_with_all_of_it_has_no_markup_of_others():
    background = Background(
        (past(7, 3), past(0, 3)),
        (Drift(EVIL, EVIL, EVIL, None),),
        {EVIL: (1, 2)},
        {("sw2", "SLP-TRUST"): CREATED},
        (Position(EVIL, EVIL, 3, None, 4),),
    )
    html = render(replace(every_verdict(), background=background), "html")
    page = Page(html)
    assert html.count("<script") == 2
    assert "<!--" not in html
    assert not {"onclick", "style"} & {name for name, _ in page.attributes}
    assert "since the audit of 2026-01-01 12:30 UTC" in page.data["texts"]
    assert all(f'id="{name}"' in html for name in ("trend", "due", "findings", "consumption", "drift", "devices"))
