"""What the machine is: show version, inventory, switch, module, platform."""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from nornir_smartlic.model import BootLevel, Role
from smartlic_lab.device import boot
from smartlic_lab.device.commands.registry import Call, Handlers
from smartlic_lab.device.factory import interface_names
from smartlic_lab.device.machine import Machine
from smartlic_lab.device.session import Session
from smartlic_lab.device.texts import date_text, span_text
from smartlic_lab.device.usage import ACCESS_POINT, boot_level

handles = Handlers[Session]()


# Source: show-version/*.txt, the same in all five captures
_LICENCE_TEXT = """
Cisco IOS-XE software, Copyright (c) 2005-{year} by cisco Systems, Inc.
All rights reserved.  Certain components of Cisco IOS-XE software are
licensed under the GNU General Public License ("GPL") Version 2.0.  The
software code licensed under GPL Version 2.0 is free software that comes
with ABSOLUTELY NO WARRANTY.  You can redistribute and/or modify such
GPL code under the terms of GPL Version 2.0.  For more details, see the
documentation or "License Notice" file accompanying the IOS-XE software,
or the applicable URL provided on the flyer accompanying the IOS-XE
software.

"""
_CRYPTO_TEXT = """


This product contains cryptographic features and is subject to United
States and local country laws governing import, export, transfer and
use. Delivery of Cisco cryptographic products does not imply
third-party authority to import, export, distribute or use encryption.
Importers, exporters, distributors and users are responsible for
compliance with U.S. and local country laws. By using this product you
agree to comply with applicable laws and regulations. If you are unable
to comply with U.S. and local laws, return this product immediately.

A summary of U.S. laws governing Cisco cryptographic products may be found at:
http://www.cisco.com/wwl/export/crypto/tool/stqrg.html

If you require further assistance please contact us by sending email to
export@cisco.com.

"""
_RULE = "-" * 78


def mac_address(name: str) -> str:
    """A locally administered MAC address, always the same for a name."""
    digest = sha256(name.encode()).hexdigest()
    return f"02{digest[:2]}.{digest[2:6]}.{digest[6:10]}"


def _board(udi_sn: str, what: str, length: int = 4) -> str:
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
    digest = sha256(f"{udi_sn}/{what}".encode()).digest()
    return "".join(letters[byte % len(letters)] for byte in digest[:length])


@handles("show_version")
def show_version(session: Session, call: Call) -> str:
    device, now = session.device, session.now
    release, family = device.release, device.family
    up = now - device.booted_at
    restarted = device.clock(device.booted_at)
    active = device.build.members[0]
    image = f"{family.flash}:packages.conf"
    codename = release.codename
    head = (
        f"Cisco IOS XE Software, Version {release.long_number}\n"
        f"Cisco IOS Software [{codename}], {family.software} ({family.software_image}), Version {release.number}, "
        f"RELEASE SOFTWARE ({release.build})\n"
        "Technical Support: http://www.cisco.com/techsupport\n"
        f"Copyright (c) 1986-{release.year} by Cisco Systems, Inc.\n"
        f"Compiled {release.compiled} by mcpre\n\n"
        + _LICENCE_TEXT.format(year=release.year)
        + "\nROM: IOS-XE ROMMON\n"
        + (f"BOOTLDR: System Bootstrap, Version {release.version[0]}.{release.version[1]}.1r, RELEASE SOFTWARE (P)\n"
           if "switch" in family.traits else "\n")
    )  # fmt: skip
    text = (
        f"{head}{device.hostname} uptime is {span_text(up)}\n"
        f"Uptime for this control processor is {span_text(up + timedelta(minutes=2))}\n"
        f"System returned to ROM by {device.reloading.reason}\n"
        f"System restarted at {date_text(restarted)}\n"
        f'System image file is "{image}"\n'
        f"Last reload reason: {device.reloading.reason}\n" + _CRYPTO_TEXT
    )
    text += _levels(device)
    text += f"\nSmart Licensing Status: {release.licensing_status or _registration(session)}\n\n"
    text += (
        f"cisco {_model_name(device)} ({family.processor}) processor{_revision(device)} "
        f"with {family.memory} bytes of memory.\n"
        f"Processor board ID {active.sn}\n"
    )
    if "router" in family.traits or "wireless" in family.traits:
        text += "Router operating mode: Autonomous\n"
    text += _ports(device)
    text += "".join(f"{line}\n" for line in family.storage) + "\n"
    if "wireless" in family.traits:
        text = text[:-1] + "Installation mode is INSTALL\n\n"
    if "switch" in family.traits:
        text += _switch_part(device, now)
    register = "2102" if "router" in family.traits else "102"
    return f"{text}\nConfiguration register is 0x{register}\n\n"


def _registration(session: Session) -> str:
    """``UNREGISTERED/EVAL MODE``, before SLP (recalled)."""
    state = session.device.agent.state(session.device.clock(session.now))
    registration = state.registration.status.value if state.registration else "UNREGISTERED"
    return f"{registration}/{state.authorization_state.status if state.authorization_state else 'No Licenses in Use'}"


def _model_name(device: Machine) -> str:
    """The PID; controllers leave out the suffix of their image (show-version/genie-c9800.txt)."""
    pid = device.build.members[0].pid
    return pid.removesuffix("-K9") if "wireless" in device.family.traits else pid


def _revision(device: Machine) -> str:
    revision = device.family.processor if "virtual" in device.family.traits else "V01"
    return f" (revision {revision})" if device.family.boot.style != "isr" else ""


def _levels(device: Machine) -> str:
    """The licence levels in use and after a reload, in the family's form."""
    booted = device.booted_with
    configured = boot.configured_levels(device.running)
    saved = boot_level(configured[0] if configured else None)
    match device.family.boot.style:
        case "catalyst":
            return _catalyst_table(booted.level, saved)
        case "router":
            return _router_lines(device, booted.level, saved)
        case "air":
            return _air_lines(
                booted.air_level, boot_level(boot.configured_level(device.running, "license", "air", "level"))
            )
        case "isr":
            return _isr_table({level.level for level in booted.levels}, set(configured))
        case _:
            return ""


def _catalyst_table(level: BootLevel | None, saved: BootLevel | None) -> str:
    """Source: show-version/genie-c9500h-svl.txt, genie-ie3105.txt."""

    def row(current: str | None, kind: str, following: str | None, width: int) -> str:
        return f"{current or 'None':<24}{kind:<33}{following or 'None':<{width}}\n"

    return (
        "\nTechnology Package License Information: \n\n"
        f"{_RULE}\n"
        "Technology-package                                     Technology-package\n"
        "Current                        Type                       Next reboot  \n"
        f"{_RULE}\n"
        + row(level.level if level else None, "Smart License", saved.level if saved else None, 20)
        + row(level.addon if level else None, "Subscription Smart License", saved.addon if saved else None, 30)
        + "\n"
    )


def _router_lines(device: Machine, level: BootLevel | None, saved: BootLevel | None) -> str:
    """Source: show-version/genie-c8000v-slp.txt."""
    text = (
        f"License Level: {level.level if level else ''}".rstrip()
        + f"\nLicense Type: Perpetual\nNext reload license Level: {saved.level if saved else ''}".rstrip()
        + f"\n\nAddon License Level: {(level.addon if level else None) or ''}".rstrip()
        + "\n"
        "Addon License Type: Subscription\n"
        f"Next reload addon license Level: {(saved.addon if saved else None) or ''}".rstrip()
        + "\n\n"
    )
    kbps = throughput_kbps(device)
    if "virtual" in device.family.traits and kbps is not None:
        text += f"The current throughput level is {kbps} kbps\n\n"
    return text


def _air_lines(level: BootLevel | None, saved: BootLevel | None) -> str:
    """Source: show-version/genie-c9800.txt: the add-on is what counts, in words."""
    return f"AIR License Level: {_air_words(level)}\nNext reload AIR license Level: {_air_words(saved)}\n"


def _air_words(level: BootLevel | None) -> str:
    name = (level.addon or level.level) if level else "air-network-essentials"
    return " ".join(word.upper() if word in ("air", "dna") else word.title() for word in name.split("-"))


def _isr_table(current_packages: set[str], saved_packages: set[str]) -> str:
    """Source: show-version/genie-isr4k.txt."""
    rule = "-" * 65
    rows = ""
    for technology in ("appxk9", "uck9", "securityk9"):
        current = technology if technology in current_packages else "None"
        following = technology if technology in saved_packages else "None"
        kind = "Smart License" if current != "None" else "None"
        rows += f"{technology:<17}{current:<17}{kind:<17}{following}\n"
    rows += f"{'ipbase':<17}{'ipbasek9':<17}{'Smart License':<17}ipbasek9\n"
    return (
        "\n\nTechnology Package License Information: \n\n"
        f"{rule}\n"
        "Technology    Technology-package           Technology-package\n"
        "              Current       Type           Next reboot  \n"
        f"{rule}-\n{rows}\n"
    )


def throughput_kbps(device: Machine) -> int | None:
    """The enforced throughput; ``None`` where it is not throttled or the family has none."""
    level = device.booted_with.throughput or device.family.default_throughput
    if level is None:
        return None
    if level.isdigit():
        return int(level) * 1000
    return {"T0": 25_000, "T1": 200_000, "T2": 1_000_000, "T3": 10_000_000}.get(level)


_PORT_KINDS = (
    ("Vlan", "Virtual Ethernet interface"),
    ("GigabitEthernet", "Gigabit Ethernet interface"),
    ("TenGigabitEthernet", "Ten Gigabit Ethernet interface"),
    ("TwentyFiveGigE", "TwentyFive Gigabit Ethernet interface"),
    ("FortyGigabitEthernet", "Forty Gigabit Ethernet interface"),
    ("HundredGigE", "Forty/Hundred Gigabit Ethernet interface"),
)


def _ports(device: Machine) -> str:
    names = [name.rstrip("0123456789/.") for name, _ in interface_names(device.build)]
    text = ""
    for prefix, words in _PORT_KINDS:
        number = names.count(prefix)
        if number:
            text += f"{number} {words}{'s' if number > 1 else ''}\n"
    return text


def _switch_part(device: Machine, now: datetime) -> str:
    """Board data, and the table of members on a stack."""
    members = device.build.members
    text = _boards(device, 0)
    if device.family.arrangement != "stack":
        for number in range(1, len(members) if device.family.arrangement == "pair" else 1):
            text += f"\nSwitch {number + 1:02}\n---------\n{_boards(device, number)}"
        return text
    text += (
        "Switch Ports Model              SW Version        SW Image              Mode   \n"
        "------ ----- -----              ----------        ----------            ----   \n"
    )
    for number, member in device.build.numbered:
        pid = member.udi.pid
        text += (
            f"{'*' if member.role is Role.ACTIVE else ' '}{number:>5} {device.family.models[pid].ports:<5} {pid:<18} "
            f"{device.release.number:<17} {device.family.software_image:<21} INSTALL\n"
        )
    for number, member in device.build.numbered:
        if member.role is Role.ACTIVE:
            continue
        up = now - device.redundancy.up_since.get(number, device.booted_at)
        text += (
            f"\n\nSwitch {number:02}\n---------\n"
            f"Switch uptime                      : {span_text(up)} \n\n" + _boards(device, members.index(member.udi))
        )
    return text


def _boards(device: Machine, number: int) -> str:
    udi = device.build.members[number]
    mac = mac_address(udi.sn).replace(".", "")
    dotted = ":".join(mac[at : at + 2] for at in range(0, 12, 2))
    return (
        f"Base Ethernet MAC Address          : {dotted}\n"
        f"Motherboard Assembly Number        : 73-18{300 + number}-0{1 + number % 4}\n"
        f"Motherboard Serial Number          : FOC{_board(udi.sn, 'board', 8)}\n"
        f"Model Revision Number              : V02\n"
        f"Motherboard Revision Number        : A0\n"
        f"Model Number                       : {udi.pid}\n"
        f"System Serial Number               : {udi.sn}\n"
        + ("CLEI Code Number                   : \n\n" if device.family.arrangement == "stack" and number == 0 else "")
    )


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
                (f"Slot {n} - Supervisor", "Supervisor Module", supervisor, f"FOC{_board(members[0].sn, f'sup{n}', 8)}")
                for n in range(1, len(members) + 1)
            ]
    return "".join(
        f'NAME: "{name}", DESCR: "{text}"\nPID: {pid:<18}, VID: V02  , SN: {sn}\n\n' for name, text, pid, sn in parts
    )


@handles("show_switch")
def show_switch(session: Session, call: Call) -> str:
    """Source: recalled; Genie's parser accepts it."""
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


@handles("show_module")
def show_module(session: Session, call: Call) -> str:
    device = session.device
    pid, sn = device.build.members[0].pid, device.build.members[0].sn
    rows = "".join(
        f"{n}   11    Supervisor Module                         C9400-SUP-1XL       FOC{_board(sn, f'sup{n}', 8)}\n"
        for n in range(1, len(device.build.members) + 1)
    )
    return (
        f"Chassis Type: {pid}\n\n"
        "Mod Ports Card Type                                   Model          Serial No.\n"
        f"---+-----+--------------------------------------+--------------+--------------\n{rows}"
    )


@handles("show_platform")
def show_platform(session: Session, call: Call) -> str:
    """Source: recalled, the two forms that ntc-templates and Genie read."""
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
    text += f"{'R0':<10}{device.build.members[0].pid:<20}{'ok, active':<22}{'00:12:00':<18}\n"
    return text


@handles("show_processes_cpu")
def show_processes_cpu(session: Session, call: Call) -> str:
    return (
        "CPU utilization for five seconds: 1%/0%; one minute: 1%; five minutes: 1%\n"
        " PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process \n"
        "   1           5          26        192  0.00%  0.00%  0.00%   0 Chunk Manager    \n"
    )


@handles("show_processes_memory")
def show_processes_memory(session: Session, call: Call) -> str:
    """The figures are those of ``show memory``; recalled."""
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
