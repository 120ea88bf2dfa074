"""Reading a device: which commands, and what they make together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

from nornir_smartlic.errors import CommandRefused
from nornir_smartlic.intent import CONTROLLER, releases, why_not_slp
from nornir_smartlic.intent.releases import release_of
from nornir_smartlic.model import (
    DeviceClock,
    Intent,
    LicensingModel,
    LicensingReading,
    LicensingState,
    RunningConfiguration,
    Unparsed,
)
from nornir_smartlic.model.version import CONTROLLER_MANAGED
from nornir_smartlic.operations.conversation import Conversation, Show
from nornir_smartlic.operations.licensing_log import read_messages
from nornir_smartlic.operations.startup import read_unsaved
from nornir_smartlic.parsers import parse

SHOW_CONFIGURATION: Final = (
    "show running-config | section ^hostname|license|call-home|^vrf def|^ip (vrf|name-server|domain|host|http client)"
    "|^no ip domain|^crypto pki trustpoint|^clock|^interface|^platform hardware"
)
"""The licensing parts alone: a whole configuration takes a device seconds to print. A line may have 254 characters."""

Zones = Mapping[str, timedelta]


@dataclass(frozen=True, slots=True)
class Shown:
    """One output, parsed."""

    value: Any
    unparsed: tuple[Unparsed, ...]


def read(command: str, *, ask: str | None = None, zones: Zones | None = None) -> Conversation[Shown]:
    """Ask for *command* (or for *ask*, the same with a pipe behind it) and parse the answer."""
    answer = yield Show(ask or command)
    parsed = parse(command, answer.text, zones=zones)
    return Shown(parsed.value, tuple(Unparsed(command, line) for line in parsed.unparsed))


def read_state(command: str = "show license all") -> Conversation[LicensingState]:
    """What one ``show license ...`` command prints."""
    state: LicensingState = (yield from read(command)).value
    return state


def zones_of(configuration: RunningConfiguration) -> Zones:
    """What ``clock timezone`` states of the name of the device's zone."""
    return dict([configuration.clock_timezone]) if configuration.clock_timezone is not None else {}


def read_configured(*, may_be_refused: bool = False) -> Conversation[LicensingReading]:
    """What plans stand on: configuration, release, state, and what is not saved; not the clock, not the log.

    Where it *may_be_refused*, as to a read-only account, a reading without the configuration says why.

    The configuration comes first, for it knows the offset of the zone whose name alone the other outputs print.
    """
    why = None
    try:
        configured = yield from read("show running-config", ask=SHOW_CONFIGURATION)
    except CommandRefused as error:
        if not may_be_refused:
            raise
        why = f"show running-config: {error.answer}"
        configured = Shown(RunningConfiguration(intent=Intent()), ())
    version = yield from read("show version")
    licensing = yield from _licensing(zones_of(configured.value))
    state_why = None
    if licensing is None and release_of(version.value.release) >= releases.SLP:  # it has the command, and refused it
        state_why = "show license all: the device refused it to this account"
        if not may_be_refused:
            raise CommandRefused("show license all", "refused to this account")
    licensing = licensing or Shown(LicensingState(), ())
    return LicensingReading(
        state=licensing.value,
        version=version.value,
        configuration=configured.value,
        clock=None,
        unparsed=configured.unparsed + version.unparsed + licensing.unparsed,
        unsaved=(yield from read_unsaved()),
        configuration_refused=why,
        state_refused=state_why,
    )


def read_licensing() -> Conversation[LicensingReading]:
    """Everything that verdicts stand on, too: what the SLACs are for, the device's clock, and its log, the only place
    where a device says that its reports do not arrive."""
    reading = yield from read_configured(may_be_refused=True)
    zones = zones_of(reading.configuration)
    state, unparsed = reading.state, reading.unparsed
    if state.slp:
        more = yield from read("show license authorization", zones=zones)
        state = replace(state, authorizations=more.value.authorizations or state.authorizations)
        unparsed += more.unparsed
    clock: DeviceClock = (yield from read("show clock", zones=zones)).value
    log = yield from read_messages()
    return replace(reading, state=state, clock=clock, unparsed=unparsed, messages=log)


def why_not_ours(state: LicensingState) -> Conversation[str | None]:
    """Why nothing is to be done on this device: its licensing model, or its controller; ``None``: it is ours."""
    if state.model is not LicensingModel.SLP:
        return why_not_slp(state, None)
    return (yield from why_controlled())


def why_controlled() -> Conversation[str | None]:
    """`CONTROLLER` where one owns the router's configuration, else ``None``."""
    answer = yield Show(_SHOW_MODE)
    return CONTROLLER if CONTROLLER_MANAGED in answer.text else None


_SHOW_MODE: Final = f"show version | include {CONTROLLER_MANAGED}"


def reread(reading: LicensingReading) -> Conversation[LicensingReading]:
    """What configuration can have changed since *reading*: the configuration itself, and the licensing state."""
    configured = yield from read("show running-config", ask=SHOW_CONFIGURATION)
    licensing = (yield from _licensing(zones_of(configured.value))) or Shown(LicensingState(), ())
    return replace(
        reading,
        configuration=configured.value,
        state=licensing.value,
        unparsed=configured.unparsed + licensing.unparsed,
    )


def _licensing(zones: Zones) -> Conversation[Shown | None]:
    """``show license all``; a release that does not know it is a classic one, and shows its licences otherwise.

    ``None``: all of it was refused.
    """
    for command in ("show license all", "show license right-to-use", "show license"):
        try:
            return (yield from read(command, zones=zones))
        except CommandRefused:
            continue
    return None
