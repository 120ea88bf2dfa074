from datetime import UTC, datetime, timedelta

import pytest

from nornir_smartlic.errors import UsageError
from smartlic_lab.world.clock import VirtualClock, parse_span

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


class RealTime:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("30d", timedelta(days=30)),
        ("1d12h", timedelta(days=1.5)),
        ("90m", timedelta(minutes=90)),
        ("2w", timedelta(days=14)),
        ("0.5s", timedelta(seconds=0.5)),
    ],
)
def test_a_span_is_numbers_with_units(text, span):
    assert parse_span(text) == span


@pytest.mark.parametrize("text", ["", "30", "d", "-3d", "3 days", "1e9d", "9999999999w"])
def test_anything_else_is_no_span(text):
    with pytest.raises(UsageError):
        parse_span(text)


def test_a_still_clock_moves_only_by_hand():
    real = RealTime()
    clock = VirtualClock(START, monotonic=real)
    real.seconds = 1000
    assert clock.now() == START
    clock.move_to(START + timedelta(days=1))
    assert clock.now() == START + timedelta(days=1)


def test_a_clock_passes_at_its_speed_and_changes_speed_without_a_jump():
    real = RealTime()
    clock = VirtualClock(START, 60, monotonic=real)
    real.seconds = 10
    assert clock.now() == START + timedelta(minutes=10)
    clock.speed = 1
    real.seconds = 11
    assert clock.now() == START + timedelta(minutes=10, seconds=1)


def test_a_clock_never_goes_back():
    clock = VirtualClock(START)
    clock.move_to(START - timedelta(days=1))
    assert clock.now() == START


def test_a_speed_below_zero_is_refused():
    with pytest.raises(UsageError):
        VirtualClock(START).speed = -1
