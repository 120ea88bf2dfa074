"""The page of an audit: one HTML file that works offline, for thousands of devices.

What devices printed is in it once, as JSON in a block that no browser runs; a small script of ours shows it as text, a
page of rows at a time, filtered and sorted. Without scripts, there is a table of what is not in order. The browser is
forbidden to load anything, and to run or apply anything but the script and the style that we wrote.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

from nornir_smartlic.compliance import Finding, Verdict
from nornir_smartlic.model.times import placed
from nornir_smartlic.outputs import figures
from nornir_smartlic.outputs.background import Background
from nornir_smartlic.outputs.pages import page_environment, shown_time
from nornir_smartlic.outputs.report import HostReport, Report
from nornir_smartlic.outputs.texts import clean

WITHOUT_SCRIPTS: Final = 500  # rows of a table for browsers without scripts; JSON and CSV have all
_LETTERS: Final = {
    Verdict.PASS: "p",
    Verdict.FAIL: "f",
    Verdict.UNKNOWN: "u",
    Verdict.WAIVED: "w",
    Verdict.NOT_APPLICABLE: "n",
}
_NOT_READ: Final = "e"  # the letter of a host without a result
_TROUBLED: Final = ("f", "u", _NOT_READ)
_NOT_JUDGED: Final = "-"  # of a host without findings, and of a rule that a host has not


def render_html(report: Report) -> str:
    """One page that needs nothing from elsewhere: it can be mailed, archived and printed."""
    environment = page_environment()
    environment.filters["date"] = shown_time
    environment.filters["count"] = _with_commas
    environment.filters["count_or_dash"] = lambda number: "-" if number is None else _with_commas(number)
    background = report.background or Background()
    used, to_mend = entitlements(report), report.to_mend
    style, script = _own("audit_page.css"), _own("audit_page.js")
    return (
        environment.get_template("audit_page.html.j2").render(
            report=report,
            to_mend=to_mend,
            Verdict=Verdict,
            style=style,
            script=script,
            policy=(
                f"default-src 'none'; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'; "
                "form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
            ),
            data=_in_a_page(page_data(report, to_mend)),
            answer=_answer(report),
            due=due_counts(report),
            background=background,
            entitlements=used,
            timeline=figures.timeline(report),
            months=figures.months(report),
            trend=figures.trend(report),
            trend_sentence=figures.trend_sentence(report),
            consumption=figures.purchases(background.positions)
            if background.positions
            else figures.in_use([each.display or each.name for each in used], [each.in_use for each in used]),
            consumption_trend=figures.consumption_trend(report),
            troubled=[host for host in report.hosts if _letter(host) in _TROUBLED],
            limit=WITHOUT_SCRIPTS,
        )
        + "\n"
    )


@cache
def _own(name: str) -> str:
    """A file of ours, as it stands between its tags."""
    return "\n" + (Path(__file__).parent / "templates" / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """*text* as a Content Security Policy names it. Source: W3C, Content Security Policy Level 3, hash-source."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _in_a_page(data: object) -> str:
    """*data* as JSON that no parser of HTML reads as anything else, whatever stands in its texts."""
    text = json.dumps(data, separators=(",", ":"))  # ASCII alone
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def _with_commas(number: int) -> str:
    return f"{number:,}"


# --- what the page is asked for first ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether the fleet is compliant, in one word and one sentence."""

    word: str  # Compliant | Not compliant | Not known
    sentence: str
    tone: str  # pass | fail | unknown
    devices: dict[str, int]  # how many are compliant, failing, ...; every device once


_KINDS: Final = {
    "f": "failing",
    "u": "unknown",
    _NOT_READ: "not read",
    "w": "waived",
    "p": "compliant",
    "n": "not applicable",
    _NOT_JUDGED: "not judged",
}


def _answer(report: Report) -> Answer:
    """Waived failures are compliant: somebody answers for them."""
    kinds = Counter(_letter(host) for host in report.hosts)
    devices = {name: kinds[letter] for letter, name in _KINDS.items() if kinds[letter]}
    failing, open_ = devices.get("failing", 0), devices.get("unknown", 0) + devices.get("not read", 0)
    total = len(report.hosts)
    if failing:
        rules = {found.rule_id for found in report.findings if found.verdict is Verdict.FAIL}
        count = f"{failing:,} of {_counted(total, 'device')} {'fails' if failing == 1 else 'fail'}"
        severities = ", ".join(f"{number:,} {severity.value}" for severity, number in report.failures.items() if number)
        sentence = f"{count} {_counted(len(rules), 'rule')}; failures by severity: {severities}."
        return Answer("Not compliant", sentence, "fail", devices)
    if open_:
        return Answer("Not known", f"{open_:,} of {_counted(total, 'device')} did not tell enough.", "unknown", devices)
    if not report.findings:
        return Answer("Nothing judged", f"{_counted(total, 'device')}, no verdicts.", "unknown", devices)
    return Answer("Compliant", f"No rule fails on {_counted(total, 'device')}.", "pass", devices)


def _counted(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def _letter(host: HostReport) -> str:
    if host.error is not None:
        return _NOT_READ
    return _LETTERS[host.verdict] if host.verdict is not None else _NOT_JUDGED


def days_left(host: HostReport, report: Report) -> int | None:
    """Whole days to the ACK that is due next, by the clock of the device; below zero: overdue; ``None``: not known."""
    if host.device is None:
        return None
    due, now = placed(host.device.next_ack_deadline), placed(host.device.device_time) or report.created
    return (due - now) // timedelta(days=1) if due is not None and now is not None else None


def due_counts(report: Report) -> dict[str, int]:
    """How many devices must have an ACK by when; all steps, also where nobody is in one."""
    steps = {"overdue": -1, "within 7 days": 7, "within 30 days": 30, "within 90 days": 90}
    counts = dict.fromkeys([*steps, "later", "no deadline known"], 0)
    for host in report.hosts:
        left = days_left(host, report)
        if left is None:
            counts["no deadline known"] += 1
        else:
            counts[next((name for name, days in steps.items() if left <= days), "later")] += 1
    return counts


@dataclass(slots=True)
class Entitlement:
    """A licence as devices name it, and how many of it are in use over all of them."""

    name: str
    display: str | None
    in_use: int = 0
    devices: int = 0


def entitlements(report: Report) -> list[Entitlement]:
    """All licences in use, those of which the most are in use first."""
    found: dict[tuple[str, str | None], Entitlement] = {}
    for host in report.hosts:
        for name, count, display in host.device.licenses_in_use if host.device is not None else ():
            each = found.setdefault((name, display), Entitlement(name, display))
            each.in_use += count
            each.devices += 1
    return sorted(found.values(), key=lambda each: (-each.in_use, each.name, each.display or ""))


# --- the rows ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Texts:
    """Every text once, known by its number; 0 is for absent."""

    all: list[str] = field(default_factory=lambda: [""])
    numbers: dict[str, int] = field(default_factory=lambda: {"": 0})

    def number(self, text: str | None) -> int:
        shown = clean(text or "")
        if shown not in self.numbers:
            self.numbers[shown] = len(self.all)
            self.all.append(shown)
        return self.numbers[shown]

    def many(self, texts: Iterable[str]) -> list[int]:
        return [self.number(text) for text in texts]


def page_data(report: Report, to_mend: Sequence[Finding]) -> dict[str, Any]:
    """What the script shows. Rows are lists, without names, and texts are numbers: 5,000 devices are some megabytes."""
    texts = _Texts()
    rules = list({found.rule_id: (found.rule_id, found.title) for found in report.findings}.values())
    places = {rule_id: place for place, (rule_id, _) in enumerate(rules)}
    hosts = [_host_row(host, report, places, texts) for host in report.parts]
    numbers = {host.host: number for number, host in enumerate(report.parts)}
    since = report.background.since if report.background is not None else {}
    findings = [
        _finding_row(found, numbers[found.host], places, texts, since.get((found.host, found.rule_id)))
        for found in to_mend
    ]
    return {
        "rules": [texts.many(rule) for rule in rules],
        "hosts": hosts,
        "findings": findings,
        "texts": texts.all,
    }


def _host_row(host: HostReport, report: Report, places: dict[str, int], texts: _Texts) -> list[Any]:
    """In the order in which the script has its columns."""
    device = host.device
    letters, messages = [_NOT_JUDGED] * len(places), [0] * len(places)
    for found in host.findings:
        letters[places[found.rule_id]] = _LETTERS[found.verdict]
        messages[places[found.rule_id]] = texts.number(found.message)
    facts = (
        (device.platform, device.release, device.virtual_account, device.transport, device.udi)
        if device is not None
        else (None,) * 5
    )
    due = shown_time(device.next_ack_deadline) if device is not None and device.next_ack_deadline is not None else None
    last = shown_time(device.last_ack) if device is not None and device.last_ack is not None else None
    return [
        *texts.many([host.host, host.site or "", *(fact or "" for fact in facts)]),
        texts.number(due),
        days_left(host, report),
        texts.number(last),
        _letter(host),
        texts.number(host.outcome),
        "".join(letters),
        messages,
        texts.many(host.warnings),
    ]


def _finding_row(found: Finding, host: int, places: dict[str, int], texts: _Texts, since: datetime | None) -> list[Any]:
    waiver = found.waiver
    waived = None
    if waiver is not None:
        ended = "" if found.verdict is Verdict.WAIVED else "the waiver has ended: "
        waived = f"{ended}waived by {waiver.owner} until {waiver.until}: {waiver.reason}"
    deadline: datetime | None = found.deadline
    return [
        host,
        places[found.rule_id],
        _LETTERS[found.verdict],
        texts.number(found.severity.value),
        texts.number(found.message),
        texts.many(map(str, found.evidence)),
        texts.many(found.fix),
        texts.number(shown_time(deadline) if deadline is not None else None),
        texts.number(waived),
        texts.number(f"since the audit of {shown_time(since)}" if since is not None else None),
    ]
