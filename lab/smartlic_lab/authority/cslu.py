"""CSLU: devices report to it over HTTP without a trust code of their own, and it reports to CSSM for them.

Source: reference/policy.md section 8 (topologies), reports.md section 6 (path).
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from nornir_smartlic import __version__
from nornir_smartlic.model import Secret
from smartlic_lab.authority.api import openapi
from smartlic_lab.authority.api.openapi import OPENAPI_PATH
from smartlic_lab.authority.api.routes import error_answer
from smartlic_lab.authority.faults import FaultKind, Faults
from smartlic_lab.authority.relay import Forward, Relay, RelayDevice, Upstream
from smartlic_lab.world.network import NO_ANSWER, HttpRequest, HttpResponse
from smartlic_lab.world.wire import AnswerStatus, MessageKind, Reply, WireError, decode_message, encode_reply

PATH: Final = "/cslu/v1/pi"


class Cslu:
    """One CSLU, bound to one virtual account of CSSM."""

    def __init__(
        self,
        name: str,
        *,
        now: datetime,
        forward: Forward,
        domain: str,
        virtual_account: str,
        client_id: str,
        client_secret: str,
        is_online: bool = True,
        state: Mapping[str, Any] | None = None,
    ) -> None:
        """*forward* reaches CSSM (`Cssm.handle`, or a way through a network); *state* is what `stored` gave."""
        self.name = name
        self.faults = Faults()
        self._relay = Relay(
            Upstream(domain, virtual_account, client_id, Secret(client_secret)), forward, is_online=is_online
        )
        self._lock = threading.RLock()
        self._now = now
        if state is not None:
            self._relay.restore(state)

    def read(self, request: HttpRequest) -> HttpRequest:
        """As it is: devices' messages are short."""
        return request

    def handle(self, request: HttpRequest, now: datetime) -> HttpResponse:
        """Answer a device."""
        with self._lock:
            self._now = max(self._now, now)
            if request.path == OPENAPI_PATH and request.method == "GET":
                return HttpResponse(200, json.dumps(self.openapi()).encode())
            if request.path != PATH:
                return error_answer(404, "there is nothing here")
            if request.method != "POST":
                return error_answer(405, "expected POST", {"Allow": "POST"})
            if self.faults.strike(FaultKind.SERVER_ERROR, now):
                return error_answer(500, "Internal Server Error")
            try:
                message = decode_message(request.body)
            except WireError as error:
                return error_answer(400, str(error))
            fault = None if message.kind is MessageKind.HELLO else self.faults.strike(FaultKind.FAIL, now)
            if fault is not None:
                reply = Reply(AnswerStatus.FAILED, message.message_id, reason=fault.reason)
            else:
                reply = self._relay.answer(message, now)
            carries_ack = message.kind is MessageKind.RESULT_POLLING and bool(reply.documents)
            if self.faults.strike(FaultKind.LOSE_ANSWERS, now) or (
                carries_ack and self.faults.strike(FaultKind.LOSE_NEXT_ACK, now)
            ):
                return NO_ANSWER
            return HttpResponse(200, encode_reply(reply))

    def admits(self, authorization: str, now: datetime) -> bool:  # noqa: ARG002  the shape of an authority
        """Nobody signs in on a CSLU."""
        return False

    def tick(self, now: datetime) -> None:
        """Hand reports on to CSSM and fetch ACKs, as far as due."""
        with self._lock:
            self._now = max(self._now, now)
            self._relay.tick(now)

    def next_wakeup(self) -> datetime | None:
        """When `tick` is next needed."""
        return self._relay.next_wakeup()

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI description of what `handle` answers; it is served at ``/openapi.json``."""
        return openapi.describe((), device_paths={PATH}, title="Cslu of the lab", version=__version__)

    @property
    def devices(self) -> tuple[RelayDevice, ...]:
        """Who has been in touch."""
        return tuple(self._relay.devices.values())

    @property
    def is_online(self) -> bool:
        """Whether it reaches CSSM by itself; else by file."""
        return self._relay.is_online

    @is_online.setter
    def is_online(self, is_online: bool) -> None:
        self._relay.is_online = is_online

    def download_all(self, now: datetime | None = None) -> bytes:
        """The bundle of the reports that CSSM does not have yet, for an upload by hand."""
        return self._relay.download_all(now or self._now, created_by=str(uuid.uuid4()))

    def upload_acknowledgements(self, data: bytes) -> int:
        """Take in the ACK bundle that CSSM gave for it; how many devices' reports it answers. Raises `FileRejected`."""
        return self._relay.upload_acknowledgements(data)

    def stored(self) -> dict[str, Any]:
        """What survives a restart, JSON-able."""
        return self._relay.stored()
