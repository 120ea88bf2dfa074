"""What a rule is, and the small words that rules are written with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from nornir_smartlic.compliance.findings import Finding, Severity, Verdict
from nornir_smartlic.intent import KEY, Comparison, Evidence, is_to_register
from nornir_smartlic.model import (
    Instant,
    Intent,
    LicensingModel,
    LicensingReading,
    LicensingState,
    UnplacedTime,
)


@dataclass(frozen=True, slots=True)
class ComplianceOptions:
    """What the house regards as too late."""

    due_within: timedelta = timedelta(days=14)  # an ACK that is due this soon is a finding
    push_grace: timedelta = timedelta(hours=2)  # a push may be this late: devices retry a failed one hourly
    ack_grace: timedelta = timedelta(days=2)  # an ACK may take this long after its report
    file_grace: timedelta = timedelta(days=14)  # an ACK that travels by file may take this long
    trust_expires_within: timedelta = timedelta(days=60)  # a trust code that ends this soon is a finding
    old_software_until: datetime | None = None  # by when the last device has Smart Licensing Using Policy
    policy: str | None = None  # the name of the policy; CISCO default: no other one. None: whatever there is
    token_uses: int = 25  # more devices than this on one token are a finding
    licenses: tuple[str, ...] | None = None  # names with * and ? that may be in use; None: any


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule judges: a reading, what is wanted, and what is too late."""

    reading: LicensingReading
    intent: Intent
    options: ComplianceOptions
    comparisons: tuple[Comparison, ...]  # of the two

    @property
    def state(self) -> LicensingState:
        return self.reading.state

    @property
    def model(self) -> LicensingModel:
        return self.reading.state.model

    @property
    def licensing_command(self) -> str:
        """The command that shows the licensing state."""
        return "show license tech support" if self.state.tech_support is not None else "show license all"

    @property
    def now(self) -> datetime | None:
        """The device's own time; ``None``: unknown, so that nothing can be said of deadlines."""
        return self.reading.now()

    def compared(self, path: str) -> tuple[Comparison, ...]:
        """A key below ``smart_licensing`` beside what the device has, or each key below that one."""
        return tuple(each for each in self.comparisons if f"{each.path}.".startswith(f"{KEY}.{path}."))

    def line(self, text: str) -> Evidence:
        """A line of the licensing output."""
        return Evidence(self.licensing_command, text)

    def configured(self, text: str) -> Evidence:
        """A line of the running configuration."""
        return Evidence("show running-config", text)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a rule found in a case."""

    verdict: Verdict
    found: str | None = None
    expected: str | None = None
    why: str | None = None
    evidence: tuple[Evidence, ...] = ()
    deadline: datetime | None = None
    fix: tuple[str, ...] = ()


Check: TypeAlias = Callable[[Case], Outcome]


@dataclass(frozen=True, slots=True)
class Rule:
    """One thing that an audit looks at. ``models``: those it makes sense for; others are not applicable."""

    id: str
    severity: Severity
    title: str
    rationale: str
    check: Check
    models: frozenset[LicensingModel] = frozenset({LicensingModel.SLP})
    of_registration: bool = False  # also for a device before SLP that is to be registered

    def judge(self, case: Case, host: str) -> Finding:
        """The finding for one device, waivers not yet considered."""
        if case.model in self.models or (self.of_registration and is_to_register(case.intent, case.reading)):
            outcome = self.check(case)
        else:
            spelled = " or ".join(model.value for model in LicensingModel if model in self.models)
            outcome = not_applicable(
                f"the device follows the {case.model.value} model (release {case.reading.version.release}), "
                f"the rule is for {spelled}"
            )
        fix = outcome.fix if outcome.verdict.is_finding else ()  # {host} in it is this host
        return Finding(
            rule_id=self.id,
            title=self.title,
            severity=self.severity,
            verdict=outcome.verdict,
            host=host,
            found=outcome.found,
            expected=outcome.expected,
            why=outcome.why,
            evidence=outcome.evidence,
            deadline=outcome.deadline,
            fix=tuple(line.replace("{host}", host) for line in fix),
        )


BY_FILE: Final = ("smartlic reports collect -F name={host}", "smartlic reports import DIRECTORY -F name={host}")
"""How the acknowledgement of a device without transport comes."""


def passed(found: str, *, expected: str | None = None, evidence: tuple[Evidence, ...] = ()) -> Outcome:
    return Outcome(Verdict.PASS, found=found, expected=expected, evidence=evidence)


def failed(found: str, *, expected: str, evidence: tuple[Evidence, ...] = (), fix: tuple[str, ...] = ()) -> Outcome:
    return Outcome(Verdict.FAIL, found=found, expected=expected, evidence=evidence, fix=fix)


def unknown(why: str, *, expected: str | None = None, evidence: tuple[Evidence, ...] = ()) -> Outcome:
    return Outcome(Verdict.UNKNOWN, why=why, expected=expected, evidence=evidence)


def not_applicable(why: str) -> Outcome:
    return Outcome(Verdict.NOT_APPLICABLE, why=why)


def due(outcome: Outcome, deadline: datetime | None) -> Outcome:
    """*outcome* with the instant by which it counts."""
    return replace(outcome, deadline=deadline)


def spelled(instant: Instant | None) -> str:
    """An instant as the device prints it."""
    if instant is None:
        return "<none>"
    if isinstance(instant, UnplacedTime):
        return str(instant)
    return f"{instant:%b %d %H:%M:%S %Y} {instant.tzname()}"


def unplaced(instant: Instant | None) -> str | None:
    """Why *instant* cannot be compared; ``None`` where it can."""
    if isinstance(instant, UnplacedTime):
        return (
            f"the time zone {instant.zone!r} of {instant} has no known offset: "
            "configure 'clock timezone' with its offset, or tell the offset in the inventory"
        )
    return None
