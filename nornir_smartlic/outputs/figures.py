"""The figures on the page of an audit: timeline and calendar of deadlines, trend, consumption; each has its table."""

from __future__ import annotations

from calendar import Calendar
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from nornir_smartlic.compliance import Verdict
from nornir_smartlic.model.times import placed
from nornir_smartlic.outputs.background import PastAudit
from nornir_smartlic.outputs.charts import Series, lines, lying_bars, stacked_bars
from nornir_smartlic.outputs.report import HostReport, Report

if TYPE_CHECKING:
    from markupsafe import Markup

    from nornir_smartlic.reconciliation import Position

WEEKS: Final = 52  # of the timeline
MONTHS: Final = 3  # of the calendar
_BARS: Final = 12  # of the charts of licences; their tables have all
_LINES: Final = 5
_TONES: Final = ("c1", "c2", "c3", "c4", "c5")
_AUDITS_WITHOUT_GAPS: Final = 8  # of which each has its label


@dataclass(frozen=True, slots=True)
class Figure:
    """A chart, its key and its numbers."""

    caption: str
    chart: Markup
    key: tuple[tuple[str, str], ...]  # name and tone
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def _figure(caption: str, chart: Markup, first: str, labels: Sequence[str], series: Sequence[Series]) -> Figure:
    rows = [
        (label, *(f"{each.values[place] or 0:,}" for each in series))
        for place, label in enumerate(labels)
        if any(each.values[place] for each in series)
    ]
    key = tuple((each.name, each.tone) for each in series)
    return Figure(caption, chart, key, (first, *(each.name for each in series)), tuple(rows))


# --- deadlines --------------------------------------------------------------------------------------------------------


def today_of(report: Report) -> date | None:
    """The day of the audit; ``None``: no clock says it."""
    if report.created is not None:
        return report.created.date()
    clocks = [placed(host.device.device_time) for host in report.hosts if host.device is not None]
    return max((clock.date() for clock in clocks if clock is not None), default=None)


def _days_due(report: Report) -> Iterator[tuple[str, date]]:
    """What is due on which day: ``ACK``, for each device, and ``other``, for findings with a deadline of their own."""
    for host in report.hosts:
        ack = placed(host.device.next_ack_deadline) if host.device is not None else None
        if ack is not None:
            yield "ACK", ack.date()
        yield from (("other", each.date()) for each in _other_deadlines(host, ack))


def _other_deadlines(host: HostReport, ack: datetime | None) -> set[datetime]:
    return {
        found.deadline
        for found in host.findings
        if found.deadline is not None and found.deadline != ack and found.verdict in (Verdict.FAIL, Verdict.UNKNOWN)
    }


def timeline(report: Report) -> Figure | None:
    """Deadlines by week, for a year; ``None``: there is none, or no clock says which day it is."""
    today = today_of(report)
    due = list(_days_due(report))
    if today is None or not due:
        return None
    monday = today - timedelta(days=today.weekday())
    labels = ["earlier", *(_day(monday + timedelta(weeks=week)) for week in range(WEEKS)), "later"]
    counts = {kind: [0] * len(labels) for kind in ("overdue", "ACK", "other")}
    for kind, day in due:
        place = max(0, min((day - monday).days // 7 + 1, WEEKS + 1))
        counts["overdue" if day < today else kind][place] += 1
    names = {"overdue": ("overdue", "fail"), "ACK": ("ACK due", "accent"), "other": ("other deadlines", "c3")}
    series = [Series(*names[kind], each) for kind, each in counts.items() if any(each)]
    chart = stacked_bars(labels, series, every=6)
    return _figure("Deadlines by week, which begins on the day shown", chart, "week of", labels, series)


def _day(day: date) -> str:
    return f"{day:%b} {day.day}"


@dataclass(frozen=True, slots=True)
class Day:
    """A day of a calendar; ``shade`` is 0 to 4, by how much is due; ``number`` is ``None`` outside of the month."""

    number: int | None
    due: int = 0
    shade: int = 0
    is_today: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """A month of a calendar: weeks of seven days, from Monday."""

    name: str
    weeks: tuple[tuple[Day, ...], ...]


def months(report: Report) -> tuple[Month, ...]:
    """What is due on each day of this month and the next two; () where no day has anything."""
    today = today_of(report)
    counts = Counter(day for _, day in _days_due(report))
    if today is None or not counts:
        return ()
    made = []
    year, month = today.year, today.month
    top = max(counts.values())
    for _ in range(MONTHS):
        weeks = Calendar().monthdatescalendar(year, month)
        made.append(
            Month(
                f"{date(year, month, 1):%B %Y}",
                tuple(
                    tuple(
                        Day(day.day, counts[day], -(-4 * counts[day] // top), day == today)
                        if day.month == month
                        else Day(None)
                        for day in week
                    )
                    for week in weeks
                ),
            )
        )
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return tuple(made)


# --- over time --------------------------------------------------------------------------------------------------------


def trend(report: Report) -> Figure | None:
    """Devices that fail, or did not tell enough, at each of the last audits; ``None`` before there are two."""
    audits = report.background.audits if report.background is not None else ()
    if len(audits) < 2:
        return None
    labels = _labels([each.taken for each in audits])
    series = [
        Series("failing", "fail", [each.failing for each in audits]),
        Series("unknown", "unknown", [each.unknown for each in audits]),
        Series("not read", "c5", [each.not_read for each in audits]),
    ]
    chart = stacked_bars(labels, series, every=_every(audits), wide=True)
    rows = tuple(
        (label, *(f"{number:,}" for number in (each.failing, each.unknown, each.not_read, each.hosts)))
        for label, each in zip(labels, audits, strict=True)
    )
    key = tuple((each.name, each.tone) for each in series)
    return Figure("Devices that are not in order, by audit", chart, key, ("audit", *(n for n, _ in key), "of"), rows)


def trend_sentence(report: Report) -> str | None:
    """How this audit compares with the one before, in a sentence."""
    audits = report.background.audits if report.background is not None else ()
    if len(audits) < 2:
        return None
    before, now = audits[-2:]
    change = now.failing - before.failing
    how = (
        "as many devices fail as"
        if not change
        else f"{abs(change):,} {'more' if change > 0 else 'fewer'} devices fail than"
    )
    if abs(change) == 1:
        how = f"1 device {'more' if change > 0 else 'less'} fails than"
    sentence = f"{how[0].upper()}{how[1:]} in the audit of {before.taken:%Y-%m-%d %H:%M} {before.taken.tzname()}"
    return f"{sentence}, which was of {before.hosts:,}." if before.hosts != now.hosts else f"{sentence}."


def _labels(taken: Sequence[datetime]) -> list[str]:
    """Days, with the time where a day had several audits."""
    days = Counter(each.date() for each in taken)
    return [f"{each:%Y-%m-%d %H:%M}" if days[each.date()] > 1 else f"{each:%Y-%m-%d}" for each in taken]


def _every(audits: Sequence[PastAudit]) -> int:
    return -(-len(audits) // _AUDITS_WITHOUT_GAPS)


def consumption_trend(report: Report) -> Figure | None:
    """The licences of which the most are in use, at each of the last audits."""
    background = report.background
    if background is None or len(background.audits) < 2 or not background.consumption:
        return None
    most = sorted(background.consumption.items(), key=lambda each: (-each[1][-1], each[0]))[:_LINES]
    labels = _labels([each.taken for each in background.audits])
    series = [Series(name, tone, counts) for (name, counts), tone in zip(most, _TONES, strict=False)]
    chart = lines(labels, series, every=_every(background.audits))
    return _figure("In use, by audit", chart, "audit", labels, series)


def purchases(positions: Sequence[Position]) -> Figure | None:
    """In use against bought, over all virtual accounts, where the most are in use."""
    used: Counter[str] = Counter()
    bought: Counter[str] = Counter()
    for each in positions:
        used[each.license] += each.in_use
        bought[each.license] += each.bought or 0
    names = sorted(used, key=lambda name: (-max(used[name], bought[name]), name))[:_BARS]
    if not names:
        return None
    series = [
        Series("in use", "accent", [used[name] for name in names]),
        Series("bought", "c5", [bought[name] for name in names]),
    ]
    return _figure("In use against bought", lying_bars(names, series), "licence", names, series)


def in_use(names: Sequence[str], counts: Sequence[int]) -> Figure | None:
    """Licences in use, where nobody knows what was bought."""
    if not names:
        return None
    series = [Series("in use", "accent", list(counts[:_BARS]))]
    return _figure("In use", lying_bars(names[:_BARS], series), "licence", names[:_BARS], series)
