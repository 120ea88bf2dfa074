"""Waivers: failures that somebody answers for, until a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from fnmatch import fnmatchcase
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nornir_smartlic.compliance.findings import Finding, Verdict, Waiver
from nornir_smartlic.errors import IntentError


def waive(finding: Finding, waivers: Sequence[Waiver], now: datetime | None) -> Finding:
    """*finding*, waived where a waiver for its rule and host has not ended by the device's time.

    Only failures are waived: what is unknown stays unknown. Where the device's time is unknown nothing is waived,
    because nobody can say that the waiver has not ended. A waiver that has ended is named in the finding.
    """
    if finding.verdict is not Verdict.FAIL:
        return finding
    fitting = [waiver for waiver in waivers if _fits(waiver, finding)]
    for waiver in fitting:
        if now is not None and now.date() <= waiver.until:
            return replace(finding, verdict=Verdict.WAIVED, waiver=waiver, fix=())
    return replace(finding, waiver=max(fitting, key=lambda waiver: waiver.until)) if fitting else finding


def _fits(waiver: Waiver, finding: Finding) -> bool:
    return waiver.rule_id == finding.rule_id and any(fnmatchcase(finding.host, pattern) for pattern in waiver.hosts)


class _WaiverData(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    rule: str
    hosts: list[str] = Field(min_length=1)
    owner: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    until: date


def waivers_of(data: Any, *, known_rules: frozenset[str], path: str = "waivers") -> tuple[Waiver, ...]:
    """The waivers of a file: a list of mappings with ``rule``, ``hosts``, ``owner``, ``reason`` and ``until``.

    Raises:
        IntentError: a key is unknown or missing, or a rule does not exist; with the path of the key.
    """
    if data is None:
        return ()
    if isinstance(data, Mapping) and set(data) == {"waivers"}:
        data = data["waivers"] or []
    if not isinstance(data, list):
        raise IntentError(path, f"is a {type(data).__name__}", "a list of waivers")
    return tuple(_waiver(entry, known_rules, f"{path}[{number}]") for number, entry in enumerate(data))


def _waiver(entry: Any, known_rules: frozenset[str], path: str) -> Waiver:
    try:
        checked = _WaiverData.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([path, *(str(part) for part in first["loc"])])
        raise IntentError(where, first["msg"].lower(), "rule, hosts, owner, reason, until: YYYY-MM-DD") from None
    if checked.rule not in known_rules:
        raise IntentError(f"{path}.rule", f"is {checked.rule!r}", "one of " + ", ".join(sorted(known_rules)))
    return Waiver(checked.rule, tuple(checked.hosts), checked.owner, checked.reason, checked.until)
