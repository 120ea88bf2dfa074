"""Devices in memory, on a network that reaches nobody."""

from __future__ import annotations

from datetime import UTC, datetime

from smartlic_lab.device import Device, DeviceSpec, Session
from smartlic_lab.platforms import family
from smartlic_lab.world.network import DeliveryFailed, Origin, Outcome

JAN_1 = datetime(2026, 1, 1, tzinfo=UTC)


class NoNetwork:
    """Resolves nothing and carries nothing; remembers where requests came from."""

    def __init__(self) -> None:
        self.origins: list[Origin] = []
        self.urls: list[str] = []

    def send(self, origin: Origin, url: str, body: bytes, headers: object = None) -> bytes:
        self.origins.append(origin)
        self.urls.append(url)
        raise DeliveryFailed("Unable to resolve server hostname/domain name")

    def resolve(self, origin: Origin, name: str) -> str | None:
        return None

    def probe(self, origin: Origin, address: str, port: int | None = None) -> Outcome:
        return Outcome.LOST


class Terminal:
    """A user's view of a session: type lines, see output."""

    def __init__(self, device: Device, privilege: int = 15, kind: str = "vty") -> None:
        self.device = device
        self.now = JAN_1
        self.session: Session = device.open_session(JAN_1, username="admin", privilege=privilege, kind=kind)

    def type(self, *lines: str) -> str:
        """The output of the last line."""
        output = ""
        for line in lines:
            output = self.session.execute(line, self.now).output
        return output

    @property
    def prompt(self) -> str:
        return self.session.prompt


def make_device(name: str = "sw1", **fields: object) -> Device:
    return Device(DeviceSpec(name, **fields), NoNetwork(), now=JAN_1)  # type: ignore[arg-type]


def first_level(name: str) -> tuple[str, ...]:
    """The day-0 line with which a router of the family called *name* has a licence in use; (): it has one as it is."""
    levels = family(name).boot
    return (f"license boot level {next(iter(levels.levels))}",) if levels.default is None else ()
