# ruff: noqa: ARG002  the signatures are asyncssh's
"""SSH for emulated devices: many in one process, distinguished by the address and port that the client came to."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

import asyncssh
from asyncssh.stream import SSHServerStreamSession

from smartlic_lab.transports.flash import FlashOwner, FlashServer
from smartlic_lab.transports.netconf import NetconfDevice
from smartlic_lab.transports.terminal import ShellSession, Terminal
from smartlic_lab.world import World
from smartlic_lab.world.certificates import write_private

_log = logging.getLogger(__name__)
_EXEC_TIMEOUT: Final = timedelta(minutes=10)  # IOS-XE's default, in real time: it is about people, not about licences
_SFTP_VERSION: Final = 3
_WORDS_OF_SCP: Final = ("scp ",)
_PRIVILEGE_OF_FILES: Final = 15
_EVERY_ADDRESS: Final = "0.0.0.0"  # noqa: S104  only where the user asks for it, or with an address per device


class ShellDevice(FlashOwner, NetconfDevice, Protocol):
    """What of a device SSH needs."""

    name: str

    @property
    def serves_files(self) -> bool: ...
    def is_up(self, now: datetime) -> bool: ...
    def authenticate(self, username: str, password: str) -> int | None: ...
    def authorize_key(self, username: str, blob: bytes) -> int | None: ...
    def banner(self, kind: str) -> str: ...
    def open_session(
        self, now: datetime, *, username: str, privilege: int, kind: str = "vty", source: str = ""
    ) -> ShellSession: ...


class Subsystem(Protocol):
    """A subsystem, such as ``netconf``."""

    def offered_by(self, device: ShellDevice) -> bool: ...
    def __call__(self, device: ShellDevice, username: str, privilege: int) -> asyncssh.SSHServerSession[bytes]: ...


class SshServer:
    """The SSH side of a lab; all methods run on one event loop.

    Args:
        folder: holds the host key, which a restarted lab uses again.
    """

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.subsystems: dict[str, Subsystem] = {}
        self._devices: dict[tuple[str, int], ShellDevice] = {}
        self._listeners: list[asyncio.Server] = []
        self._connections: set[asyncssh.SSHServerConnection] = set()
        self._key = _host_key(folder / "ssh_host_ed25519_key")
        # One set of options for all: building it costs more than a listener does.
        self._options = asyncssh.SSHServerConnectionOptions(
            server_factory=lambda: _Login(self),
            server_host_keys=[self._key],
            config=None,
            line_editor=False,
            gss_host=None,
            login_timeout=60,
            server_version="Cisco-1.25",  # of IOS-XE's SSH server
            errors="replace",
        )

    @property
    def public_key(self) -> str:
        """The host key, as in a ``known_hosts`` line."""
        return self._key.export_public_key().decode().strip()

    async def add(self, device: ShellDevice, address: str, port: int = 0) -> int:
        """Listen for *device*; gives the port, which is chosen free for 0. Raises `OSError` where it is taken."""
        listener = await self._listen(address, port)
        port = listener.sockets[0].getsockname()[1]
        self._devices[address, port] = device
        return port

    async def add_all(self, devices: dict[str, ShellDevice], port: int = 0) -> int:
        """Listen once for many devices that have a loopback address each; gives the port."""
        listener = await self._listen(_EVERY_ADDRESS, port)  # other addresses are turned away in `_Login`
        port = listener.sockets[0].getsockname()[1]
        for address, device in devices.items():
            self._devices[address, port] = device
        return port

    async def _listen(self, address: str, port: int) -> asyncio.Server:
        loop = asyncio.get_running_loop()
        listener = await loop.create_server(
            lambda: asyncssh.SSHServerConnection(loop, self._options), address, port, backlog=1024
        )
        self._listeners.append(listener)
        return listener

    def device_at(self, address: str, port: int) -> ShellDevice | None:
        """The device that is meant by the place a client came to: an address of its own, or a port on every address."""
        return self._devices.get((address, port)) or self._devices.get((_EVERY_ADDRESS, port))

    def connected(self, connection: asyncssh.SSHServerConnection) -> None:
        """Remember *connection*, to close it at the end."""
        self._connections.add(connection)

    def disconnected(self, connection: asyncssh.SSHServerConnection) -> None:
        """Forget *connection*."""
        self._connections.discard(connection)

    async def stop(self) -> None:
        """Close every listener and connection."""
        for listener in self._listeners:
            listener.close()
        connections = list(self._connections)
        for connection in connections:
            connection.abort()
        for connection in connections:
            with contextlib.suppress(asyncssh.Error, OSError):
                await connection.wait_closed()
        self._listeners.clear()


class _Login(asyncssh.SSHServer):
    """One connection: who is it for, and may they in."""

    def __init__(self, server: SshServer) -> None:
        self._server = server
        self._device: ShellDevice | None = None
        self._connection: asyncssh.SSHServerConnection | None = None
        self._username = ""
        self._privilege = 0

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        address, port = conn.get_extra_info("sockname")[:2]
        device = self._server.device_at(address, port)
        if device is None:
            conn.abort()
            return
        with self._server.world.at(device.name) as now:
            is_up = device.is_up(now)
        if not is_up:
            conn.abort()  # it boots
            return
        self._device, self._connection = device, conn
        self._server.connected(conn)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._connection is not None:
            self._server.disconnected(self._connection)

    def begin_auth(self, username: str) -> bool:
        if self._device is not None and self._connection is not None:
            with self._server.world.at(self._device.name):
                text = self._device.banner("login")
            if text:
                self._connection.send_auth_banner(text.replace("\n", "\r\n") + "\r\n")
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """``ip ssh pubkey-chain``."""
        if self._device is None:
            return False
        with self._server.world.at(self._device.name):
            privilege = self._device.authorize_key(username, key.public_data)
        return self._let_in(username, privilege)

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        if self._device is None:
            return False
        with self._server.world.at(self._device.name):
            privilege = self._device.authenticate(username, password)
        return self._let_in(username, privilege)

    def _let_in(self, username: str, privilege: int | None) -> bool:
        if privilege is None:
            return False
        self._username, self._privilege = username, privilege
        return True

    def session_requested(self) -> asyncssh.SSHServerSession[str]:
        assert self._device is not None
        return _Channel(self._server, self._device, self._username, self._privilege)


class _Channel(SSHServerStreamSession[str]):
    """One channel: a shell, a single command, or a file transfer."""

    def __init__(self, server: SshServer, device: ShellDevice, username: str, privilege: int) -> None:
        super().__init__(None, self._open_flash, sftp_version=_SFTP_VERSION, allow_scp=True)  # type: ignore[arg-type]  # a factory, as it asks for
        self._server = server
        self._device = device
        self._username = username
        self._privilege = privilege
        self._size: tuple[int, int] | None = None  # of the client's window: columns, rows
        self._session: ShellSession | None = None
        self._terminal: Terminal | None = None
        self._subsystem: asyncssh.SSHServerSession[bytes] | None = None
        self._deaf: Callable[[], None] | None = None
        self._scheduled = False
        self._ended = False
        self._idle_since = 0.0
        self._idle_timer: asyncio.TimerHandle | None = None
        self._event_loop = asyncio.get_running_loop()

    def _at(self) -> AbstractContextManager[datetime]:
        return self._server.world.at(self._device.name)

    def _open_flash(self, channel: asyncssh.SSHServerChannel[bytes]) -> FlashServer:
        return FlashServer(channel, self._device, self._at)

    # --- what is asked for ------------------------------------------------------------------------------------------

    def pty_requested(self, term_type: str, term_size: tuple[int, int, int, int], term_modes: object) -> bool:
        self._size = term_size[:2]
        return True

    def shell_requested(self) -> bool:
        return True

    def exec_requested(self, command: str) -> bool:
        return True

    def subsystem_requested(self, subsystem: str) -> bool:
        found = self._server.subsystems.get(subsystem)
        return subsystem == "sftp" or (found is not None and found.offered_by(self._device))

    def session_started(self) -> None:
        assert self._chan is not None
        channel: asyncssh.SSHServerChannel[str] = self._chan  # type: ignore[assignment]  # this side is the server's
        command, subsystem = channel.get_command(), channel.get_subsystem()
        if subsystem == "sftp":
            self._hang_up()
        elif subsystem is not None:
            make = self._server.subsystems[subsystem]
            self._subsystem = make(self._device, self._username, self._privilege)
            self._subsystem.connection_made(channel)  # type: ignore[arg-type]  # it makes it a channel of bytes
            self._subsystem.session_started()
        elif (command or "").startswith(_WORDS_OF_SCP):
            if not self._device.serves_files:
                self._refuse("Administratively disabled.")
            elif self._privilege < _PRIVILEGE_OF_FILES:
                self._refuse("Privilege denied.")
            else:
                super().session_started()
        else:
            source = channel.get_extra_info("peername")[0]
            with self._at() as now:
                self._session = self._device.open_session(
                    now, username=self._username, privilege=self._privilege, source=source
                )
            self._start_shell(self._session, command)

    def _hang_up(self) -> None:
        """No release serves SFTP: the connection closes when a client asks for it.

        Source: Cisco document 220371, "SCP from clients on OpenSSH 9.0 to IOS XE"; "The SFTP server is not supported"
        in the security guide of the Catalyst 9300 for 17.10; ansible/pylibssh issue 785 of 2025.
        """
        if self._conn is not None:
            self._conn.abort()

    def _refuse(self, reason: str) -> None:
        """No file transfer, said as an error of the SCP protocol.

        Source: napalm issue 1296 ("SCPException: Privilege denied." of a 16.12.1, which its client makes of such an
        error). Unverified: the other reason.
        """
        self._write(f"\x01{reason}\n")
        self._end(1)

    def _start_shell(self, session: ShellSession, command: str | None) -> None:
        """A terminal; with ``ssh device "show version"`` for that command and its questions alone."""
        self._terminal = Terminal(session, at=self._at, write=self._write, close=self._end)
        if command is not None:
            self._terminal.run(command)
            return
        if self._size is not None and self._size[1] > 0:
            session.terminal_length = self._size[1]
        self._deaf = self._server.world.listen(self._device.name, self._hear)
        self._idle_since = self._event_loop.time()
        self._watch_idleness()
        self._terminal.start()

    # --- while it is open -------------------------------------------------------------------------------------------

    def data_received(self, data: str, datatype: int | None) -> None:
        if self._terminal is not None:
            self._idle_since = self._event_loop.time()
            self._terminal.feed(data)
        elif self._subsystem is not None:
            self._subsystem.data_received(data, datatype)  # type: ignore[arg-type]  # a channel of bytes
        else:
            super().data_received(data, datatype)

    def eof_received(self) -> bool:
        if self._subsystem is not None:
            return bool(self._subsystem.eof_received())
        if self._terminal is not None:
            self._end()
            return False
        return bool(super().eof_received())

    def terminal_size_changed(self, width: int, height: int, pixwidth: int, pixheight: int) -> None:
        pass  # a device keeps the size of the login

    def break_received(self, msec: int) -> bool:
        return True

    def signal_received(self, signal: str) -> None:
        pass

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        if self._session is not None:
            with self._at():
                self._session.close()
        if self._subsystem is not None:
            self._subsystem.connection_lost(exc)
        if self._ended and self._conn is not None:
            self._conn.close()  # IOS-XE closes the connection with its only session
        super().connection_lost(exc)

    def _hear(self) -> None:
        """Something happened to the device; called from any thread, so it only leaves word."""
        if not self._scheduled:
            self._scheduled = True
            with contextlib.suppress(RuntimeError):  # the loop has ended
                self._event_loop.call_soon_threadsafe(self._notice)

    def _notice(self) -> None:
        self._scheduled = False
        if self._terminal is None:
            return
        with self._at() as now:
            is_up = self._device.is_up(now)
        if is_up:
            self._terminal.notice()
        else:
            self._end()
            if self._conn is not None:
                self._conn.abort()  # a reload takes every connection down

    def _watch_idleness(self) -> None:
        assert self._terminal is not None
        limit = getattr(self._terminal.session, "exec_timeout", _EXEC_TIMEOUT)
        if not limit:
            self._idle_timer = self._event_loop.call_later(_EXEC_TIMEOUT.total_seconds(), self._watch_idleness)
            return
        left = self._idle_since + limit.total_seconds() - self._event_loop.time()
        if left <= 0:
            self._end()
        else:
            self._idle_timer = self._event_loop.call_later(left, self._watch_idleness)

    def _write(self, text: str) -> None:
        if self._chan is not None and not self._chan.is_closing():
            self._chan.write(text)

    def _forget(self) -> None:
        if self._deaf is not None:
            self._deaf()
            self._deaf = None
        if self._idle_timer is not None:
            self._idle_timer.cancel()
            self._idle_timer = None

    def _end(self, status: int = 0) -> None:
        self._forget()
        self._terminal = None
        if self._chan is not None and not self._chan.is_closing():
            self._chan.exit(status)  # type: ignore[attr-defined]  # this side is the server's
            self._ended = True


def _host_key(path: Path) -> asyncssh.SSHKey:
    if path.exists():
        return asyncssh.read_private_key(path)
    key = asyncssh.generate_private_key("ssh-ed25519", comment="smartlic-lab")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_private(path, key.export_private_key())
    return key
