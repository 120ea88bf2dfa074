"""What ``show version`` says of a machine, as values; `smartlic_lab.show` prints them."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from nornir_smartlic.model import (
    BootLevel,
    DeviceDetails,
    DeviceVersion,
    LicensePackage,
    Processor,
    Role,
    SoftwareBuild,
    StackMemberLine,
)
from nornir_smartlic.model.version import CONTROLLER_MANAGED
from smartlic_lab.device import boot, redundancy
from smartlic_lab.device.factory import interface_names
from smartlic_lab.device.machine import Machine
from smartlic_lab.device.texts import date_text, span_text
from smartlic_lab.device.usage import boot_level
from smartlic_lab.platforms import Family
from smartlic_lab.show.words import word

Pairs = tuple[tuple[str, str | None], ...]
_TECHNOLOGIES: Final = ("appxk9", "uck9", "securityk9")
_SUITES: Final = (  # Source: show-version/genie-isr4k.txt, genielibs-isr4351-17.9.8-suite.txt
    ("FoundationSuiteK9", ("securityk9", "appxk9")),
    ("AdvUCSuiteK9", ("uck9", "cme-srst", "cube")),
)
_PORT_KINDS: Final = (
    ("Vlan", "Virtual Ethernet"),
    ("GigabitEthernet", "Gigabit Ethernet"),
    ("TenGigabitEthernet", "Ten Gigabit Ethernet"),
    ("TwentyFiveGigE", "TwentyFive Gigabit Ethernet"),
    ("FortyGigabitEthernet", "Forty Gigabit Ethernet"),
    ("HundredGigE", "Forty/Hundred Gigabit Ethernet"),
)


def mac_address(name: str) -> str:
    """A locally administered MAC address, always the same for a name."""
    digest = sha256(name.encode()).hexdigest()
    return f"02{digest[:2]}.{digest[2:6]}.{digest[6:10]}"


def board(udi_sn: str, what: str, length: int = 4) -> str:
    """Letters and digits, always the same for a part of a device."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
    digest = sha256(f"{udi_sn}/{what}".encode()).digest()
    return "".join(letters[byte % len(letters)] for byte in digest[:length])


def device_version(device: Machine, now: datetime) -> DeviceVersion:
    """What ``show version`` prints of *device* at *now*."""
    release, family = device.release, device.family
    managed = device.controller_managed
    router = family.boot.style == "router" and not managed
    # Source: captures of C8000V and of an ISR4351
    steps = family.models[device.build.members[0].pid].throughputs
    throttled = "virtual" in family.traits or (bool(steps) and not managed)
    level = None if managed else device.booted_with.level
    configured = () if managed else boot.configured_levels(device.running)
    saved = boot_level(configured[0] if configured else None)
    air, next_air = _air_levels(device, level, saved)
    return DeviceVersion(
        release=release.number,
        hostname=device.hostname,
        udi=device.build.members[0],
        platform=_model_name(device),
        members=device.build.members if len(device.build.members) > 1 else (),
        uptime=span_text(now - device.booted_at),
        image=f"{family.flash}:packages.conf",
        reload_reason=device.redundancy.reload_reasons.get(device.build.member_numbers[0], device.reloading.reason),
        boot_level=level.level if level else None,
        next_boot_level=saved.level if saved else None,
        addon_level=level.addon if level else None,
        next_addon_level=saved.addon if saved else None,
        air_level=air,
        next_air_level=next_air,
        throughput_kbps=device.throughput_kbps(now) if throttled else None,
        licensing_status=release.licensing_status or _registration(device, now),
        license_type="Perpetual" if router else None,
        addon_license_type="Subscription" if router else None,
        packages=() if managed else _packages(device, level, saved),
        details=_details(device, now),
    )


def _registration(device: Machine, now: datetime) -> str:
    """``UNREGISTERED/EVAL MODE``, before SLP; unverified."""
    state = device.agent.state(device.clock(now))
    registration = word(state.registration.status) if state.registration else "UNREGISTERED"
    return f"{registration}/{state.authorization_state.status if state.authorization_state else 'No Licenses in Use'}"


def _model_name(device: Machine) -> str:
    """The PID; controllers leave out the suffix of their image (show-version/genie-c9800.txt)."""
    pid = device.build.members[0].pid
    return pid.removesuffix("-K9") if "wireless" in device.family.traits else pid


def _air_levels(device: Machine, level: BootLevel | None, saved: BootLevel | None) -> tuple[str | None, str | None]:
    """What a controller has, and a switch of 17.3 to 17.8 would have as one: the add-on counts, in words."""
    family, booted = device.family, device.booted_with.air_level
    configured = boot_level(boot.configured_level(device.running, "license", "air", "level"))
    if family.boot.style == "air":
        return _air_words(booted), _air_words(configured)
    if family.has_air_levels(device.release.version):
        return _air_words(booted or _air_of(level)), _air_words(configured or _air_of(saved))
    return None, None


def _air_of(level: BootLevel | None) -> BootLevel | None:
    """The wireless level that goes with a switch's; unverified but for DNA Advantage."""
    return None if level is None else BootLevel(f"air-{level.level}", f"air-{level.addon}" if level.addon else None)


def _air_words(level: BootLevel | None) -> str:
    """``AIR DNA Advantage``."""
    name = (level.addon or level.level) if level else "air-network-essentials"
    return " ".join(word.upper() if word in ("air", "dna") else word.title() for word in name.split("-"))


def _packages(device: Machine, level: BootLevel | None, saved: BootLevel | None) -> tuple[LicensePackage, ...]:
    """The rows of the tables on packages."""
    match device.family.boot.style:
        case "catalyst":
            current, following = level or BootLevel("", None), saved or BootLevel("", None)
            return (
                LicensePackage(None, current.level or None, "Smart License", following.level or None),
                LicensePackage(None, current.addon, "Subscription Smart License", following.addon),
            )
        case "isr":
            return _isr_packages(device)
        case _:
            return ()


def _isr_packages(device: Machine) -> tuple[LicensePackage, ...]:
    booted = device.booted_with
    current = {level.level for level in booted.levels} | {booted.suite}
    following = {*boot.configured_levels(device.running), device.running.value("license", "boot", "suite")}
    suites = [suite for suite, _ in _suites(device)]
    rows = []
    for name in (*suites, *(name for name in _TECHNOLOGIES if name in device.family.boot.levels)):
        here, next_boot = (name if name in levels else None for levels in (current, following))
        smart = device.release.slp or here is not None  # Source: genielibs-isr4351-17.9.8; unverified before SLP
        rows.append(LicensePackage(name, here, "Smart License" if smart else None, next_boot))
    return (*rows, LicensePackage("ipbase", "ipbasek9", "Smart License", "ipbasek9"))


def _suites(device: Machine) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Both captures of an ISR 4000 have suites; unverified: no other family has."""
    return _SUITES if "suites" in device.family.traits else ()


def _details(device: Machine, now: datetime) -> DeviceDetails:
    release, family = device.release, device.family
    up_since = device.redundancy.up_since.get(device.build.member_numbers[0], device.booted_at)
    router, wireless, switch = (trait in family.traits for trait in ("router", "wireless", "switch"))
    suites = () if device.controller_managed else _suites(device)
    mode = CONTROLLER_MANAGED if device.controller_managed else "Autonomous"
    return DeviceDetails(
        build=SoftwareBuild(
            product=family.software,
            image=family.software_image,
            version=release.number,
            experimental=False,
            label=f"RELEASE SOFTWARE ({release.build})",
            xe_version=release.long_number,
            train=release.codename,
            copyright=f"1986-{release.year}",
            xe_copyright=f"2005-{release.year}",
            compiled=release.compiled,
            compiled_by="mcpre",
        ),
        rom="IOS-XE ROMMON",
        boot_loader=_boot_loader(release.version) if switch else None,
        processor_uptime=span_text(now - up_since + timedelta(minutes=2)),
        returned_by=redundancy.RETURNED_BY_SWITCHOVER if device.redundancy.switchovers else device.reloading.reason,
        restarted_at=date_text(device.clock(device.booted_at)),
        processor=_processor(device),
        board_id=device.build.members[0].sn,
        operating_mode=mode if router or wireless else None,
        interfaces=_interfaces(device),
        memories=tuple(_memory(line) for line in family.storage),
        installation_mode="INSTALL" if wireless else None,
        inventory=_inventory(device, now) if switch else (),
        stack=_stack(device) if switch and family.arrangement == "stack" else (),
        suites=suites,
        suite_module="esg" if suites else None,
        configuration_register=configuration_register(family),
        remarks=(f"License Mode: {mode}",) if device.controller_managed else (),
    )


def configuration_register(family: Family) -> str:
    """The configuration register, which ``show version``, ``show boot`` and ``show redundancy`` print alike."""
    return "0x2102" if "router" in family.traits else "0x102"


def _boot_loader(version: tuple[int, int, int]) -> str:
    return f"System Bootstrap, Version {version[0]}.{version[1]}.1r, RELEASE SOFTWARE (P)"


def _processor(device: Machine) -> Processor:
    family = device.family
    main, _, io = family.memory.partition("/")
    revision = family.processor if "virtual" in family.traits else "V01"
    return Processor(
        model=_model_name(device),
        type=family.processor,
        revision=None if family.boot.style == "isr" else revision,
        main_memory_kib=int(main.removesuffix("K")),
        io_memory_kib=int(io.removesuffix("K")) if io else None,
        brand=family.models[device.build.members[0].pid].brand,
    )


def _memory(line: str) -> tuple[int, str]:
    """``2048K bytes of non-volatile configuration memory.``, as it stands in a family's file."""
    kib, _, what = line.partition("K bytes of ")
    return int(kib), what.removesuffix(".")


def _interfaces(device: Machine) -> tuple[tuple[int, str], ...]:
    names = [name.rstrip("0123456789/.") for name, _ in interface_names(device.build)]
    return tuple((names.count(prefix), words) for prefix, words in _PORT_KINDS if prefix in names)


def _stack(device: Machine) -> tuple[StackMemberLine, ...]:
    family = device.family
    return tuple(
        StackMemberLine(
            own=member.role is Role.ACTIVE,
            switch=number,
            ports=family.models[member.udi.pid].ports,
            model=member.udi.pid,
            version=device.release.number,
            image=family.software_image,
            mode="INSTALL",
        )
        for number, member in device.build.numbered
    )


def _inventory(device: Machine, now: datetime) -> tuple[tuple[int | None, Pairs], ...]:
    """Board data of the switch itself, and of each other member."""
    found: list[tuple[int | None, Pairs]] = [(None, _boards(device, 0))]
    members = device.build.members
    if device.family.arrangement == "pair":
        found += [(number + 1, _boards(device, number)) for number in range(1, len(members))]
    elif device.family.arrangement == "stack":
        for number, member in device.build.numbered:
            if member.role is not Role.ACTIVE:
                up = now - device.redundancy.up_since.get(number, device.booted_at)
                pairs = (("Switch uptime", span_text(up)), *_boards(device, members.index(member.udi)))
                found.append((number, pairs))
    return tuple(found)


def _boards(device: Machine, number: int) -> Pairs:
    udi = device.build.members[number]
    mac = mac_address(udi.sn).replace(".", "")
    code = ("CLEI Code Number", None)
    return (
        ("Base Ethernet MAC Address", ":".join(mac[at : at + 2] for at in range(0, 12, 2))),
        ("Motherboard Assembly Number", f"73-18{300 + number}-0{1 + number % 4}"),
        ("Motherboard Serial Number", f"FOC{board(udi.sn, 'board', 8)}"),
        ("Model Revision Number", "V02"),
        ("Motherboard Revision Number", "A0"),
        ("Model Number", udi.pid),
        ("System Serial Number", udi.sn),
        *([code] if device.family.arrangement == "stack" and number == 0 else []),
    )
