"""What kinds of arguments commands take: how ``?`` shows them, and what is accepted."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Final

from smartlic_lab.device.grammar.syntax import Argument


@dataclass(frozen=True, slots=True)
class Token:
    """A word of the typed line and the column where it starts."""

    text: str
    offset: int


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of argument looks in help, and what it takes: the value, or ``None`` where it does not fit."""

    shown: str
    help: str
    accepts: Callable[[str], str | None]


def _matching(pattern: str) -> Callable[[str], str | None]:
    compiled = re.compile(pattern)
    return lambda text: text if compiled.fullmatch(text) else None


def _address(text: str) -> str | None:
    try:
        return str(IPv4Address(text))
    except ValueError:
        return None


INTERFACE_TYPES: Final = (
    "AppGigabitEthernet",
    "Bluetooth",
    "FastEthernet",
    "FiveGigabitEthernet",
    "FortyGigabitEthernet",
    "GigabitEthernet",
    "HundredGigE",
    "Loopback",
    "Port-channel",
    "TenGigabitEthernet",
    "Tunnel",
    "TwentyFiveGigE",
    "TwoGigabitEthernet",
    "Vlan",
    "VirtualPortGroup",
)
_INTERFACE: Final = re.compile(r"([A-Za-z][A-Za-z-]*) ?(\d+(?:/\d+)*(?:\.\d+)?)")


def interface_name(text: str) -> str | None:
    """``gi1/0/1`` as ``GigabitEthernet1/0/1``; ``None`` where it is no interface."""
    found = _INTERFACE.fullmatch(text)
    if not found:
        return None
    kinds = [kind for kind in INTERFACE_TYPES if kind.lower().startswith(found[1].lower())]
    return f"{kinds[0]}{found[2]}" if kinds else None


KINDS: Final[Mapping[str, Kind]] = {
    "word": Kind("WORD", "", lambda text: text),
    "line": Kind("LINE", "", lambda text: text),
    "secret": Kind("WORD", "", lambda text: text),
    "ip": Kind("A.B.C.D", "IP address", _address),
    "mask": Kind("A.B.C.D", "IP subnet mask", _address),
    "interface": Kind("WORD", "Interface", interface_name),
    "url": Kind("WORD", "URL", _matching(r"\S+")),
    "path": Kind("WORD", "File name", _matching(r"\S+")),
    "time": Kind("hh:mm:ss", "Current Time", _matching(r"\d{1,2}:\d{2}(:\d{2})?")),
    "month": Kind("MONTH", "Month of the year", _matching(r"[A-Za-z]{3,9}")),
    "offset": Kind("<-23 - 23>", "Hours offset from UTC", _matching(r"-?\d{1,2}")),
    "vlans": Kind("WORD", "VLAN IDs", _matching(r"\d+(?:-\d+)?(?:,\d+(?:-\d+)?)*")),
    "hex": Kind("Hex-data", "", _matching(r"[0-9A-Fa-f]+")),
    "rumid": Kind("<0-4294967295>", "RUM report identifier", _matching(r"\d{1,10}")),
}


def take(argument: Argument, tokens: Sequence[Token], at: int, line: str) -> tuple[str, int] | None:
    """The value of *argument* at token *at* and how many tokens it took; ``None`` where it does not fit."""
    text = tokens[at].text
    if argument.kind == "number":
        return (text, 1) if text.isdigit() and argument.low <= int(text) <= argument.high else None
    if argument.kind == "line":
        return line[tokens[at].offset :].rstrip(), len(tokens) - at
    if argument.kind == "interface":
        if text.isalpha() and at + 1 < len(tokens) and (name := interface_name(f"{text} {tokens[at + 1].text}")):
            return name, 2
        name = interface_name(text)
        return (name, 1) if name else None
    value = KINDS[argument.kind].accepts(text)
    return None if value is None else (value, 1)


def shown(argument: Argument) -> str:
    """What ``?`` prints for *argument*."""
    return f"<{argument.low}-{argument.high}>" if argument.kind == "number" else KINDS[argument.kind].shown
