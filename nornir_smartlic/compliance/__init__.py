"""What makes a device compliant: rules, verdicts, waivers. Pure: a reading and an intent go in, findings come out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from nornir_smartlic.compliance.configuration_rules import CONFIGURATION_RULES
from nornir_smartlic.compliance.entitlement_rules import ENTITLEMENT_RULES
from nornir_smartlic.compliance.findings import Finding, Severity, Verdict, Waiver
from nornir_smartlic.compliance.fleet_rules import (
    FLEET,
    FLEET_RULES,
    Books,
    FleetCase,
    FleetRule,
    TokenUse,
    verify_fleet,
)
from nornir_smartlic.compliance.house import RULES_KEY, HouseRules, house_rules_of
from nornir_smartlic.compliance.legacy_rules import LEGACY_RULES
from nornir_smartlic.compliance.license_rules import LICENSE_RULES
from nornir_smartlic.compliance.policy_rules import POLICY_RULES
from nornir_smartlic.compliance.release_rules import RELEASE_RULES
from nornir_smartlic.compliance.reporting_rules import REPORTING_RULES
from nornir_smartlic.compliance.rules import Case, ComplianceOptions, Rule
from nornir_smartlic.compliance.saving_rules import SAVING_RULES
from nornir_smartlic.compliance.waivers import waive, waivers_of
from nornir_smartlic.compliance.way_rules import WAY_RULES
from nornir_smartlic.intent import CONTROLLER, Evidence, compare
from nornir_smartlic.model import Intent, LicensingReading

__all__ = [
    "ALL_RULES",
    "FLEET",
    "FLEET_RULES",
    "RULES",
    "RULES_KEY",
    "Books",
    "Case",
    "ComplianceOptions",
    "Evidence",
    "Finding",
    "FleetCase",
    "FleetRule",
    "HouseRules",
    "Rule",
    "Severity",
    "TokenUse",
    "Verdict",
    "Waiver",
    "house_rules_of",
    "verify",
    "verify_fleet",
    "waive",
    "waivers_of",
]

RULES: Final[tuple[Rule, ...]] = (
    *CONFIGURATION_RULES,
    *WAY_RULES,
    *SAVING_RULES,
    *LICENSE_RULES,
    *ENTITLEMENT_RULES,
    *REPORTING_RULES,
    *POLICY_RULES,
    *LEGACY_RULES,
    *RELEASE_RULES,
)
"""Every rule, in the order in which findings are listed."""

ALL_RULES: Final[tuple[Rule | FleetRule, ...]] = (*RULES, *FLEET_RULES)


def verify(
    reading: LicensingReading,
    intent: Intent,
    options: ComplianceOptions | None = None,
    waivers: Sequence[Waiver] = (),
    *,
    host: str,
    rules: Sequence[Rule] = RULES,
) -> tuple[Finding, ...]:
    """One finding per rule for *host*, in the order of the rules. Deadlines count by the device's own clock."""
    case = Case(reading, intent, options or ComplianceOptions(), compare(intent, reading))
    now = reading.now()
    return tuple(waive(_judged(rule, case, host), waivers, now) for rule in rules)


def _judged(rule: Rule, case: Case, host: str) -> Finding:
    """The finding of *rule*; unknown where it stands on what the device did not show to this account."""
    found, reading = rule.judge(case, host), case.reading
    if reading.version.is_controller_managed:
        return _without_grounds(found, Verdict.NOT_APPLICABLE, CONTROLLER)
    why = None
    if reading.state_refused is not None and rule.id not in _ON_NO_STATE:
        why = reading.state_refused
    elif rule.id in _ON_CONFIGURATION and found.verdict is not Verdict.NOT_APPLICABLE:
        why = reading.configuration_refused
    if why is None and found.verdict is Verdict.PASS and not found.evidence:
        why = "nothing that the device showed proves it"  # a rule of somebody else's, too, passes by what it saw
    return found if why is None else _without_grounds(found, Verdict.UNKNOWN, why)


def _without_grounds(found: Finding, verdict: Verdict, why: str) -> Finding:
    return replace(found, verdict=verdict, found=None, why=why, evidence=(), deadline=None, fix=())


_ON_NO_STATE: Final = frozenset({"SLP-CLOCK", "SLP-UNSAVED"})
_ON_CONFIGURATION: Final = frozenset(rule.id for rule in (*CONFIGURATION_RULES, *WAY_RULES))
