"""What came of a migration: findings on a device that booted an SLP release. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from nornir_smartlic.compliance import Evidence, Finding, Severity, Verdict
from nornir_smartlic.intent import merged, unresolved, untrusted, way_of
from nornir_smartlic.intent.leftovers import of_call_home, reservation_line, reserved_members
from nornir_smartlic.intent.releases import first_slp, piles_reports, release_of, shown
from nornir_smartlic.intent.way import actual_transport
from nornir_smartlic.migration.planning import product_of
from nornir_smartlic.model import Intent, LicensingReading, TransportType, UsageStatus

_ONLINE: Final = (TransportType.SMART, TransportType.CALLHOME)


@dataclass(frozen=True, slots=True)
class _Judge:
    reading: LicensingReading
    intent: Intent
    host: str

    def say(
        self,
        id: str,
        severity: Severity,
        title: str,
        verdict: Verdict,
        found: str | None = None,
        expected: str | None = None,
        why: str | None = None,
        fix: tuple[str, ...] = (),
        evidence: tuple[Evidence, ...] = (),
    ) -> Finding:
        fix = tuple(line.replace("HOST", self.host) for line in fix)
        return Finding(id, title, severity, verdict, self.host, found, expected, why, evidence, fix=fix)


def accept(
    reading: LicensingReading, intent: Intent, *, host: str, before: Mapping[str, int] | None = None
) -> tuple[Finding, ...]:
    """What is done and what is missing until the device is acknowledged; *before* are licences that it used before."""
    judge = _Judge(reading, intent, host)
    model = _model(judge)
    if model.verdict is not Verdict.PASS:
        return (model,)
    return (
        model,
        _transport(judge),
        _way(judge),
        _trust(judge),
        _acknowledged(judge),
        _licenses(judge, before),
        _leftovers(judge),
        _field_notice(judge),
    )


def _model(judge: _Judge) -> Finding:
    id, title = "MIG-AFTER-MODEL", "The device follows Smart Licensing Using Policy"
    reading = judge.reading
    if reading.state_refused is not None:
        return judge.say(id, Severity.HIGH, title, Verdict.UNKNOWN, why=reading.state_refused)
    if reading.state.slp:
        return judge.say(id, Severity.HIGH, title, Verdict.PASS, found=reading.version.release)
    first = shown(first_slp(product_of(reading)))
    found = f"{reading.state.model.value} on {reading.version.release}"
    return judge.say(id, Severity.HIGH, title, Verdict.FAIL, found, f"{first} or later on this product")


def _transport(judge: _Judge) -> Finding:
    id, title = "MIG-AFTER-TRANSPORT", "The transport is the wanted one"
    actual, wanted = actual_transport(judge.reading), judge.intent.transport
    if wanted is not None:
        verdict = Verdict.PASS if actual is wanted else Verdict.FAIL
        fix = () if actual is wanted else ("smartlic apply -F name=HOST",)
        return judge.say(id, Severity.HIGH, title, verdict, actual.keyword, wanted.keyword, fix=fix)
    if actual is TransportType.OFF and not reserved_members(judge.reading):
        expected = "a transport in the inventory: it woke up with none, since it evaluated with transport smart"
        return judge.say(id, Severity.HIGH, title, Verdict.FAIL, actual.keyword, expected)
    return judge.say(id, Severity.HIGH, title, Verdict.PASS, actual.keyword)


def _way(judge: _Judge) -> Finding:
    id, title = "MIG-AFTER-WAY", "The receiver's name can be resolved"
    way = way_of(judge.reading)
    if way.transport is TransportType.OFF:
        return judge.say(id, Severity.HIGH, title, Verdict.NOT_APPLICABLE, why="transport off: nothing is sent")
    problem = unresolved(way, judge.reading.configuration)
    if problem is None:
        return judge.say(id, Severity.HIGH, title, Verdict.PASS, way.host or way.url)
    expected, evidence = f"{way.host} resolved {way.place}", (problem.evidence,)
    return judge.say(
        id, Severity.HIGH, title, Verdict.FAIL, problem.text, expected, fix=(problem.fix,), evidence=evidence
    )


def _trust(judge: _Judge) -> Finding:
    id, title = "MIG-AFTER-TRUST", "Every member has the trust code that the transport needs"
    transport = actual_transport(judge.reading)
    if transport not in _ONLINE:
        why = f"transport {transport.keyword} needs no trust code"
        return judge.say(id, Severity.HIGH, title, Verdict.NOT_APPLICABLE, why=why)
    missing = untrusted(judge.reading.state)
    if not missing:
        return judge.say(id, Severity.HIGH, title, Verdict.PASS, "installed")
    names = ", ".join(map(str, missing))
    fix = ("smartlic trust -F name=HOST",)
    return judge.say(id, Severity.HIGH, title, Verdict.FAIL, f"none on {names}", "a trust code", fix=fix)


def _acknowledged(judge: _Judge) -> Finding:
    id, title = "MIG-AFTER-ACK", "A report of the new model is acknowledged"
    if reserved_members(judge.reading):
        why = "reserved: a report is due only when consumption changes"
        return judge.say(id, Severity.MEDIUM, title, Verdict.NOT_APPLICABLE, why=why)
    reporting = judge.reading.state.usage_reporting
    if reporting is None:
        return judge.say(id, Severity.MEDIUM, title, Verdict.UNKNOWN, why="the device does not print its reporting")
    if reporting.last_ack is not None:
        return judge.say(id, Severity.MEDIUM, title, Verdict.PASS, str(reporting.last_ack))
    is_off = actual_transport(judge.reading) is TransportType.OFF
    fix = ("smartlic reports collect -F name=HOST",) if is_off else ("smartlic sync -F name=HOST",)
    return judge.say(id, Severity.MEDIUM, title, Verdict.FAIL, "no ACK yet", "an ACK", fix=fix)


def _licenses(judge: _Judge, before: Mapping[str, int] | None) -> Finding:
    id, title = "MIG-AFTER-LICENSES", "What was in use before is in use"
    if before is None:
        return judge.say(
            id, Severity.MEDIUM, title, Verdict.NOT_APPLICABLE, why="no plan from before is given: --before"
        )
    now = {line.name: line.count for line in judge.reading.state.usage or () if line.status is UsageStatus.IN_USE}
    lost = [f"{name} ({count}, now {now.get(name, 0)})" for name, count in before.items() if now.get(name, 0) < count]
    if lost:
        return judge.say(id, Severity.MEDIUM, title, Verdict.FAIL, ", ".join(lost), "as before")
    return judge.say(id, Severity.MEDIUM, title, Verdict.PASS, ", ".join(f"{name} ({n})" for name, n in now.items()))


def _leftovers(judge: _Judge) -> Finding:
    id, title = "MIG-AFTER-LEFTOVERS", "Nothing of the old model is left in the configuration"
    if judge.reading.configuration_refused is not None:
        return judge.say(id, Severity.LOW, title, Verdict.UNKNOWN, why=judge.reading.configuration_refused)
    line = reservation_line(judge.reading)
    found = [*([line] if line is not None else []), *of_call_home(judge.reading)]
    left, fix = [each.text for each in found], merged(line for each in found for line in each.fix)
    if not left:
        return judge.say(id, Severity.LOW, title, Verdict.PASS, "nothing")
    return judge.say(id, Severity.LOW, title, Verdict.FAIL, ", ".join(left), "nothing", fix=fix)


def _field_notice(judge: _Judge) -> Finding:
    id, title = "MIG-FN72578", "The release cleans acknowledged reports"
    release = judge.reading.version.release
    if piles_reports(release_of(release)):
        expected = "17.3.7, 17.6.5, 17.9.1 or later: reports pile up (FN72578)"
        return judge.say(id, Severity.MEDIUM, title, Verdict.FAIL, release, expected)
    return judge.say(id, Severity.MEDIUM, title, Verdict.PASS, release)
