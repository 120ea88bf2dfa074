"""What devices say to authorities, for the description alone: `smartlic_lab.world.wire` reads and writes it."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import AwareDatetime, Field, JsonValue

from smartlic_lab.authority.api.routes import Wire
from smartlic_lab.world.wire import AnswerStatus, MessageKind


class DeviceUdi(Wire):
    """A member's UDI."""

    pid: Annotated[str, Field(min_length=1, max_length=255)]
    sn: Annotated[str, Field(min_length=1, max_length=255)]


class DeviceMessage(Wire):
    """A message of an emulated device: the lab's own protocol, not Cisco's."""

    kind: MessageKind
    message_id: int
    udi: DeviceUdi
    members: list[DeviceUdi]
    sent_at: AwareDatetime
    hostname: str | None
    software: str
    software_version: str | None
    trust_id: str | None
    body: dict[str, JsonValue]


class DeviceReply(Wire):
    """The answer to it; ``documents`` are texts that ``license smart import`` takes."""

    status: AnswerStatus
    message_id: int
    poll_id: int | None
    poll_interval: float | None  # seconds
    reason: str | None
    documents: list[str]
    body: dict[str, JsonValue]


SUMMARY: Final = "Take a message of a device (the lab's own protocol)"
