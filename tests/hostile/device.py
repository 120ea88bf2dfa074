"""A fake device over SSH on loopback, that answers, hangs, floods, lies or cuts the line where a test wants it to.

It knows just enough of a shell for a door: prompts, configuration mode, ``enable``. What it does otherwise, a script
decides, line by line. The emulated devices of the lab are honest, and these are not.
"""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import asyncssh
from nornir.core.inventory import ConnectionOptions, Defaults, Host

LONG: Final = bool(os.environ.get("SMARTLIC_HOSTILE_LONG"))
"""The long form, `make bench`: what takes its time, and many seeds."""

USER: Final = "admin"
PASSWORD: Final = "password-of-a-fake"
ADDRESS: Final = "127.0.0.1"
KEY: Final = asyncssh.generate_private_key("ssh-ed25519")
OTHER_KEY: Final = asyncssh.generate_private_key("ssh-ed25519")


class Shell:
    """One session, as a script sees it; a script that returns has left the line to the shell."""

    def __init__(self, device: FakeDevice, process: Any) -> None:
        self.device = device
        self.process = process
        self.hostname = device.hostname
        self.mode = ""  # "(config)" and the like
        self.mark = "#" if device.privilege == 15 else ">"

    @property
    def prompt(self) -> str:
        return f"{self.hostname}{self.mode}{self.mark}"

    def write(self, text: str) -> None:
        self.process.stdout.write(text.replace("\n", "\r\n"))

    def answer(self, text: str) -> None:
        """*text*, and the prompt below it."""
        self.write(f"{text}\n{self.prompt}" if text else self.prompt)

    async def flood(self, piece: str = "0123456789abcdef" * 4096) -> None:
        """Write without end, as fast as it is taken."""
        while not self.process.stdout.is_closing():
            self.write(piece + "\n")
            await self.process.stdout.drain()

    async def hang(self) -> None:
        """Say nothing more."""
        await asyncio.Event().wait()

    def cut(self) -> None:
        """Let the connection break."""
        self.process.channel.get_connection().abort()
        raise asyncio.CancelledError

    async def _read_line(self, *, echo: bool) -> str | None:
        line = ""
        while True:
            character = await self.process.stdin.read(1)
            if not character:
                return None
            if character in "\r\n":
                if echo:
                    self.write("\n")
                return line
            line += character
            if echo:
                await self.device.echo(self, character)

    async def run(self) -> None:
        if "start" in self.device.scripts:
            await self.device.scripts["start"](self)
        self.write(f"\n{self.prompt}")
        while (line := await self._read_line(echo=True)) is not None:
            self.device.lines.append(line.strip())
            if line.strip() in self.device.scripts:
                if await self.device.scripts[line.strip()](self):
                    continue
            elif "any" in self.device.scripts and line.strip() and await self.device.scripts["any"](self):
                continue
            if not await self._shell(line.strip()):
                return

    async def _shell(self, line: str) -> bool:
        match line.split():
            case ["enable"] if self.mark == ">":
                self.write("Password: ")
                typed = await self._read_line(echo=False)
                self.write("\n")
                if typed == self.device.enable_secret:
                    self.mark = "#"
                    self.answer("")
                else:
                    self.answer("% Access denied\n")
            case ["disable"]:
                self.mark = ">"
                self.answer("")
            case ["configure", "terminal"]:
                self.mode = "(config)"
                self.answer("Enter configuration commands, one per line.  End with CNTL/Z.")
            case ["end"]:
                self.mode = ""
                self.answer("")
            case ["exit"]:
                return False
            case ["hostname", name] if self.mode:
                self.hostname = name
                self.answer("")
            case ["show", *_] if self.mode:
                self.answer("            ^\n% Invalid input detected at '^' marker.\n")
            case ["show", "clock"]:
                self.answer("12:00:00.000 UTC Mon Jan 5 2026")
            case _:
                self.answer("")
        return True


Script = Callable[[Shell], Awaitable[bool | None]]


async def _at_once(shell: Shell, text: str) -> None:
    shell.write(text)


@dataclass
class FakeDevice:
    """A device at a free port of loopback, while its ``with`` block lasts.

    Scripts are run at a line that is typed, at ``start`` (before the first prompt), at ``any`` other line, and at
    ``scp``; a true value says that the script answered the line itself.
    """

    scripts: Mapping[str, Script] = field(default_factory=dict)
    hostname: str = "sw1"
    privilege: int = 15
    enable_secret: str | None = None
    hangs_at: str | None = None  # tcp, login, channel
    key: asyncssh.SSHKey = field(default_factory=lambda: KEY)
    echo: Callable[[Shell, str], Awaitable[None]] = _at_once
    lines: list[str] = field(default_factory=list)  # all that was typed
    logins: int = 0
    port: int = 0

    def __enter__(self) -> FakeDevice:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._listener = self._on_loop(self._listen())
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        self._on_loop(self._stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def known_hosts(self, key: asyncssh.SSHKey | None = None) -> str:
        public = (key or self.key).export_public_key().decode().split()[:2]
        return f"[{ADDRESS}]:{self.port} {' '.join(public)}\n{ADDRESS} {' '.join(public)}\n"

    def host(self, door: str, **data: Any) -> Host:
        """The device as an inventory has it, with no word on host keys or limits but those in *data*."""
        return Host(
            self.hostname,
            hostname=ADDRESS,
            port=self.port,
            username=USER,
            password=PASSWORD,
            platform="cisco_xe",
            data={"smartlic_door": door, **data},
            connection_options={
                "netmiko": ConnectionOptions(extras={"secret": self.enable_secret} if self.enable_secret else {}),
                "scrapli": ConnectionOptions(
                    platform="cisco_iosxe",
                    extras={
                        "transport": "paramiko",
                        **({"auth_secondary": self.enable_secret} if self.enable_secret else {}),
                    },
                ),
                "asyncssh": ConnectionOptions(extras={"secret": self.enable_secret} if self.enable_secret else {}),
            },
            defaults=Defaults(),
        )

    def _on_loop(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _listen(self) -> Any:
        if self.hangs_at == "tcp":
            return await asyncio.start_server(self._silence, ADDRESS, 0)
        return await asyncssh.listen(
            ADDRESS, 0, server_factory=lambda: _Server(self), server_host_keys=[self.key], line_editor=False
        )

    async def _silence(self, reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            pass

    async def _stop(self) -> None:
        self._listener.close()
        for task in asyncio.all_tasks():
            if task is not asyncio.current_task():
                task.cancel()
        await asyncio.sleep(0)


class _Server(asyncssh.SSHServer):
    def __init__(self, device: FakeDevice) -> None:
        self.device = device

    async def begin_auth(self, _username: str) -> bool:
        if self.device.hangs_at == "login":
            await asyncio.Event().wait()
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self.device.logins += 1
        return (username, password) == (USER, PASSWORD)

    def session_requested(self) -> Any:
        if self.device.hangs_at == "channel":
            return asyncio.Event().wait()
        return asyncssh.SSHServerProcess(self._served, None, 3, allow_scp=False)

    async def _served(self, process: Any) -> None:
        if process.command is not None:
            if "scp" in self.device.scripts:
                await self.device.scripts["scp"](Shell(self.device, process))
            process.exit(1)
            return
        shell = Shell(self.device, process)
        try:
            await shell.run()
        except (BrokenPipeError, ConnectionError, asyncssh.Error):
            return
        process.exit(0)
