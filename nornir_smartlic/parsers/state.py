"""From a licensing output to a `LicensingState`: cut into sections once, each read by its one function.

A section begins with its title, a line that stands alone at the left margin; most sections are also apart by an empty
line. A short section that reads the same as one before is not read again: its values are immutable, and the devices of
a fleet share most of their sections. What is kept is bounded, `_LATELY` sections of `_SHORT` characters.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Final

from nornir_smartlic.errors import ParseError
from nornir_smartlic.model import LicenseAuthorizations, LicensingState, MemberAuthorization, Reservation, TechSupport
from nornir_smartlic.parsers import authorizations, legacy, product, status, techsupport, usage
from nornir_smartlic.parsers.section import NOTHING, Problem, Section
from nornir_smartlic.parsers.texts import Text

Facts = dict[str, Any]  # fields of LicensingState; "tech.", "authorization.", "reservation." before those of its parts
_LATELY: Final = 4096  # sections
_SHORT: Final = 4096  # characters; a longer section is hardly the same on two devices


@dataclass(frozen=True, slots=True, eq=False)  # equal to itself only: its hash is asked for at every section
class Rule:
    """How a section is read, once its title and the underline below that are off."""

    fields: tuple[str, ...]  # that its function gives, in this order; one: the value itself
    read: Callable[[Section], Any]
    with_title: bool = False  # the title line says something too, and is handed to the function
    owner: bool = False  # what follows belongs to it, whatever its titles, down to the next chapter
    chapter: bool = False


def _rule(fields: str, read: Callable[[Section], Any], **more: bool) -> Rule:
    return Rule(tuple(fields.split()), read, **more)


def _heading(_: Section) -> tuple[()]:
    """A title that heads other sections and says nothing itself."""
    return ()


def _telemetry(title: str) -> Rule:
    return _rule("telemetry", lambda section: status.telemetry(section, title), chapter=True)


def _enabled(section: Section) -> bool:
    return section.take_line() == "Smart Licensing is ENABLED"


def _reservation_mode(section: Section) -> bool:
    return section.take_line() == "License Reservation is ENABLED"


def _no_licenses(_: Section) -> tuple[()]:
    return ()


def _license(section: Section) -> Any:
    return usage.handle(section) if section.next_key() == "Handle" else usage.license_block(section)


RULES: Final[dict[str, Rule]] = {
    "Smart Licensing Tech Support info": _rule("", _heading, chapter=True),
    "Smart Licensing Status": _rule("", _heading, chapter=True),
    "Smart Licensing is ENABLED": _rule("enabled", _enabled, with_title=True),
    "Smart Licensing is DISABLED": _rule("enabled", _enabled, with_title=True),
    "License Conversion:": _rule("conversion", status.conversion),
    "Export Authorization Key:": _rule("export_authorization_keys", status.export_authorization_keys),
    "License Reservation is ENABLED": _rule("reservation_mode", _reservation_mode, with_title=True),
    "License Reservation is DISABLED": _rule("reservation_mode", _reservation_mode, with_title=True),
    "Utility:": _rule("utility utility_details", status.utility),
    "Smart Licensing Using Policy:": _rule("slp reporting_mode", status.using_policy),
    "Account Information:": _rule("account", status.account),
    "Registration:": _rule("registration", legacy.registration),
    "License Authorization:": _rule("authorization_state", legacy.authorization_state),
    "Evaluation Period:": _rule("evaluation_period", legacy.evaluation_period),
    "Data Privacy:": _rule("privacy", status.data_privacy),
    "Transport:": _rule("transport", status.transport),
    "Miscellaneous:": _rule("custom_id", status.custom_id),
    "Policy:": _rule("policy", status.policy),
    "PolicyV2:": _rule("policy_v2", status.policy_v2),
    "Usage Reporting:": _rule("usage_reporting", status.usage_reporting),
    "Trust Code Installed:": _rule("trust_codes secondary_signing_cert", status.trust_codes, with_title=True),
    "License Usage:": _rule("usage", usage.summary_table, with_title=True, chapter=True),
    "License Usage": _rule("usage.heading", _heading, chapter=True),
    "No licenses in use": _rule("usage", _no_licenses),
    "Product Information": _rule("udi", product.own_udi, chapter=True),
    "HA UDI List:": _rule("members", product.members),
    "Agent Version": _rule("agent_version component_versions", product.agent_version, chapter=True),
    "License Authorizations": _rule("authorization.pushes", authorizations.pushes, chapter=True),
    "Overall status:": _rule("authorization.members reservation.members", authorizations.overall_status),
    "Authorizations:": _rule("authorization.codes", authorizations.authorizations),
    "Purchased Licenses:": _rule("authorization.purchased", authorizations.purchased),
    "Derived Licenses:": _rule("authorization.derived", authorizations.derived),
    "Reservation Info": _rule("reservation.enabled authorization.pushes", authorizations.reservation, chapter=True),
    "Specified license reservations:": _rule("reservation.licenses", authorizations.reserved),
    "Usage Report Summary:": _rule("report_summary", status.report_summary, chapter=True),
    "Device Enforcement State:": _rule("device_enforcement", status.device_enforcement, chapter=True),
    "Enforcement Status:": _rule("device_enforcement", status.device_enforcement, chapter=True),
    "Device Telemetry Report Summary:": _telemetry("Device Telemetry Report Summary"),
    "Telemetry Report Summary:": _telemetry("Telemetry Report Summary"),
    "Product Analytics Report Summary:": _telemetry("Product Analytics Report Summary"),
    "Upcoming Scheduled Jobs": _rule("tech.current_time tech.jobs", techsupport.scheduled_jobs, chapter=True),
    "Communication Statistics:": _rule(
        "tech.communication_level tech.overall_state tech.statistics",
        techsupport.communication,
        owner=True,
        chapter=True,
    ),
    "License Certificates": _rule("tech.certificates", techsupport.certificates, chapter=True),
    "HA Info": _rule("tech.ha", techsupport.ha_info, chapter=True),
    "Last Reporting Not Required:": _rule(
        "tech.reporting_not_required", techsupport.reporting_not_required, chapter=True
    ),
    "Other Info": _rule("tech.other tech.trust_lines", techsupport.other_info, owner=True, chapter=True),
    "Platform Provided Mapping Table": _rule("tech.mapping tech.enforced", techsupport.mapping_table, chapter=True),
}
LICENSE: Final = Rule(("usage",), _license, with_title=True)  # titled by its name, or by its handle
_TRUST: Final = "Trust Code Installed:"  # the one title that carries a value on its line


def _rule_of(line: str) -> Rule | None:
    """The rule of the section that *line* is the title of."""
    if line in RULES:
        return RULES[line]
    if line[-2:] == "):" or line[:8] == "Handle: ":
        return LICENSE if usage.is_title(line) else None
    return RULES[_TRUST] if line[:21] == _TRUST else None


@dataclass(frozen=True, slots=True, eq=False)
class Piece:
    """A section as it stands."""

    rule: Rule | None  # None: it begins with no title
    text: str


Taken = tuple[tuple[tuple[str, Any], ...], tuple[str, ...]]


def _read(rule: Rule, text: str) -> Taken:
    """The facts of a section of *rule*, and the lines that nobody took; raises `Problem`."""
    lines = text.split("\n")
    if not rule.with_title:
        del lines[0]
        if lines and lines[0] and not lines[0].strip("="):
            del lines[0]  # the underline
    section = Section(lines)
    value = rule.read(section)
    values = (value,) if len(rule.fields) == 1 else value
    taken = tuple([pair for pair in zip(rule.fields, values, strict=True) if pair[1] is not NOTHING])
    return taken, section.rest()


_read_kept: Final = lru_cache(maxsize=_LATELY)(_read)


def read_section(rule: Rule, text: str) -> Taken:
    """The same as `_read`; what is short is kept, since the members of a fleet share most of their sections."""
    return _read_kept(rule, text) if len(text) <= _SHORT else _read(rule, text)


def _cut(paragraph: str) -> tuple[Piece, ...]:
    """The sections of *paragraph*, not read yet."""
    if _is_plain(paragraph):
        return (Piece(_rule_of(paragraph.partition("\n")[0]), paragraph),)
    lines = paragraph.split("\n")
    if " \n" in paragraph or paragraph[-1:].isspace() or not lines[0]:
        lines = [line for line in map(str.rstrip, lines) if line and line != " --More--"]
        if not lines:
            return ()
        paragraph = "\n".join(lines)
    at_margin = [index for index, line in enumerate(lines) if line[:1] not in (" ", "") or line[:2] == " ("]
    starts: list[int] = []
    rules: list[Rule | None] = []
    owned = False
    for index in at_margin:
        rule = _rule_of(lines[index])
        if rule is LICENSE and any(line.lstrip()[:6] == "Total " for line in lines[index + 1 : index + 3]):
            continue  # not one in use, but one that is authorized or reserved, in a text that lost its indents
        if rules and rules[-1] is RULES["License Usage:"] and lines[index] == usage.NONE_IN_USE:
            continue  # in the summary, the same
        if rule is not None and (not owned or rule.chapter):
            starts.append(index)
            rules.append(rule)
            owned = rule.owner
    if not starts or starts[0]:
        starts.insert(0, 0)
        rules.insert(0, None)
    ends = [*starts[1:], len(lines)]
    return tuple([Piece(rule, "\n".join(lines[a:b])) for rule, a, b in zip(rules, starts, ends, strict=True)])


_cut_kept: Final = lru_cache(maxsize=_LATELY)(_cut)


def _is_plain(paragraph: str) -> bool:
    """Whether it has no margin but a title's, and no blanks at the ends of lines. Most are so."""
    second = paragraph.find("\n") + 1
    return (
        paragraph[second : second + 1] == " "
        and (paragraph[0] == " " or not paragraph[0].isspace())
        and paragraph[:2] != " ("
        and not paragraph[-1].isspace()
        and " \n" not in paragraph
        and "\n (" not in paragraph
        and paragraph.count("\n ") == paragraph.count("\n")
    )


def pieces(body: str) -> list[Piece]:
    """The sections of an output in their order; parts without a title of their own go with the section before."""
    found: list[Piece] = []
    more: dict[int, list[str]] = {}  # by the place in found of what it belongs to
    owned = False
    for paragraph in body.split("\n\n"):
        for piece in _cut_kept(paragraph) if len(paragraph) <= _SHORT else _cut(paragraph):
            rule = piece.rule
            if rule is not None and (not owned or rule.chapter):
                found.append(piece)
                owned = rule.owner
            elif found:
                more.setdefault(len(found) - 1, []).append(piece.text)
            else:
                found.append(Piece(None, piece.text))
    for index, texts in more.items():
        found[index] = Piece(found[index].rule, "\n\n".join([found[index].text, *texts]))
    return found


def read_sections(command: str, text: Text) -> tuple[Facts, list[str]]:
    """The facts of every section of *text*, and the lines that nobody took; raises `ParseError`."""
    facts: Facts = {}
    licenses: list[Any] = []
    unparsed: list[str] = []
    for piece in pieces(text.body):
        rule = piece.rule
        if rule is None:
            unparsed += _lines(piece)
            continue
        try:
            taken, left = read_section(rule, piece.text)
        except Problem as problem:
            if not text.partial:
                raise located(command, text, problem, piece.text) from None
            text.missing.append(piece.text.partition("\n")[0].strip())
            unparsed += _lines(piece)
            continue
        if rule is LICENSE:
            licenses.append(taken[0][1])
        elif taken and taken[0][0] in facts:
            unparsed += _lines(piece)  # printed twice: the first counts
            continue
        else:
            for name, value in taken:
                facts[name] = value
        unparsed += left
    if licenses:
        facts["usage"] = tuple(licenses)
        some = len({used.export_status is None for used in licenses}) > 1  # before 16.8 no licence has it; unverified
        if some and not text.partial:
            raise located(command, text, Problem("the output ends where 'Export status:' was expected", None))
    if unparsed and not text.partial:
        _refuse_cut_title(command, text, unparsed[-1])
    return facts, unparsed


def _lines(piece: Piece) -> list[str]:
    return [line.strip() for line in piece.text.split("\n") if line]


def _refuse_cut_title(command: str, text: Text, last: str) -> None:
    lines = text.lines
    if lines[-1].strip() == last and any(title.startswith(last) and title != last for title in RULES):
        problem = "the output is not whole: it ends within a title"
        raise ParseError(command, problem, line_number=text.number(len(lines) - 1), line=last)


def located(command: str, text: Text, problem: Problem, section_text: str = "") -> ParseError:
    """The `ParseError` of *problem*, with the number of its line; *section_text* is where it is looked for first."""
    lines = text.lines
    start = _start(lines, [line for line in section_text.split("\n") if line][:2])
    if problem.line is not None:
        at = next((index for index in range(start, len(lines)) if lines[index].strip() == problem.line), start)
        cut = "; the output ends here, it seems to be cut" if at == len(lines) - 1 and at else ""
        return ParseError(command, f"{problem.problem}{cut}", line_number=text.number(at), line=problem.line)
    left = sum(1 for line in section_text.split("\n") if line) if section_text else len(lines)
    at = start
    while at < len(lines) - 1 and left:
        left -= bool(lines[at])
        at += 1
    while at < len(lines) - 1 and not lines[at]:
        at += 1
    return ParseError(command, problem.problem, line_number=text.number(at), line=lines[at])


def _start(lines: list[str], beginning: list[str]) -> int:
    """Where the section that begins with these lines stands."""
    for index, line in enumerate(lines):
        if beginning and line == beginning[0] and [more for more in lines[index : index + 9] if more][:2] == beginning:
            return index
    return 0


def state_of(facts: Facts, text: Text) -> LicensingState:
    """The state that *facts* are of."""
    parsed = {name: value for name, value in facts.items() if "." not in name}
    if len(parsed) < len(facts):
        parts = {part: _part(facts, part) for part in _PARTS}
        reservation = _reservation(parts["reservation"])
        if reservation is not None:
            parsed["reservation"] = reservation
        if authorization := parts["authorization"]:
            parsed["authorizations"] = _authorizations(authorization, reservation)
        if tech := parts["tech"]:
            parsed["tech_support"] = TechSupport(**{**_BLANK_TECH, **tech})
    return LicensingState(**parsed, header=text.header)


def _parts() -> dict[str, tuple[tuple[str, str], ...]]:
    """The facts of every part, as they are called among all and in their part."""
    found: dict[str, set[tuple[str, str]]] = {}
    for name in (name for rule in RULES.values() for name in rule.fields):
        part, dot, field = name.partition(".")
        if dot:
            found.setdefault(part, set()).add((name, field))
    return {part: tuple(sorted(names)) for part, names in found.items()}


_PARTS: Final = _parts()
_BLANK_TECH: Final = {
    **{field.name: () for field in fields(TechSupport)},
    **dict.fromkeys(("current_time", "communication_level", "overall_state")),
}


def _part(facts: Facts, part: str) -> Facts:
    """The facts of *part*, as they are called in it."""
    return {field: facts[name] for name, field in _PARTS[part] if name in facts}


def _reservation(parsed: Facts) -> Reservation | None:
    if not parsed.keys() & {"enabled", "licenses"}:
        return None
    members, export_allowed = parsed.get("members", ((), None))
    return Reservation(parsed.get("enabled"), members, parsed.get("licenses", ()), export_allowed)


def _authorizations(parsed: Facts, reservation: Reservation | None) -> LicenseAuthorizations | None:
    """The authorizations of each member; tech support prints them among the reservations."""
    members = parsed.get("members")
    if members is None and reservation is not None and "purchased" in parsed:
        members = tuple(
            [
                MemberAuthorization(
                    who.member, who.status, who.installed, who.last_confirmation_code, who.last_return_code
                )
                for who in reservation.members
            ]
        )
    if not members:
        return None
    return LicenseAuthorizations(
        members,
        parsed.get("codes", ()),
        parsed.get("purchased", ()),
        parsed.get("derived", ()),
        *parsed.get("pushes", (None, None)),
    )


def require(command: str, text: Text, facts: Mapping[str, Any], wanted: Mapping[str, str]) -> None:
    """Raise a `ParseError` where the section of a wanted field is missing: the output was cut, or is another one.

    Of a partial text the missing sections are named, and there must be a fact at all.
    """
    if facts.keys() >= wanted.keys():
        return
    missing = [title for field, title in wanted.items() if field not in facts]
    if text.partial and any(name != "slp" or value for name, value in facts.items()):
        text.missing += [title for title in missing if title not in text.missing]
        return
    raise ParseError(
        command,
        f"the output is not whole: '{missing[0]}' is missing",
        line_number=text.number(len(text.lines) - 1),
        line=text.lines[-1],
    )
