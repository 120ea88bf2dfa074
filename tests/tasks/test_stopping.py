"""When a conversation ends before it is through: its time is over."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nornir_smartlic.errors import TimedOut
from nornir_smartlic.operations.conversation import Answer, Configure, Request, Show, Wait
from nornir_smartlic.tasks.stopping import Stop, Stoppable


class Clock:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        monkeypatch.setattr("nornir_smartlic.tasks.stopping.time.monotonic", lambda: self.now)

    def answer(self, request: Request) -> Answer:
        """Every request takes 40 s, a wait its span."""
        self.now += request.span.total_seconds() if isinstance(request, Wait) else 40
        return Answer()


def test_a_device_that_is_slow_at_every_step_ends_at_its_overall_limit(monkeypatch: pytest.MonkeyPatch):
    asked = Stoppable(Clock(monkeypatch).answer, Stop(), seconds=100)
    for _ in range(3):
        asked.answer(Show("show clock"))
    with pytest.raises(TimedOut, match=r"^not done within 100 s \(limit overall\): nothing was changed$"):
        asked.answer(Show("show clock"))


def test_a_change_is_finished_after_the_limit_and_waiting_is_not(monkeypatch: pytest.MonkeyPatch):
    clock = Clock(monkeypatch)
    asked = Stoppable(clock.answer, Stop(), seconds=60)
    for _ in range(3):
        asked.answer(Configure(("license smart transport smart",)))
    with pytest.raises(TimedOut, match="it was waited for trust"):
        asked.answer(Wait(timedelta(seconds=5), "for trust"))
    assert clock.now == 120


def test_a_wait_ends_with_the_limit(monkeypatch: pytest.MonkeyPatch):
    clock = Clock(monkeypatch)
    with pytest.raises(TimedOut):
        Stoppable(clock.answer, Stop(), seconds=60).answer(Wait(timedelta(hours=1)))
    assert clock.now == 60
