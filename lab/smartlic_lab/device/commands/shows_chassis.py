"""What clients ask of a chassis: its boot variables, its members, fans, temperatures and power supplies.

Source: the lines that Genie's, ntc-templates' and NAPALM's parsers name; margins and the rest are unverified.
"""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

from nornir_smartlic.model import Role
from smartlic_lab.device.commands.registry import Call, Handlers
from smartlic_lab.device.machine import Machine
from smartlic_lab.device.session import Session
from smartlic_lab.device.version import configuration_register, mac_address

handles = Handlers[Session]()


@handles("show_bootvar")
def show_bootvar(session: Session, call: Call) -> str:
    return boot_variables(session.device)


def boot_variables(device: Machine) -> str:
    """``show bootvar``, and ``show boot`` of a router."""
    register = configuration_register(device.family)
    paired = "chassis" in device.family.traits and len(device.build.members) > 1
    image = f"{device.family.flash}:packages.conf"
    text = f"BOOT variable = {image};\n" if "switch" in device.family.traits else f"BOOT variable = {image},1;\n"
    text += "CONFIG_FILE variable does not exist\nBOOTLDR variable does not exist\n"
    text += f"Configuration register is {register}\n\n"
    if paired:
        return f"{text}Standby BOOT variable = {image};\nStandby Configuration register is {register}\n\n"
    return f"{text}Standby not ready to show bootvar\n\n"


@handles("show_chassis")
def show_chassis(session: Session, call: Call) -> str:
    """The controllers of a pair."""
    device = session.device
    text = (
        f"Chassis/Stack Mac Address : {mac_address(device.build.members[0].sn)} - Local Mac Address\n"
        "Mac persistency wait time: Indefinite\n"
        "Local Redundancy Port Type: Twisted Pair\n"
        "                                             H/W   Current\n"
        "Chassis#   Role    Mac Address     Priority Version  State                 IP\n"
        f"{'-' * 85}\n"
    )
    for number, member in device.build.numbered:
        mark = "*" if member.role is Role.ACTIVE else " "
        place = f"{mark}{number:<9}{member.role.value:<9}{mac_address(member.udi.sn)}     {3 - number:<7}V02     "
        text += f"{place}{'Ready':<21} 169.254.1.{number}\n"
    return f"{text}\n\n"


@handles("show_environment")
def show_environment(session: Session, call: Call) -> str:
    """Fans, temperatures and power supplies; what is virtual has none. Unverified: sensors and readings."""
    device = session.device
    if "virtual" in device.family.traits:
        return ""
    if device.family.arrangement != "stack":
        industrial = {"industrial", "switch"} <= device.family.traits
        return _industrial() if industrial else _sensors(whole=call.match.words[2:] == ("all",))
    wanted = call.match.words[2:3] or ("all",)
    parts = {"fan": _fans, "temperature": _temperatures, "power": _supplies}
    chosen = parts.values() if wanted[0] in ("all", "stack") else [parts[wanted[0]]]
    return "".join(part(device) for part in chosen)


# Slot, sensor, reading.
_SENSORS = (
    ("P0", "Vin", "228", "V AC"), ("P0", "Iin", "1", "A"), ("P0", "Vout", "12", "V DC"),
    ("P0", "Temp1", "26", "Celsius"), ("R0", "Temp: Inlet 1", "25", "Celsius"),
    ("R0", "Temp: Outlet 1", "29", "Celsius"), ("R0", "Temp: CPU", "40", "Celsius"),
)  # fmt: skip


def _sensors(*, whole: bool) -> str:
    """``show environment [all]`` of a router or a modular switch, in the two forms that Genie's parsers read."""
    if whole:
        text = "Sensor List:  Environmental Monitoring \n"
        text += " Sensor           Location          State             Reading\n"
        rows = "".join(
            f" {name:<16} {slot:<17} {'Normal':<17} {value} {unit}\n" for slot, name, value, unit in _SENSORS
        )
        return f"{text}{rows}\n"
    text = "".join(f"Number of {kind + ' alarms:':<17} 0\n" for kind in ("Critical", "Major", "Minor"))
    text += (
        f"\n{'Slot':<10} {'Sensor':<15} {'Current State':<16} {'Reading':<14}Threshold(Minor,Major,Critical,Shutdown)\n"
    )
    text += f"{'-' * 10} {'-' * 14}  {'-' * 15}  {'-' * 12}  {'-' * 39}\n"
    for slot, name, value, unit in _SENSORS:
        limits = "(45 ,55 ,65 ,70 )(Celsius)" if unit == "Celsius" else "na"
        text += f"{slot:<10} {name:<15} {'Normal':<16} {value:<4} {unit:<9}{limits}\n"
    return text


def _industrial() -> str:
    """``show environment all`` of an industrial switch."""
    contacts = "".join(
        f"ALARM CONTACT {number}\n   Status:      not asserted\n   Description: external alarm contact {number}\n"
        "   Severity:    minor\n   Trigger:     closed\n"
        for number in (1, 2)
    )
    return (
        f"{contacts}\nSupervisor Temperature Value: 43 Degree Celsius\nTemperature State: GREEN\n"
        "Minor Threshold : 80 Degree Celsius\nMajor Threshold : 90 Degree Celsius\n"
        "Critical Threshold : 96 Degree Celsius\n\nPOWER SUPPLY-A DC OK\nPOWER SUPPLY-B DC Not-Present\n"
    )


def _fans(device: Machine) -> str:
    text = "Switch   FAN     Speed   State   Airflow direction\n---------------------------------------------------\n"
    for number, _ in device.build.numbered:
        text += "".join(f"  {number}       {fan}     14240     OK     Front to Back\n" for fan in (1, 2, 3))
        text += "FAN PS-1 is OK\nFAN PS-2 is NOT PRESENT\n"
    return text


def _temperatures(device: Machine) -> str:
    return "".join(
        f"Switch {number}: SYSTEM TEMPERATURE is OK\n"
        "Inlet Temperature Value: 25 Degree Celsius\nTemperature State: GREEN\n"
        "Yellow Threshold : 46 Degree Celsius\nRed Threshold    : 56 Degree Celsius\n\n"
        "Hotspot Temperature Value: 43 Degree Celsius\nTemperature State: GREEN\n"
        "Yellow Threshold : 105 Degree Celsius\nRed Threshold    : 125 Degree Celsius\n"
        for number, _ in device.build.numbered
    )


def _supplies(device: Machine) -> str:
    text = "SW  PID                 Serial#     Status           Sys Pwr  PoE Pwr  Watts\n"
    text += "--  ------------------  ----------  ---------------  -------  -------  -----\n"
    for number, member in device.build.numbered:
        serial = f"LIT{member.udi.sn[-8:]}"
        text += f"{number}A  {'PWR-C1-715WAC-P':<18}  {serial:<10} {'OK':<15}  {'Good':<7}  {'Good':<7}  715\n"
        text += f"{number}B  {'Not Present'}\n"
    return text
