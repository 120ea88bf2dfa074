"""The async door, over asyncssh: a thousand conversations beside each other on one event loop."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import asyncssh

from nornir_smartlic.doors.terminal import (
    READ_SECONDS,
    SAVE,
    answered,
    one_line,
    read_over_terminal,
    session_lost,
    taken,
    typed,
    without_echo,
)
from nornir_smartlic.errors import DeviceError, Refused, TimedOut, Unreachable, UsageError
from nornir_smartlic.model import Secret
from nornir_smartlic.operations.conversation import Answer, Configure, Exec, Fetch, Put, Request, Save, Show, Wait

CONNECT_SECONDS: Final = 30.0
_FIRST_PROMPT: Final = re.compile(r"(?:^|[\r\n])([^\s#>()]+)[#>]\s*$")
_PASSWORD: Final = r"[Pp]assword:\s*$"  # noqa: S105  a prompt
_TAIL: Final = 2048
_CIPHERS: Final = ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "aes256-ctr", "aes192-ctr", "aes128-ctr"]
"""GCM first: asyncssh would take ChaCha20, which costs a fleet's event loop a tenth of its time."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a device is and who logs in there; ``options`` go to ``asyncssh.connect`` as they are."""

    name: str
    address: str
    port: int
    username: str | None
    password: Secret | None = None
    enable: Secret | None = None
    options: Mapping[str, Any] = field(default_factory=dict)


class AsyncDoor:
    """One terminal on one device. ``open`` logs in, ``close`` leaves."""

    _connection: asyncssh.SSHClientConnection
    _process: Any

    def __init__(self, target: Target) -> None:
        self.host = target.name
        self._target = target
        self._is_lost = False  # the next request connects anew
        self._prompt = _FIRST_PROMPT
        self._configuration_prompt = _FIRST_PROMPT

    @classmethod
    async def open(cls, target: Target) -> AsyncDoor:
        """Log in, become privileged, and turn paging off.

        Raises:
            Unreachable: no connection, or the login was refused.
        """
        door = cls(target)
        await door._open()
        return door

    async def _open(self) -> None:
        connection = await _connect(self._target)
        try:
            self._process = await connection.create_process(term_type="vt100", term_size=(511, 24), errors="replace")
            self._connection = connection
            await self._log_in()
        except (asyncssh.Error, OSError) as error:
            connection.abort()
            problem = Unreachable(one_line(error), host=self.host)
        except DeviceError:
            connection.abort()
            raise
        else:
            self._is_lost = False
            return
        raise problem

    async def close(self) -> None:
        """Leave the device."""
        self._connection.close()
        await self._connection.wait_closed()

    async def answer(self, request: Request) -> Answer:
        """Do what *request* says. An error carries the host and never a secret."""
        try:
            if self._is_lost and not isinstance(request, Wait):
                await self._open()
            return await self._answer(request)
        except DeviceError as error:
            error.host = error.host or self.host
            raise
        except (asyncssh.Error, OSError, EOFError) as error:
            problem = Unreachable(one_line(error), host=self.host)
        raise problem

    async def _answer(self, request: Request) -> Answer:
        match request:
            case Show(command):
                return Answer(answered(command, await self._run(Exec(command))))
            case Exec():
                return Answer(answered(request.command, await self._run(request), request.secrets))
            case Save():
                return Answer(answered(SAVE.command, await self._run(SAVE)))
            case Configure(lines, secrets):
                return Answer(await self._configure(lines, secrets))
            case Fetch(path):
                return Answer(data=await self._fetch(path))
            case Put(path, data):
                await self._put(path, data)
                return Answer()
            case Wait(span):
                await asyncio.sleep(span.total_seconds())
                return Answer()

    async def _log_in(self) -> None:
        greeting = await self._read(_FIRST_PROMPT, "login")
        found = _FIRST_PROMPT.search(greeting)
        name = re.escape(found[1]) if found else r"[^\s#>()]+"
        self._prompt = re.compile(rf"(?:^|[\r\n]){name}[#>][ \t]*(?:[\r\n]|$)")
        self._configuration_prompt = re.compile(r"[\r\n][^\r\n]*\([^)\r\n]*\)#\s*$")
        if greeting.rstrip().endswith(">"):
            await self._enable()
        for command in ("terminal length 0", "terminal width 511"):
            await self._run(Exec(command))

    async def _enable(self) -> None:
        secret = self._target.enable.reveal() if self._target.enable is not None else ""
        expected = re.compile(f"{self._prompt.pattern}|{_PASSWORD}")
        said = await self._send("enable", expected, "enable")
        if re.search(_PASSWORD, said) and secret:
            said = await self._send(secret, expected, "enable")
        if not said.rstrip().endswith("#"):
            raise Unreachable("the device did not grant enable", host=self.host, command="enable")

    async def _run(self, request: Exec) -> str:
        questions = [question for question, _ in request.replies]
        expected = re.compile("|".join([self._prompt.pattern, *questions])) if questions else self._prompt
        text = typed(request)
        output = without_echo(await self._send(text, expected, request.command), text)
        for question, reply in request.replies:
            if re.search(question, output) and not self._prompt.search(output):
                output += await self._send(reply, expected, request.command)
        return self._prompt.sub("", output)

    async def _configure(self, lines: Sequence[str], secrets: Sequence[Secret]) -> str:
        said: list[str] = []
        in_flight = False
        try:
            await self._send("configure terminal", self._configuration_prompt, "configure terminal")
            try:
                for line in lines:
                    in_flight = True
                    output = await self._send(line.strip(), self._configuration_prompt, line.strip())
                    in_flight = False
                    said.append(taken(line.strip(), without_echo(output, line), secrets))
            finally:
                if not self._is_lost:
                    await self._send("end", self._prompt, "end")
        except (Unreachable, TimedOut) as error:
            problem = session_lost(error, len(said), len(lines), in_flight=in_flight, secrets=secrets)
        else:
            return "".join(said)
        raise problem

    async def _send(self, text: str, expected: re.Pattern[str], command: str) -> str:
        try:
            self._process.stdin.write(text + "\n")
            return await self._read(expected, command)
        except (asyncssh.Error, OSError, EOFError) as error:
            problem: DeviceError = Unreachable(one_line(error), host=self.host, command=command)
        except (Unreachable, TimedOut) as error:
            problem = error
        self._is_lost = True
        self._connection.abort()
        raise problem

    async def _read(self, expected: re.Pattern[str], command: str) -> str:
        """Read until *expected* stands near the end; the whole is searched only once."""
        text = ""
        try:
            async with asyncio.timeout(READ_SECONDS):
                while not expected.search(text[-_TAIL:]):
                    chunk = await self._process.stdout.read(65536)
                    if not chunk:
                        raise Unreachable("the device closed the session", host=self.host, command=command)
                    text += chunk.replace("\r\n", "\n").replace("\r", "")
        except TimeoutError:
            problem = TimedOut(f"{command}: no prompt within {READ_SECONDS:.0f} s", host=self.host, command=command)
        else:
            return text
        raise problem

    async def _fetch(self, path: str) -> bytes:
        with tempfile.TemporaryDirectory() as folder:
            local = Path(folder) / "file"
            if await self._copied(lambda connection: asyncssh.scp((connection, path), local)) is None:
                return local.read_bytes()
        conversation = read_over_terminal(path)
        command = next(conversation)
        try:
            while True:
                command = conversation.send(answered(command, await self._run(Exec(command))))
        except StopIteration as stop:
            data: bytes = stop.value
            return data

    async def _put(self, path: str, data: bytes) -> None:
        with tempfile.TemporaryDirectory() as folder:
            local = Path(folder) / "file"
            local.write_bytes(data)
            problem = await self._copied(lambda connection: asyncssh.scp(local, (connection, path)))
        if problem is not None:
            raise Refused(f"{path} could not be written", f"SCP: {problem}; the device needs 'ip scp server enable'")

    async def _copied(self, copy: Any) -> str | None:
        """Copy over a connection of its own, for a device serves one channel on each; what hindered it, or ``None``."""
        try:
            connection = await _connect(self._target)
        except Unreachable as error:
            return str(error)
        try:
            await copy(connection)
        except (asyncssh.Error, OSError) as error:
            return one_line(error)
        finally:
            connection.close()
        return None


async def _connect(target: Target) -> asyncssh.SSHClientConnection:
    password = target.password.reveal() if target.password is not None else None
    options: dict[str, Any] = {
        "connect_timeout": CONNECT_SECONDS,
        "client_keys": None,
        "encryption_algs": _CIPHERS,
        **target.options,
    }
    if isinstance(options.get("known_hosts"), str | Path):
        options["known_hosts"] = _known_hosts(Path(options["known_hosts"]))
    try:
        return await asyncssh.connect(
            target.address, target.port, username=target.username or (), password=password, **options
        )
    except asyncssh.PermissionDenied:
        problem = Unreachable("authentication failed", host=target.name)
    except (asyncssh.Error, OSError, TimeoutError) as error:
        problem = Unreachable(one_line(error), host=target.name)
    raise problem


def _known_hosts(path: Path) -> asyncssh.SSHKnownHosts:
    """The host keys in a file, read once: asyncssh reads it for each connection, a fleet's keys for each of a fleet.

    Raises:
        UsageError: there is no such file, or it holds something else.
    """
    try:
        return _read_known_hosts(path, path.stat().st_mtime_ns)
    except (OSError, ValueError) as error:
        problem = UsageError(f"known_hosts {path}: {one_line(error)}")
    raise problem


@lru_cache(maxsize=8)
def _read_known_hosts(path: Path, _changed: int) -> asyncssh.SSHKnownHosts:
    return asyncssh.read_known_hosts(str(path))
