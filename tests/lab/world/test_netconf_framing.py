"""RFC 6242: messages end with ]]>]]>, or come in chunks, in pieces of any size."""

from __future__ import annotations

import pytest

from smartlic_lab.transports import netconf
from smartlic_lab.transports.netconf import Framing, FramingError

MESSAGES = ["<a/>", "<b>größer als\n##\nund\n#4\n</b>", ""]


def framed(*, chunked: bool) -> bytes:
    framing = Framing()
    framing.chunked = chunked
    return b"".join(framing.frame(message) for message in MESSAGES[:2])


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("chunked", [True, False])
def test_messages_are_found_however_they_arrive(size, chunked):
    framing = Framing()
    framing.chunked = chunked
    data = framed(chunked=chunked)
    found = []
    for start in range(0, len(data), size):
        found += list(framing.feed(data[start : start + size]))
    assert [message.strip() for message in found] == MESSAGES[:2]


def test_a_message_may_come_in_many_chunks():
    framing = Framing()
    framing.chunked = True
    assert list(framing.feed(b"\n#2\n<a\n#2\n/>\n##\n")) == ["<a/>"]


def test_framing_changes_after_the_hello():
    framing = Framing()
    messages = framing.feed(b"<hello/>]]>]]>\n#4\n<a/>\n##\n")
    assert next(messages) == "<hello/>"
    framing.chunked = True
    assert list(messages) == ["<a/>"]


@pytest.mark.parametrize(
    "data", [b"<rpc/>", b"\n#0\n", b"\n#01\n", b"\n#x\n", b"\n##4\n", b"\n#99999999999\n", b"\n#\n\n"]
)
def test_bytes_that_are_no_chunk_end_the_session(data):
    framing = Framing()
    framing.chunked = True
    with pytest.raises(FramingError):
        list(framing.feed(data + b" " * 20))


@pytest.mark.parametrize("chunked", [True, False])
def test_a_message_without_end_is_cut_off(chunked, monkeypatch):
    monkeypatch.setattr(netconf, "MAX_MESSAGE", 1000)
    framing = Framing()
    framing.chunked = chunked
    piece = b"\n#100\n" + b"x" * 100
    assert list(framing.feed(piece)) == []
    with pytest.raises(FramingError):
        list(framing.feed(piece * 100))
