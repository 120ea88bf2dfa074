"""A socket with limits below a library that has none: what comes in, and until when."""

from __future__ import annotations

import socket
import time
from contextlib import suppress
from typing import Final

_SLACK_BYTES: Final = 1024 * 1024  # for what SSH adds


class MeteredSocket(socket.socket):
    """A TCP connection that ends by itself when more comes than allowed, or when its time is over.

    paramiko asks for data ten times a second, so that the time is looked at even where nothing comes; an end is to it
    what a closed connection is. ``why`` says which limit it was.
    """

    def __init__(self, connected: socket.socket, *, most: int, seconds: float | None, limit: str) -> None:
        timeout = connected.gettimeout()
        super().__init__(connected.family, connected.type, connected.proto, fileno=connected.detach())
        self.settimeout(timeout)
        self.why: str | None = None
        self.allow(most=most, seconds=seconds, limit=limit)

    def allow(self, *, most: int, seconds: float | None, limit: str) -> None:
        """*most* bytes from now on, within *seconds*; ``None``: without an end."""
        self._left = most + most // 8 + _SLACK_BYTES
        self._most = most
        self._seconds = seconds
        self._ends = None if seconds is None else time.monotonic() + seconds
        self._limit = limit

    def recv(self, size: int, flags: int = 0) -> bytes:
        if self._ends is not None and time.monotonic() > self._ends:
            return self._end(f"no end within {self._seconds:g} s (limit {self._limit})")
        if self._left <= 0:
            return self._end(f"more than {self._most} bytes came")
        data = super().recv(size, flags)
        self._left -= len(data)
        return data

    def _end(self, why: str) -> bytes:
        self.why = self.why or why
        with suppress(OSError):  # the other side was faster
            self.shutdown(socket.SHUT_RDWR)
        return b""


def connected(address: str, port: int, *, connect: float, most: int, seconds: float, limit: str) -> MeteredSocket:
    """A connection to *address*; raises `OSError`."""
    made = socket.create_connection((address, port), timeout=connect)
    return MeteredSocket(made, most=most, seconds=seconds, limit=limit)
