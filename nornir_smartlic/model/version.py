"""``show version``: what licensing needs of it, and the rest: build, processor, memory, interfaces, serial numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from nornir_smartlic.model.identity import Udi
from nornir_smartlic.model.seldom import seldom


@dataclass(frozen=True, slots=True)
class SoftwareBuild:
    """The first lines: what software this is, who built it and when."""

    product: str  # C9800-CL Software
    image: str  # C9800-CL-K9_IOSXE
    version: str  # 17.7.1prd16, or 17.15.20240326:010319
    experimental: bool
    label: str | None  # RELEASE SOFTWARE (fc2), or [BLD_...]
    xe_version: str | None = None  # 17.07.01prd16, of the line before
    train: str | None = None  # Cupertino
    copyright: str | None = None  # 1986-2024
    xe_copyright: str | None = None  # 2005-2024
    compiled: str | None = None  # Mon 15-Nov-21 08:46
    compiled_by: str | None = None


@dataclass(frozen=True, slots=True)
class Processor:
    """``cisco C8000V (VXE) processor (revision VXE) with 1900130K/3075K bytes of memory.``"""

    model: str
    type: str | None
    revision: str | None
    main_memory_kib: int
    io_memory_kib: int | None
    brand: str = seldom("cisco")  # Allen-Bradley: Rockwell's own name on a switch


@dataclass(frozen=True, slots=True)
class StackMemberLine:
    """A row of the table of a stack in ``show version``."""

    own: bool  # its star
    switch: int
    ports: int
    model: str
    version: str
    image: str
    mode: str | None  # INSTALL | BUNDLE; None: the table has no such column


CONTROLLER_MANAGED: Final = "Controller-Managed"


@dataclass(frozen=True, slots=True)
class DeviceDetails:
    """``show version`` in full; ``None`` and () where nothing is printed. Spans and times are as printed."""

    build: SoftwareBuild | None  # None: the first lines are not those of IOS-XE
    rom: str | None = None
    boot_loader: str | None = None
    processor_uptime: str | None = None
    returned_by: str | None = None  # System returned to ROM by
    returned_at: str | None = None
    restarted_at: str | None = None
    processor: Processor | None = None
    board_id: str | None = None
    operating_mode: str | None = None  # Autonomous | Controller-Managed
    interfaces: tuple[tuple[int, str], ...] = ()  # (3, "Gigabit Ethernet")
    memories: tuple[tuple[int, str], ...] = ()  # KiB: (32768, "non-volatile configuration memory")
    installation_mode: str | None = None
    inventory: tuple[tuple[int | None, tuple[tuple[str, str | None], ...]], ...] = ()  # by switch; None: this one
    stack: tuple[StackMemberLine, ...] = ()
    suites: tuple[tuple[str, tuple[str, ...]], ...] = ()  # suite and its features
    suite_module: str | None = None
    configuration_register: str | None = None
    hardware: tuple[tuple[int, str], ...] = seldom(())  # (1, "terminal line"): what is no interface
    remarks: tuple[str, ...] = ()  # free lines that are known, as printed


@dataclass(frozen=True, slots=True)
class LicensePackage:
    """A row of the tables on technology packages in ``show version``; ``None`` where None is printed."""

    technology: str | None  # None: the table has no column for it, as on Catalyst
    current: str | None
    type: str | None  # Smart License | Subscription Smart License | RightToUse | Permanent
    next_boot: str | None
    type_first: bool = seldom(False)  # the type stands before the current level, as routers print it since 17.x

    @property
    def line(self) -> str:
        """The row as it is printed, its columns one blank apart."""
        now, kind, then = (value or "None" for value in (self.current, self.type, self.next_boot))
        columns = (kind, now, then) if self.type_first else (now, kind, then)
        return " ".join(columns if self.technology is None else (self.technology, *columns))


@dataclass(frozen=True, slots=True)
class DeviceVersion:
    """What ``show version`` prints that licensing needs."""

    release: str  # 17.12.4, as printed behind "Version" and normalised (17.07.01 -> 17.7.1)
    hostname: str | None
    udi: Udi | None
    platform: str | None  # C9300-24T, C8000V, ...: the model in "cisco X (...) processor"
    members: tuple[Udi, ...] = ()
    uptime: str | None = None
    image: str | None = None
    reload_reason: str | None = None
    boot_level: str | None = None
    next_boot_level: str | None = None
    addon_level: str | None = None
    next_addon_level: str | None = None
    air_level: str | None = None
    next_air_level: str | None = None
    throughput_kbps: int | None = None
    licensing_status: str | None = None  # Smart Licensing Using Policy | Registration Not Applicable/...
    license_type: str | None = None  # Perpetual, of the licence level; routers
    addon_license_type: str | None = None
    packages: tuple[LicensePackage, ...] = ()
    details: DeviceDetails | None = None  # the rest of the output
    crypto_throughput_kbps: int | None = None

    @property
    def is_controller_managed(self) -> bool:
        """Whether a controller owns the router's configuration. Source: corrections-2026-11.md, controller mode."""
        return self.details is not None and self.details.operating_mode == CONTROLLER_MANAGED
