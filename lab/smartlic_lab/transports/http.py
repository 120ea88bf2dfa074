"""HTTP and HTTPS for authorities: Starlette and uvicorn around an authority's ``handle``."""

from __future__ import annotations

import asyncio
import socket
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from smartlic_lab.world import World
from smartlic_lab.world.certificates import ServerIdentity
from smartlic_lab.world.network import DeliveryFailed, HttpRequest

MAX_BODY: Final = 64 * 1024 * 1024  # a bundle of a thousand devices' reports has a few megabytes
MAX_UNKNOWN_BODY: Final = 8 * 1024 * 1024  # of who has not signed in: devices, and clients that ask for a token
MAX_CONNECTIONS: Final = 512
HEADER_SECONDS: Final = 10.0  # until a request's headers are there, from its first byte or the connection on
BODY_SECONDS: Final = 60.0  # until its body is there
_METHODS: Final = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]


class BodyTooLarge(Exception):
    """More bytes than an authority takes."""


class _LostAnswer(Response):
    """An answer that is promised and does not come: the server then closes the connection."""

    async def __call__(self, _scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"1")]})


def application(world: World, authority: str) -> Starlette:
    """The ASGI application of one authority."""

    async def answer(request: Request) -> Response:
        known = await asyncio.to_thread(world.admits, authority, request.headers.get("authorization", ""))
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _body(request, MAX_BODY if known else MAX_UNKNOWN_BODY)
        except BodyTooLarge:
            return _refused(413, "request too large")
        except TimeoutError:
            return _refused(408, "the request did not arrive in time")
        except ClientDisconnect:
            return Response(status_code=400)
        asked = HttpRequest(
            method=request.method,
            path=request.scope["path"],
            host=request.url.hostname or "",
            query=dict(request.query_params),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=body,
            client=request.client.host if request.client else "",
        )
        try:
            got = await asyncio.to_thread(world.serve, authority, asked)
        except DeliveryFailed:
            return _LostAnswer()
        headers = {name: value for name, value in got.headers.items() if name.lower() != "content-type"}
        return Response(got.body, got.status, headers, media_type=got.content_type)

    return Starlette(routes=[Route("/{path:path}", answer, methods=_METHODS)])


def _refused(status: int, reason: str) -> Response:
    """An answer to a request that was not read to its end; the connection ends with it."""
    body = f'{{"status":"ERROR","statusMessage":"{reason}"}}'
    return Response(body, status, {"Connection": "close"}, media_type="application/json")


async def _body(request: Request, limit: int) -> bytes:
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit:
        raise BodyTooLarge
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > limit:
            raise BodyTooLarge
        pieces.append(piece)
    return b"".join(pieces)


class _Connection(H11Protocol):
    """A connection that is closed when there are too many, or when a request's headers do not come."""

    _patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        if len(self.connections) > MAX_CONNECTIONS:
            transport.abort()
        else:
            self._watch()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Wait for headers, unless a request is being answered; bytes that trickle in do not buy more time."""
        if self.cycle is not None and not self.cycle.response_complete:
            self._forget()
        elif self._patience is None:
            self._patience = self.loop.call_later(HEADER_SECONDS, self._give_up)

    def _forget(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None

    def _give_up(self) -> None:
        self._patience = None
        if self.cycle is None or self.cycle.response_complete:
            self.transport.abort()


class HttpServer:
    """One ASGI application behind one port, on the running event loop."""

    def __init__(self, app: Starlette, *, identity: ServerIdentity | None = None) -> None:
        self._config = uvicorn.Config(
            app,
            http=_Connection,
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            lifespan="off",
            ws="none",
            timeout_graceful_shutdown=2,
            ssl_certfile=identity.certificate_file if identity else None,
            ssl_keyfile=identity.key_file if identity else None,
        )
        self._server = uvicorn.Server(self._config)
        self._serving: asyncio.Task[None] | None = None

    async def start(self, address: str, port: int = 0) -> int:
        """Listen; gives the port. Raises `OSError` where it is taken."""
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address, port))
        except OSError:
            listener.close()
            raise
        self._serving = asyncio.create_task(self._server.serve(sockets=[listener]))
        while not self._server.started and not self._serving.done():
            await asyncio.sleep(0.005)
        if self._serving.done():
            await self._serving
        return int(listener.getsockname()[1])

    async def stop(self) -> None:
        """Answer what was asked, then close."""
        if self._serving is not None:
            self._server.should_exit = True
            await self._serving
