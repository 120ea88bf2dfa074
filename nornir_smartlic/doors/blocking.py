"""What the blocking doors have in common: one request after the other, over one terminal."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar

from nornir.core.configuration import Config
from nornir.core.inventory import Host

from nornir_smartlic.doors.terminal import SAVE, answered, read_over_terminal, session_lost, taken, translated
from nornir_smartlic.errors import DeviceError, Refused, TimedOut, Unreachable
from nornir_smartlic.model import Secret
from nornir_smartlic.operations.conversation import (
    Answer,
    Configure,
    Exec,
    Fetch,
    Put,
    Request,
    Save,
    Show,
    Wait,
)

T = TypeVar("T")


class CopyRefused(Exception):
    """The device speaks no SCP, or did not take this copy; the text is the library's, in one line."""


class BlockingDoor(ABC):
    """Answers requests over a terminal; a library's connection gives the ways below."""

    plugin: ClassVar[str]  # Nornir's name for the connection

    def __init__(self, host: Host, configuration: Config) -> None:
        self.host = host.name
        self._nornir_host = host
        self._configuration = configuration
        self._is_lost = False

    def answer(self, request: Request) -> Answer:
        """Do what *request* says. An error carries the host and never a secret."""
        try:
            if self._is_lost and not isinstance(request, Wait):
                self.reconnect()
                self._is_lost = False
            return self._answer(request)
        except DeviceError as error:
            error.host = error.host or self.host
            raise

    def _answer(self, request: Request) -> Answer:
        match request:
            case Show(command):
                return Answer(answered(command, self.run(Exec(command))))
            case Exec():
                return Answer(answered(request.command, self.run(request), request.secrets))
            case Save():
                return Answer(answered(SAVE.command, self.run(SAVE)))
            case Configure(lines, secrets):
                return Answer(self.configure(lines, secrets))
            case Fetch(path):
                return Answer(data=self._fetch(path))
            case Put(path, data):
                self._put(path, data)
                return Answer()
            case Wait(span):
                time.sleep(span.total_seconds())
                return Answer()

    @abstractmethod
    def translate(self, error: Exception, command: str) -> DeviceError | None:
        """The library's *error* in our words; ``None``: it is none of its own."""

    @abstractmethod
    def reconnect(self) -> None:
        """Take a new connection of the host instead of the one that was lost."""

    @abstractmethod
    def run(self, request: Exec) -> str:
        """Run a command, answer its questions; its output without echo and prompt."""

    @abstractmethod
    def enter(self, line: str) -> str:
        """Send one line in configuration mode; what the device said to it."""

    @abstractmethod
    def configuration_mode(self, on: bool) -> None:
        """Enter configuration mode, or leave it from any depth."""

    @abstractmethod
    def copy_from(self, path: str) -> bytes:
        """The bytes of a file by SCP; raises `CopyRefused`."""

    @abstractmethod
    def copy_to(self, path: str, data: bytes) -> None:
        """Write a file by SCP; raises `CopyRefused`."""

    def configure(self, lines: Sequence[str], secrets: Sequence[Secret] = ()) -> str:
        """Send *lines*, stop at the first that is refused, and leave configuration mode in any case.

        Raises:
            SessionLost: the connection was lost meanwhile; it says how many lines were answered.
        """
        said: list[str] = []
        in_flight = False
        try:
            self.configuration_mode(on=True)
            try:
                for line in lines:
                    in_flight = True
                    output = self.enter(line)
                    in_flight = False
                    said.append(taken(line, output, secrets))
            finally:
                if not self._is_lost:
                    self.configuration_mode(on=False)
        except (Unreachable, TimedOut) as error:
            problem = session_lost(error, len(said), len(lines), in_flight=in_flight, secrets=secrets)
        else:
            return "".join(said)
        raise problem

    def call(self, call: Callable[[], T], command: str) -> T:
        """What *call* gives; its errors in our words, and a connection that no longer answers is closed."""
        try:
            return translated(call, lambda error: self.translate(error, command))
        except (Unreachable, TimedOut):
            self._drop()
            raise

    def _drop(self) -> None:
        """Close what no longer answers, so that the next request or task starts with a new connection."""
        self._is_lost = True
        connections = self._nornir_host.connections
        if self.plugin in connections:
            try:
                self._nornir_host.close_connection(self.plugin)
            except Exception:  # noqa: BLE001  it is broken already; closing may fail in any way
                connections.pop(self.plugin, None)

    def _fetch(self, path: str) -> bytes:
        try:
            return self.copy_from(path)
        except CopyRefused:
            conversation = read_over_terminal(path)
            command = next(conversation)
            try:
                while True:
                    command = conversation.send(answered(command, self.run(Exec(command))))
            except StopIteration as stop:
                data: bytes = stop.value
                return data

    def _put(self, path: str, data: bytes) -> None:
        try:
            self.copy_to(path, data)
        except CopyRefused as error:
            reason = f"{error}; the device needs 'ip scp server enable'"
            raise Refused(f"{path} could not be written", reason) from None
