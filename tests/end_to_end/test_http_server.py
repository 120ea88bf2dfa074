"""The lab's HTTP servers against clients that hold them up: slow headers, many connections, large bodies."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack

import httpx
import pytest

from smartlic_lab.running.lab import Lab
from smartlic_lab.transports import http

CSLU = {"authorities": [{"name": "cslu", "kind": "cslu"}]}


@pytest.fixture
def cslu(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, int]]:
    """Where a CSLU listens, whose patience and room are small."""
    monkeypatch.setattr(http, "HEADER_SECONDS", 0.3)
    monkeypatch.setattr(http, "BODY_SECONDS", 0.3)
    monkeypatch.setattr(http, "MAX_CONNECTIONS", 8)
    monkeypatch.setattr(http, "MAX_UNKNOWN_BODY", 1000)
    with Lab.from_dict(CSLU) as lab:
        yield lab.ports["cslu"]


def _connect(address: tuple[str, int]) -> socket.socket:
    return socket.create_connection(address, timeout=10)


def _ask(address: tuple[str, int], body: bytes) -> int:
    host, port = address
    return httpx.post(f"http://{host}:{port}/cslu/v1/pi", content=body, trust_env=False).status_code


def test_who_sends_no_headers_is_cut_off_and_others_are_served(cslu: tuple[str, int]) -> None:
    with _connect(cslu) as silent, _connect(cslu) as slow:
        slow.sendall(b"POST /cslu/v1/pi HTTP/1.1\r\nHost: x\r\n")
        assert _ask(cslu, b"{}") == 400
        assert [silent.recv(1), slow.recv(1)] == [b"", b""]


def test_a_connection_that_is_kept_gets_no_more_patience(cslu: tuple[str, int]) -> None:
    with _connect(cslu) as kept:
        kept.sendall(b"GET /cslu/v1/pi HTTP/1.1\r\nHost: x\r\n\r\n")
        assert kept.recv(9) == b"HTTP/1.1 "
        kept.sendall(b"GET /cslu")
        while kept.recv(4096):
            pass


def test_a_body_that_does_not_come_is_answered_408(cslu: tuple[str, int]) -> None:
    with _connect(cslu) as slow:
        slow.sendall(b"POST /cslu/v1/pi HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
        assert slow.recv(4096).startswith(b"HTTP/1.1 408")


def test_one_connection_too_many_is_closed(cslu: tuple[str, int]) -> None:
    with ExitStack() as stack:
        crowd = [stack.enter_context(_connect(cslu)) for _ in range(12)]
        try:
            last = crowd[-1].recv(1)
        except ConnectionResetError:
            last = b""
        assert last == b""


def test_a_large_body_needs_a_login(cslu: tuple[str, int]) -> None:
    assert _ask(cslu, b"x" * 1001) == 413
    assert _ask(cslu, b"x" * 999) == 400
