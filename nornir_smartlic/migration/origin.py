"""What a device follows before the upgrade."""

from __future__ import annotations

from enum import Enum
from typing import Final

from nornir_smartlic.model import (
    AuthorizationStatus,
    LicensingModel,
    LicensingReading,
    RegistrationStatus,
)


class Origin(Enum):
    """Where a migration starts; the first column of the upgrade table. Source: reference/policy.md section 6."""

    REGISTERED = "registered"
    EVALUATION = "evaluation"
    SLR = "SLR"
    PLR = "PLR"
    RTU = "RTU"
    SLP = "SLP"
    UNKNOWN = "unknown"


_BY_STATUS: Final = {
    RegistrationStatus.REGISTERED: Origin.REGISTERED,
    RegistrationStatus.REGISTERED_SPECIFIC: Origin.SLR,
    RegistrationStatus.REGISTERED_UNIVERSAL: Origin.PLR,
}


def origin_of(reading: LicensingReading) -> Origin:
    """The licensing model of the device, which distinguishes the kinds of registration; ``UNKNOWN``: it did not say."""
    state = reading.state
    if reading.state_refused is not None:
        return Origin.UNKNOWN
    if state.model is LicensingModel.SLP:
        return Origin.SLP
    members = state.reservation.members if state.reservation is not None else ()
    statuses = {member.status for member in members}
    if AuthorizationStatus.UNIVERSAL_INSTALLED in statuses:
        return Origin.PLR
    if AuthorizationStatus.SPECIFIC_INSTALLED in statuses:
        return Origin.SLR
    if state.registration is not None:
        status = state.registration.status
        return Origin.EVALUATION if status is None else _BY_STATUS.get(status, Origin.EVALUATION)
    return Origin.RTU if state.right_to_use is not None or state.classic is not None else Origin.UNKNOWN
