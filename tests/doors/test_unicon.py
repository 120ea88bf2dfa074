"""The door over a pyATS device writes no secret into unicon's log, however the echo comes."""

from __future__ import annotations

import logging
from types import SimpleNamespace
from typing import Any

import pytest

from nornir_smartlic.errors import Unreachable
from nornir_smartlic.model import Secret
from nornir_smartlic.operations.conversation import Configure, Exec, Show

pytest.importorskip("unicon")
from unicon.core.errors import SubCommandFailure

from nornir_smartlic.pyats import UniconDoor

TOKEN = Secret("ZmFrZS10b2tlbi1vZi1hLXRlc3Q")


class Device:
    """Logs what is typed, and its echo in two pieces, as unicon does."""

    name = "sw1"

    def __init__(self) -> None:
        self.log = logging.getLogger("unicon.of-a-test")
        self.connectionmgr = SimpleNamespace(connections={"cli": SimpleNamespace(log=self.log, spawn=None)})

    def execute(self, line: str, **_: Any) -> str:
        self.log.warning("executing command %r", line)
        self.log.warning(line[:40])
        self.log.warning(line[40:])
        if "fail" in line:
            raise SubCommandFailure(line)
        return line

    def configure(self, lines: list[str]) -> str:
        return self.execute("\n".join(lines))


def test_a_token_stands_in_no_log_and_no_error(caplog: pytest.LogCaptureFixture):
    door = UniconDoor(Device())
    answer = door.answer(Exec("license smart trust idtoken {secret} all", secrets=(TOKEN,)))
    door.answer(Configure((f"key {TOKEN.reveal()}",), secrets=(TOKEN,)))
    with pytest.raises(Unreachable) as caught:
        door.answer(Exec("fail {secret}", secrets=(TOKEN,)))
    assert caplog.text == ""
    assert TOKEN.reveal() not in answer.text + repr((caught.value, caught.value.__cause__, caught.value.__context__))


def test_what_has_no_secret_is_logged_as_before(caplog: pytest.LogCaptureFixture):
    UniconDoor(Device()).answer(Show("show clock"))
    assert "show clock" in caplog.text
