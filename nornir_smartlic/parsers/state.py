"""From a licensing output to a `LicensingState`: cut into sections once, each read by its one function.

A section begins with its title, a line that stands alone at the left margin; most sections are also apart by an empty
line. Sections that read the same are cut and read once: their values are immutable, and most devices of a fleet share
most of their sections (`_LATELY` bounds how much is kept). Those that differ in times, serial numbers and counts only
are read by what they have in common, which `shapes` learns from the functions here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Final

from nornir_smartlic.errors import ParseError
from nornir_smartlic.model import LicenseAuthorizations, LicensingState, MemberAuthorization, Reservation, TechSupport
from nornir_smartlic.parsers import authorizations, legacy, product, status, techsupport, usage
from nornir_smartlic.parsers.making import maker
from nornir_smartlic.parsers.section import NOTHING, Problem, Section
from nornir_smartlic.parsers.shapes import Shapes
from nornir_smartlic.parsers.texts import Text

Facts = dict[str, Any]  # fields of LicensingState; "tech.", "authorization.", "reservation." before those of its parts
_LATELY: Final = 1024  # sections
_BEGINNING: Final = 20  # characters by which the shape of a section is looked for


@dataclass(frozen=True, slots=True, eq=False)  # equal to itself only: its hash is asked for at every section
class Rule:
    """How a section is read, once its title and the underline below that are off."""

    fields: tuple[str, ...]  # that its function gives, in this order; one: the value itself
    read: Callable[[Section], Any]
    with_title: bool = False  # the title line tells something too, and is handed to the function
    owner: bool = False  # what follows belongs to it, whatever its titles, down to the next chapter
    chapter: bool = False


def _rule(fields: str, read: Callable[[Section], Any], **more: bool) -> Rule:
    return Rule(tuple(fields.split()), read, **more)


def _heading(_: Section) -> tuple[()]:
    """A title that heads other sections and tells nothing itself."""
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


@dataclass(slots=True, eq=False)
class Piece:
    """A section as it stands, and what it tells once it was read."""

    rule: Rule | None  # None: it begins with no title
    text: str
    told: tuple[tuple[str, Any], ...] | None = None  # None: not read yet
    left: tuple[str, ...] = ()  # lines that nobody took

    def read(self, rule: Rule) -> tuple[tuple[str, Any], ...]:
        """The facts of this section; raises `Problem`."""
        lines = self.text.split("\n")
        if not rule.with_title:
            del lines[0]
            if lines and lines[0] and not lines[0].strip("="):
                del lines[0]  # the underline
        section = Section(lines)
        value = rule.read(section)
        values = (value,) if len(rule.fields) == 1 else value
        told = [pair for pair in zip(rule.fields, values, strict=True) if pair[1] is not NOTHING]
        self.left = section.rest()
        self.told = tuple(told)
        return self.told


_known: dict[str, tuple[Piece, ...]] = {}  # by their text; not those that had a shape, which hardly come again


def _sections(paragraph: str) -> tuple[Piece, ...]:
    """The sections of a text without empty lines; what stands before the first has no rule."""
    found = None
    if paragraph[:1] not in ("", " "):  # with a title
        found = _shapes(None, paragraph[:_BEGINNING], paragraph.count("\n")).find(paragraph)
    if found is None:
        if len(_known) >= _LATELY:
            _known.clear()
        found = _known[paragraph] = _cut(paragraph)
    return found


def _joined(rule: Rule, text: str) -> Piece:
    """A section that goes on behind an empty line."""
    found = _shapes(rule, text[:_BEGINNING], text.count("\n")).find(text)
    return Piece(rule, text) if found is None else found[0]


@lru_cache(maxsize=512)
def _shapes(rule: Rule | None, beginning: str, lines: int) -> Shapes[tuple[Piece, ...]]:  # noqa: ARG001  the key
    """What the sections of *rule* have in common that begin so; without it, what the paragraphs have in common."""
    return Shapes(lambda text: _read(_cut(text) if rule is None else (Piece(rule, text),)))


def _read(found: tuple[Piece, ...]) -> tuple[Piece, ...]:
    for piece in found:
        if piece.rule is not None:
            piece.read(piece.rule)
    return found


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
    for paragraph in body.rsplit("\n\n"):  # from behind it is found twice as fast
        for piece in _known.get(paragraph) or _sections(paragraph):
            rule = piece.rule
            if rule is not None and (not owned or rule.chapter):
                found.append(piece)
                owned = rule.owner
            elif found:
                more.setdefault(len(found) - 1, []).append(piece.text)
            else:
                found.append(Piece(None, piece.text))
    for index, texts in more.items():
        rule, text = found[index].rule, "\n\n".join([found[index].text, *texts])
        found[index] = Piece(None, text) if rule is None else _joined(rule, text)
    return found


def read_sections(command: str, text: Text) -> tuple[Facts, list[str]]:
    """The facts of every section of *text*, and the lines that nobody took; raises `ParseError`."""
    facts: Facts = {}
    licenses: list[Any] = []
    unparsed: list[str] = []
    for piece in pieces(text.body):
        rule, told = piece.rule, piece.told
        if told is None:
            if rule is None:
                unparsed += _lines(piece)
                continue
            try:
                told = piece.read(rule)
            except Problem as problem:
                raise located(command, text, problem, piece.text) from None
        if rule is LICENSE:
            licenses.append(told[0][1])
        elif told and told[0][0] in facts:
            unparsed += _lines(piece)  # told twice: the first counts
            continue
        else:
            for name, value in told:
                facts[name] = value
        if piece.left:
            unparsed += piece.left
    if licenses:
        facts["usage"] = tuple(licenses)
        if len({used.export_status is None for used in licenses}) > 1:  # before 16.8 no licence has it; recalled
            raise located(command, text, Problem("the output ends where 'Export status:' was expected", None))
    if unparsed:
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


_BLANK: Final = {field.name: field.default for field in fields(LicensingState)}


def state_of(facts: Facts, text: Text) -> LicensingState:
    """The state that *facts* are of."""
    # A frozen dataclass sets each field by a call of its own; of so many, that costs more than reading them.
    state = object.__new__(LicensingState)
    told = state.__dict__
    told.update(_BLANK)
    told.update(facts)
    told["header"] = text.header
    if len(told) > len(_BLANK):
        _take(told, "usage")
        if reservation := _take(told, "reservation"):
            told["reservation"] = _reservation(reservation)
        if authorization := _take(told, "authorization"):
            told["authorizations"] = _authorizations(authorization, told["reservation"])
        if tech := _take(told, "tech"):
            told["tech_support"] = _make_tech_support(**{**_BLANK_TECH, **tech})
    return state


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
_make_tech_support: Final = maker(TechSupport)
_make_reservation: Final = maker(Reservation)
_make_authorization: Final = maker(MemberAuthorization)
_make_authorizations: Final = maker(LicenseAuthorizations)


def _take(told: Facts, part: str) -> Facts:
    """The facts of *part*, which are taken away from *told*."""
    return {field: told.pop(name) for name, field in _PARTS[part] if name in told}


def _reservation(told: Facts) -> Reservation | None:
    if not told.keys() & {"enabled", "licenses"}:
        return None
    members, export_allowed = told.get("members", ((), None))
    return _make_reservation(told.get("enabled"), members, told.get("licenses", ()), export_allowed)


def _authorizations(told: Facts, reservation: Reservation | None) -> LicenseAuthorizations | None:
    """The authorizations of each member; tech support prints them among the reservations."""
    members = told.get("members")
    if members is None and reservation is not None and "purchased" in told:
        members = tuple(
            [
                _make_authorization(
                    who.member, who.status, who.installed, who.last_confirmation_code, who.last_return_code
                )
                for who in reservation.members
            ]
        )
    if not members:
        return None
    return _make_authorizations(
        members,
        told.get("codes", ()),
        told.get("purchased", ()),
        told.get("derived", ()),
        *told.get("pushes", (None, None)),
    )


def require(command: str, text: Text, facts: Mapping[str, Any], wanted: Mapping[str, str]) -> None:
    """Raise a `ParseError` where the section of a wanted field is missing: the output was cut, or is another one."""
    if facts.keys() >= wanted.keys():
        return
    for field, title in wanted.items():
        if field not in facts:
            raise ParseError(
                command,
                f"the output is not whole: '{title}' is missing",
                line_number=text.number(len(text.lines) - 1),
                line=text.lines[-1],
            )
