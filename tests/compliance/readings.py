"""Readings made by hand, for the tests of rules, outputs and the command line."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from nornir_smartlic.model import (
    CISCO_DEFAULT_POLICY,
    Account,
    AuthorizationStatus,
    BootLevel,
    DataPrivacy,
    DeviceClock,
    DeviceVersion,
    Intent,
    LicenseAuthorizations,
    LicenseUsage,
    LicensingReading,
    LicensingState,
    Member,
    MemberAuthorization,
    Role,
    RunningConfiguration,
    Transport,
    TransportType,
    TrustCode,
    Udi,
    UsageReporting,
    UsageStatus,
)

JAN_1 = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
UDI = Udi("C9300-24T", "FOC00000001")


def days(number: float) -> timedelta:
    return timedelta(days=number)


def reporting(**changes: Any) -> UsageReporting:
    """A device that reported yesterday and got its ACK; the next is due in 89 days."""
    return replace(
        UsageReporting(
            last_ack=JAN_1 - days(1),
            next_ack_deadline=JAN_1 + days(89),
            push_interval=days(30),
            next_ack_push_check=None,
            next_report_push=JAN_1 + days(29),
            last_report_push=JAN_1 - days(1) - timedelta(minutes=5),
            last_report_file_write=None,
        ),
        **changes,
    )


def state(**changes: Any) -> LicensingState:
    """A C9300 on smart transport as all rules want it."""
    return replace(
        LicensingState(
            udi=UDI,
            slp=True,
            account=Account("example.com", "Branches"),
            privacy=DataPrivacy(
                sending_hostname=True,
                callhome_hostname_privacy=False,
                hostname_privacy=False,
                version_privacy=False,
            ),
            transport=Transport(
                TransportType.SMART, url="https://smartreceiver.cisco.com/licservice/license", vrf="Mgmt-vrf"
            ),
            policy=CISCO_DEFAULT_POLICY,
            usage_reporting=reporting(),
            authorizations=LicenseAuthorizations(
                (MemberAuthorization(Member(Role.ACTIVE, UDI), AuthorizationStatus.NOT_INSTALLED),)
            ),
            trust_codes=(TrustCode(None, JAN_1 - days(40)),),
            usage=(
                LicenseUsage("network-advantage", "C9300-24 Network Advantage", 1, UsageStatus.IN_USE),
                LicenseUsage("dna-advantage", "C9300-24 DNA Advantage", 1, UsageStatus.IN_USE),
            ),
        ),
        **changes,
    )


def configuration(**changes: Any) -> RunningConfiguration:
    return replace(
        RunningConfiguration(
            intent=Intent(
                transport=TransportType.SMART,
                url="default",
                vrf="Mgmt-vrf",
                source_interface="GigabitEthernet0/0",
                boot_level=BootLevel("network-advantage", "dna-advantage"),
            ),
            smart_url="https://smartreceiver.cisco.com/licservice/license",
            name_servers=(("Mgmt-vrf", "192.0.2.53"),),
            vrfs=("Mgmt-vrf",),
            interfaces=(("GigabitEthernet0/0", "Mgmt-vrf", "192.0.2.7 255.255.255.0"),),
        ),
        **changes,
    )


def reading(**changes: Any) -> LicensingReading:
    """*changes* of the reading, or of its state."""
    of_reading = {
        key: changes.pop(key) for key in ("version", "configuration", "clock", "unparsed", "unsaved") if key in changes
    }
    return replace(
        LicensingReading(
            state=changes.pop("state", None) or state(**changes),
            version=DeviceVersion("17.12.4", "sw1", UDI, "C9300-24T"),
            configuration=configuration(),
            clock=DeviceClock(JAN_1, synchronised=True),
            messages=(),
            unsaved=(),
        ),
        **of_reading,
    )


WANTED = Intent(
    transport=TransportType.SMART,
    url="default",
    vrf="Mgmt-vrf",
    source_interface="GigabitEthernet0/0",
    boot_level=BootLevel("network-advantage", "dna-advantage"),
    smart_account="example.com",
    virtual_account="Branches",
    trust=True,
)
