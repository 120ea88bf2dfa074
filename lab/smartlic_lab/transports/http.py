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

from smartlic_lab.world import World
from smartlic_lab.world.certificates import ServerIdentity
from smartlic_lab.world.network import DeliveryFailed, HttpRequest

MAX_BODY: Final = 64 * 1024 * 1024  # a bundle of a thousand devices' reports has a few megabytes
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
        try:
            body = await _body(request)
        except BodyTooLarge:
            return Response(
                '{"status":"ERROR","statusMessage":"request too large"}', 413, media_type="application/json"
            )
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


async def _body(request: Request) -> bytes:
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > MAX_BODY:
        raise BodyTooLarge
    pieces, size = [], 0
    async for piece in request.stream():
        size += len(piece)
        if size > MAX_BODY:
            raise BodyTooLarge
        pieces.append(piece)
    return b"".join(pieces)


class HttpServer:
    """One ASGI application behind one port, on the running event loop."""

    def __init__(self, app: Starlette, *, identity: ServerIdentity | None = None) -> None:
        self._config = uvicorn.Config(
            app,
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
