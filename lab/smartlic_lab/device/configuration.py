"""The running configuration: an ordered tree of lines and sections, in the order in which IOS-XE prints them.

Lines have a name (`Line.key`), so that a second ``hostname`` replaces the first and ``no hostname`` finds it. What
order lines have is data (`ORDER`), since ``show running-config`` prints by subsystem and not by time of typing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final, TypeAlias

Key: TypeAlias = tuple[str, ...]


@dataclass(slots=True)
class Line:
    """One line; ``section`` holds the lines below it, ``None`` where it opens no section."""

    words: tuple[str, ...]
    key: Key
    section: Section | None = None

    @property
    def text(self) -> str:
        return " ".join(self.words)


# Source: reference/cli.md section 4 (around the licensing lines, three configurations); the rest is unverified.
# A row is a group: "!" is printed between groups. Within a group lines stay in the order of the row, then of typing.
ORDER: Final[tuple[tuple[str, ...], ...]] = (
    ("version",),
    (
        "service timestamps", "no service", "service", "platform console", "platform punt-keepalive",
        "platform qfp", "platform",
    ),
    ("hostname",),
    ("boot-start-marker", "boot system", "boot-end-marker"),
    ("vrf definition", "ip vrf"),
    ("logging buffered", "no logging console", "logging console"),
    ("aaa",),
    ("clock timezone", "clock summer-time", "clock calendar-valid"),
    ("switch",),
    (
        "no ip domain lookup", "ip domain lookup", "ip host", "ip name-server", "ip name-server vrf",
        "ip domain name", "ip domain list",
        "ip domain",
    ),
    ("login",),
    ("ipv6 unicast-routing",),
    ("call-home",),
    ("subscriber",),
    ("vtp",),
    ("multilink",),
    ("crypto pki trustpoint",),
    ("crypto pki certificate chain",),
    ("system mtu",),
    (  # "url" before "url smart": a wiki's configuration, reference/cli.md section 4; the rest is unverified
        "license feature", "license udi", "no license smart enable", "license accept", "license boot suite",
        "license boot level appxk9", "license boot level uck9", "license boot level securityk9", "license boot level",
        "license air level", "license smart reservation", "license smart transport", "license smart url",
        "license smart url smart",
        "license smart url cslu", "license smart url utility", "license smart proxy address",
        "license smart proxy port", "license smart vrf", "license smart server-identity-check",
        "license smart privacy hostname", "license smart privacy version", "license smart usage interval",
        "license smart usage customer-tags tag1", "license smart usage customer-tags tag2",
        "license smart usage customer-tags tag3", "license smart usage customer-tags tag4", "license smart", "license",
    ),
    ("device classifier", "memory free", "diagnostic"),
    ("spanning-tree",),
    ("enable secret", "enable password"),  # here by the C8000V configuration of cli.md section 4
    ("username",),
    ("redundancy",),
    ("transceiver",),
    ("vlan",),
    ("crypto",),
    ("interface Port-channel",),
    ("interface Loopback",),
    ("interface Tunnel",),
    ("interface",),
    ("router",),
    (
        "ip forward-protocol", "ip http client", "ip http", "ip ftp", "ip tftp", "ip default-gateway", "ip route",
        "ip ssh", "ip scp",
    ),
    ("ip access-list", "ip prefix-list", "ip sla", "logging"),
    ("route-map", "access-list", "snmp-server", "tacacs", "radius"),
    ("control-plane",),
    ("banner",),
    ("line console", "line con"),
    ("line aux",),
    ("line vty",),
    ("ntp",),
    ("netconf-yang", "restconf"),
    ("end",),
)  # fmt: skip
# Lines of a section that have a place of their own, whatever was typed first; "" is the place of all others, which keep
# the order of typing. Source: the order of reference/cli.md section 2; that devices print it so is unverified.
ORDER_BELOW: Final[dict[str, tuple[str, ...]]] = {
    "call-home": ("contact-email-addr", "http-proxy", "no http secure", "http secure", "vrf", "", "profile"),
}
COMMENTS: Final = {
    # Source: reference/cli.md section 4
    "call-home": (
        "If contact email address in call-home is configured as sch-smart-licensing@cisco.com",
        "the email address configured in Cisco Smart License Portal will be used as contact email address to send SCH "
        "notifications.",
    ),
}
_ELSEWHERE: Final = "ip default-gateway"  # where lines stand that no row names


@lru_cache(maxsize=8192)
def _rank(text: str) -> tuple[int, int]:
    """Group and place in the group of a line; the longest prefix that names it decides."""
    best, length = _RANKS[_ELSEWHERE], -1
    for prefix, rank in _RANKS.items():
        if len(prefix) > length and (
            text == prefix or (text.startswith((prefix + " ", prefix)) and _whole(prefix, text))
        ):
            best, length = rank, len(prefix)
    if length < 0 and text.startswith("no "):
        return _rank(text[3:])
    return best


def _whole(prefix: str, text: str) -> bool:
    """A prefix ends at a word, but that of an interface type, which is followed by its number."""
    return prefix.startswith("interface ") or text[len(prefix) : len(prefix) + 1] in ("", " ", "-")


_RANKS: Final = {
    prefix: (group, place) for group, prefixes in enumerate(ORDER) for place, prefix in enumerate(prefixes)
}


@dataclass(slots=True)
class Section:
    """Lines in order. ``top`` is true for the configuration as a whole, which is sorted and has ``!`` between."""

    lines: list[Line] = field(default_factory=list)
    top: bool = False
    order: tuple[str, ...] = ()  # a row of ORDER_BELOW
    # Lines by name; made anew when it is stale.
    _named: dict[Key, Line] = field(default_factory=dict, repr=False, compare=False)

    def find(self, *key: str) -> Line | None:
        """The line of that name."""
        if len(self._named) != len(self.lines):
            self._named = {line.key: line for line in reversed(self.lines)}
        return self._named.get(key)

    def under(self, *prefix: str) -> Iterator[Line]:
        """The lines whose name starts with these words."""
        return (line for line in self.lines if line.key[: len(prefix)] == prefix)

    def value(self, *key: str) -> str | None:
        """What stands behind the name; ``None`` where there is no such line, or its ``no`` stands there."""
        line = self.find(*key)
        if line is None or line.words[:1] == ("no",) != line.key[:1]:
            return None
        return " ".join(line.words[len(key) :])

    def has(self, *key: str) -> bool:
        """Whether the line stands there, not its ``no``."""
        return self.value(*key) is not None

    def denied(self, *key: str) -> bool:
        """Whether ``no`` of the line stands there."""
        line = self.find(*key)
        return line is not None and line.words[:1] == ("no",)

    def put(self, words: Iterable[str], key: Iterable[str] | None = None, *, opens: bool = False) -> Line:
        """Set a line; it takes the place of the line of the same name, whose section it keeps."""
        words = tuple(words)
        name = tuple(key) if key is not None else words
        old = self.find(*name)
        if old is not None:
            old.words = words
            if opens and old.section is None:
                old.section = Section(order=ORDER_BELOW.get(name[0], ()))
            return old
        line = Line(words, name, Section(order=ORDER_BELOW.get(name[0], ())) if opens else None)
        at, rank = len(self.lines), self._place(line)
        while at and self._place(self.lines[at - 1]) > rank:
            at -= 1
        self.lines.insert(at, line)
        self._named[name] = line
        return line

    def _place(self, line: Line) -> tuple[int, int]:
        """Where *line* stands among the others of this section; the same for all that keep the order of typing."""
        if self.top:
            return _rank(line.text)
        named = [prefix for prefix in self.order if line.text.startswith(prefix)]
        return (self.order.index(max(named, key=len)) if named else 0), 0

    def remove(self, *key: str) -> bool:
        """Take the line of that name away; says whether there was one."""
        line = self.find(*key)
        if line is not None:
            self.lines.remove(line)
            del self._named[line.key]
        return line is not None

    def section(self, *key: str) -> Section:
        """The section of the line of that name; an empty one where there is none."""
        line = self.find(*key)
        return line.section if line is not None and line.section is not None else Section()

    def render(self, indent: int = 0) -> list[str]:
        """The lines as printed; at the top with ``!`` between groups and behind sections."""
        out: list[str] = []
        group = -1
        margin = " " * indent
        for line in self.lines:
            if self.top:
                here = _rank(line.text)[0]
                if here != group and out and out[-1] != "!":
                    out.append("!")
                group = here
            nested = indent > 0 and line.key[0] == "address-family"
            if nested:
                out.append(margin + "!")
            out.append(margin + line.text)
            if line.section is not None:
                out += [f"{margin} ! {comment}" for comment in COMMENTS.get(line.text, ())]
                out += line.section.render(indent + 1)
                if nested:
                    out.append(f"{margin}exit-address-family")
                if self.top:
                    out.append("!")
        return out

    def copy(self) -> Section:
        """A deep copy."""
        return Section(
            [Line(line.words, line.key, line.section.copy() if line.section else None) for line in self.lines],
            self.top,
            self.order,
        )


VERBATIM: Final = -1
"""The indentation that `reading` gives lines of a banner, which are taken as they stand."""


def banner_mark(text: str) -> tuple[str, str]:
    """The mark that ends a banner, and what stands behind its first: ``^Chello`` gives ``^C`` and ``hello``."""
    mark = text[:2] if text.startswith("^C") else text[:1]
    return mark, text[len(mark) :]


def reading(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The lines of a configuration text with their indentation; comments and blank lines are left out."""
    mark = ""  # of the banner that is open
    for raw in lines:
        line = raw.rstrip()
        text = line.lstrip()
        if mark:
            yield VERBATIM, line
            mark = "" if mark in line else mark
        elif text and not text.startswith("!"):
            yield len(line) - len(text), text
            words = text.split(None, 2)
            if words[0] == "banner" and len(words) == 3:
                opened, rest = banner_mark(words[2])
                mark = "" if opened in rest else opened
