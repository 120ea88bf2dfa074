"""What a house changes about the rules for its devices: rules left out, severities, thresholds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nornir_smartlic.compliance.findings import Severity
from nornir_smartlic.compliance.rules import Case, ComplianceOptions, Outcome, Rule, not_applicable
from nornir_smartlic.errors import IntentError

RULES_KEY: Final = "smart_licensing_rules"
"""The key of the inventory's data, beside ``smart_licensing``."""


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    disable: list[str] = Field(default_factory=list)
    severity: dict[str, str] = Field(default_factory=dict)
    due_within_days: int | None = Field(default=None, ge=0, le=3650)
    push_grace_hours: int | None = Field(default=None, ge=0, le=8760)
    ack_grace_days: int | None = Field(default=None, ge=0, le=3650)
    file_grace_days: int | None = Field(default=None, ge=0, le=3650)
    trust_expires_within_days: int | None = Field(default=None, ge=0, le=3650)
    old_software_until: date | None = None
    policy: str | None = Field(default=None, min_length=1)
    licenses: list[str] | None = None


@dataclass(frozen=True, slots=True)
class HouseRules:
    """What the data of a host say of its rules; the thresholds that are ``None`` stay as they are."""

    disabled: frozenset[str] = frozenset()
    severities: tuple[tuple[str, Severity], ...] = ()
    due_within: timedelta | None = None
    push_grace: timedelta | None = None
    ack_grace: timedelta | None = None
    file_grace: timedelta | None = None
    trust_expires_within: timedelta | None = None
    old_software_until: datetime | None = None
    policy: str | None = None
    licenses: tuple[str, ...] | None = None

    def options(self, options: ComplianceOptions) -> ComplianceOptions:
        """*options* with the thresholds of the house."""
        named = {name: getattr(self, name) for name in _THRESHOLDS}
        return replace(options, **{name: value for name, value in named.items() if value is not None})

    def rules(self, rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
        """*rules* with the severities of the house; one that it leaves out is not applicable, and says so."""
        severities = dict(self.severities)
        found = (replace(rule, severity=severities.get(rule.id, rule.severity)) for rule in rules)
        return tuple(replace(rule, check=_left_out) if rule.id in self.disabled else rule for rule in found)


_THRESHOLDS: Final = (
    "due_within",
    "push_grace",
    "ack_grace",
    "file_grace",
    "trust_expires_within",
    "old_software_until",
    "policy",
    "licenses",
)


def _left_out(_: Case) -> Outcome:
    return not_applicable(f"the inventory leaves it out ({RULES_KEY}: disable)")


def house_rules_of(data: Any, *, known_rules: frozenset[str], path: str = RULES_KEY) -> HouseRules:
    """The rules of a house, from the data of a host; ``None``: nothing is changed.

    Raises:
        IntentError: a key is unknown or wrong, or a rule does not exist; with the path of the key.
    """
    if data is None:
        return HouseRules()
    if not isinstance(data, Mapping):
        raise IntentError(path, f"is a {type(data).__name__}", "a mapping of keys to values")
    try:
        read = _Data.model_validate(dict(data))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([path, *(str(part) for part in first["loc"])])
        raise IntentError(where, first["msg"].lower(), f"one of {', '.join(_Data.model_fields)}") from None
    for key, names in (("disable", read.disable), ("severity", list(read.severity))):
        for name in names:
            if name not in known_rules:
                raise IntentError(f"{path}.{key}", f"is {name!r}", "one of " + ", ".join(sorted(known_rules)))
    words = {each.value: each for each in Severity}
    for name, word in read.severity.items():
        if word not in words:
            raise IntentError(f"{path}.severity.{name}", f"is {word!r}", "one of " + ", ".join(words))
    until = read.old_software_until
    return HouseRules(
        frozenset(read.disable),
        tuple((name, words[word]) for name, word in read.severity.items()),
        _days(read.due_within_days),
        None if read.push_grace_hours is None else timedelta(hours=read.push_grace_hours),
        _days(read.ack_grace_days),
        _days(read.file_grace_days),
        _days(read.trust_expires_within_days),
        None if until is None else datetime.combine(until, time(), UTC),
        read.policy,
        None if read.licenses is None else tuple(read.licenses),
    )


def _days(number: int | None) -> timedelta | None:
    return None if number is None else timedelta(days=number)
