"""The lab's CSSM behind httpx, without a socket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

import httpx

from nornir_smartlic.cssm import ClientCredentials, CssmClient, Endpoint, Transfer
from nornir_smartlic.model import Secret
from smartlic_lab.authority import Cssm
from smartlic_lab.world.network import NO_ANSWER, HttpRequest

JAN_1 = datetime(2026, 1, 1, tzinfo=UTC)
SECRET = "hunter2-of-the-client"


@dataclass
class Service:
    """A CSSM with a clock that passes only when the client sleeps, or by hand."""

    cssm: Cssm
    now: datetime = JAN_1
    requests: list[httpx.Request] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        asked = HttpRequest(
            method=request.method,
            path=request.url.path,
            host=request.url.host,
            query=dict(parse_qsl(request.url.query.decode())),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.content,
        )
        response = self.cssm.handle(asked, self.now)
        if response is NO_ANSWER:
            raise httpx.RemoteProtocolError("Server disconnected without sending a response.")
        return httpx.Response(
            response.status,
            content=response.body,
            headers={"content-type": response.content_type, **response.headers},
        )

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += timedelta(seconds=seconds)

    def transfer(self) -> Transfer:
        return Transfer(
            Endpoint("https://cssm.example.com"),
            sleep=self.sleep,
            now=lambda: self.now,
            transport=httpx.MockTransport(self.answer),
        )

    def client(self, secret: str = SECRET, *, of: type[CssmClient] = CssmClient, **options: Any) -> CssmClient:
        credentials = ClientCredentials("smartlic", Secret(secret))
        return of(self.transfer(), credentials, clock=lambda: self.now.timestamp(), **options)


def transfer_to(answer: Callable[[httpx.Request], httpx.Response], slept: list[float], **options: Any) -> Transfer:
    """A transfer to a function."""
    return Transfer(
        Endpoint("https://cssm.example.com"),
        sleep=slept.append,
        now=lambda: JAN_1,
        transport=httpx.MockTransport(answer),
        **options,
    )
