"""What the machine is: show version, inventory, switch, module, platform."""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from nornir_smartlic.model import Role
from smartlic_lab.device.commands.registry import Call, Handlers, invalid_behind
from smartlic_lab.device.printing import printed
from smartlic_lab.device.session import Session
from smartlic_lab.device.usage import ACCESS_POINT
from smartlic_lab.device.version import board, device_version, mac_address

handles = Handlers[Session]()


@handles("show_version")
def show_version(session: Session, call: Call) -> str:
    return printed(session.device, "show version", device_version(session.device, session.now))


@handles("show_inventory")
def show_inventory(session: Session, call: Call) -> str:
    device = session.device
    family, members = device.family, device.build.members
    if family.arrangement == "stack":
        parts = [
            (
                "c93xx Stack" if len(members) > 1 else f"{members[0].pid} Stack",
                "c93xx Stack",
                members[0].pid,
                members[0].sn,
            )
        ]
        parts += [(f"Switch {n}", one.udi.pid, one.udi.pid, one.udi.sn) for n, one in device.build.numbered]
    elif family.arrangement == "pair":
        parts = [
            (f"Switch {n} Chassis", f"{family.title} Chassis", one.udi.pid, one.udi.sn)
            for n, one in device.build.numbered
        ]
    else:
        parts = [("Chassis", f"{family.title} Chassis", members[0].pid, members[0].sn)]
        if family.arrangement == "chassis":
            supervisor = "C9400-SUP-1XL" if "9400" in family.title else "C9600-SUP-1"
            parts += [
                (
                    f"Slot {n} - Supervisor",
                    "Supervisor Module",
                    supervisor,
                    f"FOC{board(members[0].sn, f'sup{n}', 8)}",
                )
                for n in range(1, len(members) + 1)
            ]
    wanted = (call.argument("entity") or "").strip('"').lower()
    parts = [part for part in parts if wanted in part[0].lower()]
    if not parts:
        raise invalid_behind(session.prompt, "show inventory ")
    return "".join(
        f'NAME: "{name}", DESCR: "{text}"\nPID: {pid:<18}, VID: V02  , SN: {sn}\n\n' for name, text, pid, sn in parts
    )


@handles("show_switch")
def show_switch(session: Session, call: Call) -> str:
    """Source: unverified; Genie's parser accepts it."""
    device = session.device
    mac = mac_address(device.build.members[0].sn)
    text = (
        f"Switch/Stack Mac Address : {mac} - Local Mac Address\n"
        "Mac persistency wait time: Indefinite\n"
        "                                             H/W   Current\n"
        "Switch#   Role    Mac Address     Priority Version  State \n"
        "-------------------------------------------------------------------------------------\n"
    )
    for number, member in device.build.numbered:
        mark = "*" if member.role is Role.ACTIVE else " "
        mac = mac_address(member.udi.sn)
        text += f"{mark}{number:<9}{member.role.value:<9}{mac}     {16 - number:<8}V02     {'Ready':<21}\n"
    text += "\n\n"
    return text + _stack_ports([number for number, _ in device.build.numbered]) if call.has("detail") else text


def _stack_ports(members: Sequence[int]) -> str:
    """Who is cabled to whom: a ring."""
    text = (
        "         Stack Port Status             Neighbors     \n"
        "Switch#  Port 1     Port 2           Port 1   Port 2 \n"
        "--------------------------------------------------------\n"
    )
    several = len(members) > 1
    for place, number in enumerate(members):
        before = str(members[place - 1]) if several else "None"
        after = str(members[(place + 1) % len(members)]) if several else "None"
        state = "OK" if several else "DOWN"
        text += f"  {number}         {state:<4}       {state:<4}             {before:<8} {after}\n"
    return text


@handles("show_switch_virtual", "show_stackwise_virtual")
def show_stackwise_virtual(session: Session, call: Call) -> str:
    paired = len(session.device.build.members) > 1
    return (
        "Stackwise Virtual Configuration:\n"
        "--------------------------------\n"
        f"Stackwise Virtual : {'Enabled' if paired else 'Disabled'}\n"
        "Domain Number : 1\n\n"
        "Switch  Stackwise Virtual Link  Ports\n"
        "------  ----------------------  ------\n"
    )


@handles("show_platform")
def show_platform(session: Session, call: Call) -> str:
    """Source: unverified, the two forms that ntc-templates and Genie read."""
    device = session.device
    if device.family.arrangement == "stack":
        text = "Switch  Ports    Model                Serial No.   MAC address     Hw Ver.       Sw Ver. \n"
        text += "------  -----   ---------             -----------  --------------  -------       --------\n"
        for number, udi in enumerate(device.build.members, 1):
            ports = device.family.models[udi.pid].ports
            text += f" {number:<7} {ports:<6} {udi.pid:<21} {udi.sn:<12} {mac_address(udi.sn):<15} {'V02':<13} "
            text += f"{device.release.number} \n"
        return text
    text = f"Chassis type: {device.build.members[0].pid:<20}\n\n"
    text += "Slot      Type                State                 Insert time (ago) \n"
    text += "--------- ------------------- --------------------- ----------------- \n"
    pid, since = device.build.members[0].pid, _ago(session.now - device.booted_at)
    slots = [("R0", "ok, active")] if "switch" in device.family.traits else [("R0", "ok, active"), ("F0", "ok, active")]
    if "virtual" not in device.family.traits:
        slots = [("0", "ok"), *slots]
    for slot, state in slots:
        text += f"{slot:<10}{pid:<20}{state:<22}{since:<18}\n"
    return text


def _ago(span: timedelta) -> str:
    """``00:12:00``, ``3d04h``, ``2w1d``."""
    days, seconds = span.days, span.seconds
    if days >= 7:
        return f"{days // 7}w{days % 7}d"
    if days:
        return f"{days}d{seconds // 3600:02}h"
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"


@handles("show_processes_memory")
def show_processes_memory(session: Session, call: Call) -> str:
    """The figures are those of ``show memory``; unverified."""
    return (
        "Processor Pool Total: 1363495132 Used:  301028404 Free: 1062466728\n"
        " lsmpi_io Pool Total:    6295128 Used:    6294304 Free:        824\n\n"
        " PID TTY  Allocated      Freed    Holding    Getbufs    Retbufs Process\n"
        "   0   0  266231344   34797056  212031384          0          0 *Init*          \n"
        "   1   0     340928      37336     336184          0          0 Chunk Manager   \n"
        "   2   0     232384     232384      41184          0          0 Load Meter      \n"
    )


@handles("show_memory")
def show_memory(session: Session, call: Call) -> str:
    return (
        "                Head    Total(b)     Used(b)     Free(b)   Lowest(b)  Largest(b)\n"
        "Processor  7F5C2A3010   1363495132   301028404   1062466728   1060912560   1048575908\n"
        " lsmpi_io  7F5C18A1A8     6295128     6294304         824         824         412\n"
    )


@handles("show_ap_summary")
def show_ap_summary(session: Session, call: Call) -> str:
    device = session.device
    text = f"Number of APs: {device.access_points}\n\n"
    text += f"{'AP Name':<33}Slots {'AP Model':<21}{'Ethernet MAC':<15}{'Radio MAC':<15}{'CC':<5}{'RD':<5}"
    text += f"{'IP Address':<42}{'State':<13}Location\n"
    text += "-" * 168 + "\n"
    for number in range(1, device.access_points + 1):
        mac = mac_address(f"{device.name}/ap{number}")
        text += f"{f'AP{number}':<33}2     {ACCESS_POINT:<21}{mac} {mac} GB   -E   "
        text += f"{f'192.0.2.{number % 250 + 1}':<42}{'Registered':<13}default location\n"
    return text
