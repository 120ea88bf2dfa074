"""What differs between two prints of the same state: by agent version, by family, and by who saved the text.

A form holds no values. `form_of` gives the form of a live device; `form_met` reads one off a saved text, so that
``render(command, parse(command, text).value, form_met(command, text)) == text`` can be asked of every saved output.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from nornir_smartlic.model import LicensingState
from nornir_smartlic.parsers.authorizations import CODES

CATALYST: Final = frozenset({"c9200", "c9300", "c9350", "c9400", "c9500", "c9600", "c9k", "ie3x00"})
STATUS: Final = "show license status"
ALL: Final = "show license all"
TECH: Final = "show license tech support"
TRUST_TITLE: Final = "Trust Code Installed:"
SECTIONS: Final = frozenset(  # titles of sections, as long as no chapter has begun
    {
        "Smart Licensing Tech Support info", "Smart Licensing Status", "Smart Licensing is ENABLED",
        "Smart Licensing is DISABLED", "License Conversion:", "Export Authorization Key:", "Utility:",
        "Smart Licensing Using Policy:", "Account Information:", "Registration:", "License Authorization:",
        "Data Privacy:", "Transport:", "Miscellaneous:", "Policy:", "PolicyV2:", "Usage Reporting:",
        "Evaluation Period:", "License Reservation is ENABLED", "License Reservation is DISABLED",
    }
)  # fmt: skip
CHAPTERS: Final = frozenset(  # own everything down to the next chapter
    {
        TRUST_TITLE, "License Usage:", "License Usage", "Product Information", "Agent Version",
        "License Authorizations", "Usage Report Summary:", "Device Enforcement State:", "Enforcement Status:",
        "Device Telemetry Report Summary:", "Telemetry Report Summary:", "Product Analytics Report Summary:",
        "Upcoming Scheduled Jobs", "Communication Statistics:", "License Certificates", "HA Info", "Reservation Info",
        "Last Reporting Not Required:", "Other Info", "Platform Provided Mapping Table",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spacing:
    """White space of a text where it differs from what is usual; never anything but white space."""

    lines: tuple[tuple[int, tuple[str, ...]], ...] = ()  # line that is not blank: white space before, between, behind
    blanks: tuple[tuple[int, tuple[str, ...]], ...] = ()  # blank lines before that line; the last number: at the end


@dataclass(frozen=True, slots=True)
class Form:
    """How an agent prints. Thresholds by version are inferred from the captures (reference/outputs.md)."""

    version: tuple[int, ...]
    family: str
    heads_usage: bool = True  # "License Authorization:" heads show license usage
    tag_heading: str = "Entitlement Tag"
    table_indent: int = 2
    vrf_block: bool = False  # VRF on two lines
    member_status_indent: int = 6
    order: tuple[str, ...] | None = None  # of the section titles met; None: the usual
    met: frozenset[tuple[str, str]] | None = None  # (section title, key) of each line met; None: by version
    keys: tuple[str, ...] = ()  # of all lines, in the order met
    trust: tuple[str, ...] | None = None  # the wording of the lines on trust codes that was met
    underlines: tuple[tuple[str, int], ...] = ()  # titles underlined with another length than usual
    blank: frozenset[str] = frozenset()  # keys of flat lists with nothing behind the colon
    slot_heading: str = "SlotID"
    dashes: int | None = None  # length of the rule below a table's heading
    units: tuple[tuple[str, tuple[str, ...]], ...] = ()  # of spans, by the key of their line: ("days", "hour")
    codes: tuple[tuple[str, ...], ...] = ()  # keys of the codes met below the status of each member
    blocks: tuple[str, ...] = ()  # titles of the blocks of authorizations in the order met
    purchased_mark: str = ""  # that an author left behind the line on purchases
    mixed_case: bool = False  # "Allowed" for ALLOWED
    before: tuple[str, ...] = ()  # lines before the output: the command with its prompt, the clock header
    after: tuple[str, ...] = ()  # lines behind the output: the prompt
    between: tuple[tuple[int, str], ...] = ()  # log lines that came in between, by their place in the whole text
    newline: str = "\n"
    ends: tuple[tuple[int, str], ...] = ()  # of lines that end otherwise, by their place in the whole text
    mark: str = ""  # the byte order mark, where the text begins with one
    spacing: Spacing = Spacing()

    def since(self, *version: int) -> bool:
        """Whether the agent is at least of this version."""
        return self.version >= version

    def prints(self, title: str, key: str, usual: bool) -> bool:
        """Whether the section *title* has a line *key*: as it was met, else as is *usual*."""
        return usual if self.met is None else (title, key) in self.met


@dataclass(frozen=True, slots=True)
class Page:
    """What a section is drawn from: the state, how the device prints, and the command that it stands in."""

    state: LicensingState
    form: Form
    command: str


def agent_release(version: str | None) -> tuple[int, ...]:
    """``5.3.10_rel/25`` -> (5, 3, 10); an unknown version counts as the newest."""
    if version is None:
        return (6, 3, 7)
    numbers = []
    for part in version.partition("/")[0].partition("_")[0].split("."):
        if not part.isdigit():
            break
        numbers.append(int(part))
    return tuple(numbers) or (6, 3, 7)


def form_of(agent_version: tuple[int, ...], family: str) -> Form:
    """How an agent of this version prints on a device of this family (``c9300``, ``c8000v``)."""
    catalyst = family.lower() in CATALYST or family.lower().startswith(("c9", "cat9"))
    return Form(
        version=agent_version,
        family=family,
        heads_usage=catalyst,
        vrf_block=agent_version < (5, 5),
        member_status_indent=6 if agent_version < (5, 10) else 4,
    )


def scan(form: Form, lines: list[str]) -> Form:
    """*form* with the sections, keys and switches that the *lines* of a saved output show."""
    order: list[str] = []
    met: set[tuple[str, str]] = set()
    underlines: list[tuple[str, int]] = []
    trust: list[str] = []
    blank: set[str] = set()
    title = ""
    for index, line in enumerate(lines):
        known = TRUST_TITLE if line.startswith(TRUST_TITLE) else line
        if known in CHAPTERS or (known in SECTIONS and title not in CHAPTERS):
            title = known
            order.append(title)
        stripped = line.strip()
        if title == TRUST_TITLE:
            trust.append(_without_values(line))
        if not stripped:
            continue
        if not stripped.strip("=") and order and lines[index - 1].strip() == order[-1]:
            underlines.append((order[-1], len(stripped)))
        else:
            met.add((title, stripped.partition(":")[0]))
        if title in _FLAT and stripped.endswith(":"):
            blank.add(stripped[:-1])
    if trust and not trust[-1]:
        trust.pop()  # the empty line before the next section
    changed = replace(
        form,
        order=tuple(order),
        met=frozenset(met),
        keys=tuple([key_of(line) for line in lines if line.strip()]),
        underlines=tuple(underlines),
        trust=tuple(trust) or None,
        blank=frozenset(blank),
        dashes=next((len(line.strip()) for line in lines if line.strip() and not line.strip().strip("-")), None),
        units=tuple([_units(line) for line in lines if _SPAN.search(line)]),
        slot_heading="Device#" if lines and lines[0].startswith("Device#") else "SlotID",
        codes=_codes(lines),
        blocks=tuple([line.strip() for line in lines if line.strip() in BLOCKS]),
        purchased_mark=next((found[1] for line in lines if (found := _PURCHASED.match(line))), ""),
        mixed_case=any(line.endswith(("Functionality: Allowed", "Functionality: Not Allowed")) for line in lines),
    )
    if "VRF:" in (line.strip() for line in lines):
        changed = replace(changed, vrf_block=True)
    elif ("Transport:", "VRF") in met:
        changed = replace(changed, vrf_block=False)
    heading = next((line for line in lines if line.lstrip().startswith("License  ")), None)
    if heading is not None:
        changed = replace(
            changed,
            tag_heading="Entitlement tag" if "Entitlement tag" in heading else "Entitlement Tag",
            table_indent=len(heading) - len(heading.lstrip()),
        )
    return changed


_FLAT: Final = ("Other Info", "License Certificates", "HA Info")
BLOCKS: Final = ("Authorizations:", "Specified license reservations:", "Purchased Licenses:", "Derived Licenses:")
_PURCHASED: Final = re.compile(r"\s*No Purchase Information Available(#+)")


def key_of(line: str) -> str:
    """What stands before the colon of a line, or all of it."""
    return " ".join(line.partition(":")[0].split())


def _codes(lines: list[str]) -> tuple[tuple[str, ...], ...]:
    """The keys of the codes of each member below ``Overall status:``."""
    members: list[list[str]] = []
    within = False
    for line in lines:
        key = line.strip().partition(":")[0]
        if line.strip() == "Overall status:" or line.strip() in BLOCKS:
            within = key == "Overall status"
        elif within and key in ("Active", "Standby", "Member"):
            members.append([])
        elif within and members and key in CODES:
            members[-1].append(key)
    return tuple(map(tuple, members))


_SPAN: Final = re.compile(r"\d+ ((?:week|day|hour|minute|second)s?)\b")


def _units(line: str) -> tuple[str, tuple[str, ...]]:
    return line.strip().partition(":")[0], tuple(_SPAN.findall(line))


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
