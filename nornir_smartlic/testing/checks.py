"""Checks in YAML, without code: which hosts, and what must hold on them. Pure but for `read_checks`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from nornir_smartlic.compliance import RULES, Verdict, Waiver, waivers_of
from nornir_smartlic.errors import IntentError, UsageError
from nornir_smartlic.operations.results import ComplianceReport
from nornir_smartlic.outputs import plain
from nornir_smartlic.outputs.texts import clean
from nornir_smartlic.testing.assertions import lines_of, problem_of

Scalar: TypeAlias = StrictBool | StrictInt | StrictFloat | StrictStr | None
_KNOWN: Final = frozenset(rule.id for rule in RULES)
_LARGEST: Final = 2**20


class _CheckData(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    name: Annotated[str, Field(min_length=1)]
    hosts: list[str] = []
    rules: list[str] | dict[str, str] | None = None
    values: dict[str, Scalar] = {}


@dataclass(frozen=True, slots=True)
class Check:
    """One named check. Without *rules* and *values* every rule must hold."""

    name: str
    hosts: tuple[str, ...] = ()  # filters as of -F; (): all hosts
    rules: frozenset[str] | None = None  # those that must hold; None: all, if no verdict or value is expected
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)  # those with a verdict of their own
    values: Mapping[str, Scalar] = field(default_factory=dict)  # by path, such as state.transport.type

    def problem(self, host: str, audit: ComplianceReport | str) -> str | None:
        """The text of what is not as expected on *host*; ``None``: all is."""
        if isinstance(audit, str) or not (self.verdicts or self.values):
            return problem_of(host, audit, self.rules)
        lines = []
        if self.rules is not None and (text := problem_of(host, audit, self.rules)) is not None:
            lines += text.splitlines()[1:]
        for finding in audit.findings:
            wanted = self.verdicts.get(finding.rule_id)
            if wanted not in (None, finding.verdict):
                lines.append(
                    f"  {finding.rule_id}: {finding.verdict.value} - expected {wanted.value if wanted else ''}"
                )
                lines += lines_of(finding)[1:]
        data = plain(audit.reading) if self.values else {}
        lines += [text for path, value in self.values.items() if (text := _differs(data, path, value)) is not None]
        return "\n".join([f"{host}: not as expected", *lines]) if lines else None


@dataclass(frozen=True, slots=True)
class CheckFile:
    """A file of checks; *source* says where its devices are."""

    checks: tuple[Check, ...]
    source: Mapping[str, Any]
    waivers: tuple[Waiver, ...] = ()


def read_checks(path: Path) -> CheckFile:
    """The checks of the file *path*.

    Raises:
        UsageError: it cannot be read or is no such file.
        IntentError: a key is unknown or missing, or a rule or verdict does not exist; with the path of the key.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise UsageError(f"{path.name}: more than 1 MB")
        data = YAML(typ="safe").load(path)
    except OSError as error:
        raise UsageError(f"{path.name}: {error.strerror}") from None
    except (YAMLError, UnicodeDecodeError) as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        where = f" line {mark.line + 1}" if mark is not None else ""
        raise UsageError(f"{path.name}{where}: not YAML") from None
    if not isinstance(data, Mapping) or not isinstance(data.get("checks"), list) or not data["checks"]:
        raise IntentError(path.name, "no list of checks", "checks: [{name: ...}, ...]")
    checks = tuple(_check(entry, f"{path.name}: checks[{number}]") for number, entry in enumerate(data["checks"]))
    names = [check.name for check in checks]
    for name in names:
        if names.count(name) > 1:
            raise IntentError(f"{path.name}: checks", f"two named {name!r}", "a name of its own for each")
    waivers = waivers_of(data.get("waivers"), known_rules=_KNOWN, path=f"{path.name}: waivers")
    source = {key: value for key, value in data.items() if key not in ("checks", "waivers")}
    return CheckFile(checks, source, waivers)


def _check(entry: Any, where: str) -> Check:
    try:
        data = _CheckData.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join([where, *(str(part) for part in first["loc"])])
        raise IntentError(place, first["msg"].lower(), "name, hosts, rules, values") from None
    for rule in data.rules or ():
        if rule not in _KNOWN:
            raise IntentError(f"{where}.rules", repr(rule), "a rule, such as SLP-TRUST")
    verdicts = {}
    if isinstance(data.rules, dict):
        for rule, spelled in data.rules.items():
            try:
                verdicts[rule] = Verdict(spelled)
            except ValueError:
                known = ", ".join(verdict.value for verdict in Verdict)
                raise IntentError(f"{where}.rules.{rule}", repr(spelled), f"one of {known}") from None
    rules = frozenset(data.rules) if isinstance(data.rules, list) else None
    return Check(data.name, tuple(data.hosts), rules, verdicts, data.values)


def _differs(data: Any, path: str, wanted: Scalar) -> str | None:
    """How the value at *path* is not *wanted*, of which a text may have ``*`` and ``?`` as in file names."""
    value = data
    passed: list[str] = []
    for word in path.split("."):
        known = range(len(value)) if isinstance(value, list) else value if isinstance(value, Mapping) else ()
        key: Any = int(word) if isinstance(value, list) and word.isdecimal() else word
        if key not in known:
            there = ", ".join(str(each) for each in known) or "nothing"
            return clean(f"  {path}: there is no {word!r}; {'.'.join(passed) or 'a reading'} has {there}")
        value = value[key]
        passed.append(word)
    fits = fnmatchcase(value, wanted) if isinstance(value, str) and isinstance(wanted, str) else _same(value, wanted)
    return None if fits else clean(f"  {path}: {_shown(value)} - expected {_shown(wanted)}")


def _same(value: Any, wanted: Scalar) -> bool:
    return bool(value == wanted) and isinstance(value, bool) == isinstance(wanted, bool)


def _shown(value: Any) -> str:
    """As YAML has it; of more than one value how many."""
    if isinstance(value, list | dict):
        return f"{len(value)} entries"
    if value is None:
        return "null"
    return str(value).lower() if isinstance(value, bool) else str(value)
