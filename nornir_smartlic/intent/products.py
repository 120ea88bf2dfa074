"""What each product takes: licence levels, packages, suites, features and throughputs. Data, found by PID.

Source: reference/cli.md section 2, reference/corrections-2026-11.md. Unverified: the addon of network-premier, that
routers take the addon of the same tier alone, that C9200 to C9600 take no unified level, and what is said so below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from nornir_smartlic.intent.releases import Release

Levels = Mapping[str, tuple[str, ...]]  # level -> the addons that it can have

SWITCH: Final[Levels] = {
    "network-advantage": ("dna-advantage", "dna-essentials"),
    "network-essentials": ("dna-essentials",),
}
ROUTER: Final[Levels] = {
    "network-premier": ("dna-premier",),
    "network-advantage": ("dna-advantage",),
    "network-essentials": ("dna-essentials",),
}
AIR: Final[Levels] = {
    "air-network-advantage": ("air-dna-advantage",),
    "air-network-essentials": ("air-dna-essentials",),
}
ADVANTAGE: Final[Levels] = {"network-advantage": ("dna-advantage",)}  # no Essentials are sold
PLAIN: Final[Levels] = {"network-advantage": (), "network-essentials": ()}  # unverified: that there are no addons
UNIFIED: Final[Levels] = {"advantage": (), "essentials": ()}
CSR: Final[Levels] = {"ax": (), "appx": (), "security": (), "ipbase": ()}
PACKAGES: Final[Levels] = {"appxk9": (), "uck9": (), "securityk9": ()}
VOICE: Final[Levels] = {"uck9": (), "securityk9": ()}  # Source: VG400 software configuration guide, show version
SUITES: Final = ("FoundationSuiteK9", "AdvUCSuiteK9")

TIERS: Final = {"T0": 25, "T1": 200, "T2": 1_000, "T3": 10_000}
"""Mbps; unverified: that of T0."""


@dataclass(frozen=True, slots=True)
class Throughput:
    """``platform hardware throughput ...`` of a product."""

    command: str
    words: Mapping[str, int]  # as typed -> Mbps
    default: str | None = None  # what counts without a line; None: not known
    at_once: bool = False  # False: it counts from the next boot on
    tiers_since: Release | None = None  # None: on every release
    code_above: int | None = 250  # Mbps; more needs a SLAC for hseck9. None: none is asked for

    def word(self, wanted: str) -> str | None:
        """What is typed for *wanted* (``T2``, ``500``, ``500M``, ``1G``); ``None``: there is no such level."""
        text = wanted.upper()
        if text in TIERS:
            return text if text in self.words else None
        found = re.fullmatch(r"(\d+(?:\.\d+)?)([MG]?)", text)
        if found is None:
            return None
        mbps = float(found[1]) * (1_000 if found[2] == "G" else 1)
        return next((word for word, rate in self.words.items() if rate == mbps and word not in TIERS), None)

    def needs_code(self, word: str) -> bool:
        """Whether the device takes *word* only with a SLAC for hseck9. Source: reference/policy.md section 5."""
        return self.code_above is not None and self.words[word] > self.code_above


_MBPS: Final = {str(rate): rate for rate in (10, 15, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000)}
_WITH_UNIT: Final = {
    **{f"{rate}M": rate for rate in (10, 15, 25, 50, 100, 250, 500)},
    "1G": 1_000,
    "2.5G": 2_500,
}
_VIRTUAL: Final = Throughput(
    "platform hardware throughput level MB",
    {**_MBPS, **TIERS},
    default="10",
    at_once=True,
    tiers_since=(17, 7, 1),
)
_CSR: Final = Throughput("platform hardware throughput level MB", _MBPS, default="10", at_once=True)
_ISRV: Final = replace(
    _CSR, words={word: rate for word, rate in _MBPS.items() if rate in (10, 50, 100, 250, 500, 1_000)}, default="50"
)
_CRYPTO: Final = Throughput("platform hardware throughput crypto", {**_WITH_UNIT, **TIERS}, default="10M")
_C8500: Final = Throughput("platform hardware throughput crypto", {**_WITH_UNIT, **TIERS})


def _isr(base: int, *performance: int) -> Throughput:
    """In kbps, by model; above the base a performance licence is in use.

    Unverified but for the base of the ISR4351 and of the VG400.
    """
    words = {str(rate * 1_000): rate for rate in (base, *performance)}
    return Throughput("platform hardware throughput level", words, default=str(base * 1_000), code_above=None)


@dataclass(frozen=True, slots=True)
class Product:
    """What a product takes."""

    levels: Levels
    throughput: Throughput | None = None  # None: it has no such command, or it is not known
    suites: tuple[str, ...] = ()
    features: tuple[str, ...] = ()  # license feature NAME; unverified: who else takes hseck9

    @property
    def has_packages(self) -> bool:
        """Whether each technology package has its own line, several beside each other."""
        return self.levels.keys() <= PACKAGES.keys()


_HSEC: Final = ("hseck9",)
_PRODUCTS: Final = tuple(
    (re.compile(pattern), product)
    for pattern, product in (
        (r"C9800|CW98", Product(AIR)),
        (r"C9350|C9610", Product(UNIFIED)),
        (r"C96\d\d|C9500X", Product(ADVANTAGE)),
        (r"C9[2-5]\d\d|C9KV|IE-?3[1-4]|IE-?93", Product(SWITCH)),
        (r"C8\d\d\d-(?:[A-Z]-)?G2|IR1[18]|IR83", Product(PLAIN)),
        (r"C8000V", Product(ROUTER, _VIRTUAL)),
        (r"C85\d\d", Product(ROUTER, _C8500)),
        (r"C8[2-4]\d\d|ISR1100-", Product(ROUTER, _CRYPTO)),
        (r"CSR1000V", Product(CSR, _CSR)),
        (r"ISRV", Product(CSR, _ISRV)),
        (r"VG400", Product(VOICE, _isr(35))),
        (r"VG4", Product(VOICE)),  # unverified
        (r"C1100TGX", Product({"appxk9": (), "securityk9": ()})),  # unverified
        (r"ISR4221", Product(PACKAGES, _isr(35, 75), SUITES, _HSEC)),
        (r"ISR4321", Product(PACKAGES, _isr(50, 100), SUITES, _HSEC)),
        (r"ISR4331", Product(PACKAGES, _isr(100, 300), SUITES, _HSEC)),
        (r"ISR4351", Product(PACKAGES, _isr(200, 400), SUITES, _HSEC)),
        (r"ISR4431", Product(PACKAGES, _isr(500, 1_000), SUITES, _HSEC)),
        (r"ISR4451", Product(PACKAGES, _isr(1_000, 2_000), SUITES, _HSEC)),
        (r"ISR4461", Product(PACKAGES, _isr(1_500, 3_000), SUITES, _HSEC)),
        (r"ISR4", Product(PACKAGES, None, SUITES, _HSEC)),
        (r"C11\d\d-|C11\d\dX?-", Product(PACKAGES, None, (), _HSEC)),
    )
)


def product_of(pid: str | None) -> Product | None:
    """The product with this PID; ``None``: not in the table, so that it may take anything."""
    return next((product for pattern, product in _PRODUCTS if pattern.match(pid or "")), None)
