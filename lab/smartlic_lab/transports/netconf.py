# ruff: noqa: ARG002  the signatures are asyncssh's
"""NETCONF as a subsystem of SSH: framing alone. Source: RFC 6242. What messages mean is in `device.yang`."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Final, Protocol

import asyncssh

from smartlic_lab.world import World

MAX_MESSAGE: Final = 16 * 1024 * 1024  # bytes; a device has a limit too
END: Final = b"]]>]]>"  # after a message of base:1.0, and after both hellos
_HEADER: Final = re.compile(rb"\n#(?:(#)|([1-9][0-9]{0,9}))\n")
_LONGEST_HEADER: Final = 13


class FramingError(Exception):
    """Bytes that no framing explains, or a message without end; the session must end."""


class Framing:
    """Cuts a stream of bytes into messages, and frames messages."""

    def __init__(self) -> None:
        self.chunked = False  # base:1.1, after the hellos
        self._buffer = bytearray()
        self._message = bytearray()  # what came in chunks so far

    def feed(self, data: bytes) -> Iterator[str]:
        """The messages that are complete; how the next is framed is looked at after each. Raises `FramingError`."""
        self._buffer += data
        while (message := self._chunked() if self.chunked else self._ended()) is not None:
            yield message.decode(errors="replace")
        if len(self._buffer) + len(self._message) > MAX_MESSAGE:
            raise FramingError("the message is too long")

    def _ended(self) -> bytes | None:
        """A message of base:1.0."""
        message, end, rest = self._buffer.partition(END)
        if not end:
            return None
        self._buffer = rest
        return bytes(message)

    def _chunked(self) -> bytes | None:
        """A message of base:1.1."""
        while found := _HEADER.match(self._buffer):
            if found[1]:
                del self._buffer[: found.end()]
                message, self._message = bytes(self._message), bytearray()
                return message
            end = found.end() + int(found[2])
            if end > MAX_MESSAGE:
                raise FramingError("the chunk is too long")
            if len(self._buffer) < end:
                return None
            self._message += self._buffer[found.end() : end]
            del self._buffer[:end]
        if len(self._buffer) >= _LONGEST_HEADER or not b"\n#".startswith(self._buffer[:2]):
            raise FramingError("a chunk has no header")
        return None

    def frame(self, message: str) -> bytes:
        """The bytes of a message."""
        data = message.encode()
        return b"\n#%d\n%b\n##\n" % (len(data), data) if self.chunked else data + END


class NetconfSession(Protocol):
    """What the device opens."""

    closed: bool
    chunked: bool
    notify: Callable[[], None] | None

    def hello(self) -> str: ...
    def receive(self, text: str, now: datetime) -> str | None: ...
    def close(self) -> None: ...


class NetconfDevice(Protocol):
    """What of a device NETCONF needs."""

    name: str

    @property
    def serves_netconf(self) -> bool: ...
    def open_netconf(self, now: datetime, *, username: str, privilege: int, source: str = "") -> NetconfSession: ...


class NetconfSubsystem:
    """Makes the server's side of ``netconf`` for the devices of a world that have it configured."""

    def __init__(self, world: World) -> None:
        self._world = world

    def offered_by(self, device: NetconfDevice) -> bool:
        """Whether ``netconf-yang`` stands in its configuration."""
        with self._world.at(device.name):
            return device.serves_netconf

    def __call__(self, device: NetconfDevice, username: str, privilege: int) -> asyncssh.SSHServerSession[bytes]:
        return _Conversation(self._world, device, username, privilege)


class _Conversation(asyncssh.SSHServerSession[bytes]):
    """One channel."""

    def __init__(self, world: World, device: NetconfDevice, username: str, privilege: int) -> None:
        self._world = world
        self._device = device
        self._username = username
        self._privilege = privilege
        self._framing = Framing()
        self._channel: asyncssh.SSHServerChannel[bytes] | None = None
        self._session: NetconfSession | None = None
        self._event_loop = asyncio.get_running_loop()

    def _at(self) -> AbstractContextManager[datetime]:
        return self._world.at(self._device.name)

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        self._channel = chan
        chan.set_encoding(None)  # chunks are counted in bytes

    def session_started(self) -> None:
        assert self._channel is not None
        host, port = self._channel.get_extra_info("peername")[:2]
        with self._at() as now:
            self._session = self._device.open_netconf(
                now, username=self._username, privilege=self._privilege, source=f"{host}:{port}"
            )
            self._session.notify = self._ended_elsewhere
            self._channel.write(self._framing.frame(self._session.hello()))

    def data_received(self, data: bytes, datatype: int | None) -> None:
        session = self._session
        assert session is not None
        try:
            for message in self._framing.feed(data):
                with self._at() as now:
                    reply = session.receive(message, now)
                if reply is not None:
                    self._write(self._framing.frame(reply))
                self._framing.chunked = session.chunked
                if session.closed:
                    break
        except FramingError:
            self._close()
        if session.closed:
            self._end()

    def eof_received(self) -> bool:
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._channel = None
        self._close()

    def _close(self) -> None:
        if self._session is not None:
            with self._at():
                self._session.close()

    def _ended_elsewhere(self) -> None:
        """The session was closed, maybe by another one, and from any thread."""
        with contextlib.suppress(RuntimeError):  # the loop has ended
            self._event_loop.call_soon_threadsafe(self._end)

    def _write(self, data: bytes) -> None:
        if self._channel is not None and not self._channel.is_closing():
            self._channel.write(data)

    def _end(self) -> None:
        if self._channel is not None and not self._channel.is_closing():
            self._channel.exit(0)
