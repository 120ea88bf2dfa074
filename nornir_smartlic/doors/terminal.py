"""What all doors over a terminal share: reading answers, asking back, hiding secrets. Pure but for logging."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Final, TypeVar

from nornir_smartlic.errors import CommandRefused, DeviceError, Refused, SessionLost
from nornir_smartlic.model import Secret
from nornir_smartlic.operations.conversation import Exec
from nornir_smartlic.operations.refusals import refused_command, refused_line

SAVE: Final = Exec("write memory", replies=((r"\[confirm\]", ""),))

T = TypeVar("T")


def typed(request: Exec) -> str:
    """The command as it is typed, the secret in its place."""
    return request.command.replace("{secret}", request.secrets[0].reveal()) if request.secrets else request.command


def answered(command: str, output: str, secrets: Sequence[Secret] = ()) -> str:
    """*output* of an EXEC command without secrets; raises `CommandRefused` where the parser did not take it."""
    for secret in secrets:
        output = secret.hide_in(output)
    if (refusal := refused_command(output)) is not None:
        raise CommandRefused(command, refusal)
    return output


def taken(line: str, output: str, secrets: Sequence[Secret] = ()) -> str:
    """*output* of a configuration line; raises `CommandRefused` where it was answered with ``% ...``."""
    for secret in secrets:
        output, line = secret.hide_in(output), secret.hide_in(line)
    if (refusal := refused_line(output)) is not None:
        raise CommandRefused(line, refusal)
    return output


def session_lost(
    error: DeviceError, answered: int, total: int, *, in_flight: bool, secrets: Sequence[Secret] = ()
) -> SessionLost:
    """What *error* means in the middle of a push: *answered* of *total* lines were taken, one may be *in_flight*."""
    reason, command = str(error), error.command
    for secret in secrets:
        reason, command = secret.hide_in(reason), secret.hide_in(command or "") or None
    return SessionLost(
        reason,
        lines_sent=answered,
        lines_total=total,
        lines_unknown=int(in_flight),
        host=error.host,
        command=command,
    )


def one_line(error: BaseException) -> str:
    """The first line of a library's message that says something; those messages run over paragraphs."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0].rstrip(".:") if lines else type(error).__name__


def translated(call: Callable[[], T], translate: Callable[[Exception], DeviceError | None]) -> T:
    """What *call* gives; its errors in our words, without the library's error behind it, which may quote secrets."""
    try:
        return call()
    except DeviceError:
        raise
    except Exception as error:
        ours = translate(error)
        if ours is None:
            raise
    raise ours


@contextmanager
def hidden(secrets: Sequence[Secret], loggers: Sequence[str]) -> Iterator[None]:
    """Keep *secrets* out of what *loggers* write meanwhile."""
    hide = _Hide(secrets)
    names = loggers if secrets else ()
    for name in names:
        logging.getLogger(name).addFilter(hide)
    try:
        yield
    finally:
        for name in names:
            logging.getLogger(name).removeFilter(hide)


class _Hide(logging.Filter):
    def __init__(self, secrets: Sequence[Secret]) -> None:
        super().__init__()
        self._secrets = secrets

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        for secret in self._secrets:
            text = secret.hide_in(text)
        record.msg, record.args = text, ()
        return True


def read_over_terminal(path: str) -> Generator[str, str, bytes]:
    """The bytes of a text file, read with ``more`` and proved with ``verify /md5``: where SCP is not enabled.

    A conversation of commands; a terminal gives no byte back for sure, so that only the right digest counts.
    """
    text = yield f"more {path}"
    answer = yield f"verify /md5 {path}"
    found = re.search(r"=\s*([0-9a-f]{32})\b", answer.lower())
    if found is None:
        raise Refused(f"{path} could not be fetched", "SCP is off (ip scp server enable), and verify /md5 gave nothing")
    body = text.replace("\r\n", "\n").strip("\n")
    for candidate in (body, body + "\n", "\n" + body, "\n" + body + "\n", body.replace("\n", "\r\n") + "\r\n"):
        data = candidate.encode()
        if hashlib.md5(data, usedforsecurity=False).hexdigest() == found[1]:
            return data
    raise Refused(
        f"{path} could not be fetched", "SCP is off (ip scp server enable), and the terminal garbled the file"
    )
