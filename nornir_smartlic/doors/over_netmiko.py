"""The door over a host's netmiko connection (nornir_netmiko)."""

from __future__ import annotations

import codecs
import logging
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from weakref import WeakKeyDictionary

import paramiko  # type: ignore[import-untyped]  # ships no type information
from netmiko.exceptions import NetmikoAuthenticationException, NetmikoBaseException, ReadTimeout
from netmiko.ssh_dispatcher import CLASS_MAPPER
from nornir.core.configuration import Config
from nornir.core.inventory import ConnectionOptions, Host
from nornir_netmiko.connections.netmiko import napalm_to_netmiko_map
from paramiko.ssh_exception import BadHostKeyException, SSHException  # type: ignore[import-untyped]  # the same

from nornir_smartlic.doors import host_keys
from nornir_smartlic.doors.blocking import BlockingDoor, lost
from nornir_smartlic.doors.connecting import require_login
from nornir_smartlic.doors.limits import Limits, limits_of
from nornir_smartlic.doors.secure_copy import CopyRefused
from nornir_smartlic.doors.terminal import one_line, translated
from nornir_smartlic.doors.wire import MeteredSocket, connected
from nornir_smartlic.errors import DeviceError, TimedOut, Unreachable, UsageError
from nornir_smartlic.model import Secret

# paramiko logs what it raises, traceback and all; where nobody listens, Python would print that to standard error.
logging.getLogger("paramiko").addHandler(logging.NullHandler())

_BUSY: Final = "the device did not take the login in time"
_CHUNK: Final = 65536
_POLL_SECONDS: Final = 0.01
_KEYS: Final = ("use_keys", "key_file", "pkey", "allow_agent")
_DOORS: Final[WeakKeyDictionary[Any, NetmikoDoor]] = WeakKeyDictionary()


def netmiko_door(host: Host, configuration: Config) -> NetmikoDoor:
    """The door over the netmiko connection of *host*; the same one as long as the connection lives."""
    is_new = "netmiko" not in host.connections
    connection = _connection(host, configuration)
    door = _DOORS.get(connection)
    if door is None:
        door = _DOORS[connection] = NetmikoDoor(host, configuration, connection, is_new=is_new)
    else:
        door.shell.meet()
    return door


def _connection(host: Host, configuration: Config) -> Any:
    """The connection of *host*; a login that a busy device did not take in time is tried once more."""
    if "netmiko" in host.connections:
        return host.get_connection("netmiko", configuration)
    try:
        return _opened(host, configuration)
    except Unreachable as error:
        if _BUSY not in str(error):
            raise
    return _opened(host, configuration)


def _opened(host: Host, configuration: Config) -> Any:
    """A new connection, with limits and the check of the host's key."""
    limits = limits_of(host)
    parameters = host.get_connection_parameters("netmiko")
    extras = dict(parameters.extras or {})
    _require_platform(host, parameters, extras)
    require_login(host, parameters, has_key=any(extras.get(name) for name in _KEYS))
    options = host_keys.netmiko_options(host, extras)
    options.setdefault("conn_timeout", limits.connect)
    options.setdefault("banner_timeout", limits.login)
    options.setdefault("auth_timeout", limits.login)
    address, port = parameters.hostname or host.name, parameters.port or host_keys.SSH_PORT

    def connect() -> Any:
        if "sock" not in options and _is_direct(address, options, configuration):
            options["sock"] = _metered(address, port, limits, options)
        host.open_connection(
            "netmiko",
            configuration,
            hostname=parameters.hostname,
            username=parameters.username,
            password=parameters.password,
            port=port,
            platform=parameters.platform,
            extras=options,
        )
        return host.get_connection("netmiko", configuration)

    def ours(error: Exception) -> DeviceError | None:
        meter = options.get("sock")
        if isinstance(meter, MeteredSocket) and meter.why is not None:
            return TimedOut(f"login: {meter.why}", host=host.name)
        if (changed := _key_problem(error)) is not None:
            file = options.get("alt_key_file") if options.get("alt_host_keys") else None
            return host_keys.rejected(host.name, address, port, file, changed=changed)
        return _ours(error, host.name, "")

    connection = translated(connect, ours)
    if isinstance(options.get("sock"), MeteredSocket):
        options["sock"].allow(most=limits.answer_bytes, seconds=None, limit="answer_mb")
    return connection


def _require_platform(host: Host, parameters: ConnectionOptions, extras: Mapping[str, Any]) -> None:
    platform = parameters.platform
    kind = extras.get("device_type") or (napalm_to_netmiko_map.get(platform, platform) if platform else None)
    where = "in the host, its groups, the defaults or connection_options.netmiko"
    if kind is None:
        raise UsageError(f"{host.name}: no platform - expected platform: cisco_xe, {where}")
    if kind not in CLASS_MAPPER and kind != "autodetect":
        raise UsageError(f"{host.name}: platform: netmiko knows no {kind!r} - expected cisco_xe, {where}")


def _is_direct(address: str, options: Mapping[str, Any], configuration: Config) -> bool:
    """Whether the host is reached as it stands: by SSH, and not over what an SSH configuration says."""
    if "telnet" in str(options.get("device_type", "")) or options.get("serial_settings"):
        return False
    file = options.get("ssh_config_file", configuration.ssh.config_file)
    if not file or not Path(file).expanduser().is_file():
        return True
    try:
        found = paramiko.SSHConfig.from_path(str(Path(file).expanduser())).lookup(address)
    except (OSError, paramiko.ConfigParseError):
        return True  # netmiko says what is wrong with it
    return not {"proxycommand", "proxyjump", "port"} & set(found) and found.get("hostname", address) == address


def _metered(address: str, port: int, limits: Limits, options: Mapping[str, Any]) -> MeteredSocket:
    return connected(
        address,
        port,
        connect=float(options["conn_timeout"]),
        most=limits.answer_bytes,
        seconds=limits.login,
        limit="login",
    )


class NetmikoDoor(BlockingDoor):
    """Netmiko logs in and is left alone then: its own reading has no size, and limits that nobody set."""

    plugin = "netmiko"
    loggers = ("netmiko",)

    def take(self, connection: Any, *, is_new: bool) -> None:
        super().take(connection, is_new=is_new)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def enable_secret(self) -> Secret | None:
        return Secret(self._connection.secret) if self._connection.secret else None

    def reconnected(self) -> Any:
        connection = _connection(self._nornir_host, self._configuration)
        _DOORS[connection] = self
        return connection

    def write(self, text: str, *, secret: bool) -> None:  # noqa: ARG002  the loggers are hidden from
        meter = self._connection.sock
        if isinstance(meter, MeteredSocket):
            meter.allow(most=self.limits.answer_bytes, seconds=None, limit="answer_mb")
        self._connection.write_channel(text + self._connection.RETURN)

    def read(self, seconds: float) -> str:
        channel = self._connection.remote_conn
        text = self._received(channel, seconds) if isinstance(channel, paramiko.Channel) else self._polled(seconds)
        if text and self._connection.session_log is not None:
            self._connection.session_log.write(text)
        return text

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
        return self._decoder.decode(data)

    def _polled(self, seconds: float) -> str:
        """Of telnet and of a serial line."""
        ends = time.monotonic() + seconds
        while not (text := str(self._connection.channel.read_channel())) and time.monotonic() < ends:
            time.sleep(_POLL_SECONDS)
        return text

    def cut(self) -> None:
        client = getattr(self._connection, "remote_conn_pre", None)
        (client if client is not None else self._connection.remote_conn).close()

    def second_connection(self) -> paramiko.SSHClient:
        connection = self._connection
        if not isinstance(connection.remote_conn, paramiko.Channel):
            raise CopyRefused("the connection is no SSH")
        parameters = connection._connect_params_dict()  # as netmiko's own SCPConn does
        parameters["timeout"] = min(parameters["timeout"], self.limits.copy)
        if isinstance(connection.sock, MeteredSocket):
            parameters["sock"] = connected(
                connection.host,
                connection.port,
                connect=parameters["timeout"],
                most=self.limits.file_bytes,
                seconds=self.limits.copy,
                limit="copy",
            )
        client = connection._build_ssh_client()
        client.connect(**parameters)
        return client

    @contextmanager
    def kept_out_of_logs(self, secrets: Sequence[Secret]) -> Iterator[None]:
        """A session log is written when the connection closes, so that the secret must be hidden until then."""
        log = self._connection.session_log
        if log is not None:
            log.no_log.update({f"smartlic-{hash(secret)}": secret.reveal() for secret in secrets})
        yield

    def translate(self, error: Exception, command: str) -> DeviceError | None:
        meter = self._connection.sock
        if isinstance(meter, MeteredSocket) and meter.why is not None:
            return TimedOut(f"{command or 'login'}: {meter.why}", host=self.host, command=command)
        return _ours(error, self.host, command)


def _key_problem(error: BaseException) -> bool | None:
    """Whether the host's key has changed (true) or is unknown (false); ``None``: it is not about the key."""
    text = str(error)
    if isinstance(error, BadHostKeyException) or re.search(r"Host key for server .* does not match", text):
        return True
    return False if "not found in known_hosts" in text else None


def _ours(error: Exception, host: str, command: str) -> DeviceError | None:
    if isinstance(error, NetmikoAuthenticationException):
        return Unreachable("authentication failed", host=host)
    if isinstance(error, ReadTimeout):
        return TimedOut(f"{command or 'login'}: the device stopped answering", host=host, command=command or None)
    if any(words in str(error) for words in ("No existing session", "SSH protocol banner")):
        return Unreachable(_BUSY, host=host)
    if isinstance(error, NetmikoBaseException | SSHException | OSError | EOFError):
        return Unreachable(one_line(error), host=host, command=command or None)
    if isinstance(error, ValueError) and not command:
        return Unreachable(one_line(error), host=host)  # netmiko's word for an unknown device type or no enable secret
    return None
