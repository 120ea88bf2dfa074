"""What is read by its shape is what the functions give that own the grammar, and where no shape fits, they read."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nornir_smartlic.errors import ParseError
from nornir_smartlic.model import Secret
from nornir_smartlic.parsers import parse, shapes, state
from nornir_smartlic.parsers.instants import instant
from nornir_smartlic.parsers.section import Problem
from nornir_smartlic.parsers.shapes import Shapes
from tests.parsers.mutations import TIME, mutated, of_another_device, texts

SECTIONED = ("all", "authorization", "reservation", "status", "tech support", "udi", "usage")
READERS = [(command, text) for command, text in texts() if command.removeprefix("show license ") in SECTIONED]
TOKENS = (
    "Aug 17 25:61:00 2022 UTC", "Feb 29 01:02:03 2023 UTC", "Feb  9 01:02:03 2023 UTC", "Feb 9 01:02:03 2023 UTC",
    "Aug 17 01:02:03 2022 CEST", "Aug 17 01:02:03 2022 IST", "Aug 17 01:02:03 2022", "Aug 17 01:02:03 2022 +02",
    "Aug 17 01:02:03 0000 UTC", "aug 17 01:02:03 2022 UTC", "Aug 17 01:02:03.123 2022 UTC", "<none>", "None", "",
    "0", "00", "007", "1", "-1", "1_000", "²", "9" * 15, "9" * 40, "FOC1", "FOC0000000012345", "foc00000001", "FOC 1",
    "1 days", "1 day, 2 hours", "0 seconds", "1 hours 2 minutes", "999999 days, 1 second", "9999999 weeks",
)  # fmt: skip


@lru_cache(maxsize=1)
def taught() -> None:
    """Let the parsers learn the shapes of every text, from devices of its fleet."""
    chance = random.Random(3)
    for command, text in READERS:
        for _ in range(24):
            parse(command, of_another_device(text, chance))


@contextmanager
def without_shapes() -> Iterator[None]:
    forget_texts()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Shapes, "find", lambda self, text: None)
        yield
    forget_texts()


def forget_texts() -> None:
    state._known.clear()


def told(command: str, text: str) -> str:
    """All that is told of *text*: the values with their types, what was left over, or the error."""
    try:
        return repr(parse(command, text))
    except ParseError as error:
        return f"{error} {error.line_number} {error.line!r}"


def assert_alike(command: str, text: str) -> None:
    fast = told(command, text)
    with without_shapes():
        assert fast == told(command, text)


@pytest.mark.parametrize(("command", "text"), READERS)
def test_a_device_of_a_fleet_is_read_by_shapes_alone(command: str, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    # Begun anew: tests before this one may have met so much of no use that hardly anything is learned any more.
    forget_texts()
    state._shapes.cache_clear()
    taught.cache_clear()
    chance = random.Random(4)
    for _ in range(64):
        parse(command, of_another_device(text, chance))
    other = of_another_device(text, chance)
    assert_alike(command, other)
    read = state.Piece.read
    calls: list[str] = []
    monkeypatch.setattr(state.Piece, "read", lambda self, rule: calls.append(self.text) or read(self, rule))
    parse(command, other)
    assert [text for text in calls if TIME.search(text)] == []


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_a_garbled_output_of_a_known_fleet_gives_what_it_gives_without_shapes(seed: int) -> None:
    taught()
    chance = random.Random(seed)
    command, text = chance.choice(READERS)
    assert_alike(command, mutated(of_another_device(text, chance), chance))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(min_value=0, max_value=2**32), token=st.sampled_from(TOKENS) | st.text(max_size=12))
def test_other_tokens_give_what_they_give_without_shapes(seed: int, token: str) -> None:
    taught()
    chance = random.Random(seed)
    command, text = chance.choice(READERS)
    text = of_another_device(text, chance)
    places = shapes.tokens_of(text)
    for place in sorted(chance.sample(places, min(len(places), chance.randint(1, 3))), key=lambda at: -at.start):
        other = token if chance.random() < 0.7 else chance.choice(places).text
        text = text[: place.start] + other + text[place.end :]
    assert_alike(command, text)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_a_plain_paragraph_is_cut_as_any_other(seed: int) -> None:
    chance = random.Random(seed)
    text = mutated(chance.choice(READERS)[1], chance)
    for paragraph in text.rsplit("\n\n"):
        found = state._cut(paragraph)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(state, "_is_plain", lambda _: False)
            assert repr(state._cut(paragraph)) == repr(found)


def test_threads_learn_and_read_at_once() -> None:
    chance = random.Random(5)
    work = [(command, of_another_device(text, chance)) for command, text in READERS for _ in range(6)]
    with without_shapes():
        expected = [told(*item) for item in work]
    state._shapes.cache_clear()
    with ThreadPoolExecutor(8) as pool:
        for _ in range(3):
            assert list(pool.map(lambda item: told(*item), work)) == expected
            forget_texts()


# What a shape may be made of, with readers of a line.


def fleet(read: Any, *lines: str) -> Shapes[Any]:
    found: Shapes[Any] = Shapes(read)
    for line in lines:
        found.find(line)
    return found


def test_a_shape_is_learned_once_a_few_texts_have_none() -> None:
    times = [f"at Aug 17 01:02:0{second} 2022 UTC" for second in range(6)]
    assert fleet(lambda line: instant(line[3:]), *times[:2]).find(times[5]) is None
    assert fleet(lambda line: instant(line[3:]), *times[:5]).find(times[5]) == instant(times[5][3:])


def test_a_number_is_a_token_once_it_was_seen_to_change() -> None:
    calls: list[str] = []

    def read(line: str) -> tuple[int, ...]:
        calls.append(line)
        return tuple(map(int, re.findall(r"\d+", line)))

    found = fleet(read, *(f"of {number} there are 9" for number in (*range(1, 20),)))
    calls.clear()
    assert found.find("of 523 there are 9") == (523, 9)
    assert calls == []
    assert found.find("of 523 there are 8") is None


def test_zero_is_read_where_it_is_a_number_like_others_only() -> None:
    plain = fleet(lambda line: int(line.split()[1]), *(f"n {number} x" for number in range(1, 20)))
    special = fleet(lambda line: int(line.split()[1]) or None, *(f"n {number} x" for number in range(1, 20)))
    assert plain.find("n 0 x") == 0
    assert special.find("n 0 x") is None
    assert special.find("n 7 x") == 7


@pytest.mark.parametrize(
    "read",
    [
        lambda line: line.split()[1] == line.split()[3],  # compared
        lambda line: len(line),  # counted
        lambda line: int(line.split()[1]) * 2,  # reckoned with
        lambda line: int(line.split()[1]) + int(line.split()[3]),  # put together
        lambda line: (int(line.split()[1]), int(line.split()[1]) > 500),  # its size matters
        lambda line: (int(line.split()[1]), len(line.split()[1])),  # its width matters
        lambda line: (int(line.split()[1]), line.split()[1] == line.split()[3]),  # whether it is equal to another
        lambda line: timedelta(days=int(line.split()[1])),  # another value than a number
        lambda line: (int(line.split()[1]), Secret(line.split()[1])),  # not shown
    ],
)
def test_a_text_has_no_shape_where_a_token_tells_more_than_itself(read: Any) -> None:
    chance = random.Random(6)
    lines = [f"a {chance.randrange(1000)} b {chance.randrange(1000)}" for _ in range(200)]
    found = fleet(read, *lines)
    for line in [*lines, "a 5 b 5", "a 900 b 1", "a 1 b 900"]:
        assert found.find(line) in (None, read(line))


def test_a_text_that_is_not_read_has_no_shape_and_raises_nothing() -> None:
    def read(line: str) -> Any:
        raise Problem("expected something else", line)

    found = fleet(read, *(f"n {number}" for number in range(50)))
    assert found.find("n 1") is None


def test_what_cannot_be_learned_is_tried_ever_less() -> None:
    reads: list[str] = []

    def read(line: str) -> Any:
        reads.append(line)
        return int(line[2:]) if line[0] == "n" else len(line)

    def tried(other: str) -> int:
        return len([line for line in reads if line[0] == other[0]])

    lines = [f"{word} {number}" for number in range(1, 1000) for word in ("n", "o")]
    found = fleet(read, *lines)
    assert found.find("n 5000") == 5000
    assert tried("o") < 50


def test_what_is_kept_is_bounded() -> None:
    found = fleet(lambda line: line, *(f"{'x' * (at // 32)} {at % 32 + 1} x" for at in range(4000)))
    assert len(found._shapes) <= 16
    assert len(found._seen) <= 16
    chance = random.Random(7)
    for _ in range(3000):
        with pytest.raises(ParseError):
            parse("show license status", "".join(chance.choice("abcdefgh") for _ in range(30)))
    assert state._shapes.cache_info().currsize <= 512
