"""The Nornir connection ``asyncssh``: a door over SSH that waits without holding up the others of its loop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nornir_smartlic.fleet.bridge import waited
from nornir_smartlic.operations.conversation import Answer, Request

if TYPE_CHECKING:
    from nornir.core.configuration import Config

    from nornir_smartlic.doors.over_asyncssh import AsyncDoor


class AsyncsshConnection:
    """Opens an `AsyncDoor`; the connection that tasks get is this object, which is a `Door` itself.

    ``extras`` are those of ``asyncssh.connect``, and ``secret``, the enable secret. Host keys are checked: against
    the file that ``known_hosts`` names, else against ``~/.ssh/known_hosts``; ``known_hosts: null`` turns it off.
    `door_of` gives a ``target`` with what the host's data say too: its name, its limits, its known hosts.
    """

    connection: AsyncsshConnection
    _door: AsyncDoor

    def open(
        self,
        hostname: str | None,
        username: str | None,
        password: str | None,
        port: int | None,
        platform: str | None,  # noqa: ARG002  Nornir's protocol
        extras: dict[str, Any] | None = None,
        configuration: Config | None = None,  # noqa: ARG002
    ) -> None:
        """Log in; raises `Unreachable`."""
        from nornir_smartlic.doors.over_asyncssh import AsyncDoor, Target
        from nornir_smartlic.model import Secret

        options = dict(extras or {})
        target = options.pop("target", None)
        if target is not None:
            self._door = waited(AsyncDoor.open(target))
            self.connection = self
            return
        enable = options.pop("secret", None)
        target = Target(
            name="",  # Nornir does not say it; who drives the conversation adds it to errors
            address=hostname or "",
            port=port or 22,
            username=username,
            password=Secret(password) if password else None,
            enable=Secret(enable) if enable else None,
            options=options,
        )
        self._door = waited(AsyncDoor.open(target))
        self.connection = self

    def close(self) -> None:
        waited(self._door.close())

    def meet(self) -> None:
        """Another task begins: others may have used the session meanwhile."""
        self._door.shell.meet()

    def answer(self, request: Request) -> Answer:
        """Do what *request* says; meanwhile others are answered."""
        return waited(self._door.answer(request))
