"""One reading of a device: everything that its commands told, at one moment of its own clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nornir_smartlic.model.configuration import RunningConfiguration
from nornir_smartlic.model.state import DeviceClock, LicensingState
from nornir_smartlic.model.version import DeviceVersion


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

    def now(self) -> datetime | None:
        """The device's own time, by which its deadlines count; ``None`` where it is unknown."""
        return self.clock.now() if self.clock is not None else None
