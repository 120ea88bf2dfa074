"""The async door, over asyncssh: a thousand conversations beside each other on one event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, TypeVar

import asyncssh
from nornir.core.inventory import Host

from nornir_smartlic.doors import host_keys, secure_copy
from nornir_smartlic.doors.connecting import require_login
from nornir_smartlic.doors.limits import Limits, limits_of
from nornir_smartlic.doors.secure_copy import CopyRefused, Transfer
from nornir_smartlic.doors.shell import GIVEN_UP, Line, Reading, Shell, Steps
from nornir_smartlic.doors.terminal import SAVE, answered, one_line, read_over_terminal
from nornir_smartlic.errors import DeviceError, Refused, TimedOut, Unreachable, UsageError
from nornir_smartlic.model import Secret
from nornir_smartlic.operations.conversation import Answer, Configure, Exec, Fetch, Put, Request, Save, Show, Wait

T = TypeVar("T")
_CHUNK: Final = 65536
_CLOSE_SECONDS: Final = 5.0
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
    limits: Limits = field(default_factory=Limits)


def target_of(host: Host) -> Target:
    """The target of a Nornir host: its connection options ``asyncssh``, or else those of the host itself.

    ``extras.secret`` is the enable secret, as netmiko has it.

    Raises:
        UsageError: the inventory has no user, or says something about keys or limits that is none.
    """
    parameters = host.get_connection_parameters("asyncssh")
    extras = dict(parameters.extras or {})
    enable = extras.pop("secret", None)
    has_key = any(extras.get(name) for name in ("client_keys", "agent_path", "client_factory"))
    require_login(host, parameters, has_key=has_key)
    return Target(
        name=host.name,
        address=parameters.hostname or host.name,
        port=parameters.port or host_keys.SSH_PORT,
        username=parameters.username,
        password=Secret(parameters.password) if parameters.password else None,
        enable=Secret(enable) if enable else None,
        options=host_keys.asyncssh_options(host, extras),
        limits=limits_of(host),
    )


class AsyncDoor:
    """One terminal on one device. ``open`` logs in, ``close`` leaves."""

    _connection: asyncssh.SSHClientConnection
    _process: Any

    def __init__(self, target: Target) -> None:
        self.host = target.name
        self.limits = target.limits
        self.shell = Shell(target.limits, target.enable)
        self._target = target
        self._is_lost = False  # the next request connects anew

    @classmethod
    async def open(cls, target: Target) -> AsyncDoor:
        """Log in, and turn paging off.

        Raises:
            Unreachable: no connection, or the login was refused.
            TimedOut: the login took longer than its limit.
        """
        door = cls(target)
        await door._open()
        return door

    async def _open(self) -> None:
        seconds = self.limits.login
        self.shell = Shell(self.limits, self._target.enable)
        connection = None
        try:
            async with asyncio.timeout(seconds):
                connection = await _connect(self._target)
                self._connection = connection
                self._process = await connection.create_process(
                    term_type="vt100", term_size=(511, 24), errors="replace"
                )
                await self._through(self.shell.greet())
        except TimeoutError:
            problem: DeviceError = TimedOut(f"login: no prompt within {seconds:g} s (limit login)", host=self.host)
        except (asyncssh.Error, OSError) as error:
            problem = Unreachable(one_line(error), host=self.host)
        except DeviceError as error:
            problem = error
        else:
            self.shell.meet(is_new=True)
            self._is_lost = False
            return
        if connection is not None:
            connection.abort()
        raise problem

    async def close(self) -> None:
        """Leave the device; one that does not say goodbye is left all the same."""
        self._connection.close()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await self._connection.wait_closed()
        except TimeoutError:
            self._connection.abort()

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
                return Answer(answered(command, await self._run(Exec(command), changes=False)))
            case Exec():
                return Answer(answered(request.command, await self._run(request), request.secrets))
            case Save():
                return Answer(answered(SAVE.command, await self._run(SAVE)))
            case Configure(lines, secrets):
                return Answer(await self._through(self.shell.configure(lines, secrets)))
            case Fetch(path):
                return Answer(data=await self._fetch(path))
            case Put(path, data):
                await self._put(path, data)
                return Answer()
            case Wait(span):
                await asyncio.sleep(span.total_seconds())
                return Answer()

    async def _run(self, request: Exec, *, changes: bool = True) -> str:
        return await self._through(self.shell.run(request, changes=changes))

    async def _through(self, steps: Steps[T]) -> T:
        """Carry *steps* out; their errors are raised where the line was typed."""
        try:
            line = next(steps)
            while True:
                try:
                    text = await self._typed(line)
                except DeviceError as error:
                    line = steps.throw(error)
                else:
                    line = steps.send(text)
        except StopIteration as stop:
            result: T = stop.value
        return result

    async def _typed(self, line: Line) -> str:
        reading = Reading(line, self.limits.answer_bytes)
        try:
            if line.text is not None:
                self._process.stdin.write(line.text + "\n")
            while not reading.is_complete:
                reading.take(await self._read(reading.seconds(), line.shown))
        except (asyncssh.Error, OSError, EOFError) as error:
            problem: DeviceError = Unreachable(one_line(error), host=self.host, command=line.shown)
        except GIVEN_UP as error:
            error.command = error.command or line.shown
            problem = error
        else:
            return reading.text
        self._is_lost = True
        self._connection.abort()
        raise problem

    async def _read(self, seconds: float, command: str) -> str:
        try:
            async with asyncio.timeout(seconds):
                chunk: str = await self._process.stdout.read(_CHUNK)
        except TimeoutError:
            return ""
        if not chunk:
            raise Unreachable("the device closed the session", host=self.host, command=command)
        return chunk

    async def _fetch(self, path: str) -> bytes:
        try:
            return await self._copied(f"scp -f {path}", secure_copy.fetching(path, self.limits.file_bytes), path)
        except CopyRefused:
            conversation = read_over_terminal(path)
            command = next(conversation)
            try:
                while True:
                    command = conversation.send(answered(command, await self._run(Exec(command), changes=False)))
            except StopIteration as stop:
                data: bytes = stop.value
            return data

    async def _put(self, path: str, data: bytes) -> None:
        try:
            await self._copied(f"scp -t {path}", secure_copy.putting(path, data), path)
        except CopyRefused as error:
            problem = Refused(f"{path} could not be written", f"SCP: {error}; the device needs 'ip scp server enable'")
        else:
            return
        raise problem

    async def _copied(self, command: str, transfer: Transfer[T], path: str) -> T:
        """Carry *transfer* over a connection of its own, for a device serves one channel on each."""
        connection = None
        try:
            async with asyncio.timeout(self.limits.copy):
                connection = await _connect(self._target)
                process = await connection.create_process(command, encoding=None)
                return await _carried(transfer, process)
        except TimeoutError:
            late = f"{path}: not copied within {self.limits.copy:g} s (limit copy)"
            problem: Exception = TimedOut(late, host=self.host, command="scp")
        except (asyncssh.Error, OSError, EOFError) as error:
            problem = CopyRefused(one_line(error))
        finally:
            if connection is not None:
                connection.abort()
        raise problem


async def _carried(transfer: Transfer[T], process: asyncssh.SSHClientProcess[bytes]) -> T:
    try:
        out = next(transfer)
        while True:
            if out:
                process.stdin.write(out)
                await process.stdin.drain()
            out = transfer.send(await process.stdout.read(secure_copy.CHUNK))
    except StopIteration as stop:
        result: T = stop.value
    return result


async def _connect(target: Target) -> asyncssh.SSHClientConnection:
    password = target.password.reveal() if target.password is not None else None
    options: dict[str, Any] = {
        "connect_timeout": target.limits.connect,
        "login_timeout": target.limits.login,
        "client_keys": None,
        "encryption_algs": _CIPHERS,
        **target.options,
    }
    file = options.get("known_hosts")
    if isinstance(file, str | Path):
        options["known_hosts"] = _known_hosts(Path(file).expanduser())
    began = time.monotonic()
    try:
        return await asyncssh.connect(
            target.address, target.port, username=target.username or (), password=password, **options
        )
    except asyncssh.PermissionDenied:
        problem: DeviceError = Unreachable("authentication failed", host=target.name)
    except asyncssh.HostKeyNotVerifiable:
        changed = isinstance(options.get("known_hosts"), asyncssh.SSHKnownHosts) and bool(
            options["known_hosts"].match(target.address, target.address, target.port)[0]
        )
        problem = host_keys.rejected(
            target.name, target.address, target.port, file if isinstance(file, str | Path) else None, changed=changed
        )
    except (asyncssh.Error, OSError, TimeoutError) as error:
        seconds = options["connect_timeout"]
        if not str(error).strip() or time.monotonic() - began >= seconds:
            problem = TimedOut(f"no connection within {seconds:g} s (limit connect)", host=target.name)
        else:
            problem = Unreachable(one_line(error), host=target.name)
    raise problem


def _known_hosts(path: Path) -> asyncssh.SSHKnownHosts:
    """The host keys in a file, read once: asyncssh reads it for each connection, a fleet's keys for each of a fleet.

    Raises:
        UsageError: there is no such file, or it holds something else.
    """
    if path == Path(host_keys.DEFAULT).expanduser() and not path.exists():
        return asyncssh.import_known_hosts("")  # nobody is known yet
    try:
        return _read_known_hosts(path, path.stat().st_mtime_ns)
    except (OSError, ValueError) as error:
        problem = UsageError(f"known_hosts {path}: {one_line(error)}")
    raise problem


@lru_cache(maxsize=8)
def _read_known_hosts(path: Path, _changed: int) -> asyncssh.SSHKnownHosts:
    return asyncssh.read_known_hosts(str(path))
