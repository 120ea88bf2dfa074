"""What makes a device compliant: rules, verdicts, waivers. Pure: a reading and an intent go in, findings come out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from nornir_smartlic.compliance.configuration_rules import CONFIGURATION_RULES
from nornir_smartlic.compliance.findings import Finding, Severity, Verdict, Waiver
from nornir_smartlic.compliance.legacy_rules import LEGACY_RULES
from nornir_smartlic.compliance.license_rules import LICENSE_RULES
from nornir_smartlic.compliance.reporting_rules import REPORTING_RULES
from nornir_smartlic.compliance.rules import Case, ComplianceOptions, Rule
from nornir_smartlic.compliance.saving_rules import SAVING_RULES
from nornir_smartlic.compliance.waivers import waive, waivers_of
from nornir_smartlic.intent import Evidence, compare
from nornir_smartlic.model import Intent, LicensingReading

__all__ = [
    "RULES",
    "Case",
    "ComplianceOptions",
    "Evidence",
    "Finding",
    "Rule",
    "Severity",
    "Verdict",
    "Waiver",
    "verify",
    "waive",
    "waivers_of",
]

RULES: Final[tuple[Rule, ...]] = (
    *CONFIGURATION_RULES,
    *SAVING_RULES,
    *LICENSE_RULES,
    *REPORTING_RULES,
    *LEGACY_RULES,
)
"""Every rule, in the order in which findings are listed."""


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
    return tuple(waive(rule.judge(case, host), waivers, now) for rule in rules)
