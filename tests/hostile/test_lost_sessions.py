"""A connection that breaks while lines are sent: how far it came is said, and the next request connects anew."""

from __future__ import annotations

from typing import Any

import pytest

from nornir_smartlic.doors import door_of
from nornir_smartlic.errors import SessionLost
from nornir_smartlic.operations.conversation import Configure, Show
from tests.hostile.device import FakeDevice, Shell

LINES = ("license smart url default", "hostname sw2", "license smart usage interval 7", "end-of-it")


@pytest.mark.parametrize("door", ["netmiko", "scrapli", "asyncssh"])
@pytest.mark.parametrize(
    ("cut_at", "sent", "unknown"),
    [("configure terminal", 0, 0), (LINES[0], 0, 1), (LINES[2], 2, 1), ("end", 4, 0)],
)
def test_a_lost_push_says_how_many_lines_were_answered(
    door: str, cut_at: str, sent: int, unknown: int, unchecked: dict[str, Any]
):
    async def cut(shell: Shell) -> None:
        shell.cut()

    with FakeDevice({cut_at: cut}) as device:
        opened = door_of(device.host(door, **unchecked))
        with pytest.raises(SessionLost) as caught:
            opened.answer(Configure(LINES))
        error = caught.value
        assert (error.lines_sent, error.lines_total, error.lines_unknown) == (sent, 4, unknown)
        assert (error.host, error.command) == ("sw1", cut_at)
        assert f"{sent} of 4 lines were answered" in str(error)
        assert "12:00:00.000 UTC" in opened.answer(Show("show clock")).text
