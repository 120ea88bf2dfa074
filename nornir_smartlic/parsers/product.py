"""Who the device is: UDIs, members, the agent's version. Source: reference/outputs.md sections 0, 4 and 6."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from nornir_smartlic.model import Member, Role, SlotUdi, Udi
from nornir_smartlic.parsers.section import NOTHING, Problem, Section, kept, text

ROLES = {role.value: role for role in Role}


@kept  # one output prints the UDI of a member up to six times
def udi(value: str) -> Udi:
    """``PID:C9300-24T,SN:FOC00000001``."""
    pid, comma, sn = value.partition(",SN:")
    if not comma or not pid.startswith("PID:") or len(pid) == 4 or not sn or " " in sn:
        raise ValueError("expected a UDI such as 'PID:C9300-24T,SN:FOC00000001'")
    return Udi(pid[4:], sn)


def is_member(section: Section) -> bool:
    """Whether the next line is ``Active:``, ``Standby:`` or ``Member:``."""
    return section.next_key() in ROLES


def member(section: Section) -> Member:
    """``Active: PID:...,SN:...``; the UDI list prints no blank behind the colon."""
    key = section.next_key()
    if key is None or key not in ROLES:
        raise section.missing("Active:, Standby: or Member:")
    return section.take(key, _MEMBERS[key])


def _member(role: str, value: str) -> Member:
    return Member(ROLES[role], udi(value))


_MEMBERS: Final = {role: kept(partial(_member, role)) for role in ROLES}  # by the word, whose hash costs less


def own_udi(section: Section) -> Udi:
    """``Product Information``, and the first line of ``show license udi``."""
    return section.take("UDI", udi)


def members(section: Section) -> tuple[Member, ...]:
    """``HA UDI List:``."""
    found = []
    while is_member(section):
        found.append(member(section))
    if not found:
        raise section.missing("Active:")
    return tuple(found)


def udi_table(section: Section) -> tuple[Udi, tuple[SlotUdi, ...]]:
    """``show license udi`` of old images: a table with a row per slot; the star marks the own one."""
    heading = section.take_line().split()
    if heading[:1] not in (["SlotID"], ["Device#"]):
        raise Problem("expected 'UDI:' or the table's heading", " ".join(heading))
    section.take_line()  # the rule below the heading
    slots = []
    own = None
    while (line := section.next_line()) is not None:
        words = line.split()
        starred = line.startswith("*")
        slot = words[0].removeprefix("*") if starred else words[0]
        if slot == "" and len(words) == 5:  # "* 1  PID SN UDI"
            slot, words = words[1], words[1:]
        pid, colon, serial = words[-1].rpartition(":")
        if len(words) != 4 or not colon or (pid, serial) != (words[1], words[2]):
            break
        section.take_line()
        row = SlotUdi(slot=slot or None, udi=Udi(pid, serial), own=starred)
        slots.append(row)
        if starred and own is None:
            own = row.udi
    if not slots:
        raise section.missing("a row of the table")
    return own or slots[0].udi, tuple(slots)


def agent_version(section: Section) -> tuple[str, Any]:
    """``Agent Version``, and the versions of its components, which agents before 4.8 print (unverified)."""
    version = section.take("Smart Agent for Licensing", text)
    components = section.take_optional("Component Versions", text)
    return version, NOTHING if components is None else components
