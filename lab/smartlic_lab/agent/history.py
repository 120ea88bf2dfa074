"""What the agent remembers of itself: the event log and the messages it sent, got and imported."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from nornir_smartlic.files import (
    AccountInfo,
    Ack,
    AuthorizationDocument,
    ConversionAck,
    Document,
    PolicyDocument,
    TrustCodeDocument,
)
from nornir_smartlic.model import EventLogEntry, HistoryMessage, MessageHistory
from smartlic_lab.world.wire import Message, MessageKind, Reply

EVENT_LOG_SIZE: Final = 5120 * 1024  # Source: "Event log max size: 5120 KB" of tech support
MESSAGES_KEPT: Final = 3  # of each group; unverified

# The groups of ``show license history message``, in order. Source: show-license-history-message/genie-....txt.
MESSAGE_GROUPS: Final = (
    MessageKind.TRUST_ESTABLISHMENT,
    MessageKind.USAGE_REPORTING,
    MessageKind.RESULT_POLLING,
    MessageKind.AUTHORIZATION_REQUEST,
    MessageKind.AUTHORIZATION_RETURN,
    MessageKind.TRUST_SYNC,
)
IMPORT_GROUPS: Final[Mapping[str, type[Document]]] = {
    "Import POLICY": PolicyDocument,
    "Import AUTH": AuthorizationDocument,
    "Import TRUST CODE": TrustCodeDocument,
    "Import RUM ACK": Ack,
    "Import CONVERSION ACK": ConversionAck,
    "Import ACCOUNT INFO": AccountInfo,
}


def _kept(document: Document) -> dict[str, Any]:
    """What the history keeps of a document, and no code; the shape is ours."""
    kept: dict[str, Any] = {} if document.udi is None else {"udi": str(document.udi)}
    match document:
        case Ack():
            kept["report_ids"] = list(document.report_ids)
        case PolicyDocument():
            kept["name"] = document.policy.name
        case AuthorizationDocument():
            kept["licenses"] = [{"tag": one.tag, "count": one.count} for one in document.licenses]
        case _:
            pass
    return kept


@dataclass(slots=True)
class LoggedEvent:
    """One line of the event log."""

    time: datetime
    event: str
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def size(self) -> int:
        """Its bytes as a line: ``2021-11-17 03:31:32.920 UTC EVENT name="value"``."""
        return 29 + len(self.event) + sum(len(name) + len(value) + 4 for name, value in self.attributes)


@dataclass(slots=True)
class KeptMessage:
    """A request, a response or an import; its content has no token."""

    kind: str
    time: datetime
    content: dict[str, Any]

    @property
    def text(self) -> str:
        """As it is shown."""
        return json.dumps(self.content, separators=(",", ":"))


@dataclass(slots=True)
class History:
    """The history part of the licensing store."""

    events: deque[LoggedEvent] = field(default_factory=deque)
    events_size: int = 0  # bytes
    messages: dict[str, deque[KeptMessage]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.events_size = sum(entry.size for entry in self.events)  # a store of an older lab has none

    def __deepcopy__(self, memo: dict[int, Any]) -> History:
        """What was written once is not changed any more: a copy shares it."""
        return History(self.events.copy(), messages={group: kept.copy() for group, kept in self.messages.items()})

    def log(self, now: datetime, event: str, **attributes: str) -> None:
        """Add a line to the event log; the oldest make way.

        Source: ``SAEVT_ENDPOINT_USAGE`` and ``SAEVT_PLATFORM`` in show-license-eventlog. Unverified: all other names.
        """
        entry = LoggedEvent(now, event, tuple(attributes.items()))
        self.events.append(entry)
        self.events_size += entry.size
        while self.events_size > EVENT_LOG_SIZE:
            self.events_size -= self.events.popleft().size

    def clear_events(self) -> None:
        """``license smart clear eventlog``."""
        self.events.clear()
        self.events_size = 0

    def sent(self, message: Message, now: datetime) -> None:
        """Keep a request."""
        if message.kind in MESSAGE_GROUPS:
            body = {key: value for key, value in message.body.items() if key != "token"}
            if "reports" in body:
                body["reports"] = len(body["reports"])
            self._keep(message.kind.value, "Request", {"id": message.message_id, **body}, now)

    def received(self, message: Message, reply: Reply, now: datetime) -> None:
        """Keep a response."""
        if message.kind in MESSAGE_GROUPS:
            answer: dict[str, Any] = {"status": reply.status.value, "poll_id": reply.poll_id, "message": reply.reason}
            answer = {key: value for key, value in answer.items() if value is not None}
            self._keep(message.kind.value, "Response", answer, now)

    def imported(self, document: Document, now: datetime) -> None:
        """Keep what was imported."""
        group = next(name for name, kind in IMPORT_GROUPS.items() if isinstance(document, kind))
        self._keep(group, "Import", {"timestamp": document.issued.isoformat(), **_kept(document)}, now)

    def _keep(self, group: str, kind: str, content: dict[str, Any], now: datetime) -> None:
        kept = self.messages.setdefault(group, deque())
        if len(kept) >= 2 * MESSAGES_KEPT:
            kept.popleft()
        kept.append(KeptMessage(kind, now, content))

    def event_log(self) -> tuple[EventLogEntry, ...]:
        """``show license eventlog``, oldest first."""
        return tuple(EventLogEntry(logged.time, logged.event, logged.attributes) for logged in self.events)

    def message_history(self) -> MessageHistory:
        """``show license history message``."""

        def group(name: str) -> tuple[str, tuple[HistoryMessage, ...]]:
            kept = self.messages.get(name, ())
            return name, tuple(HistoryMessage(one.kind, one.time, one.text) for one in kept)

        return MessageHistory(
            tuple(group(kind.value) for kind in MESSAGE_GROUPS), tuple(group(name) for name in IMPORT_GROUPS)
        )
