"""Rules of users: from Python packages by the entry point ``smartlic.rules``, and from a YAML file of expressions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nornir_smartlic.cli.failures import os_error
from nornir_smartlic.compliance import ALL_RULES, RULES, Case, Evidence, Rule, Severity, Verdict
from nornir_smartlic.compliance.rules import Outcome
from nornir_smartlic.errors import UsageError
from nornir_smartlic.model import LicensingModel
from nornir_smartlic.outputs import plain

ENTRY_POINTS: Final = "smartlic.rules"
_MAX_SHOWN: Final = 200  # characters of a value in evidence


class _RuleData(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    id: str = Field(pattern=r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$")
    title: str = Field(min_length=1)
    severity: Literal["info", "low", "medium", "high"] = "medium"
    rationale: str = Field(min_length=1)
    passes: str
    shows: str
    applies: str | None = None
    expected: str | None = None
    fix: list[str] = Field(default_factory=list)
    models: list[Literal["SLP", "registered", "reserved", "classic"]] = Field(default=["SLP"])


def all_rules(path: Path | None) -> tuple[Rule, ...]:
    """The rules that come with this package, those of other packages, and those in the file *path*.

    Raises:
        UsageError: a file or a package gives something else than rules, or an id twice.
    """
    found = [*RULES]
    taken = {rule.id for rule in ALL_RULES}
    for rule in (*_of_packages(), *_of_file(path)):
        if rule.id in taken:
            raise UsageError(f"rule {rule.id}: there are two of this id")
        taken.add(rule.id)
        found.append(rule)
    return tuple(found)


def _of_packages() -> Iterable[Rule]:
    for point in sorted(entry_points(group=ENTRY_POINTS), key=lambda point: point.name):
        try:
            loaded = point.load()
        except Exception as error:  # whatever a package of somebody else raises on import
            raise UsageError(f"rules of {point.value}: {type(error).__name__}: {error}") from error
        given = [loaded] if isinstance(loaded, Rule) else list(loaded) if isinstance(loaded, Iterable) else [loaded]
        for rule in given:
            if not isinstance(rule, Rule):
                raise UsageError(f"rules of {point.value}: a {type(rule).__name__} - expected a Rule, or some")
            yield rule


def _of_file(path: Path | None) -> Iterable[Rule]:
    if path is None:
        return
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        data = YAML(typ="safe").load(path)
    except OSError as error:
        raise UsageError(f"rules {os_error(error)}") from None
    except (YAMLError, UnicodeDecodeError):
        raise UsageError(f"rules {path}: not YAML") from None
    entries = data.get("rules") if isinstance(data, Mapping) and set(data) == {"rules"} else data
    if not isinstance(entries, list):
        raise UsageError(f"rules {path}: is a {type(entries).__name__} - expected a list of rules")
    for number, entry in enumerate(entries):
        yield _rule(entry, f"rules {path.name}[{number}]")


def _rule(entry: Any, where: str) -> Rule:
    try:
        data = _RuleData.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{where}.{key}: {first['msg'].lower()}") from None
    passes, shows = _compiled(data.passes, f"{where}.passes"), _compiled(data.shows, f"{where}.shows")
    applies = _compiled(data.applies, f"{where}.applies") if data.applies is not None else None

    def check(case: Case) -> Outcome:
        reading = plain(case.reading)
        try:
            if applies is not None and not applies.search(reading):
                return Outcome(Verdict.NOT_APPLICABLE, why=f"{data.applies} does not hold")
            holds, seen = passes.search(reading), shows.search(reading)
        except _errors() as error:
            return Outcome(Verdict.UNKNOWN, why=str(error).splitlines()[0])
        if not isinstance(holds, bool):
            given = json.dumps(holds)[:_MAX_SHOWN]
            return Outcome(Verdict.UNKNOWN, why=f"{data.passes} gives {given}, neither true nor false")
        text = seen if isinstance(seen, str) else json.dumps(seen)
        evidence = () if seen is None else (Evidence(data.shows, text[:_MAX_SHOWN]),)
        verdict = Verdict.PASS if holds else Verdict.FAIL
        return Outcome(verdict, text[:_MAX_SHOWN], data.expected or data.passes, evidence=evidence, fix=tuple(data.fix))

    return Rule(
        data.id,
        Severity(data.severity),
        data.title,
        data.rationale,
        check,
        frozenset(LicensingModel(word) for word in data.models),
    )


def _compiled(expression: str, where: str) -> Any:
    import jmespath  # type: ignore[import-untyped]  # it has no types

    try:
        return jmespath.compile(expression)
    except _errors() as error:
        raise UsageError(f"{where}: no JMESPath expression: {str(error).splitlines()[0]}") from None


def _errors() -> type[Exception]:
    from jmespath.exceptions import JMESPathError  # type: ignore[import-untyped]  # it has no types

    found: type[Exception] = JMESPathError
    return found
