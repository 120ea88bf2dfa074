"""SCP over a paramiko client: IOS-XE serves SCP (``ip scp server enable``) and no SFTP."""

from __future__ import annotations

import io
import logging
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Final, TypeVar

import paramiko  # type: ignore[import-untyped]  # ships no type information
import scp  # type: ignore[import-untyped]  # the same

from nornir_smartlic.doors.blocking import CopyRefused
from nornir_smartlic.doors.terminal import one_line

# paramiko logs what it raises, traceback and all; where nobody listens, Python would print that to standard error.
logging.getLogger("paramiko").addHandler(logging.NullHandler())

COPY_SECONDS: Final = 60.0
T = TypeVar("T")


def fetch(connect: Callable[[], Any], path: str) -> bytes:
    """The file at *path* on the device; *connect* opens a paramiko ``SSHClient`` of its own.

    Raises:
        CopyRefused: no SCP there, or no such file.
    """

    def copy(client: scp.SCPClient) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            local = Path(folder) / "file"
            client.get(path, str(local))
            return local.read_bytes()

    return _over(connect, copy)


def put(connect: Callable[[], Any], path: str, data: bytes) -> None:
    """Write *data* to *path* on the device.

    Raises:
        CopyRefused: no SCP there, or the file system did not take it.
    """
    _over(connect, lambda client: client.putfo(io.BytesIO(data), path))


def _over(connect: Callable[[], Any], copy: Callable[[scp.SCPClient], T]) -> T:
    try:
        with closing(connect()) as ssh, scp.SCPClient(ssh.get_transport(), socket_timeout=COPY_SECONDS) as client:
            return copy(client)
    except (scp.SCPException, paramiko.SSHException, OSError, EOFError) as error:
        refusal = CopyRefused(f"SCP: {one_line(error)}")
    raise refusal
