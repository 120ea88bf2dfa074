"""Smart Licensing before 17.3.2: registration with a token, renewals, evaluation. Source: reference/cli.md section 7."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from nornir_smartlic.model import AuthorizationState, Registration, RegistrationStatus, UsageStatus

if TYPE_CHECKING:  # exchange calls back here
    from smartlic_lab.agent.communication import Flight
    from smartlic_lab.agent.core import Core
    from smartlic_lab.wire import Reply


def alarms(core: Core) -> Iterator[tuple[datetime, Callable[[Core, datetime], None]]]:
    """What will be due."""
    yield from ()


def registration_answered(core: Core, flight: Flight, reply: Reply, now: datetime) -> None:
    """CSSM answered a registration, renewal or deregistration."""


def renewal_answered(core: Core, flight: Flight, reply: Reply, now: datetime) -> None:
    """CSSM answered the renewal of an authorization."""


def told(
    core: Core, now: datetime, placed: Callable[[datetime | None], datetime | None]
) -> tuple[Registration, AuthorizationState]:
    """The registration and authorization sections."""
    in_use = any(used.count for used in core.usage.values())
    status = "EVAL MODE" if in_use else "No Licenses in Use"
    return Registration(RegistrationStatus.UNREGISTERED, export_controlled_allowed=False), AuthorizationState(status)


def usage_status(core: Core, count: int) -> UsageStatus:
    """A licence's status."""
    return UsageStatus.EVAL_MODE if count else UsageStatus.NOT_IN_USE
