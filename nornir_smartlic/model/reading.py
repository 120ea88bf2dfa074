"""One reading of a device: everything that its commands printed, at one moment of its own clock."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from nornir_smartlic.model.configuration import RunningConfiguration
from nornir_smartlic.model.state import DeviceClock, LicensingState
from nornir_smartlic.model.version import DeviceVersion

_OF_LICENSING: Final = re.compile(
    r"[+-](?:no )?(?:license |platform hardware throughput "
    r"|call-home\b|service call-home|ip (?:vrf \S+ )?name-server |ip domain[ -]|ip host "
    r"|ip http client source-interface |crypto pki trustpoint SLA-TrustPoint\b)"
)


def is_of_licensing(line: str) -> bool:
    """Whether an unsaved line is one that licensing needs; the others are somebody else's."""
    return _OF_LICENSING.match(line) is not None


@dataclass(frozen=True, slots=True)
class Unparsed:
    """A line of an output that no rule took; it is reported as a warning, never dropped."""

    command: str
    line: str


@dataclass(frozen=True, slots=True)
class LicensingReading:
    """What a device said of its licensing: the ground of plans and verdicts."""

    state: LicensingState
    version: DeviceVersion
    configuration: RunningConfiguration
    clock: DeviceClock | None  # None: it did not say
    unparsed: tuple[Unparsed, ...] = ()
    messages: tuple[str, ...] | None = None  # what licensing wrote into the device's log, oldest first; None: not read

    configuration_refused: str | None = None  # why the configuration was not read: it says nothing then
    state_refused: str | None = None  # why the licensing state was not read: not even its model is known then
    unsaved: tuple[str, ...] | None = None  # running- against startup-config: ``+`` and ``-`` lines; None: not read

    @property
    def unsaved_licensing(self) -> tuple[str, ...] | None:
        """Those of the unsaved lines that make licensing; ``None``: not read."""
        return None if self.unsaved is None else tuple(line for line in self.unsaved if is_of_licensing(line))

    def now(self) -> datetime | None:
        """The device's own time, by which its deadlines count; ``None`` where it is unknown."""
        return self.clock.now() if self.clock is not None else None
