"""Conversations: what is done to one device, as generators that yield requests and are sent answers.

A driver (a door, or the lab in memory) runs one with :func:`converse`. Waiting is a request too, so that tests and
virtual time need no sleeps. Requests carry no connection and no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, TypeAlias, TypeVar

from nornir_smartlic.model import Secret


@dataclass(frozen=True, slots=True)
class Show:
    """Run a command that changes nothing; the answer's text is the output without echo and prompt."""

    command: str


@dataclass(frozen=True, slots=True)
class Configure:
    """Enter configuration mode, send the lines, leave. A line answered with ``% ...`` raises `CommandRefused`.

    ``secrets`` are hidden from every log and error of the door. The door stops at the first refused line; what went
    before stays, and the operation takes it back.
    """

    lines: tuple[str, ...]
    secrets: tuple[Secret, ...] = ()


@dataclass(frozen=True, slots=True)
class Exec:
    """Run a privileged EXEC command that changes something.

    ``replies`` answer questions: a pattern (regular expression) of the question and what is typed. In ``command``
    the text ``{secret}`` is replaced by the first of ``secrets`` at the last moment, and hidden everywhere else.
    """

    command: str
    replies: tuple[tuple[str, str], ...] = ()
    secrets: tuple[Secret, ...] = ()


@dataclass(frozen=True, slots=True)
class Fetch:
    """Bring a file from the device (``flash:usage.txt``); the answer's ``data`` are its bytes."""

    path: str


@dataclass(frozen=True, slots=True)
class Put:
    """Bring a file to the device."""

    path: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass; ``reason`` is for progress displays."""

    span: timedelta
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Save:
    """``write memory``: save the running configuration to startup."""


Request: TypeAlias = Show | Configure | Exec | Fetch | Put | Wait | Save


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: ``text`` of Show, Exec, Configure and Save, ``data`` of Fetch."""

    text: str = ""
    data: bytes = b""


T = TypeVar("T")
Conversation: TypeAlias = Generator[Request, Answer, T]


class Door(Protocol):
    """Who answers requests; one per way to a device.

    Raises (from ``answer``): `CommandRefused`, `Unreachable`. They are thrown into the conversation, which may take
    back what it has done before it lets them out.
    """

    def answer(self, request: Request) -> Answer: ...


def converse(conversation: Conversation[T], answer: Callable[[Request], Answer]) -> T:
    """Run *conversation* to its end, blocking; an error of *answer* is raised at the ``yield`` that asked."""
    try:
        request = next(conversation)
        while True:
            try:
                got = answer(request)
            except Exception as error:  # noqa: BLE001  the conversation decides what each error means
                request = conversation.throw(error)
            else:
                request = conversation.send(got)
    except StopIteration as stop:
        result: T = stop.value
        return result
