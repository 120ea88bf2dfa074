"""A device of paper: it answers from a script, keeps what was asked, and lets no time pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from nornir_smartlic.errors import DeviceError
from nornir_smartlic.operations.conversation import (
    Answer,
    Configure,
    Conversation,
    Exec,
    Fetch,
    Put,
    Request,
    Save,
    Show,
    T,
    Wait,
    converse,
)

Said: TypeAlias = str | bytes | DeviceError


class PaperDevice:
    """Answers each command with the next of its answers; the last one stays."""

    def __init__(self, answers: Mapping[str, Said | list[Said]], default: str = "") -> None:
        self._answers = {key: list(said) if isinstance(said, list) else [said] for key, said in answers.items()}
        self._default = default
        self.asked: list[Request] = []

    def answer(self, request: Request) -> Answer:
        self.asked.append(request)
        said = self._said(self.key(request))
        if isinstance(said, DeviceError):
            raise said
        return Answer(data=said) if isinstance(said, bytes) else Answer(text=said)

    def key(self, request: Request) -> str:
        match request:
            case Show(command) | Exec(command):
                return command
            case Configure(lines):
                return "configure: " + "; ".join(line.strip() for line in lines)
            case Fetch(path):
                return f"fetch {path}"
            case Put(path, _):
                return f"put {path}"
            case Wait():
                return "wait"
            case Save():
                return "save"

    @property
    def sent(self) -> list[str]:
        """What changed something, in order."""
        return [self.key(request) for request in self.asked if not isinstance(request, Show | Wait)]

    def _said(self, key: str) -> Said:
        for start, answers in self._answers.items():
            if key.startswith(start):
                return answers.pop(0) if len(answers) > 1 else answers[0]
        return self._default


def run(conversation: Conversation[T], device: PaperDevice) -> T:
    return converse(conversation, device.answer)


Script: TypeAlias = Callable[[], PaperDevice]
