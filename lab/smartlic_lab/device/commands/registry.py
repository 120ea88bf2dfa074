"""How commands are carried out: handlers by the name that the tables give them, and the questions they may ask."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from smartlic_lab.device.grammar import Fault, Match

if TYPE_CHECKING:
    from smartlic_lab.device.session import Session


@dataclass(frozen=True, slots=True)
class Ask:
    """A question on the terminal, with what is printed before it; the answer is the next line, or the next key."""

    question: str
    before: str = ""
    single_key: bool = False
    hide: bool = False


Dialogue: TypeAlias = Generator[Ask, str, str]
"""A command that asks: yields questions, is sent answers, and returns its output."""


@dataclass(frozen=True, slots=True)
class Call:
    """A command to carry out."""

    match: Match
    negated: bool = False  # no ...
    default: bool = False  # default ...

    def argument(self, name: str) -> str | None:
        """What was typed for an argument; ``None`` where it was left out."""
        return self.match.arguments.get(name)

    def required(self, name: str) -> str:
        """What was typed for an argument that the syntax demands."""
        return self.match.arguments[name]

    def has(self, keyword: str) -> bool:
        """Whether the keyword was typed."""
        return keyword in self.match.keywords


Handler: TypeAlias = "Callable[[Session, Call], str | Dialogue]"
HANDLERS: dict[str, Handler] = {}


class CommandFailed(Exception):
    """A command that was understood, but cannot be done; the text is what the device prints."""


def invalid_behind(session: Session, words: str) -> CommandFailed:
    """What is wrong stands behind *words*, which were typed after the prompt."""
    return CommandFailed(f"{' ' * (len(session.prompt) + len(words))}^\n{Fault.INVALID.value}\n")


def handles(*names: str) -> Callable[[Handler], Handler]:
    """Register a handler for the names that tables use."""

    def register(handler: Handler) -> Handler:
        for name in names:
            assert name not in HANDLERS, name
            HANDLERS[name] = handler
        return handler

    return register


def confirmed(answer: str) -> bool:
    """Whether ``[confirm]`` was answered with Enter or y."""
    return answer.strip().lower()[:1] in ("", "y")
