"""The door over a host's scrapli connection (nornir_scrapli, extra ``scrapli``)."""

from __future__ import annotations

import re
from typing import Any, Final
from weakref import WeakKeyDictionary

import paramiko  # type: ignore[import-untyped]  # ships no type information
from nornir.core.configuration import Config
from nornir.core.inventory import Host
from scrapli.exceptions import (
    ScrapliAuthenticationFailed,
    ScrapliConnectionNotOpened,
    ScrapliException,
    ScrapliTimeout,
    ScrapliTransportPluginError,
)

from nornir_smartlic.doors import secure_copy
from nornir_smartlic.doors.blocking import BlockingDoor
from nornir_smartlic.doors.terminal import READ_SECONDS, hidden, one_line, translated, typed, without_echo
from nornir_smartlic.errors import DeviceError, TimedOut, Unreachable
from nornir_smartlic.operations.conversation import Exec

_PROMPT: Final = r"^[\w.\-@/:]{1,63}[#>]\s*$"
_LOGGERS: Final = ("scrapli", "scrapli.channel", "scrapli.transport", "scrapli.driver")
_DOORS: Final[WeakKeyDictionary[Any, ScrapliDoor]] = WeakKeyDictionary()


def scrapli_door(host: Host, configuration: Config) -> ScrapliDoor:
    """The door over the scrapli connection of *host*; the same one as long as the connection lives."""
    connection = _connection(host, configuration)
    door = _DOORS.get(connection)
    if door is None:
        door = _DOORS[connection] = ScrapliDoor(host, configuration, connection)
    return door


def _connection(host: Host, configuration: Config) -> Any:
    return translated(lambda: host.get_connection("scrapli", configuration), lambda e: _ours(e, host.name, ""))


class ScrapliDoor(BlockingDoor):
    """Speaks to scrapli's channel: its driver would leave configuration mode between lines."""

    plugin = "scrapli"

    def __init__(self, host: Host, configuration: Config, connection: Any) -> None:
        super().__init__(host, configuration)
        self._take(connection)

    def _take(self, connection: Any) -> None:
        self._connection = connection
        connection.timeout_ops = max(connection.timeout_ops, READ_SECONDS)
        self._mode: str | None = None  # the privilege level that we are at; None: not asked yet

    def reconnect(self) -> None:
        connection = _connection(self._nornir_host, self._configuration)
        self._take(connection)
        _DOORS[connection] = self

    def run(self, request: Exec) -> str:
        return self.call(lambda: self._run(request), request.command)

    def enter(self, line: str) -> str:
        def send() -> str:
            _, answer = self._connection.channel.send_input(channel_input=line.strip())
            return str(answer.decode(errors="replace"))

        return self.call(send, line.strip())

    def configuration_mode(self, on: bool) -> None:
        level = "configuration" if on else "privilege_exec"
        self.call(lambda: self._at(level), "configure terminal" if on else "end")

    def copy_from(self, path: str) -> bytes:
        return secure_copy.fetch(self._second_connection, path)

    def copy_to(self, path: str, data: bytes) -> None:
        secure_copy.put(self._second_connection, path, data)

    def _at(self, level: str) -> None:
        if self._mode != level:
            self._connection.acquire_priv(level)
            self._mode = level

    def _run(self, request: Exec) -> str:
        self._at("privilege_exec")
        if not request.replies and not request.secrets:
            _, answer = self._connection.channel.send_input(channel_input=request.command)
            return str(answer.decode(errors="replace"))
        questions = [_searched(question) for question, _ in request.replies]
        text = typed(request)
        with hidden(request.secrets, _LOGGERS):
            output = self._ask(text, questions, secret=bool(request.secrets))
            for question, reply in request.replies:
                if re.search(question, output) and not re.search(_PROMPT, output.splitlines()[-1]):
                    output += self._ask(reply, questions, secret=False)
        return re.sub(_PROMPT, "", without_echo(output, text), flags=re.MULTILINE).rstrip("\n")

    def _ask(self, text: str, questions: list[str], *, secret: bool) -> str:
        """Send *text* and read up to the prompt or to one of *questions*."""
        _, output = self._connection.channel.send_inputs_interact(
            [(text, _PROMPT, secret)], interaction_complete_patterns=questions
        )
        return str(output.decode(errors="replace"))

    def _second_connection(self) -> paramiko.SSHClient:
        """A paramiko client with the parameters of the first connection: scrapli copies no files."""
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
            timeout=connection.timeout_socket,
        )
        return client

    def translate(self, error: Exception, command: str) -> DeviceError | None:
        return _ours(error, self.host, command)


def _searched(question: str) -> str:
    """scrapli searches a pattern only where it has anchors, and takes any other text literally."""
    return question if question.startswith("^") and question.endswith("$") else f"^.*{question}.*$"


def _ours(error: Exception, host: str, command: str) -> DeviceError | None:
    if isinstance(error, ScrapliAuthenticationFailed):  # a host key that is not known is one of these too
        return Unreachable(f"authentication failed: {one_line(error)}", host=host)
    if isinstance(error, ScrapliTimeout):
        return TimedOut(f"{command or 'login'}: no answer in time", host=host, command=command or None)
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
