"""From the lines of a licensing output to a `LicensingState`: cut into sections once, each read by its one function.

A section begins with its title, a line that stands alone at the left margin. A chapter (underlined, or one of those
that behave so) owns everything down to the next chapter, whatever titles stand in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from nornir_smartlic.errors import ParseError
from nornir_smartlic.model import LicensingState, TechSupport
from nornir_smartlic.parsers import authorizations, legacy, product, status, techsupport, usage
from nornir_smartlic.parsers.section import Problem, Section
from nornir_smartlic.parsers.texts import Text

Facts = Mapping[str, Any]  # fields of LicensingState; those of TechSupport have "tech." before them
Reading = tuple[Facts, tuple[str, ...]]  # what a section tells, and the lines that nobody took


@dataclass(frozen=True, slots=True)
class Rule:
    """How one section is read, from its title line on."""

    read: Callable[[tuple[str, ...]], Reading]
    chapter: bool = False  # owns everything down to the next chapter


def _section(fields: str, read: Callable[[Section], Any], *, title: bool = False, chapter: bool = False) -> Rule:
    """The rule of a section whose function gives the named *fields*; with *title*, it is handed the title line too.

    Sections that read the same are read once: their values are immutable, and most devices of a fleet share them.
    """
    names = fields.split()

    @lru_cache(maxsize=512)
    def remembered(lines: tuple[str, ...]) -> Reading:
        section = Section(lines if title else _below(lines))
        value = read(section)
        facts = {names[0]: value} if len(names) == 1 else dict(zip(names, value, strict=True))
        return facts, section.rest()

    return Rule(remembered, chapter)


def _below(lines: tuple[str, ...]) -> tuple[str, ...]:
    """What stands below the title, and below its underline if it has one."""
    return lines[2:] if lines[1:2] and not lines[1].strip("=") and lines[1] else lines[1:]


def _telling(**facts: Any) -> Rule:
    """The rule of a title that tells everything itself."""
    return Rule(lambda lines: (facts, tuple(line.strip() for line in _below(lines) if line)))


def _licenses(lines: tuple[str, ...]) -> Reading:
    return licenses(_below(lines))


def licenses(lines: Sequence[str]) -> Reading:
    """Blocks of licences, titled by their name or by a handle; or one line that says that there are none."""
    found = []
    rest: list[str] = []
    for block in usage.split_blocks(lines):
        if block[0] == "No licenses in use":
            rest += block[1:]
        elif usage.is_title(block[0]):
            value, left = _license(block)
            found.append(value)
            rest += left
        else:
            rest += block
    return {"usage": tuple(found)}, tuple(rest)


@lru_cache(maxsize=2048)
def _license(lines: tuple[str, ...]) -> tuple[Any, tuple[str, ...]]:
    section = Section(lines)
    value = usage.handle(section) if section.next_key() == "Handle" else usage.license_block(section)
    return value, section.rest()


def _telemetry(title: str) -> Rule:
    return _section("telemetry", lambda section: status.telemetry(section, title), chapter=True)


RULES: Final[dict[str, Rule]] = {
    "Smart Licensing Tech Support info": _telling(),
    "Smart Licensing Status": _telling(),
    "Smart Licensing is ENABLED": _telling(enabled=True),
    "Smart Licensing is DISABLED": _telling(enabled=False),
    "License Conversion:": _section("conversion", status.conversion),
    "Export Authorization Key:": _section("export_authorization_keys", status.export_authorization_keys),
    "Utility:": _section("utility", status.status_switch),
    "Smart Licensing Using Policy:": _section("slp reporting_mode", status.using_policy),
    "Account Information:": _section("account", status.account),
    "Registration:": _section("registration", legacy.registration),
    "License Authorization:": _section("authorization_state", legacy.authorization_state),
    "Data Privacy:": _section("privacy", status.data_privacy),
    "Transport:": _section("transport", status.transport),
    "Miscellaneous:": _section("custom_id", status.custom_id),
    "Policy:": _section("policy", status.policy),
    "PolicyV2:": _section("policy_v2", status.policy_v2),
    "Usage Reporting:": _section("usage_reporting", status.usage_reporting),
    "Trust Code Installed:": _section(
        "trust_codes secondary_signing_cert", status.trust_codes, title=True, chapter=True
    ),
    "License Usage:": Rule(lambda lines: ({"usage": usage.summary_table(lines[1:])}, ()), chapter=True),
    "License Usage": Rule(_licenses, chapter=True),
    "Product Information": _section("udi members", product.product, chapter=True),
    "Agent Version": _section("agent_version", product.agent_version, chapter=True),
    "License Authorizations": _section("authorizations", authorizations.license_authorizations, chapter=True),
    "Usage Report Summary:": _section("report_summary", status.report_summary, chapter=True),
    "Device Enforcement State:": _section("device_enforcement", status.device_enforcement, chapter=True),
    "Enforcement Status:": _section("device_enforcement", status.device_enforcement, chapter=True),
    "Device Telemetry Report Summary:": _telemetry("Device Telemetry Report Summary"),
    "Telemetry Report Summary:": _telemetry("Telemetry Report Summary"),
    "Product Analytics Report Summary:": _telemetry("Product Analytics Report Summary"),
    "Upcoming Scheduled Jobs": _section("tech.current_time tech.jobs", techsupport.scheduled_jobs, chapter=True),
    "Communication Statistics:": _section(
        "tech.communication_level tech.overall_state tech.statistics", techsupport.communication, chapter=True
    ),
    "License Certificates": _section("tech.certificates", techsupport.certificates, chapter=True),
    "HA Info": _section("tech.ha", techsupport.ha_info, chapter=True),
    "Reservation Info": _section("reservation authorizations", authorizations.reservation, chapter=True),
    "Last Reporting Not Required:": _section(
        "tech.reporting_not_required", techsupport.reporting_not_required, chapter=True
    ),
    "Other Info": _section("tech.other tech.trust_lines", techsupport.other_info, chapter=True),
    "Platform Provided Mapping Table": _section("tech.mapping tech.enforced", techsupport.mapping_table, chapter=True),
}
_TRUST: Final = "Trust Code Installed:"  # the one title that carries a value on its line


def read_sections(command: str, text: Text) -> tuple[dict[str, Any], list[str]]:
    """The facts of every section of *text*, and the lines that nobody took; raises `ParseError`."""
    lines = text.lines
    starts = [index for index, line in enumerate(lines) if line in RULES or line[:21] == _TRUST]
    facts: dict[str, Any] = {}
    unparsed = [line.strip() for line in lines[: starts[0] if starts else len(lines)] if line]
    count = len(starts)
    at = 0
    while at < count:
        start = starts[at]
        rule = RULES.get(lines[start]) or RULES[_TRUST]
        at += 1
        if rule.chapter:
            while at < count and not (RULES.get(lines[starts[at]]) or RULES[_TRUST]).chapter:
                at += 1
        end = starts[at] if at < count else len(lines)
        try:
            told, left = rule.read(tuple(lines[start:end]))
        except Problem as problem:
            raise located(command, text, problem, start, end) from None
        if told and not told.keys().isdisjoint(facts):
            unparsed += [line.strip() for line in lines[start:end] if line]  # printed twice: the first counts
        else:
            facts.update(told)
            unparsed += left
    if (
        unparsed
        and (last := lines[-1].strip()) == unparsed[-1]
        and any(title.startswith(last) and title != last for title in RULES)
    ):
        raise ParseError(
            command,
            "the output is not whole: it ends within a title",
            line_number=text.number(len(lines) - 1),
            line=last,
        )
    return facts, unparsed


def located(command: str, text: Text, problem: Problem, start: int = 0, end: int | None = None) -> ParseError:
    """The `ParseError` of *problem*, with the number of its line."""
    lines = text.lines
    end = len(lines) if end is None else end
    if problem.line is None:
        if end < len(lines):
            return ParseError(command, problem.problem, line_number=text.number(end), line=lines[end])
        return ParseError(command, problem.problem, line_number=text.number(len(lines) - 1), line=lines[-1])
    for index in range(start, end):
        if lines[index].strip() == problem.line:
            return ParseError(command, problem.problem, line_number=text.number(index), line=problem.line)
    return ParseError(command, problem.problem, line_number=text.number(start), line=problem.line)


def state_of(facts: Mapping[str, Any], text: Text) -> LicensingState:
    """The state that *facts* are of."""
    tech = {name[5:]: value for name, value in facts.items() if name[:5] == "tech."}
    if not tech:
        return LicensingState(header=text.header, **facts)
    return LicensingState(
        header=text.header,
        tech_support=_tech_support(tech),
        **{name: value for name, value in facts.items() if name[:5] != "tech."},
    )


def _tech_support(tech: Mapping[str, Any]) -> TechSupport:
    return TechSupport(
        current_time=tech.get("current_time"),
        jobs=tech.get("jobs", ()),
        communication_level=tech.get("communication_level"),
        overall_state=tech.get("overall_state"),
        statistics=tech.get("statistics", ()),
        certificates=tech.get("certificates", ()),
        ha=tech.get("ha", ()),
        reporting_not_required=tech.get("reporting_not_required", ()),
        other=tech.get("other", ()),
        trust_lines=tech.get("trust_lines", ()),
        mapping=tech.get("mapping", ()),
        enforced=tech.get("enforced", ()),
    )


def require(command: str, text: Text, facts: Mapping[str, Any], wanted: Iterable[tuple[str, str]]) -> None:
    """Raise a `ParseError` where the section of a wanted field is missing: the output was cut, or is another one."""
    for field, title in wanted:
        if field not in facts:
            raise ParseError(
                command,
                f"the output is not whole: '{title}' is missing",
                line_number=text.number(len(text.lines) - 1),
                line=text.lines[-1],
            )
