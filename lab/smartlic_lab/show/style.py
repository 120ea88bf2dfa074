"""How a device prints: by the release of its Smart Agent and by its family alone.

Every printer asks its `Style` where releases and families differ. Thresholds by version are inferred from the captures
(reference/outputs.md). A `Style` holds no values; what a saved text has of its own is an `Imprint`
(`smartlic_lab.show.imprint`), which no device knows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from nornir_smartlic.model import LicensingState
from smartlic_lab.platforms import families

STATUS: Final = "show license status"
ALL: Final = "show license all"
TECH: Final = "show license tech support"
SUMMARY: Final = "show license summary"
NEWEST: Final = (6, 3, 7)
_SMALL_TAG: Final = frozenset({"asr1000"})  # Source: show-license-summary/ciscodoc-asr1006x-17.6-active.txt


@dataclass(frozen=True, slots=True)
class Style:
    """How an agent of this *version* prints on a device of this *family* (``c9300``, ``c8000v``).

    The methods that give back what is usual are where a saved text may say otherwise.
    """

    version: tuple[int, ...]
    family: str

    def since(self, *version: int) -> bool:
        """Whether the agent is at least of this version."""
        return self.version >= version

    def has(self, *version: int) -> bool:
        """Whether what came with this version is printed."""
        return self.verbatim or self.since(*version)

    @property
    def is_router(self) -> bool:
        """Whether the family is one of routers; families that the lab does not have count as switches."""
        known = families().get(self.family)
        return known is not None and "router" in known.traits

    @property
    def verbatim(self) -> bool:
        """Whether the state holds what was printed, and no more: nothing is to be cut or left out."""
        return False

    @property
    def heads_usage(self) -> bool:
        """Whether ``License Authorization:`` stands above ``show license usage`` under SLP."""
        return not self.is_router

    @property
    def tag_heading(self) -> str:
        """How the table of the summary calls the entitlement; unverified: the small letter before SLP."""
        return "Entitlement tag" if self.version < (5,) or self.family in _SMALL_TAG else "Entitlement Tag"

    @property
    def tag_key(self) -> str:
        """How tech support calls the entitlement's tag; unverified: the small letter before SLP."""
        return "Entitlement tag" if self.version < (5,) else "Entitlement Tag"

    @property
    def table_indent(self) -> int:
        """Blanks before the table of the summary."""
        return 2

    @property
    def vrf_block(self) -> bool:
        """Whether the VRF stands on two lines."""
        return self.version < (5, 5)

    @property
    def member_status_indent(self) -> int:
        """Blanks before the status of a member's authorization."""
        return 6 if self.version < (5, 10) else 4

    @property
    def slot_heading(self) -> str:
        """The first column of the old ``show license udi``."""
        return "SlotID"

    @property
    def mixed_case(self) -> bool:
        """``Allowed`` for ALLOWED; unverified: the agents of 16.6 and before."""
        return self.version < (4, 4)

    @property
    def purchased_mark(self) -> str:
        """What stands behind the line on purchases."""
        return ""

    @property
    def trust_wording(self) -> tuple[str, ...] | None:
        """The lines on trust codes with names for the values; ``None``: the usual ones."""
        return None

    def prints(self, title: str, key: str, usual: bool) -> bool:  # noqa: ARG002  a saved text asks for all
        """Whether the section *title* has a line *key*."""
        return usual

    def order(self, usual: tuple[str, ...]) -> tuple[str, ...]:
        """The titles of the sections."""
        return usual

    def underlined(self, title: str, lines: list[str]) -> list[str]:  # noqa: ARG002
        """The *lines* of a section, its second perhaps the line under its title."""
        return lines

    def rule(self, usual: int | None) -> int | None:
        """The length of the rule below a table's heading; ``None``: there is no table."""
        return usual

    def units(self, key: str) -> tuple[str, ...]:  # noqa: ARG002
        """The units of the span on the line *key*; (): the usual ones."""
        return ()

    def codes(self, number: int, usual: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG002
        """The keys of the codes below the status of the member with this *number*."""
        return usual

    def blocks(self, usual: tuple[str, ...]) -> tuple[str, ...]:
        """The titles of the blocks of authorizations."""
        return usual

    def is_blank(self, key: str, usual: bool) -> bool:  # noqa: ARG002
        """Whether nothing stands behind the colon of this line of a flat list."""
        return usual


@dataclass(frozen=True, slots=True)
class Page:
    """What a section is drawn from: the state, how the device prints, and the command that it stands in."""

    state: LicensingState
    style: Style
    command: str


def agent_release(version: str | None) -> tuple[int, ...]:
    """``5.3.10_rel/25`` -> (5, 3, 10); an unknown version counts as the newest."""
    found = re.match(r"\d+(?:\.\d+)*", version or "")
    return tuple(int(part) for part in found[0].split(".")) if found else NEWEST
