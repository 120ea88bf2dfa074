"""Which commands a device knows: the tables of `platforms`, cut down to its release and family."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Final, TypeAlias

from smartlic_lab.device.grammar import Grammar, Row, Version, read_table
from smartlic_lab.platforms import command_rows, family, help_texts

FREE_MODE = "config-any"  # modes without a table of their own take any line
COMMON_MODE = "config-common"  # what every configuration mode knows
_FIRST_TIERS = (17, 7, 1)  # of virtual routers. Source: reference/cli.md section 1

Words: TypeAlias = tuple[tuple[str, str], ...]
"""What ``@NAME`` in a row stands for, as syntax."""


@cache
def words_of(name: str, release: Version) -> Words:
    """The levels and throughputs that the family called *name* has on a release."""
    known = family(name)
    levels = _one_of(
        *(f"{level} [addon {_one_of(*addons)}]" if addons else level for level, addons in known.boot.levels.items())
    )
    tiers = "virtual" not in known.traits or release >= _FIRST_TIERS
    throughputs = _one_of(*(name for name in known.throughputs if tiers or not name.startswith("T")))
    air = levels if known.boot.style == "air" else _AIR_LEVELS if known.has_air_levels(release) else ""
    rates = sorted({rate for model in known.models.values() for rate in model.throughputs})
    found = {
        "air-levels": air,
        "boot-levels": "" if known.boot.style == "air" else levels,
        "throughputs": throughputs,
        "rates": _one_of(*map(str, rates)),
        "debugs": _one_of(*DEBUGS),
        "partitions": _one_of(*PARTITIONS),
    }
    return tuple((name, syntax) for name, syntax in found.items() if syntax)


_AIR_LEVELS = "{air-network-advantage [addon air-dna-advantage]|air-network-essentials [addon air-dna-essentials]}"


# The partitions of a configuration and how their lines begin; "common" has all others.
# Source: "Configuration Partitioning" in Cisco's configuration management guides; the lines of each are unverified.
PARTITIONS: Final[dict[str, tuple[str, ...]]] = {
    "access-list": ("access-list", "ip access-list", "ipv6 access-list"),
    "class-map": ("class-map",),
    "common": (),
    "global-cdp": ("cdp", "no cdp"),
    "interface": ("interface",),
    "ip-as-path": ("ip as-path",),
    "ip-community": ("ip community-list",),
    "ip-prefix-list": ("ip prefix-list",),
    "ip-static-routes": ("ip route",),
    "line": ("line",),
    "policy-map": ("policy-map",),
    "route-map": ("route-map",),
    "router": ("router",),
    "snmp": ("snmp-server",),
    "tacacs": ("tacacs", "tacacs-server"),
}
# What can be debugged, and how a device calls it. Unverified: which there are, and the names but those of IP and AAA.
DEBUGS: Final = {
    "aaa accounting": "AAA Accounting",
    "aaa authentication": "AAA Authentication",
    "aaa authorization": "AAA Authorization",
    "call-home all": "Call Home",
    "crypto pki api": "Crypto PKI API",
    "crypto pki messages": "Crypto PKI Msg",
    "crypto pki transactions": "Crypto PKI Trans",
    "crypto pki validation": "Crypto PKI Validation Path",
    "ip domain": "Domain Name System",
    "ip http all": "HTTP Server all",
    "ip http client all": "HTTP Client all",
    "ip icmp": "ICMP packet",
    "ip packet": "IP packet",
    "ip routing": "IP routing",
    "ip ssh": "Incoming SSH",
    "license core all": "License core",
    "license errors": "License errors",
    "license events": "License events",
    "ntp all": "NTP",
    "ntp events": "NTP events",
    "ntp packet": "NTP packets",
    "ssl openssl errors": "SSL OpenSSL errors",
}

_NAMED = re.compile(r"@([a-z-]+)")


@cache
def _rows() -> tuple[Row, ...]:
    return read_table(command_rows())


def _one_of(*words: str) -> str:
    return f"{{{'|'.join(words)}}}" if words else ""


@cache
def rows_of(release: Version, traits: frozenset[str], words: Words = ()) -> tuple[Row, ...]:
    """The rows that a release and family offer; those that ask for words which it does not have are left out."""
    known = dict(words)
    rows = []
    for row in _rows():
        wanted = _NAMED.search(row.syntax)
        if not row.offered(release, traits) or (wanted and wanted[1] not in known):
            continue
        rows.append(replace(row, syntax=_NAMED.sub(known[wanted[1]], row.syntax)) if wanted else row)
    return tuple(rows)


class Catalogue:
    """The grammars of one release and family, by mode and privilege; shared by all devices that are alike."""

    def __init__(self, release: Version, traits: frozenset[str], words: Words) -> None:
        self._rows = rows_of(release, traits, words)
        self._modes = {row.mode for row in self._rows}
        self._grammars: dict[tuple[str, int, bool], Grammar] = {}

    def is_free(self, mode: str) -> bool:
        """Whether the mode has no table, so that it takes any line."""
        return mode not in self._modes

    def grammar(self, mode: str, privilege: int, *, negated: bool = False) -> Grammar:
        """What can be typed in *mode*."""
        key = (mode, privilege, negated)
        if key not in self._grammars:
            table = FREE_MODE if self.is_free(mode) else mode
            modes = (table,) if mode == "exec" or negated else (COMMON_MODE, table)
            self._grammars[key] = Grammar(
                [row for name in modes for row in self._rows if row.mode == name and row.privilege <= privilege],
                help_texts(),
                negated=negated,
            )
        return self._grammars[key]


@cache
def catalogue(release: Version, traits: frozenset[str], words: Words = ()) -> Catalogue:
    """The catalogue of a release and family; *words* as of `words_of`."""
    return Catalogue(release, traits, words)
