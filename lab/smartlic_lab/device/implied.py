"""Lines that a running configuration prints although nobody typed them."""

from __future__ import annotations

from typing import Final

from smartlic_lab.device.configuration import Section
from smartlic_lab.platforms import Family

_VIRTUAL: Final = ("Vlan", "Loopback", "Tunnel")
_MANAGEMENT: Final = ("GigabitEthernet0/0", "GigabitEthernet0")
_NO_ADDRESS: Final = "no ip address"
_AT_THE_TOP: Final = ("no aaa new-model", "boot-start-marker", "boot-end-marker")
IMPLIED: Final = frozenset({*_AT_THE_TOP, _NO_ADDRESS})


def printed_lines(running: Section, family: Family) -> Section:
    """*running* with what it implies, as it is printed.

    Source: running configurations in Cisco's guides for the Catalyst 9300 and C8000V. Unverified: that each family
    prints each line; that a controller's ports are those of a switch.
    """
    shown = running.copy()
    if not shown.has("aaa", "new-model"):
        shown.put(("no", "aaa", "new-model"), ("aaa", "new-model"))
    if "switch" not in family.traits:
        shown.put(("boot-start-marker",))
        shown.put(("boot-end-marker",))
    for line in shown.under("line", "console"):
        line.words = ("line", "con", *line.words[2:])
    for line in shown.under("interface"):
        section = line.section
        if (
            section is None
            or next(section.under("ip", "address"), None)
            or next(section.under("ip", "unnumbered"), None)
        ):
            continue
        if is_routed(line.words[1], section, family):
            line.section = _with_no_address(section)
    return shown


def is_routed(name: str, section: Section, family: Family) -> bool:
    """Whether an interface could have an address: all of a router, of a switch those that are no switch ports."""
    if "router" in family.traits or name.startswith(_VIRTUAL) or name in _MANAGEMENT:
        return True
    return section.denied("switchport")


def _with_no_address(section: Section) -> Section:
    """With its line where the address would stand: behind what names the interface and its VRF."""
    before = ("description", "switchport", "vrf", "ip vrf")
    bare = Section(section.lines[:], order=section.order)
    at = 0
    for number, line in enumerate(bare.lines, 1):
        if " ".join(line.key).startswith(before):
            at = number
    added = Section().put(_NO_ADDRESS.split(), ("ip", "address"))
    bare.lines.insert(at, added)
    return bare


def without_implied(tree: Section) -> Section:
    """A configuration that was read, without the lines that are printed of themselves: nobody need type them."""
    kept = [line for line in tree.lines if line.text not in IMPLIED]
    for line in kept:
        if line.section is not None:
            line.section = without_implied(line.section)
    return Section(kept, tree.top, tree.order)
