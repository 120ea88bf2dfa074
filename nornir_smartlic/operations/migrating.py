"""Around an upgrade to Smart Licensing Using Policy: read, plan, check, and accept. Nothing is changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from nornir_smartlic.errors import CommandRefused, ParseError
from nornir_smartlic.intent.planning import CONTROLLER
from nornir_smartlic.migration import Surroundings, UpgradeTarget, accept, check_readiness, plan_migration
from nornir_smartlic.model import Intent, UsageStatus
from nornir_smartlic.operations.collecting import FLASH
from nornir_smartlic.operations.conversation import Conversation, Show
from nornir_smartlic.operations.reading import read, read_configured, read_licensing
from nornir_smartlic.operations.results import ComplianceReport, MigrationOutcome

_FREE: Final = re.compile(r"\((\d+) bytes free\)")
"""Source: the last line of ``dir flash:`` on IOS-XE, ``11353194496 bytes total (8565174272 bytes free)``."""


def plan(intent: Intent, *, target: str | None = None) -> Conversation[MigrationOutcome]:
    """What becomes of the device's licensing by an upgrade to *target*, and what is done around it."""
    reading = yield from read_configured(may_be_refused=True)
    details = reading.version.details
    if details is not None and details.operating_mode == "Controller-Managed":
        return MigrationOutcome(None, not_applicable=CONTROLLER)
    planned = plan_migration(reading, intent, target=target)
    in_use = tuple(
        (line.name or line.display or "", line.count)
        for line in reading.state.usage or ()
        if line.status not in (UsageStatus.NOT_IN_USE, UsageStatus.INIT)
    )
    return MigrationOutcome(planned, in_use, not_applicable=planned.not_applicable)


def check(intent: Intent, target: UpgradeTarget, *, host: str) -> Conversation[ComplianceReport]:
    """Whether the device is ready for its upgrade."""
    reading = yield from read_licensing()
    surroundings = yield from _surroundings()
    return ComplianceReport(check_readiness(reading, intent, surroundings, target, host=host), reading)


def after(intent: Intent, *, host: str, before: Mapping[str, int] | None = None) -> Conversation[ComplianceReport]:
    """What came of the upgrade, and what is missing until the device is acknowledged."""
    reading = yield from read_licensing()
    return ComplianceReport(accept(reading, intent, host=host, before=before), reading)


def _surroundings() -> Conversation[Surroundings]:
    free = trustpoints = None
    with suppress(CommandRefused):  # to a read-only account: the check says that it is unknown
        answer = yield Show(f"dir {FLASH}")
        found = _FREE.search(answer.text)
        free = int(found[1]) if found is not None else None
    with suppress(CommandRefused, ParseError):
        trustpoints = (yield from read("show crypto pki trustpoints")).value
    return Surroundings(free, trustpoints)
