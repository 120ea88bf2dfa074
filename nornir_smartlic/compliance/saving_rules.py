"""Whether what was configured outlives a reload."""

from __future__ import annotations

from typing import Final

from nornir_smartlic.compliance.findings import Severity
from nornir_smartlic.compliance.rules import Case, Outcome, Rule, failed, passed, unknown
from nornir_smartlic.intent import Evidence
from nornir_smartlic.model import LicensingModel

_COMMAND: Final = "show archive config differences nvram:startup-config system:running-config"


def _unsaved(case: Case) -> Outcome:
    expected = "the licensing lines of running-config in startup-config"
    lines = case.reading.unsaved_licensing
    if lines is None:
        return unknown("the device did not compare running-config with startup-config", expected=expected)
    if not lines:
        seen = "No changes were found" if not case.reading.unsaved else f"only {', '.join(case.reading.unsaved[:3])}"
        return passed("saved", expected=expected, evidence=(Evidence(_COMMAND, seen),))
    return failed(
        f"{len(lines)} lines that are not saved",
        expected=expected,
        evidence=tuple(Evidence(_COMMAND, line) for line in lines),
        fix=("write memory",),
    )


SAVING_RULES: Final = (
    Rule(
        "SLP-UNSAVED",
        Severity.HIGH,
        "What makes licensing is saved to startup-config",
        "A reload takes back what is not saved, and nobody looks on that day.",
        _unsaved,
        frozenset(LicensingModel),
    ),
)
