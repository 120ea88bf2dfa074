"""How commands are carried out: handlers by the name that the tables give them, and the questions they may ask."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

from smartlic_lab.device.grammar import Fault, Match

SessionT = TypeVar("SessionT")


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


Handler: TypeAlias = Callable[[SessionT, Call], str | Dialogue]
"""What carries a command out, for the session in which it was typed."""


class CommandFailed(Exception):
    """A command that was understood, but cannot be done; the text is what the device prints."""


def invalid_behind(prompt: str, words: str) -> CommandFailed:
    """What is wrong stands behind *words*, which were typed after the prompt."""
    return CommandFailed(f"{' ' * (len(prompt) + len(words))}^\n{Fault.INVALID.value}\n")


class Handlers(Generic[SessionT]):
    """The handlers of one module by the names that the command tables use; ``commands`` joins those of all."""

    def __init__(self) -> None:
        self.by_name: dict[str, Handler[SessionT]] = {}

    def __call__(self, *names: str) -> Callable[[Handler[SessionT]], Handler[SessionT]]:
        """Enter the function below under these names."""

        def enter(handler: Handler[SessionT]) -> Handler[SessionT]:
            for name in names:
                assert name not in self.by_name, name
                self.by_name[name] = handler
            return handler

        return enter


def confirmed(answer: str) -> bool:
    """Whether ``[confirm]`` was answered with Enter or y."""
    return answer.strip().lower()[:1] in ("", "y")
