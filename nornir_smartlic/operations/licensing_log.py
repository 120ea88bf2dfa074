"""The licensing messages in a device's log, where it says why something failed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from nornir_smartlic.errors import CommandRefused
from nornir_smartlic.operations.conversation import Conversation, Show

SHOW_LOG: Final = "show logging | include SMART_LIC-"
_MESSAGE: Final = re.compile(r"%SMART_LIC-(?P<severity>\d)-(?P<mnemonic>[A-Z0-9_]+): (?P<text>.*)")
_REASONS: Final = {
    "COMM_FAILED": re.compile(r"^Communications failure with the (?P<peer>.+?) ?: (?P<reason>.*)$"),
    "TRUST_CODE_INSTALL_FAILED": re.compile(r"^.* failed on (?P<peer>.+?): (?P<reason>.*)$"),
    "AUTHORIZATION_INSTALL_FAILED": re.compile(r"^.* failed on (?P<peer>.+?): (?P<reason>.*)$"),
    "POLICY_INSTALL_FAILED": re.compile(r"^.* failed: (?P<reason>.*)$"),
    "AGENT_REG_FAILED": re.compile(r"^.*? failed ?: (?P<reason>.*)$"),
}
"""Source: reference/cli.md section 5; the shapes behind the mnemonic are partly unverified."""


@dataclass(frozen=True, slots=True)
class LogMessage:
    """``%SMART_LIC-3-COMM_FAILED: Communications failure with the ... : ...``."""

    severity: int
    mnemonic: str
    text: str
    line: str = ""  # whole, with the time in front

    @property
    def reason(self) -> str:
        """Why, in the device's words; the whole text where its shape is not known."""
        shape = _REASONS.get(self.mnemonic)
        found = shape.match(self.text) if shape is not None else None
        return (found["reason"] if found else self.text).strip().rstrip(".")


def read_log() -> Conversation[tuple[str, ...]]:
    """The lines of the log that licensing wrote, oldest first; none where the device does not show its log."""
    return (yield from read_messages()) or ()


def read_messages() -> Conversation[tuple[str, ...] | None]:
    """The lines of `read_log`; ``None`` where the device does not show its log, so that it proves nothing."""
    try:
        answer = yield Show(SHOW_LOG)
    except CommandRefused:
        return None
    return tuple(line.strip() for line in answer.text.splitlines() if _MESSAGE.search(line))


def new_messages(before: tuple[str, ...], after: tuple[str, ...]) -> tuple[LogMessage, ...]:
    """What came into the log between two readings; a log that turned over in between is new as a whole."""
    fresh: Iterable[str] = after
    if before and before[-1] in after:
        last = len(after) - 1 - after[::-1].index(before[-1])
        fresh = after[last + 1 :]
    messages = ((_MESSAGE.search(line), line) for line in fresh)
    return tuple(
        LogMessage(int(found["severity"]), found["mnemonic"], found["text"].strip(), line)
        for found, line in messages
        if found
    )


def last_of(messages: Iterable[LogMessage], *mnemonics: str) -> LogMessage | None:
    """The newest message with one of *mnemonics*."""
    return next((message for message in reversed(list(messages)) if message.mnemonic in mnemonics), None)
