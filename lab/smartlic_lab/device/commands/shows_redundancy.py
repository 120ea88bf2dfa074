"""``show redundancy``: who is active, who stands by, and who took over from whom.

Source: outputs of ASR1000, ASR900, C3850, C9500 and C9800 in public parsers' tests and repositories. Unverified: the
reason behind ``Communications = Down``.
"""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

from datetime import datetime

from nornir_smartlic.model import Role
from smartlic_lab.device.commands.registry import Call, Handlers
from smartlic_lab.device.machine import Machine
from smartlic_lab.device.session import Session
from smartlic_lab.device.texts import date_text, span_text
from smartlic_lab.device.version import configuration_register

handles = Handlers[Session]()


@handles("show_redundancy_states")
def show_redundancy_states(session: Session, call: Call) -> str:
    device = session.device
    numbers = {member.role: number for number, member in device.build.numbered}
    paired = Role.STANDBY in numbers
    return (
        "       my state = 13 -ACTIVE \n"
        f"     peer state = {'8  -STANDBY HOT' if paired else '1  -DISABLED'} \n"
        f"           Mode = {'Duplex' if paired else 'Simplex'}\n"
        "           Unit = Primary\n"
        f"        Unit ID = {numbers[Role.ACTIVE]}\n\n"
        f"Redundancy Mode (Operational) = {_mode(paired)}\n"
        f"Redundancy Mode (Configured)  = {_mode(paired)}\n"
        f"Redundancy State              = {'sso' if paired else 'Non Redundant'}\n"
        "     Maintenance Mode = Disabled\n"
        f"    Manual Swact = {'enabled' if paired else 'disabled (system is simplex (no peer unit))'}\n"
        f"    Communications = {'Up' if paired else 'Down      Reason: Failure'}\n\n"
        "   client count = 128\n"
        " client_notification_TMR = 30000 milliseconds\n"
        "           RF debug mask = 0x0   \n\n"
    )


@handles("show_redundancy_switchover_history")
def show_redundancy_switchover_history(session: Session, call: Call) -> str:
    text = (
        "Index  Previous  Current  Switchover             Switchover\n"
        "       active    active   reason                 time\n"
        "-----  --------  -------  ----------             ----------\n"
    )
    for index, one in enumerate(session.device.redundancy.switchovers, 1):
        when = date_text(session.device.clock(one.time))
        text += f"{index:>4}{one.previous:>8}{one.current:>9}     {one.reason:<23}{when}\n"
    return text + "\n"


# The states that the redundancy facility goes through, by their numbers in CISCO-RF-MIB.
_TO_ACTIVE = (
    (2, "INITIALIZATION"), (3, "NEGOTIATION"), (9, "ACTIVE-FAST"), (10, "ACTIVE-DRAIN"), (11, "ACTIVE_PRECONFIG"),
    (12, "ACTIVE_POSTCONFIG"), (13, "ACTIVE"),
)  # fmt: skip
_TO_STANDBY = ((4, "STANDBY COLD"), (5, "STANDBY CONFIG"), (6, "STANDBY FILESYS"), (7, "STANDBY BULK"))


@handles("show_redundancy_history")
def show_redundancy_history(session: Session, call: Call) -> str:
    """The states since the boot, each with the time since then.

    Source: the shape is that of Cisco's interface configuration guide for 12.2SR. Unverified: at which second each
    state comes. The messages of clients, which fill such a log, are not emulated.
    """
    device = session.device
    paired = any(member.role is Role.STANDBY for _, member in device.build.numbered)
    lines = [
        "00:00:00 client added: RF_INTERNAL_MSG(0) seq=0",
        "00:00:00 client added: RF_LAST_CLIENT(65000) seq=65000",
    ]
    lines += [
        f"00:00:{9 + at:02} *my state = {name}({number}) peer state = DISABLED(1)"
        for at, (number, name) in enumerate(_TO_ACTIVE)
    ]
    if paired:
        found = [*_TO_STANDBY, (8, "STANDBY HOT")]
        lines += [
            f"00:01:{at:02} my state = ACTIVE(13) *peer state = {name}({number})"
            for at, (number, name) in enumerate(found)
        ]
    for one in device.redundancy.switchovers:
        seconds = int((one.time - device.booted_at).total_seconds())
        stamp = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
        lines.append(f"{stamp} *my state = ACTIVE(13) *peer state = DISABLED(1)")
    return "Redundancy Facility Event Log:\n" + "".join(f"{line}\n" for line in lines)


@handles("show_redundancy")
def show_redundancy(session: Session, call: Call) -> str:
    device, now = session.device, session.now
    numbers = {member.role: number for number, member in device.build.numbered}
    standby = numbers.get(Role.STANDBY)
    paired, history = standby is not None, device.redundancy
    active_since = history.active_since(device.booted_at)
    text = (
        "Redundant System Information :\n"
        "------------------------------\n"
        f"       Available system uptime = {span_text(now - device.booted_at)}\n"
        f"Switchovers system experienced = {len(history.switchovers)}\n"
        f"              Standby failures = {history.standby_failures}\n"
        f"        Last switchover reason = {history.switchovers[-1].reason if history.switchovers else 'none'}\n\n"
        f"                 Hardware Mode = {'Duplex' if paired else 'Simplex'}\n"
        f"    Configured Redundancy Mode = {_mode(paired)}\n"
        f"     Operating Redundancy Mode = {_mode(paired)}\n"
        "              Maintenance Mode = Disabled\n"
        f"                Communications = {'Up' if paired else 'Down      Reason: Failure'}\n\n"
        "Current Processor Information :\n"
        "-------------------------------\n"
        f"               Active Location = slot {numbers[Role.ACTIVE]}\n"
        "        Current Software state = ACTIVE\n" + _processor(device, active_since, now)
    )
    if standby is None:
        return f"{text}\nPeer (slot: 0) information is not available because it is in 'DISABLED' state\n"
    return (
        f"{text}\nPeer Processor Information :\n"
        "----------------------------\n"
        f"              Standby Location = slot {standby}\n"
        "        Current Software state = STANDBY HOT \n"
        + _processor(device, history.standby_since or device.booted_at, now)
    )


def _mode(paired: bool) -> str:
    return "sso" if paired else "Non-redundant"


def _processor(device: Machine, since: datetime, now: datetime) -> str:
    """What is said of the active and of the standby alike."""
    release, family = device.release, device.family
    return (
        f"       Uptime in current state = {span_text(now - since)}\n"
        f"                 Image Version = Cisco IOS Software [{release.codename}], {family.software} "
        f"({family.software_image}), Version {release.number}, RELEASE SOFTWARE ({release.build})\n"
        "Technical Support: http://www.cisco.com/techsupport\n"
        f"Copyright (c) 1986-{release.year} by Cisco Systems, Inc.\n"
        f"Compiled {release.compiled} by mcpre\n"
        f"                          BOOT = {family.flash}:packages.conf{';' if 'switch' in family.traits else ',1;'}\n"
        "                   CONFIG_FILE = \n"
        f"        Configuration register = {configuration_register(family)}\n"
    )
