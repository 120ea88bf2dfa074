"""``smartlic-lab console``: the user's terminal at a device, over SSH."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from pathlib import Path
from typing import Any

from nornir_smartlic.errors import UsageError


def connect(status: dict[str, Any], device: str) -> None:
    """Log in on *device* of the lab with this *status*, until its session ends."""
    found = next((one for one in status["devices"] if one["name"] == device), None)
    if found is None:
        names = ", ".join(one["name"] for one in status["devices"][:12])
        raise UsageError(f"no device {device!r} in this lab - there are: {names}")
    asyncio.run(_talk(found))


async def _talk(found: dict[str, Any]) -> None:
    import asyncssh

    password = Path(found["credentials"]["password_file"]).read_text().strip()
    try:
        connection = await asyncssh.connect(
            found["host"],
            found["port"],
            username=found["username"],
            password=password,
            known_hosts=None,  # our own lab, at the address that it gave us itself
            config=None,
            client_keys=None,
        )
    except (OSError, asyncssh.Error) as error:
        raise UsageError(f"{found['name']} cannot be reached: {error}") from error
    async with connection:
        size = os.get_terminal_size() if sys.stdin.isatty() else os.terminal_size((80, 24))
        with _raw_terminal(), contextlib.suppress(asyncssh.ConnectionLost):
            process = await connection.create_process(
                term_type=os.environ.get("TERM", "vt100"), term_size=size, encoding=None
            )
            _carry(sys.stdin.fileno(), process.stdin)
            while data := await process.stdout.read(65536):
                os.write(sys.stdout.fileno(), data)


def _carry(source: int, target: Any) -> None:
    """Write what comes from the file *source* to *target*, until its end."""
    loop = asyncio.get_running_loop()

    def read() -> None:
        data = os.read(source, 4096)
        if data:
            target.write(data)
        else:
            loop.remove_reader(source)
            target.write_eof()

    try:
        loop.add_reader(source, read)
    except PermissionError:  # a plain file, which is always ready
        while data := os.read(source, 4096):
            target.write(data)
        target.write_eof()


@contextlib.contextmanager
def _raw_terminal() -> Any:
    if not sys.stdin.isatty():
        yield
        return
    import termios
    import tty

    before = termios.tcgetattr(sys.stdin)
    tty.setraw(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)
