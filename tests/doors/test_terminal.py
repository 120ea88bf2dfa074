"""What doors over a terminal do alike."""

from __future__ import annotations

import hashlib
import logging

import pytest

from nornir_smartlic.doors.terminal import answered, hidden, read_over_terminal, taken, typed
from nornir_smartlic.errors import CommandRefused, Refused
from nornir_smartlic.model import Secret
from nornir_smartlic.operations.conversation import Exec

TOKEN = Secret("ZmFrZS10b2tlbg")


def test_the_secret_is_typed_and_nothing_else_shows_it():
    request = Exec("license smart trust idtoken {secret} all", secrets=(TOKEN,))
    assert typed(request) == "license smart trust idtoken ZmFrZS10b2tlbg all"
    assert "ZmFrZS10b2tlbg" not in repr(request)


def test_an_echo_of_the_secret_is_hidden_in_answers_and_errors():
    assert (
        answered("x", "license smart trust idtoken ZmFrZS10b2tlbg", [TOKEN]) == "license smart trust idtoken ********"
    )
    with pytest.raises(CommandRefused) as caught:
        taken("key ZmFrZS10b2tlbg", "% Invalid key ZmFrZS10b2tlbg", [TOKEN])
    assert str(caught.value) == "key ********: % Invalid key ********"


def test_a_log_does_not_show_the_secret(caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    with hidden([TOKEN], ["some.library"]):
        logging.getLogger("some.library").debug("write: %s", b"idtoken ZmFrZS10b2tlbg")
    assert caplog.messages == ["write: b'idtoken ********'"]


def over_terminal(text: str, digest: str) -> bytes:
    conversation = read_over_terminal("flash:f.txt")
    assert next(conversation) == "more flash:f.txt"
    assert conversation.send(text) == "verify /md5 flash:f.txt"
    with pytest.raises(StopIteration) as stop:
        conversation.send(f".....Done!\nverify /md5 (flash:f.txt) = {digest}\n")
    data: bytes = stop.value.value
    return data


@pytest.mark.parametrize("content", [b"<a>\n<b/>\n</a>", b"<a>\n<b/>\n</a>\n"])
def test_a_file_read_over_the_terminal_is_proved_by_its_digest(content: bytes):
    shown = content.decode().strip("\n") + "\n"
    assert over_terminal(shown, hashlib.md5(content).hexdigest()) == content


def test_a_file_that_the_terminal_garbled_is_not_taken():
    conversation = read_over_terminal("flash:f.txt")
    next(conversation)
    conversation.send("garbled\n")
    with pytest.raises(Refused, match="garbled the file"):
        conversation.send(f"verify /md5 (flash:f.txt) = {hashlib.md5(b'whole').hexdigest()}")
