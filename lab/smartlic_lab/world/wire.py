"""The protocol between an emulated device and CSSM, CSLU or SSM On-Prem: **ours, not Cisco's**.

No source shows what a device and the smart receiver, a CSLU or On-Prem say to each other (reference/reports.md
section 6). This module is the lab's own protocol: one JSON document by HTTP POST to the configured URL, one JSON
document back. Message kinds are those that ``show license history message`` and tech support name; statuses are
those that the communication statistics print. Documents inside an answer are the very texts that
``license smart import`` takes, so that the online and the offline way share one path. To bring in a real protocol,
replace this module.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from nornir_smartlic.errors import SmartLicError
from nornir_smartlic.model import Udi


class WireError(SmartLicError):
    """The bytes are not a document of this protocol."""


class MessageKind(Enum):
    """What a device asks; the value is the group's name in ``show license tech support``."""

    TRUST_ESTABLISHMENT = "Trust Establishment"
    TRUST_ACKNOWLEDGEMENT = "Trust Acknowledgement"
    USAGE_REPORTING = "Usage Reporting"
    RESULT_POLLING = "Result Polling"
    AUTHORIZATION_REQUEST = "Authorization Request"
    AUTHORIZATION_CONFIRMATION = "Authorization Confirmation"
    AUTHORIZATION_RETURN = "Authorization Return"
    TRUST_SYNC = "Trust Sync"
    HELLO = "Hello Message"
    TELEMETRY = "Telemetry Reporting"
    REGISTRATION = "Registration"  # legacy: register, renew, deregister; body["action"] says which
    AUTHORIZATION_RENEWAL = "Authorization Renewal"  # legacy


class AnswerStatus(Enum):
    """``Last Response:`` words. Source: reference/outputs.md section 7."""

    OK = "OK"
    OK_POLL = "OK_POLL"
    OK_TRY_AGAIN = "OK_TRY_AGAIN"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Message:
    """What a device sends. ``body`` is JSON-able:

    =========================  ==================================================================
    kind                       body
    =========================  ==================================================================
    TRUST_ESTABLISHMENT        token (str), force (bool), all (bool); no token: over CSLU, or an upgraded device that
                               was registered shows its certificate as trust_id
    USAGE_REPORTING            reports: [{payload (str, byte for byte), header, signature}, ...]
    RESULT_POLLING             poll_id (int)
    AUTHORIZATION_REQUEST      action ("add" | "replace"), keys: [{udi: {pid, sn}, feature, tag, count}]
    AUTHORIZATION_CONFIRMATION codes: [{udi, confirmation_code}]
    AUTHORIZATION_RETURN       codes: [{udi, return_code, tags}]
    TRUST_SYNC, HELLO          {}
    REGISTRATION               action ("register" | "renew" | "deregister"), token, force, usage [{tag, count}];
                               a downgraded device registers without a token, by its trust_id
    AUTHORIZATION_RENEWAL      usage: [{tag, count}]
    =========================  ==================================================================
    """

    kind: MessageKind
    message_id: int  # unique per device
    udi: Udi  # of the active member
    members: tuple[Udi, ...]  # every member, the active first
    sent_at: datetime  # aware; the device's own clock, which CSSM compares with its own
    hostname: str | None  # None: kept out by privacy
    software: str  # regid... of the product
    software_version: str | None  # None: kept out by privacy
    trust_id: str | None  # the device's trust code; None: it has none
    body: Mapping[str, Any] = field(default_factory=dict, repr=False)  # it may hold a token


@dataclass(frozen=True, slots=True)
class Reply:
    """What the far end answers. ``documents`` are texts for ``license smart import`` (ACK, policy, trust, SLAC).

    ``body`` is for the legacy model, each key optional, times in ISO form. REGISTRATION: certificate (the identity,
    sent back as the message's ``trust_id``), smart_account, virtual_account, export_controlled_allowed (bool),
    next_renewal, expires. AUTHORIZATION_RENEWAL: status ("AUTHORIZED" | "OUT OF COMPLIANCE"), next_communication,
    communication_deadline.
    """

    status: AnswerStatus
    message_id: int
    poll_id: int | None = None
    poll_interval: timedelta | None = None
    reason: str | None = None  # of FAILED
    documents: tuple[str, ...] = ()
    body: Mapping[str, Any] = field(default_factory=dict)  # legacy registration: accounts and dates


def encode_message(message: Message) -> bytes:
    """The bytes to POST."""
    return json.dumps(
        {
            "kind": message.kind.value,
            "message_id": message.message_id,
            "udi": _udi(message.udi),
            "members": [_udi(udi) for udi in message.members],
            "sent_at": message.sent_at.astimezone(UTC).isoformat(),
            "hostname": message.hostname,
            "software": message.software,
            "software_version": message.software_version,
            "trust_id": message.trust_id,
            "body": dict(message.body),
        },
        separators=(",", ":"),
    ).encode()


def decode_message(data: bytes) -> Message:
    """The message in *data*; raises `WireError`."""
    try:
        raw = json.loads(data)
        return Message(
            kind=MessageKind(raw["kind"]),
            message_id=int(raw["message_id"]),
            udi=Udi(**raw["udi"]),
            members=tuple(Udi(**udi) for udi in raw["members"]),
            sent_at=datetime.fromisoformat(raw["sent_at"]),
            hostname=raw["hostname"],
            software=raw["software"],
            software_version=raw["software_version"],
            trust_id=raw["trust_id"],
            body=raw["body"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise WireError(f"not a message of a lab device: {type(error).__name__}") from error


def encode_reply(reply: Reply) -> bytes:
    """The bytes to answer with."""
    return json.dumps(
        {
            "status": reply.status.value,
            "message_id": reply.message_id,
            "poll_id": reply.poll_id,
            "poll_interval": None if reply.poll_interval is None else reply.poll_interval.total_seconds(),
            "reason": reply.reason,
            "documents": list(reply.documents),
            "body": dict(reply.body),
        },
        separators=(",", ":"),
    ).encode()


def decode_reply(data: bytes) -> Reply:
    """The reply in *data*; raises `WireError`."""
    try:
        raw = json.loads(data)
        interval = raw["poll_interval"]
        return Reply(
            status=AnswerStatus(raw["status"]),
            message_id=int(raw["message_id"]),
            poll_id=raw["poll_id"],
            poll_interval=None if interval is None else timedelta(seconds=interval),
            reason=raw["reason"],
            documents=tuple(raw["documents"]),
            body=raw["body"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise WireError(f"not a reply of the lab's CSSM, CSLU or SSM On-Prem: {type(error).__name__}") from error


def _udi(udi: Udi) -> dict[str, str]:
    return {"pid": udi.pid, "sn": udi.sn}
