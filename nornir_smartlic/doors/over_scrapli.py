"""The door over a host's scrapli connection (nornir_scrapli, extra ``scrapli``)."""

from __future__ import annotations

import codecs
import io
import logging
import math
import re
import select
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final
from weakref import WeakKeyDictionary

import paramiko  # type: ignore[import-untyped]  # ships no type information
from nornir.core.configuration import Config
from nornir.core.inventory import Host
from nornir_scrapli.exceptions import NornirScrapliInvalidPlatform
from scrapli.exceptions import (
    ScrapliAuthenticationFailed,
    ScrapliConnectionNotOpened,
    ScrapliException,
    ScrapliTimeout,
    ScrapliTransportPluginError,
)
from scrapli.transport.base.base_socket import Socket

from nornir_smartlic.doors import host_keys
from nornir_smartlic.doors.blocking import BlockingDoor, lost
from nornir_smartlic.doors.connecting import require_login
from nornir_smartlic.doors.limits import Limits, limits_of
from nornir_smartlic.doors.terminal import one_line, translated
from nornir_smartlic.doors.wire import MeteredSocket, connected
from nornir_smartlic.errors import DeviceError, TimedOut, TooLarge, Unreachable, UsageError
from nornir_smartlic.model import Secret

# paramiko logs what it raises, traceback and all; where nobody listens, Python would print that to standard error.
logging.getLogger("paramiko").addHandler(logging.NullHandler())

_CHUNK: Final = 65535  # what scrapli's transports read at a time
_DOORS: Final[WeakKeyDictionary[Any, ScrapliDoor]] = WeakKeyDictionary()


def scrapli_door(host: Host, configuration: Config) -> ScrapliDoor:
    """The door over the scrapli connection of *host*; the same one as long as the connection lives."""
    is_new = "scrapli" not in host.connections
    connection = _connection(host, configuration)
    door = _DOORS.get(connection)
    if door is None:
        door = _DOORS[connection] = ScrapliDoor(host, configuration, connection, is_new=is_new)
    else:
        door.shell.meet()
    return door


def _connection(host: Host, configuration: Config) -> Any:
    """The connection of *host*, opened with limits and the check of the host's key where it is not open yet."""
    if "scrapli" in host.connections:
        return host.get_connection("scrapli", configuration)
    limits = limits_of(host)
    parameters = host.get_connection_parameters("scrapli")
    extras = dict(parameters.extras or {})
    if not parameters.platform:
        where = "in the host, its groups, the defaults or connection_options.scrapli"
        raise UsageError(f"{host.name}: no platform - expected platform: cisco_iosxe, {where}")
    username = parameters.username or extras.get("auth_username")
    if not username or not extras.get("auth_password"):
        is_system = extras.get("transport", "system") == "system"  # OpenSSH, which has an agent and keys of its own
        require_login(host, parameters, has_key=is_system or bool(extras.get("auth_private_key")))
    options = host_keys.scrapli_options(host, extras)
    options.setdefault("timeout_socket", math.ceil(limits.connect))
    options.setdefault("timeout_transport", math.ceil(limits.login))
    options.setdefault("timeout_ops", math.ceil(limits.login))
    options.setdefault("on_open", _without_paging)
    meter = _Meter(limits.answer_bytes)
    options.setdefault("channel_log", meter)
    sockets: list[MeteredSocket] = []
    options["on_init"] = _limiting(sockets, limits, options.get("on_init"))

    def connect() -> Any:
        host.open_connection(
            "scrapli",
            configuration,
            hostname=parameters.hostname,
            username=parameters.username,
            password=parameters.password,
            port=parameters.port,
            platform=parameters.platform,
            extras=options,
        )
        return host.get_connection("scrapli", configuration)

    def ours(error: Exception) -> DeviceError | None:
        if sockets and sockets[-1].why is not None:
            return TimedOut(f"login: {sockets[-1].why}", host=host.name)
        if meter.is_full:
            return TooLarge(f"login: more than {limits.answer_bytes} bytes came (limit answer_mb)", host=host.name)
        if (changed := _key_problem(error)) is not None:
            address, port = parameters.hostname or host.name, parameters.port or host_keys.SSH_PORT
            file = options.get("ssh_known_hosts_file")
            by_name = options.get("transport") in ("ssh2", "paramiko")
            return host_keys.rejected(host.name, address, port, file, changed=changed, by_name_alone=by_name)
        if isinstance(error, NornirScrapliInvalidPlatform):
            return None
        return _ours(error, host.name, "", options)

    try:
        connection = translated(connect, ours)
    except NornirScrapliInvalidPlatform:
        problem = UsageError(
            f"{host.name}: platform: scrapli knows no {parameters.platform!r} - expected cisco_iosxe, of the host or "
            "in connection_options.scrapli"
        )
    else:
        for each in sockets:
            each.allow(most=limits.answer_bytes, seconds=None, limit="answer_mb")
        return connection
    raise problem


def _limiting(
    sockets: list[MeteredSocket], limits: Limits, others: Callable[[Any], Any] | None
) -> Callable[[Any], None]:
    """What is done with a driver before it connects: give its transport a socket with limits, which it has not."""

    def limit(driver: Any) -> None:
        if others is not None:
            others(driver)
        if type(driver.transport).__name__ not in ("ParamikoTransport", "Ssh2Transport"):
            return  # scrapli's own limits are those of the login
        holder = Socket(host=driver.host, port=driver.port, timeout=driver.timeout_socket)
        holder.sock = connected(
            driver.host,
            driver.port,
            connect=driver.timeout_socket,
            most=limits.answer_bytes,
            seconds=limits.login,
            limit="login",
        )
        sockets.append(holder.sock)
        driver.transport.socket = holder

    return limit


def _without_paging(connection: Any) -> None:
    """What is done at the login: no page after page, and no attempt to become privileged, which may be refused."""
    for command in ("terminal length 0", "terminal width 512"):
        connection.channel.send_input(channel_input=command)


class _Meter(io.BytesIO):
    """scrapli's log of its channel, which keeps nothing, and ends a channel that has too much to say."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most
        self._left = most
        self.is_full = False

    def renew(self) -> None:
        self._left = 2 * self._most  # `Reading` is the first to stop, and says so

    def write(self, data: Any) -> int:
        self._left -= len(data)
        if self._left < 0:
            self.is_full = True
            raise OSError("more came than an answer may have")
        return len(data)


class ScrapliDoor(BlockingDoor):
    """Speaks to scrapli's channel: its driver would leave configuration mode between lines."""

    plugin = "scrapli"
    loggers = ("scrapli", "scrapli.channel", "scrapli.transport", "scrapli.driver")

    def take(self, connection: Any, *, is_new: bool) -> None:
        super().take(connection, is_new=is_new)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._may_have_more = False

    def enable_secret(self) -> Secret | None:
        return Secret(self._connection.auth_secondary) if self._connection.auth_secondary else None

    def reconnected(self) -> Any:
        connection = _connection(self._nornir_host, self._configuration)
        _DOORS[connection] = self
        return connection

    def write(self, text: str, *, secret: bool) -> None:
        if isinstance(self._connection.channel.channel_log, _Meter):
            self._connection.channel.channel_log.renew()
        sock = getattr(getattr(self._connection.transport, "socket", None), "sock", None)
        if isinstance(sock, MeteredSocket):
            sock.allow(most=self.limits.answer_bytes, seconds=None, limit="answer_mb")
        self._connection.channel.write(channel_input=text, redacted=secret)
        self._connection.channel.send_return()

    def read(self, seconds: float) -> str:
        """What comes; a transport that waits by itself is asked only when something has come, where that shows."""
        connection = self._connection
        transport = connection.transport
        channel = getattr(transport, "session_channel", None)
        ends = time.monotonic() + seconds
        if isinstance(channel, paramiko.Channel):
            return self._received(channel, seconds)
        sock = getattr(getattr(transport, "socket", None), "sock", None)
        if sock is not None and not self._may_have_more and not select.select([sock], [], [], seconds)[0]:
            return ""
        before = connection.timeout_transport
        connection.timeout_transport = max(math.ceil(ends - time.monotonic()), 1)
        try:
            data = connection.channel.read()
        finally:
            if connection.isalive():
                connection.timeout_transport = before
        self._may_have_more = len(data) >= _CHUNK // 2
        if not data and not connection.isalive():
            raise lost(self.host)
        return self._decoder.decode(data)

    def _received(self, channel: Any, seconds: float) -> str:
        before = channel.gettimeout()
        channel.settimeout(seconds)
        try:
            data = channel.recv(_CHUNK)
        except TimeoutError:
            return ""
        finally:
            channel.settimeout(before)
        if not data:
            raise lost(self.host)
        if self._connection.channel.channel_log is not None:
            self._connection.channel.channel_log.write(data)
        return self._decoder.decode(data)

    def cut(self) -> None:
        transport = self._connection.transport
        sock = getattr(getattr(transport, "socket", None), "sock", None)
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        transport.close()

    def second_connection(self) -> paramiko.SSHClient:
        connection = self._connection
        client = paramiko.SSHClient()
        if connection.auth_strict_key:
            client.load_system_host_keys(connection.ssh_known_hosts_file or None)
        else:
            client.set_missing_host_key_policy(paramiko.AutoAddPolicy())  # noqa: S507  as the first connection does
        key = connection.auth_private_key
        client.connect(
            connection.host,
            port=connection.port,
            username=connection.auth_username,
            password=connection.auth_password or None,
            key_filename=key or None,
            look_for_keys=False,
            allow_agent=False,
            timeout=self.limits.connect,
            sock=connected(
                connection.host,
                connection.port,
                connect=min(self.limits.connect, self.limits.copy),
                most=self.limits.file_bytes,
                seconds=self.limits.copy,
                limit="copy",
            ),
        )
        return client

    @contextmanager
    def kept_out_of_logs(self, secrets: Sequence[Secret]) -> Iterator[None]:
        """A log of the channel, which the user may ask scrapli for, shows what the device echoes: it has a gap."""
        channel = self._connection.channel
        log = channel.channel_log
        if not secrets or isinstance(log, _Meter):
            yield
            return
        channel.channel_log = None
        try:
            yield
        finally:
            channel.channel_log = log

    def translate(self, error: Exception, command: str) -> DeviceError | None:
        return _ours(error, self.host, command, {})


def _key_problem(error: Exception) -> bool | None:
    """Whether the host's key has changed (true) or is unknown (false); ``None``: it is not about the key."""
    text = str(error)
    if "public key does not match" in text or "REMOTE HOST IDENTIFICATION HAS CHANGED" in text:
        return True
    if "Host key verification failed" in text or "not in known_hosts" in text:
        return False
    return None


def _ours(error: Exception, host: str, command: str, options: Mapping[str, Any]) -> DeviceError | None:
    if isinstance(error, ScrapliAuthenticationFailed):
        return Unreachable(f"authentication failed: {one_line(error)}", host=host)
    if isinstance(error, ScrapliTimeout):
        within = f"within {options['timeout_ops']} s (limit login)" if "timeout_ops" in options else "in time"
        return TimedOut(f"{command or 'login'}: no answer {within}", host=host, command=command or None)
    if isinstance(error, ScrapliConnectionNotOpened) and not command:
        return Unreachable("the device did not take the login in time", host=host)
    if isinstance(error, ScrapliTransportPluginError):  # its text is a banner of many lines
        name = re.search(r"'(\w+)' is not installed", str(error))
        return Unreachable(
            f"scrapli's transport {name[1] if name else ''} is not installed - expected nornir-smartlic with the extra "
            "scrapli, or another transport in the connection options",
            host=host,
        )
    of_transport = type(error).__module__.split(".")[0] in ("ssh2", "paramiko")  # scrapli lets some of theirs through
    if of_transport or isinstance(error, ScrapliException | OSError | EOFError):
        return Unreachable(one_line(error), host=host, command=command or None)
    return None
