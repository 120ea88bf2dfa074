"""What stands between devices and CSSM: it collects their reports, hands them on, and brings back what CSSM gives.

CSLU is one relay for one account, SSM On-Prem has one for each of its accounts. Upstream it is an ordinary client of
CSSM's API (reference/reports.md section 7.3); trust requests go to an operation of ours, as none is known. A batch is
what one device sent at once; it is handed on again until CSSM has said that it has it, which CSSM counts once.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final, TypeAlias

from nornir_smartlic.files import (
    Ack,
    SystemInfo,
    UsageFile,
    parse_smart_license,
    read_bundle,
    render_smart_license,
    render_usage_file,
    report_of,
    usage_bundle,
    write_bundle,
)
from nornir_smartlic.model import Secret, Udi
from smartlic_lab.authority.api.routes import BASE
from smartlic_lab.authority.bodies import MalformedBody, member_objects, reports_in
from smartlic_lab.world.network import DeliveryFailed, HttpRequest, HttpResponse
from smartlic_lab.world.wire import AnswerStatus, Message, MessageKind, Reply

Forward: TypeAlias = Callable[[HttpRequest, datetime], HttpResponse]
"""Carries a request to CSSM; raises `DeliveryFailed`. ``Cssm.handle`` is one."""

DEVICE_POLL_INTERVAL: Final = timedelta(seconds=60)
"""Source: reference/policy.md section 3.4, cslu transport: about 60 s."""

LONGEST_POLL_INTERVAL: Final = timedelta(hours=1)
"""How long a device is asked to wait at most while CSSM cannot be reached for days (ours)."""

RETRY_INTERVAL: Final = timedelta(minutes=5)
"""When CSSM could not be reached (ours)."""


class UpstreamError(Exception):
    """CSSM cannot be reached, or does not answer as it should; its text is one line."""


class BatchState(Enum):
    """Where a batch of reports is."""

    WAITING = "waiting"  # not yet with CSSM
    SENT = "sent"  # CSSM has it, and is asked for the result
    ANSWERED = "answered"  # the device can have its ACK
    FAILED = "failed"  # CSSM refused it


class BatchKind(Enum):
    """What a batch asks of CSSM; the value is the ``action`` of its poll."""

    USAGE = "acknowledgements"
    AUTHORIZATION = "authorizations"


@dataclass(slots=True)
class Batch:
    """What one device sent at once: its reports, or the authorization requests of its members."""

    id: int
    pid: str
    sn: str
    hostname: str | None
    content: list[dict[str, Any]]
    received: str
    kind: BatchKind = BatchKind.USAGE
    state: BatchState = BatchState.WAITING
    upstream_poll_id: int | None = None
    due: str = ""  # when something is next done with it, ISO
    document: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Upstream:
    """The account in CSSM that a relay is bound to, and what it signs in with."""

    domain: str
    virtual_account: str
    client_id: str
    client_secret: Secret


@dataclass(slots=True)
class RelayDevice:
    """A device that has been in touch."""

    pid: str
    sn: str
    hostname: str | None
    last_contact: str


@dataclass(slots=True)
class _Session:
    """The access token and account numbers that CSSM gave."""

    access_token: Secret
    expires: datetime
    account_id: int = 0
    virtual_account_id: int = 0


@dataclass(slots=True)
class Relay:
    """The reports of the devices of one account on their way."""

    upstream: Upstream
    forward: Forward
    is_online: bool = True
    sync_interval: timedelta = timedelta()  # zero: hands on at once
    batches: dict[int, Batch] = field(default_factory=dict)
    devices: dict[str, RelayDevice] = field(default_factory=dict)
    next_id: int = 1
    _session: _Session | None = None

    # --- the devices' side -------------------------------------------------------------------------------------------

    def answer(self, message: Message, now: datetime) -> Reply:
        """The reply to a device."""
        try:
            return self._answer(message, now)
        except MalformedBody as error:
            return Reply(AnswerStatus.FAILED, message.message_id, reason=str(error))

    def _answer(self, message: Message, now: datetime) -> Reply:
        if not isinstance(message.body, dict):
            raise MalformedBody("the message has no body")
        self.devices[str(message.udi)] = RelayDevice(message.udi.pid, message.udi.sn, message.hostname, now.isoformat())
        match message.kind:
            case MessageKind.HELLO | MessageKind.TELEMETRY | MessageKind.TRUST_ACKNOWLEDGEMENT | MessageKind.TRUST_SYNC:
                return Reply(AnswerStatus.OK, message.message_id)
            case MessageKind.USAGE_REPORTING:
                return self._take(message, now)
            case MessageKind.RESULT_POLLING:
                return self._poll(message, now)
            case MessageKind.AUTHORIZATION_REQUEST:
                return self._polled_later(message, self._enqueue(message, _wanted(message), now))
            case MessageKind.AUTHORIZATION_CONFIRMATION | MessageKind.AUTHORIZATION_RETURN:
                self._enqueue(message, _given_codes(message), now)
                return Reply(AnswerStatus.OK, message.message_id)
            case MessageKind.TRUST_ESTABLISHMENT:
                return self._pass_on(message, "trustrequest", now)
            case _:
                reason = f"{message.kind.value} is not supported here"
                return Reply(AnswerStatus.FAILED, message.message_id, reason=reason)

    def _take(self, message: Message, now: datetime) -> Reply:
        reports = [report.as_json() for report in reports_in(message)]
        return self._polled_later(message, self._enqueue(message, reports, now, BatchKind.USAGE))

    def _enqueue(
        self,
        message: Message,
        content: list[dict[str, Any]],
        now: datetime,
        kind: BatchKind = BatchKind.AUTHORIZATION,
    ) -> Batch:
        """Reports wait for the next synchronisation; authorizations go at once."""
        wait = self.sync_interval if kind is BatchKind.USAGE else timedelta()
        batch = Batch(
            self.next_id,
            message.udi.pid,
            message.udi.sn,
            message.hostname,
            content,
            now.isoformat(),
            kind,
            due=(now + wait).isoformat(),
        )
        self.next_id += 1
        self.batches[batch.id] = batch
        return batch

    @staticmethod
    def _polled_later(message: Message, batch: Batch) -> Reply:
        return Reply(AnswerStatus.OK_POLL, message.message_id, poll_id=batch.id, poll_interval=DEVICE_POLL_INTERVAL)

    def _poll(self, message: Message, now: datetime) -> Reply:
        poll_id = message.body.get("poll_id")
        batch = self.batches.get(poll_id) if isinstance(poll_id, int) else None
        if batch is None or (batch.pid, batch.sn) not in {(udi.pid, udi.sn) for udi in message.members}:
            reason = f"there is nothing to poll with id {poll_id}"
            return Reply(AnswerStatus.FAILED, message.message_id, reason=reason)
        if batch.state is BatchState.FAILED:
            return Reply(AnswerStatus.FAILED, message.message_id, reason=batch.reason)
        if batch.document is None:
            waited = (now - datetime.fromisoformat(batch.received)) / 10
            interval = min(max(waited, DEVICE_POLL_INTERVAL), LONGEST_POLL_INTERVAL)
            return Reply(AnswerStatus.OK_TRY_AGAIN, message.message_id, poll_id=batch.id, poll_interval=interval)
        return Reply(AnswerStatus.OK, message.message_id, documents=(batch.document,))

    def _pass_on(self, message: Message, operation: str, now: datetime) -> Reply:
        """Ask CSSM at once on the device's behalf."""
        data = {
            "sudi": _sudi(message.udi),
            "members": [_sudi(udi) for udi in message.members],
            "timestamp": int(message.sent_at.timestamp() * 1000),
            "hostname": message.hostname,
            "software_tag_identifier": message.software,
            "software_version": message.software_version,
        }
        if not self.is_online:
            return Reply(AnswerStatus.FAILED, message.message_id, reason="CSLU is not connected to CSSM")
        try:
            answer = self._call("POST", f"v2/devices/{operation}", {"data": data}, now)
        except UpstreamError as error:
            return Reply(AnswerStatus.FAILED, message.message_id, reason=str(error))
        if answer.get("status") != "COMPLETE":
            return Reply(
                AnswerStatus.FAILED, message.message_id, reason=str(answer.get("message") or "refused by CSSM")
            )
        return Reply(AnswerStatus.OK, message.message_id, documents=(_unpacked(answer["smart_license"]),))

    # --- the side of CSSM --------------------------------------------------------------------------------------------

    def tick(self, now: datetime) -> None:
        """Hand on and fetch what is due."""
        if not self.is_online:
            return
        for batch in list(self.batches.values()):
            if batch.due and datetime.fromisoformat(batch.due) <= now:
                try:
                    self._advance(batch, now)
                except UpstreamError as error:
                    batch.reason = str(error)
                    batch.due = (now + RETRY_INTERVAL).isoformat()

    def next_wakeup(self) -> datetime | None:
        """When something is next due."""
        if not self.is_online:
            return None
        return min((datetime.fromisoformat(one.due) for one in self.batches.values() if one.due), default=None)

    def sync(self, now: datetime) -> None:
        """Hand on and fetch everything now, whatever its time."""
        for batch in self.batches.values():
            if batch.due:
                batch.due = now.isoformat()
        self.tick(now)

    def _advance(self, batch: Batch, now: datetime) -> None:
        stamp = {"timestamp": int(now.timestamp() * 1000), "nonce": str(batch.id)}
        if batch.state is not BatchState.WAITING:
            asked = {**stamp, "poll_id": batch.upstream_poll_id, "action": batch.kind.value}
            answer = self._call("POST", "v2/accounts/poll", {"data": asked}, now)
        elif batch.kind is BatchKind.AUTHORIZATION:
            answer = self._call("POST", "v2/devices/authrequest", {"data": {**stamp, "licenses": batch.content}}, now)
        else:
            device: dict[str, Any] = {"sudi": _sudi(Udi(batch.pid, batch.sn)), "usage": batch.content}
            if batch.hostname is not None:
                device["hostname"] = batch.hostname
            answer = self._call("POST", "v2/devices/reportusage", {"data": {**stamp, "reports": [device]}}, now)
        match answer.get("status"):
            case "OK_POLL":
                batch.state, batch.upstream_poll_id = BatchState.SENT, int(answer["poll_id"])
                batch.due = (now + timedelta(seconds=int(answer["poll_interval"]))).isoformat()
            case "COMPLETE":
                self._keep(batch, answer["data"][batch.kind.value])
            case _:
                batch.state, batch.due = BatchState.FAILED, ""
                batch.reason = str(answer.get("message") or "refused by CSSM")

    def _keep(self, batch: Batch, answers: Sequence[Mapping[str, Any]]) -> None:
        batch.due, batch.reason = "", None
        batch.content = []  # CSSM has it
        refused = [str(one.get("status_message", "")) for one in answers if one.get("status") == "FAILED"]
        texts = [_unpacked(one["smart_license"]) for one in answers if one.get("smart_license")]
        if refused and not texts:
            batch.state, batch.reason = BatchState.FAILED, "; ".join(dict.fromkeys(refused))
        else:
            batch.state, batch.document = BatchState.ANSWERED, _joined(texts)

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None, now: datetime) -> dict[str, Any]:
        """One call of the API, signed in; raises `UpstreamError`."""
        for attempt in (1, 2):
            session = self._signed_in(now)
            response = self._send(
                HttpRequest(
                    method,
                    f"{BASE}/{path}",
                    "",
                    headers={
                        "content-type": "application/json",
                        "authorization": f"Bearer {session.access_token.reveal()}",
                        "x-csw-smart-account-id": str(session.account_id),
                        "x-csw-virtual-account-id": str(session.virtual_account_id),
                    },
                    body=b"" if body is None else json.dumps(body).encode(),
                ),
                now,
            )
            if response.status == 401 and attempt == 1:
                self._session = None
                continue
            return _object(response)
        raise UpstreamError("CSSM does not let the relay in")

    def _signed_in(self, now: datetime) -> _Session:
        if self._session is not None and now < self._session.expires:
            return self._session
        form = (
            f"grant_type=client_credentials&client_id={self.upstream.client_id}"
            f"&client_secret={self.upstream.client_secret.reveal()}"
        )
        answer = _object(
            self._send(
                HttpRequest(
                    "POST",
                    "/as/token.oauth2",
                    "",
                    headers={"content-type": "application/x-www-form-urlencoded"},
                    body=form.encode(),
                ),
                now,
            )
        )
        session = _Session(Secret(answer["access_token"]), now + timedelta(seconds=int(answer["expires_in"]) - 60))
        self._session = session
        self._find_account(session, self._call("GET", "v2/accounts/search", None, now))
        return session

    def _find_account(self, session: _Session, answer: Mapping[str, Any]) -> None:
        for account in answer["accounts"]:
            for one in account["virtual_accounts"]:
                if (account["domain"], one["name"]) == (self.upstream.domain, self.upstream.virtual_account):
                    session.account_id = int(account["account_id"])
                    session.virtual_account_id = int(one["virtual_account_id"])
                    return
        self._session = None
        raise UpstreamError(f"CSSM shows no {self.upstream.domain} / {self.upstream.virtual_account}")

    def _send(self, request: HttpRequest, now: datetime) -> HttpResponse:
        try:
            response = self.forward(request, now)
        except DeliveryFailed as failure:
            raise UpstreamError(f"CSSM cannot be reached: {failure.reason}") from None
        if response.status == 0:
            raise UpstreamError("CSSM cannot be reached: no answer")
        if response.status >= 400 and response.status != 401:
            raise UpstreamError(f"CSSM answers with HTTP status {response.status}")
        return response

    # --- without a connection: by file -------------------------------------------------------------------------------

    def download_all(self, now: datetime, *, created_by: str) -> bytes:
        """The bundle of everything that CSSM does not have yet ("Download All for Cisco"); it can be made again."""
        waiting = [
            one for one in self.batches.values() if one.state is BatchState.WAITING and one.kind is BatchKind.USAGE
        ]
        texts = [
            render_usage_file(
                UsageFile(
                    tuple(report_of(raw) for raw in batch.content),
                    SystemInfo(Udi(batch.pid, batch.sn), now, str(batch.id), batch.hostname, None),
                )
            )
            for batch in waiting
        ]
        return write_bundle(usage_bundle(texts, stamp=f"{now:%Y%m%d%H%M%S}", created_by=created_by))

    def upload_acknowledgements(self, data: bytes) -> int:
        """Take the ACK bundle of CSSM in; gives back how many batches it answers. Raises `FileRejected`."""
        answered = 0
        for file in read_bundle(data).files:
            text = file.content.decode()
            known = {
                (document.udi, number)
                for document in parse_smart_license(text)
                if isinstance(document, Ack)
                for number in document.report_ids
            }
            for batch in self.batches.values():
                if batch.state is not BatchState.WAITING or batch.kind is not BatchKind.USAGE:
                    continue
                numbers = {(Udi(batch.pid, batch.sn), report_of(raw).report_id) for raw in batch.content}
                if numbers and numbers & known:
                    batch.state, batch.due, batch.document = BatchState.ANSWERED, "", text
                    batch.content = []
                    answered += 1
        return answered

    # --- kept over a restart -----------------------------------------------------------------------------------------

    def stored(self) -> dict[str, Any]:
        """All that must survive, JSON-able."""
        return {
            "next_id": self.next_id,
            "batches": [
                {**asdict(one), "state": one.state.value, "kind": one.kind.value} for one in self.batches.values()
            ],
            "devices": {name: asdict(one) for name, one in self.devices.items()},
        }

    def restore(self, stored: Mapping[str, Any]) -> None:
        """Go on from `stored`."""
        self.next_id = stored["next_id"]
        batches = (
            Batch(**{**raw, "state": BatchState(raw["state"]), "kind": BatchKind(raw["kind"])})
            for raw in stored["batches"]
        )
        self.batches = {batch.id: batch for batch in batches}
        self.devices = {name: RelayDevice(**raw) for name, raw in stored["devices"].items()}


def _sudi(udi: Udi) -> dict[str, str]:
    return {"udi_pid": udi.pid, "udi_serial_number": udi.sn}


def _wanted(message: Message) -> list[dict[str, Any]]:
    """The requests of a device's members as the API has them."""
    by_member: dict[tuple[str, str], dict[str, Any]] = {}
    for udi, key in member_objects(message, "keys"):
        member = by_member.setdefault(
            (udi.pid, udi.sn),
            {"sudi": _sudi(udi), "keys": [], "replace": message.body.get("action") == "replace"},
        )
        member["keys"].append({"entitlement": str(key.get("tag", "")), "count": str(key.get("count", 1))})
    return list(by_member.values())


def _given_codes(message: Message) -> list[dict[str, Any]]:
    """The codes by which members confirm or give back, as the API has them."""
    names = {"confirmation_code": "confirm_code", "return_code": "remove_code"}
    return [
        {
            "sudi": _sudi(udi),
            **{theirs: str(code[ours]) for ours, theirs in names.items() if code.get(ours)},
        }
        for udi, code in member_objects(message, "codes")
    ]


def _object(response: HttpResponse) -> dict[str, Any]:
    try:
        value = json.loads(response.body)
    except ValueError:
        raise UpstreamError("CSSM does not answer with JSON") from None
    if not isinstance(value, dict):
        raise UpstreamError("CSSM does not answer with a JSON object")
    return value


def _unpacked(text: object) -> str:
    try:
        return base64.b64decode(str(text), validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise UpstreamError("CSSM sent a document that is not base64 of text") from None


def _joined(texts: Iterable[str]) -> str:
    """One file to import of several; the documents are kept as they were signed."""
    return render_smart_license(document for text in texts for document in parse_smart_license(text))
