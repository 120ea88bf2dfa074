"""What a saved text has of its own: which lines it has, its white space, the prompt and the log lines around it.

For ``smartlic-lab roundtrip`` alone: ``printed(command, value, style, imprint_of(...)) == text`` is asked of every
saved output. An imprint holds no value of the state; a live device has none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol

from nornir_smartlic.model import LicensingState, SyslogLine
from smartlic_lab.show.rendering import lines_of
from smartlic_lab.show.sections import SECTIONS, TRUST
from smartlic_lab.show.spacing import Spacing, spaced, spacing_of
from smartlic_lab.show.style import Style
from smartlic_lab.show.words import CODES

MARK: Final = "\ufeff"
PAGER: Final = "--More--"
PARTS: Final = ("Authorizations:", "Specified license reservations:", "Purchased Licenses:", "Derived Licenses:")


class Frame(Protocol):
    """A saved output made ready: its lines, and what stood around and between them."""

    @property
    def lines(self) -> list[str]: ...

    @property
    def echo(self) -> str | None: ...

    @property
    def header(self) -> object | None: ...

    @property
    def prompt(self) -> str | None: ...

    @property
    def syslog(self) -> Sequence[str]: ...


@dataclass(frozen=True, slots=True)
class Imprint:
    """What one saved text has of its own."""

    order: tuple[str, ...] = ()  # the titles of its sections; of show version, the kinds of its lines
    keys: frozenset[tuple[str, str]] = frozenset()  # (section title, key) of each line
    sequence: tuple[str, ...] = ()  # the keys of all lines
    underlines: Mapping[str, int] | None = None  # by title; None: as usual
    units: Mapping[str, tuple[str, ...]] | None = None  # of spans, by the key of their line: ("days", "hour")
    codes: tuple[tuple[str, ...], ...] = ()  # keys of the codes below the status of each member
    parts: tuple[str, ...] = ()  # titles of the blocks of authorizations
    trust: tuple[str, ...] | None = None  # the wording of the lines on trust codes
    blank: frozenset[str] = frozenset()  # keys of flat lists with nothing behind the colon
    dashes: int | None = None  # length of the rule below a table's heading; None: there is none
    tag_heading: str | None = None
    table_indent: int | None = None
    member_status_indent: int | None = None
    vrf_block: bool | None = None
    slot_heading: str = "SlotID"
    mixed_case: bool = False  # "Allowed" for ALLOWED
    purchased_mark: str = ""  # that an author left behind the line on purchases
    before: tuple[str, ...] = ()  # lines before the output: the command with its prompt, the clock header
    after: tuple[str, ...] = ()  # lines behind the output: the prompt
    between: tuple[tuple[int, str], ...] = ()  # log lines that came in between, by their place in the whole text
    newline: str = "\n"
    ends: tuple[tuple[int, str], ...] = ()  # of lines that end otherwise, by their place in the whole text
    mark: str = ""  # the byte order mark, where the text begins with one
    spacing: Spacing = field(default_factory=Spacing)


@dataclass(frozen=True, slots=True)
class Imprinted(Style):
    """A style, but for what the *imprint* of a saved text says otherwise."""

    imprint: Imprint = field(default_factory=Imprint)

    @property
    def verbatim(self) -> bool:
        return True

    @property
    def tag_heading(self) -> str:
        return self.imprint.tag_heading or Style(self.version, self.family).tag_heading

    @property
    def tag_key(self) -> str:
        return "Entitlement tag" if ("License Usage", "Entitlement tag") in self.imprint.keys else "Entitlement Tag"

    @property
    def table_indent(self) -> int:
        return 2 if self.imprint.table_indent is None else self.imprint.table_indent

    @property
    def vrf_block(self) -> bool:
        return bool(self.imprint.vrf_block)

    @property
    def member_status_indent(self) -> int:
        return self.imprint.member_status_indent or Style(self.version, self.family).member_status_indent

    @property
    def slot_heading(self) -> str:
        return self.imprint.slot_heading

    @property
    def mixed_case(self) -> bool:
        return self.imprint.mixed_case

    @property
    def purchased_mark(self) -> str:
        return self.imprint.purchased_mark

    @property
    def trust_wording(self) -> tuple[str, ...] | None:
        return self.imprint.trust

    def prints(self, title: str, key: str, usual: bool) -> bool:  # noqa: ARG002
        return (title, key) in self.imprint.keys

    def order(self, usual: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG002
        return self.imprint.order

    def underlined(self, title: str, lines: list[str]) -> list[str]:
        if len(lines) < 2 or lines[1].strip("= "):
            return lines
        length = (self.imprint.underlines or {}).get(title)
        return [lines[0], *([] if length is None else ["=" * length]), *lines[2:]]

    def rule(self, usual: int | None) -> int | None:  # noqa: ARG002
        return self.imprint.dashes

    def units(self, key: str) -> tuple[str, ...]:
        return (self.imprint.units or {}).get(key, ())

    def codes(self, number: int, usual: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG002
        return self.imprint.codes[number] if number < len(self.imprint.codes) else ()

    def blocks(self, usual: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG002
        return self.imprint.parts

    def is_blank(self, key: str, usual: bool) -> bool:  # noqa: ARG002
        return key in self.imprint.blank


def printed(command: str, state: Any, style: Style, imprint: Imprint) -> str:
    """The whole text: the output with the white space that was saved, and what stood around it."""
    lines = spaced(_drawn(command, state, style, imprint), imprint.spacing)
    around = [*imprint.before, *lines, *imprint.after]
    for place, line in imprint.between:
        around.insert(place, line)
    ends = dict(imprint.ends)
    return imprint.mark + "".join([line + ends.get(place, imprint.newline) for place, line in enumerate(around)])


def imprint_of(
    command: str,
    text: str,
    frame: Frame,
    state: Any,
    style: Style,
    *,
    kinds: tuple[str, ...] = (),
    is_log: Callable[[str], bool] = lambda _: True,
) -> Imprint:
    """The imprint of *text*, whose value is *state*.

    *kinds* are those of the lines of ``show version``; *is_log* says which lines of a log are read.
    """
    imprint = _indented(scan(frame.lines), frame.lines)
    if kinds:
        imprint = replace(imprint, order=kinds)
    mark = MARK if text.startswith(MARK) else ""
    lines, ends = lines_and_ends(text[len(mark) :])
    newline = max(set(ends), key=ends.count, default="\n")
    imprint, body = around(imprint, lines, frame, state, is_log)
    return replace(
        imprint,
        newline=newline,
        ends=tuple([(place, end) for place, end in enumerate(ends) if end != newline]),
        mark=mark,
        spacing=spacing_of(_drawn(command, state, style, imprint), body),
    )


def _drawn(command: str, state: Any, style: Style, imprint: Imprint) -> list[str]:
    imprinted = Imprinted(style.version, style.family, imprint)
    return _in_order(lines_of(command, state, imprinted), imprint.sequence)


def scan(lines: list[str]) -> Imprint:
    """The sections, keys and switches that the *lines* of a saved output show."""
    order: list[str] = []
    keys: set[tuple[str, str]] = set()
    underlines: dict[str, int] = {}
    trust: list[str] = []
    blank: set[str] = set()
    title, in_chapter = "", False
    for index, line in enumerate(lines):
        known = TRUST if line.startswith(TRUST) else line
        if known in SECTIONS and (SECTIONS[known].chapter or not in_chapter):
            title, in_chapter = known, SECTIONS[known].chapter
            order.append(title)
        stripped = line.strip()
        if title == TRUST:
            trust.append(_without_values(line))
        if not stripped:
            continue
        if not stripped.strip("=") and order and lines[index - 1].strip() == order[-1]:
            underlines[order[-1]] = len(stripped)
        else:
            keys.add((title, stripped.partition(":")[0]))
        if title in _FLAT and stripped.endswith(":"):
            blank.add(stripped[:-1])
    if trust and not trust[-1]:
        trust.pop()  # the empty line before the next section
    worded = [line.strip() for line in lines if line.strip()]
    heading = next((line for line in lines if line.lstrip().startswith("License  ")), None)
    return Imprint(
        order=tuple(order),
        keys=frozenset(keys),
        sequence=tuple([key_of(line) for line in worded]),
        underlines=underlines,
        trust=tuple(trust) or None,
        blank=frozenset(blank),
        dashes=next((len(line) for line in worded if not line.strip("-")), None),
        units={line.partition(":")[0]: tuple(_SPAN.findall(line)) for line in worded if _SPAN.search(line)},
        slot_heading="Device#" if lines and lines[0].startswith("Device#") else "SlotID",
        codes=_codes(lines),
        parts=tuple([line for line in worded if line in PARTS]),
        purchased_mark=next((found[1] for line in lines if (found := _PURCHASED.match(line))), ""),
        mixed_case=any(line.endswith(("Functionality: Allowed", "Functionality: Not Allowed")) for line in worded),
        vrf_block="VRF:" in worded,
        tag_heading=None if heading is None else re.sub(r".*(Entitlement [Tt]ag).*", r"\1", heading),
        table_indent=None if heading is None else len(heading) - len(heading.lstrip()),
    )


_FLAT: Final = ("Other Info", "License Certificates", "HA Info")
_PURCHASED: Final = re.compile(r"\s*No Purchase Information Available(#+)")
_SPAN: Final = re.compile(r"\d+ ((?:week|day|hour|minute|second)s?)\b")


def key_of(line: str) -> str:
    """What stands before the colon of a line, or all of it."""
    return " ".join(line.partition(":")[0].split())


def _codes(lines: list[str]) -> tuple[tuple[str, ...], ...]:
    """The keys of the codes of each member below ``Overall status:``."""
    members: list[list[str]] = []
    within = False
    for line in lines:
        key = line.strip().partition(":")[0]
        if line.strip() == "Overall status:" or line.strip() in PARTS:
            within = key == "Overall status"
        elif within and key in ("Active", "Standby", "Member"):
            members.append([])
        elif within and members and key in CODES:
            members[-1].append(key)
    return tuple(map(tuple, members))


def _in_order(drawn: list[str], saved: tuple[str, ...]) -> list[str]:
    """The lines in the order in which their keys were saved, where they are the same: releases differ in it."""
    worded = [line for line in drawn if line.strip()]
    ours = tuple(map(key_of, worded))
    if ours == saved or sorted(ours) != sorted(saved):
        return drawn
    left: dict[str, list[str]] = {}
    for key, line in zip(reversed(ours), reversed(worded), strict=True):
        left.setdefault(key, []).append(line)
    return [left[key].pop() for key in saved]


def lines_and_ends(text: str) -> tuple[list[str], list[str]]:
    """The lines of a text, and how each ends: the last perhaps with nothing."""
    parts = re.split(r"(\r*\n|\r)", text)
    lines, ends = parts[::2], [*parts[1::2], ""]
    return (lines, ends) if lines[-1] else (lines[:-1], ends[:-1])


def _indented(imprint: Imprint, lines: list[str]) -> Imprint:
    """*imprint* with the indent of the status lines of members."""
    overall = next((number for number, line in enumerate(lines) if line.strip() == "Overall status:"), len(lines))
    for line in lines[overall:]:
        if line.lstrip().startswith(("Status: ", "Reservation status: ")) and line.startswith("    "):
            return replace(imprint, member_status_indent=len(line) - len(line.lstrip()))
    return imprint


def around(
    imprint: Imprint, lines: list[str], frame: Frame, state: object, is_log: Callable[[str], bool]
) -> tuple[Imprint, list[str]]:
    """*imprint* with what stands around the output, and what is left: the output itself.

    The clock header belongs to the output where the *state* holds it.
    """
    if isinstance(state, tuple) and any(isinstance(line, SyslogLine) for line in state):
        others = {place for place, line in enumerate(lines) if line.strip() and not is_log(line)}
        left = [line for place, line in enumerate(lines) if place not in others]
        return replace(imprint, between=tuple([(place, lines[place]) for place in sorted(others)])), left
    log = {place: line for place, line in enumerate(lines) if _came_between(line, frame)}
    body = [line for place, line in enumerate(lines) if place not in log]
    begin, end = 0, len(body)
    if frame.echo is not None:
        begin = 1 + next(index for index, line in enumerate(body) if line.rstrip() == frame.echo)
    if frame.header is not None and not isinstance(state, LicensingState):
        begin = 2 + next(index for index, line in enumerate(body) if "Load for five secs: " in line)
    if frame.prompt is not None:
        end = max(index for index, line in enumerate(body) if line.rstrip() == frame.prompt)
        while end > begin and body[end - 1].strip() in ("", frame.prompt):
            end -= 1
    imprint = replace(imprint, between=tuple(log.items()), before=tuple(body[:begin]), after=tuple(body[end:]))
    return imprint, body[begin:end]


def _came_between(line: str, frame: Frame) -> bool:
    """Whether a line is one of the log, or of the pager."""
    return line.rstrip() in frame.syslog or line.strip() == PAGER


_VALUES: Final = (  # where a value of a trust code stands in its line
    (
        re.compile(r"((?i:installed on):?|Trust Code Installed:) [A-Z][a-z]{2} \d.*?\d{4} \S+"),
        r"\1 {installed}",
    ),
    (re.compile(r"Valid on .*?\d{4} \S+"), "Valid on {valid}"),
    (re.compile(r"Expired on .*?\d{4} \S+"), "Expired on {expires}"),
    (re.compile(r"Trust Code Type: .*"), "Trust Code Type: {type}"),
    (re.compile(r"Attributes: .*"), "Attributes: {attributes}"),
    (re.compile(r"(?:Active|Standby|Member): .*"), "{member}"),
    (re.compile(r"Secondary Signing Cert: \d+"), "Secondary Signing Cert: {certificate}"),
)


def _without_values(line: str) -> str:
    """A line on trust codes with the names of its values in their place: its wording alone."""
    for pattern, name in _VALUES:
        line = pattern.sub(name, line)
    return line
