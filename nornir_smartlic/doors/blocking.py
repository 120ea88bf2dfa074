"""What the blocking doors have in common: one request after the other, over one terminal."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar, TypeVar

import paramiko  # type: ignore[import-untyped]  # ships no type information
from nornir.core.configuration import Config
from nornir.core.inventory import Host

from nornir_smartlic.doors import secure_copy
from nornir_smartlic.doors.limits import Limits, limits_of
from nornir_smartlic.doors.secure_copy import CopyRefused, Transfer
from nornir_smartlic.doors.shell import GIVEN_UP, Line, Reading, Shell, Steps
from nornir_smartlic.doors.terminal import SAVE, answered, hidden, one_line, read_over_terminal, translated
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


class BlockingDoor(ABC):
    """Answers requests over a terminal; a library's connection carries the characters."""

    plugin: ClassVar[str]  # Nornir's name for the connection
    loggers: ClassVar[Sequence[str]]  # that would write down what is typed

    def __init__(self, host: Host, configuration: Config, connection: Any, *, is_new: bool) -> None:
        self.host = host.name
        self.limits: Limits = limits_of(host)
        self._nornir_host = host
        self._configuration = configuration
        self._is_lost = False
        self.take(connection, is_new=is_new)

    def take(self, connection: Any, *, is_new: bool) -> None:
        """Speak over *connection*; *is_new*: it was opened for this door, and nobody used it before."""
        self._connection = connection
        self.shell = Shell(self.limits, self.enable_secret())
        self.shell.meet(is_new=is_new)

    def answer(self, request: Request) -> Answer:
        """Do what *request* says. An error carries the host and never a secret."""
        try:
            if self._is_lost and not isinstance(request, Wait):
                self.take(self.reconnected(), is_new=True)
                self._is_lost = False
            return self._answer(request)
        except DeviceError as error:
            error.host = error.host or self.host
            raise

    def _answer(self, request: Request) -> Answer:
        match request:
            case Show(command):
                return Answer(answered(command, self._run(Exec(command), changes=False)))
            case Exec():
                return Answer(answered(request.command, self._run(request), request.secrets))
            case Save():
                return Answer(answered(SAVE.command, self._run(SAVE)))
            case Configure(lines, secrets):
                return Answer(self._through(self.shell.configure(lines, secrets), secrets))
            case Fetch(path):
                return Answer(data=self._fetch(path))
            case Put(path, data):
                self._put(path, data)
                return Answer()
            case Wait(span):
                time.sleep(span.total_seconds())
                return Answer()

    @abstractmethod
    def enable_secret(self) -> Secret | None:
        """The one that the connection was given."""

    @abstractmethod
    def translate(self, error: Exception, command: str) -> DeviceError | None:
        """The library's *error* in our words; ``None``: it is none of its own."""

    @abstractmethod
    def reconnected(self) -> Any:
        """A new connection of the host instead of the one that was lost."""

    @abstractmethod
    def write(self, text: str, *, secret: bool) -> None:
        """Type *text*; *secret*: write it into no log."""

    @abstractmethod
    def read(self, seconds: float) -> str:
        """What comes within *seconds*, ``""`` for nothing; raises where the connection is gone."""

    @abstractmethod
    def cut(self) -> None:
        """Close the connection without a word to the device, who may not listen."""

    @abstractmethod
    def second_connection(self) -> paramiko.SSHClient:
        """A client of its own for SCP, with the parameters of the first: a device serves no two channels over one."""

    def _run(self, request: Exec, *, changes: bool = True) -> str:
        return self._through(self.shell.run(request, changes=changes), request.secrets)

    def _through(self, steps: Steps[T], secrets: Sequence[Secret] = ()) -> T:
        """Carry *steps* out; their errors are raised where the line was typed."""
        with hidden(secrets, self.loggers), self.kept_out_of_logs(secrets):
            try:
                line = next(steps)
                while True:
                    try:
                        text = self._typed(line)
                    except DeviceError as error:
                        line = steps.throw(error)
                    else:
                        line = steps.send(text)
            except StopIteration as stop:
                result: T = stop.value
                return result

    def _typed(self, line: Line) -> str:
        reading = Reading(line, self.limits.answer_bytes)
        try:
            if line.text is not None:
                self.call(lambda: self.write(line.text or "", secret=line.secret), line.shown)
            while not reading.is_complete:
                seconds = reading.seconds()
                reading.take(self.call(lambda: self.read(seconds), line.shown))  # noqa: B023  called at once
        except GIVEN_UP as error:
            error.command = error.command or line.shown
            self._drop()
            raise
        return reading.text

    @abstractmethod
    def kept_out_of_logs(self, secrets: Sequence[Secret]) -> AbstractContextManager[None]:
        """Hide *secrets* in a log that the library writes itself."""

    def call(self, call: Callable[[], T], command: str) -> T:
        """What *call* gives; its errors in our words."""
        return translated(call, lambda error: self.translate(error, command))

    def _drop(self) -> None:
        """Close what no longer answers, so that the next request or task starts with a new connection."""
        self._is_lost = True
        plugin = self._nornir_host.connections.get(self.plugin)
        if plugin is not None and getattr(plugin, "connection", None) is self._connection:
            self._nornir_host.connections.pop(self.plugin, None)
        try:
            self.cut()
        except Exception:  # noqa: BLE001  it is broken already; closing may fail in any way
            return

    def _fetch(self, path: str) -> bytes:
        try:
            return self._copied(f"scp -f {path}", secure_copy.fetching(path, self.limits.file_bytes), path)
        except CopyRefused:
            conversation = read_over_terminal(path)
            command = next(conversation)
            try:
                while True:
                    command = conversation.send(answered(command, self._run(Exec(command), changes=False)))
            except StopIteration as stop:
                data: bytes = stop.value
                return data

    def _put(self, path: str, data: bytes) -> None:
        try:
            self._copied(f"scp -t {path}", secure_copy.putting(path, data), path)
        except CopyRefused as error:
            reason = f"SCP: {error}; the device needs 'ip scp server enable'"
            raise Refused(f"{path} could not be written", reason) from None

    def _copied(self, command: str, transfer: Transfer[T], path: str) -> T:
        """Carry *transfer* over a connection of its own.

        Raises:
            CopyRefused: the device does no SCP, or not this one.
            TimedOut: it did not end within the limit.
            Unreachable: that connection was not granted.
        """
        ends = time.monotonic() + self.limits.copy
        late = TimedOut(f"{path}: not copied within {self.limits.copy:g} s (limit copy)", command="scp")
        try:
            client = self.call(self.second_connection, "scp")
        except DeviceError:
            if time.monotonic() >= ends:
                raise late from None
            raise
        try:
            channel = client.get_transport().open_session(timeout=max(ends - time.monotonic(), 0.1))
            channel.settimeout(max(ends - time.monotonic(), 0.1))
            channel.exec_command(command)
            out = next(transfer)
            while True:
                channel.settimeout(max(ends - time.monotonic(), 0.1))
                if out:
                    channel.sendall(out)
                out = transfer.send(channel.recv(secure_copy.CHUNK))
                if time.monotonic() >= ends:
                    raise late
        except StopIteration as stop:
            result: T = stop.value
            return result
        except (paramiko.SSHException, OSError, EOFError) as error:
            if time.monotonic() >= ends - 0.2:
                raise late from None
            refusal = CopyRefused(one_line(error))
        finally:
            client.close()
        raise refusal


def lost(host: str) -> Unreachable:
    """The error where the device has closed the session."""
    return Unreachable("the device closed the session", host=host)
