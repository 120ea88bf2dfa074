"""A connection plugin of Nornir whose devices misbehave, each in its own way."""

from __future__ import annotations

import logging
from typing import Any

from nornir.core.configuration import Config

from nornir_smartlic.errors import CommandRefused, Unreachable
from nornir_smartlic.operations.conversation import Answer, Exec, Request, Show

NAME = "scripted"


class NetmikoTimeoutException(Exception):
    """Stands for a library's exception that no door translated: recognised by its name."""


class Scripted:
    """The connection, and a door itself; what it does is the host name of its host."""

    connection: Any = None

    def open(
        self,
        hostname: str | None,
        username: str | None,
        password: str | None,
        port: int | None,
        platform: str | None,
        extras: dict[str, Any] | None = None,
        configuration: Config | None = None,
    ) -> None:
        self.behaviour = hostname
        self.password = password
        self.connection = self

    def close(self) -> None:
        return

    def answer(self, request: Request) -> Answer:
        logging.getLogger("paramiko.transport").error("Traceback (most recent call last): %s", self.password)
        match self.behaviour:
            case "unreachable":
                raise Unreachable("no answer on 192.0.2.1 port 22")
            case "garbled":
                return Answer("\x00\x07 %%% line noise\n")
            case "library":
                raise NetmikoTimeoutException(
                    "\n\nTCP connection to device failed.\n\nCommon causes of this problem:\n"
                )
            case "bug":
                raise KeyError("a bug of ours")
            case "echo":  # a door that lets everything through: the device echoes what it was sent
                secret = request.secrets[0].reveal() if isinstance(request, Exec) and request.secrets else ""
                command = request.command if isinstance(request, Exec | Show) else "?"
                raise CommandRefused(command, f"% Invalid input: {secret}")
        raise AssertionError(f"no such behaviour: {self.behaviour}")
