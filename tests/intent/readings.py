"""Readings of devices, put together by hand for tests of plans."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from nornir_smartlic.model import (
    DeviceVersion,
    Intent,
    LicensingReading,
    LicensingState,
    Registration,
    RegistrationStatus,
    RunningConfiguration,
    Udi,
)

UDI = Udi("C9300-24T", "FOC00000001")


def slp(release: str = "17.12.4", **configuration: Any) -> LicensingReading:
    """A device under SLP; keywords are fields of its running configuration, ``intent`` ones included."""
    typed = {key: configuration.pop(key) for key in list(configuration) if key in Intent.__dataclass_fields__}
    servers = typed.pop("name_servers", ())
    return LicensingReading(
        state=LicensingState(udi=UDI, slp=True, trust_codes=()),
        version=DeviceVersion(release=release, hostname="sw1", udi=UDI, platform=UDI.pid),
        configuration=RunningConfiguration(intent=Intent(**typed), name_servers=servers, **configuration),
        clock=None,
    )


def of_product(pid: str, release: str = "17.12.4") -> LicensingReading:
    """A device of another product, without anything configured."""
    reading = slp(release)
    return replace(reading, version=replace(reading.version, platform=pid))


def registered(release: str = "16.12.4") -> LicensingReading:
    return LicensingReading(
        state=LicensingState(udi=UDI, slp=False, registration=Registration(RegistrationStatus.UNREGISTERED)),
        version=DeviceVersion(release=release, hostname="sw1", udi=UDI, platform=UDI.pid),
        configuration=RunningConfiguration(intent=Intent()),
        clock=None,
    )
