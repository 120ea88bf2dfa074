"""What a reading says of a host's own count."""

from __future__ import annotations

from typing import Final

from nornir_smartlic.model import LicensingReading, UsageStatus
from nornir_smartlic.reconciliation.values import CountedLicense, HostCount

NO_USAGE: Final = "no output that was read states the licences in use"


def count_of(host: str, virtual_account: str | None, reading: LicensingReading) -> HostCount:
    """What *reading* says of a host's own count."""
    state = reading.state
    own = [state.udi, reading.version.udi, *reading.version.members]
    own += [member.udi for member in state.members or ()]
    udis = tuple(dict.fromkeys(udi for udi in own if udi is not None))
    if state.usage is None:
        return HostCount(host, virtual_account, udis, error=reading.state_refused or NO_USAGE)
    licenses = tuple(
        CountedLicense(line.name, line.count, line.display, line.tag)
        for line in state.usage
        if line.status is not UsageStatus.NOT_IN_USE
    )
    return HostCount(host, virtual_account, udis, licenses)
