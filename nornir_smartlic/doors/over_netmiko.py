"""The door over a host's netmiko connection (nornir_netmiko)."""

from __future__ import annotations

import re
from typing import Any, Final
from weakref import WeakKeyDictionary

import netmiko
from netmiko.exceptions import NetmikoAuthenticationException, NetmikoBaseException, ReadTimeout
from netmiko.scp_handler import SCPConn
from nornir.core.configuration import Config
from nornir.core.inventory import Host
from paramiko.ssh_exception import SSHException  # type: ignore[import-untyped]  # ships no type information

from nornir_smartlic.doors import secure_copy
from nornir_smartlic.doors.blocking import BlockingDoor
from nornir_smartlic.doors.terminal import READ_SECONDS, hidden, one_line, translated, typed
from nornir_smartlic.errors import DeviceError, TimedOut, Unreachable
from nornir_smartlic.operations.conversation import Exec

_CONFIGURATION_PROMPT: Final = r"[\r\n][^\r\n]*\([^)\r\n]*\)#\s*$"
_BUSY: Final = "the device did not take the login in time"
_DOORS: Final[WeakKeyDictionary[Any, NetmikoDoor]] = WeakKeyDictionary()


def netmiko_door(host: Host, configuration: Config) -> NetmikoDoor:
    """The door over the netmiko connection of *host*; the same one as long as the connection lives."""
    connection = _connection(host, configuration)
    door = _DOORS.get(connection)
    if door is None:
        door = _DOORS[connection] = NetmikoDoor(host, configuration, connection)
    return door


def _connection(host: Host, configuration: Config) -> Any:
    """The connection of *host*; a login that a busy device did not take in time is tried once more."""

    def connect() -> Any:
        return translated(lambda: host.get_connection("netmiko", configuration), lambda e: _ours(e, host.name, ""))

    try:
        return connect()
    except Unreachable as error:
        if _BUSY not in str(error):
            raise
    return connect()


class NetmikoDoor(BlockingDoor):
    """One command, one round trip: the prompt is known from the login and is not asked for again."""

    plugin = "netmiko"

    def __init__(self, host: Host, configuration: Config, connection: netmiko.BaseConnection) -> None:
        super().__init__(host, configuration)
        self._take(connection)

    def _take(self, connection: netmiko.BaseConnection) -> None:
        self._connection = connection
        self._prompt = rf"(?:^|[\r\n]){re.escape(connection.base_prompt)}[#>][ \t]*(?:[\r\n]|$)"
        self._is_privileged = False

    def reconnect(self) -> None:
        connection = _connection(self._nornir_host, self._configuration)
        self._take(connection)
        _DOORS[connection] = self

    def run(self, request: Exec) -> str:
        return self.call(lambda: self._run(request), request.command)

    def enter(self, line: str) -> str:
        return self.call(
            lambda: str(
                self._connection.send_command(
                    line.strip(),
                    expect_string=_CONFIGURATION_PROMPT,
                    read_timeout=READ_SECONDS,
                    strip_prompt=False,
                )
            ),
            line.strip(),
        )

    def configuration_mode(self, on: bool) -> None:
        if on:
            self.call(self._privileged, "enable")
            self.call(lambda: self._connection.config_mode(), "configure terminal")
        else:
            self.call(lambda: self._connection.exit_config_mode(), "end")

    def copy_from(self, path: str) -> bytes:
        return secure_copy.fetch(self._second_connection, path)

    def copy_to(self, path: str, data: bytes) -> None:
        secure_copy.put(self._second_connection, path, data)

    def _second_connection(self) -> Any:
        """A client of its own for SCP, with the parameters of the first: a device serves no two channels over one."""
        return self.call(lambda: SCPConn(self._connection).scp_conn, "scp")

    def _run(self, request: Exec) -> str:
        self._privileged()
        questions = "|".join(f"(?:{question})" for question, _ in request.replies)
        expected = f"{self._prompt}|{questions}" if questions else self._prompt
        text = typed(request)
        self._keep_out_of_session_log(request)
        with hidden(request.secrets, ["netmiko"]):
            output = self._send(text, expected)
            for question, reply in request.replies:
                if re.search(question, output) and not re.search(self._prompt, output):
                    output += self._send(reply, expected, cmd_verify=False, strip_command=False)
        return re.sub(rf"{self._prompt}\s*$", "", output)

    def _send(self, text: str, expected: str, **options: Any) -> str:
        answer = self._connection.send_command(
            text, expect_string=expected, read_timeout=READ_SECONDS, strip_prompt=False, **options
        )
        return str(answer)

    def _privileged(self) -> None:
        if not self._is_privileged:
            if not self._connection.check_enable_mode():
                translated(self._connection.enable, lambda _: Unreachable("the device did not grant enable"))
            self._is_privileged = True

    def _keep_out_of_session_log(self, request: Exec) -> None:
        """A session log is written when the connection closes, so that the secret must be hidden until then."""
        log = self._connection.session_log
        if log is not None:
            log.no_log.update({f"smartlic-{hash(secret)}": secret.reveal() for secret in request.secrets})

    def translate(self, error: Exception, command: str) -> DeviceError | None:
        return _ours(error, self.host, command)


def _ours(error: Exception, host: str, command: str) -> DeviceError | None:
    if isinstance(error, NetmikoAuthenticationException):
        return Unreachable("authentication failed", host=host)
    if isinstance(error, ReadTimeout):
        return TimedOut(f"{command or 'login'}: no prompt within {READ_SECONDS:.0f} s", host=host, command=command)
    if any(words in str(error) for words in ("No existing session", "SSH protocol banner")):
        return Unreachable(_BUSY, host=host)
    if isinstance(error, NetmikoBaseException | SSHException | OSError | EOFError):
        return Unreachable(one_line(error), host=host, command=command or None)
    if isinstance(error, ValueError) and not command:
        return Unreachable(one_line(error), host=host)  # netmiko's word for an unknown device type or no enable secret
    return None
