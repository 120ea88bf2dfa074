"""What the machine says of its processors, modules and software, and ``show tech-support``, which says it all.

Source: the lines that Genie's and ntc-templates' parsers name; the CPU load of piled-up RUM reports: CSCwa85199 and
field notice FN72578. Unverified: margins, and the figures of load and memory, which no process stands behind.
"""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

import re
from typing import Final

from nornir_smartlic.model import Role
from smartlic_lab.device.commands.registry import Call, CommandFailed, Handlers
from smartlic_lab.device.commands.shows_chassis import boot_variables
from smartlic_lab.device.machine import Machine
from smartlic_lab.device.ports import interfaces_of
from smartlic_lab.device.session import Session
from smartlic_lab.device.version import board, mac_address

handles = Handlers[Session]()

# --- load -----------------------------------------------------------------------------------------------------------

_FIRST_SLP: Final = (17, 3, 2)
_FIXED: Final = {(17, 3): (17, 3, 7), (17, 6): (17, 6, 5)}  # all others: 17.9.1. Source: FN72578
_MANY_REPORTS: Final = 1000  # about as many give a high load. Source: FN72578


def _report_load(device: Machine, session: Session) -> int:
    """Percent that piled-up RUM reports cost, where the release never cleans them up. Unverified: how it grows."""
    version = device.release.version
    if not device.release.slp or version >= _FIXED.get(version[:2], (17, 9, 1)):
        return 0
    summary = device.agent.state(device.clock(session.now)).report_summary
    kept = 0 if summary is None or summary.in_storage is None else summary.in_storage
    return min(98, kept * 98 // _MANY_REPORTS)


@handles("show_processes_cpu")
def show_processes_cpu(session: Session, call: Call) -> str:
    load = _report_load(session.device, session)
    total = f"{1 + load}%/{1 if load else 0}%"
    text = f"CPU utilization for five seconds: {total}; one minute: {1 + load}%; five minutes: {1 + load}%\n"
    text += " PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process \n"
    busy = ((662, 272007, 19185, 14177, 0.6, "SAGetRUMIds"), (150, 310763, 20821, 14925, 0.4, "SAUtilRepSave"))
    if load:
        for pid, runtime, invoked, each, part, name in busy:
            share = f"{load * part:5.2f}%"
            text += f"{pid:>4} {runtime:>11} {invoked:>11} {each:>10} {share} {share} {share}   0 {name:<17}\n"
    return f"{text}   1           5          26        192  0.00%  0.00%  0.00%   0 Chunk Manager    \n"


def _processors(device: Machine) -> list[str]:
    """``1-RP0`` of a stack's members and a pair's, ``RP0`` of all others."""
    if device.family.arrangement in ("stack", "pair"):
        return [f"{number}-RP0" for number, _ in device.build.numbered]
    return [f"RP{at}" for at in range(len(device.build.members))]


def _memory_kib(device: Machine) -> int:
    """The physical memory of ``show version``."""
    return next(int(line.split("K")[0]) for line in device.family.storage if "physical memory" in line)


@handles("show_control_processor")
def show_control_processor(session: Session, call: Call) -> str:
    device = session.device
    slots, load = _processors(device), _report_load(device, session)
    total = _memory_kib(device)
    used, committed = total * 64 // 100, total * 88 // 100
    text = "Load Average\n Slot  Status  1-Min  5-Min 15-Min\n"
    text += "".join(f"{slot:>5} Healthy {0.26 + load / 100:>6.2f} {0.35 + load / 100:>6.2f}   0.33\n" for slot in slots)
    text += "\nMemory (kB)\n Slot  Status    Total     Used (Pct)     Free (Pct) Committed (Pct)\n"
    text += "".join(
        f"{slot:>5} Healthy {total:>8} {used:>8} (64%) {total - used:>8} (36%)  {committed:>8} (88%)\n"
        for slot in slots
    )
    text += "\nCPU Utilization\n Slot  CPU   User System   Nice   Idle    IRQ   SIRQ IOwait\n"
    for slot in slots:
        for cpu in range(4):
            user = 3.0 + (load if cpu == 0 else 0)
            name = slot if cpu == 0 else ""
            idle = max(0.0, 96.0 - user)
            text += f"{name:>5} {cpu:>4} {user:>6.2f}   1.00   0.00 {idle:>6.2f}   0.00   0.00   0.00\n"
    return f"{text}\n"


@handles("show_platform_resources")
def show_platform_resources(session: Session, call: Call) -> str:
    device = session.device
    mib, load = _memory_kib(device) // 1024, _report_load(device, session)
    used, flash = mib * 64 // 100, device.files.size // 2**20
    stored = device.files.used() // 2**20
    text = "**State Acronym: H - Healthy, W - Warning, C - Critical                                             \n"
    text += "Resource                 Usage                 Max             Warning         Critical        State\n"
    text += "-" * 100 + "\n"
    for at, slot in enumerate(_processors(device)):
        role = "active" if at == 0 else "standby"
        text += (
            f"{slot.rpartition('-')[2]} (ok, {role}){' ' * 68}H    \n"
            f" Control Processor       {1.2 + load:.2f}%{' ' * 17}100%{' ' * 12}80%             90%             H    \n"
            f"  DRAM                   {f'{used}MB(64%)':<22}{f'{mib}MB':<16}88%             93%             H    \n"
            f"  {'bootflash':<23}{f'{stored}MB({stored * 100 // flash}%)':<22}{f'{flash}MB':<16}"
            "88%             93%             H    \n"
        )
        if device.family.arrangement in ("stack", "pair"):
            break  # of the active alone
    if "router" in device.family.traits:
        text += f"ESP0(ok, active){' ' * 77}H    \n QFP{' ' * 89}H    \n"
        text += "  DRAM                   238906KB(5%)          4194304KB       85%             95%             H    \n"
        text += "  IRAM                   207KB(10%)            2048KB          85%             95%             H    \n"
        text += "  CPU Utilization        0.00%                 100%            90%             95%             H    \n"
    return text


# --- modules --------------------------------------------------------------------------------------------------------

_SUPERVISORS: Final = {
    "C9404R": (2, 3),
    "C9407R": (3, 4),
    "C9410R": (5, 6),
    "C9606R": (3, 4),
}  # the slots that take them


@handles("show_module")
def show_module(session: Session, call: Call) -> str:
    """A chassis has its line cards and supervisors, a stack its members."""
    device = session.device
    if device.family.arrangement != "chassis":
        text = "Switch  Ports    Model                Serial No.   MAC address     Hw Ver.       Sw Ver. \n"
        text += "------  -----   ---------             -----------  --------------  -------       --------\n"
        for number, member in device.build.numbered:
            udi = member.udi
            ports = device.family.models[udi.pid].ports
            text += f" {number:<7} {ports:<6} {udi.pid:<21} {udi.sn:<12} {mac_address(udi.sn):<15} {'V02':<13} "
            text += f"{device.release.number} \n"
        return text
    rows = _modules(device)
    udi = device.build.members[0]
    text = f"Chassis Type: {udi.pid}\n\n"
    text += "Mod Ports Card Type                                   Model          Serial No.\n"
    text += "---+-----+--------------------------------------+--------------+--------------\n"
    for slot, ports, title, model, _ in rows:
        text += f"{slot:<3} {ports:<5} {title:<38} {model:<16} FOC{board(udi.sn, f'slot{slot}', 8)}\n"
    text += "\nMod MAC addresses                    Hw   Fw           Sw                 Status\n"
    text += "---+--------------------------------+----+------------+------------------+--------\n"
    for slot, *_ in rows:
        first, last = (mac_address(f"{udi.sn}/slot{slot}/{end}").upper() for end in ("first", "last"))
        firmware = f"{device.release.version[0]}.{device.release.version[1]}.1r"
        text += f"{slot:<3} {first} to {last[:-4]}{last[-4:]} 1.0  {firmware:<12} {device.release.number:<18} ok\n"
    text += "\nMod Redundancy Role     Operating Redundancy Mode Configured Redundancy Mode\n"
    text += "---+-------------------+-------------------------+---------------------------\n"
    mode = "sso" if len(device.build.members) > 1 else "non-redundant"
    for slot, _, _, _, role in rows:
        if role:
            text += f"{slot:<3} {role:<19} {mode:<25} {'sso' if mode == 'sso' else 'Non-redundant'}\n"
    mac = mac_address(udi.sn)
    return f"{text}\nChassis MAC address range: 512 addresses from {mac} to {mac[:-3]}{int(mac[-3:], 16) | 0x1FF:03x}\n"


def _modules(device: Machine) -> list[tuple[int, int, str, str, str | None]]:
    """Slot, ports, title, model and redundancy role of each card; which card a slot has follows from its interfaces."""
    wide = device.family.name == "c9600"
    counts: dict[int, int] = {}
    for view in interfaces_of(device):
        slot = re.sub(r"^[A-Za-z-]+", "", view.name).partition("/")[0]
        if slot.isdigit() and int(slot) and not view.is_virtual:
            counts[int(slot)] = counts.get(int(slot), 0) + 1
    slots = _SUPERVISORS.get(device.build.members[0].pid, (1, 2))
    card = (
        ("48-Port UPOE 10/100/1000 (RJ-45)", "C9400-LC-48U")
        if not wide
        else ("24-Port 40GE/12-Port 100GE", "C9600-LC-24C")
    )
    rows: list[tuple[int, int, str, str, str | None]] = [
        (slot, ports, *card, None) for slot, ports in counts.items() if slot not in slots
    ]
    model, ports = ("C9600-SUP-1", 0) if wide else ("C9400-SUP-1XL", 10)
    for (_, member), place in zip(device.build.numbered, slots, strict=False):
        role = "Active" if member.role is Role.ACTIVE else "Standby"
        rows.append((place, ports, "Supervisor 1 Module" if wide else "Supervisor 1 XL Module", model, role))
    return sorted(rows)


# --- software -------------------------------------------------------------------------------------------------------


@handles("show_boot_system")
def show_boot_system(session: Session, call: Call) -> str:
    device, text = session.device, ""
    if "switch" not in device.family.traits:
        return boot_variables(device)
    for number, _ in device.build.numbered:
        image = f"{device.family.flash}:packages.conf;"
        text += f"---------------------------\nSwitch {number}\n---------------------------\n"
        text += f"Current Boot Variables:\nBOOT variable = {image}\n\n"
        text += f"Boot Variables on next reload:\nBOOT variable = {image}\n"
        text += "Manual Boot = no\nEnable Break = no\nBoot Mode = DEVICE\niPXE Timeout = 0\n"
    return text


@handles("show_install_package")
def show_install_package(session: Session, call: Call) -> str:
    """What a file on flash is; an image says so by its name."""
    device, path = session.device, call.required("path")
    data = device.files.read(session.absolute(path))
    found = device.installation.image(path)
    if found is None:
        raise CommandFailed(f"% Error: {path} is not a valid package")
    return (
        f"  Package: {path.rpartition(':')[2].lstrip('/')}\n"
        f"    Size: {len(data)}\n"
        f"    Version: {found.long_number}\n"
        f"    Platform: {device.family.software_image}\n"
    )


# --- all of it ------------------------------------------------------------------------------------------------------

_TECH_SUPPORT: Final = (
    "show clock", "show version", "show running-config", "show inventory", "show license tech support",
    "show redundancy", "show install summary", "show platform", "show platform resources",
    "show platform software status control-processor brief", "show interfaces", "show ip interface brief",
    "show ip route", "show vlan", "show processes cpu", "show processes memory", "show boot", "show call-home",
    "show crypto pki trustpoints", "show ntp status", "show logging",
)  # fmt: skip


@handles("show_tech_support")
def show_tech_support(session: Session, call: Call) -> str:
    """Each command under its title, without passwords and communities. Unverified: which there are, and their order."""
    text, typed = "", list(session.history)
    for command in _TECH_SUPPORT:
        output = session.run(command)  # which the user did not type
        if "% Invalid input" in output:
            continue  # another family's
        if command == "show running-config":
            output = "".join(f"{_without_secrets(line)}\n" for line in output.splitlines())
        text += f"\n------------------ {command} ------------------\n\n{output}"
    session.history.clear()
    session.history.extend(typed)
    return text


def _without_secrets(line: str) -> str:
    """*line* with ``<removed>`` for what stands behind a password's word."""
    words = line.split(" ")
    for at, word in enumerate(words):
        if word in ("secret", "password", "key", "community") and at + 1 < len(words) and words[:1] != ["crypto"]:
            return " ".join([*words[: at + 1], "<removed>"])
    return line
