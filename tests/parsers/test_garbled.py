"""Garbled texts: a model or a ParseError, never another exception, and in linear time."""

from __future__ import annotations

import random
import time
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nornir_smartlic.errors import ParseError
from nornir_smartlic.parsers import PARSERS, identify, parse
from tests.parsers.mutations import mutated, texts

SEEDS = st.integers(min_value=0, max_value=2**32)


def _parses_or_refuses(command: str, text: str) -> None:
    with suppress(ParseError):
        parse(command, text)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=SEEDS)
def test_a_mutated_output_gives_a_model_or_a_parse_error(seed: int) -> None:
    chance = random.Random(seed)
    command, text = chance.choice(texts())
    _parses_or_refuses(command, mutated(text, chance))


@settings(max_examples=200, deadline=None)
@given(command=st.sampled_from(sorted(PARSERS)), noise=st.binary(max_size=400))
def test_random_bytes_give_a_model_or_a_parse_error(command: str, noise: bytes) -> None:
    _parses_or_refuses(command, noise.decode("latin-1"))


@settings(max_examples=200, deadline=None)
@given(command=st.sampled_from(sorted(PARSERS)), text=st.text(max_size=200))
def test_random_text_gives_a_model_or_a_parse_error(command: str, text: str) -> None:
    _parses_or_refuses(command, text)
    identify(text)


@settings(max_examples=100, deadline=None)
@given(seed=SEEDS)
def test_an_output_given_to_the_parser_of_another_command_is_refused_or_read(seed: int) -> None:
    chance = random.Random(seed)
    _, text = chance.choice(texts())
    _parses_or_refuses(chance.choice(sorted(PARSERS)), text)


@pytest.mark.parametrize(
    ("section", "line"),
    [
        (
            "Usage Reporting:\n  Last ACK received: <none>\n  Next ACK deadline: <none>\n",
            "  Reporting push interval: 1000000000000  days",
        ),
        (
            "License Authorization:\n  Status: EVAL MODE\n",
            "  Evaluation Period Remaining: 1000000000000 days",
        ),
    ],
)
def test_a_span_that_is_too_long_is_refused(section: str, line: str) -> None:
    with pytest.raises(ParseError, match=r"expected a (span|number) that is not as l"):
        parse("show license status", section + line)


@pytest.mark.parametrize("command", sorted(PARSERS))
@pytest.mark.parametrize(
    "line", ["x" * 50, "a: b", "Status: ENABLED", "  Active: PID:A,SN:B", " ", "%A-3-B: x", "Trustpoint a:"]
)
def test_time_grows_no_faster_than_the_text(command: str, line: str) -> None:
    short, long = (_seconds(command, f"{line}\n" * count) for count in (2000, 16000))
    assert long < 0.05 + short * 24  # eight times the lines; three times as much again for a busy machine


def _seconds(command: str, text: str) -> float:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()  # of this process alone, whatever else the machine does
        _parses_or_refuses(command, text)
        best = min(best, time.process_time() - start)
    return best


@pytest.mark.parametrize(
    ("command", "unit"),
    [
        ("show platform hardware throughput crypto", "Crypto Throughput is not throttled\n"),
        ("show platform hardware throughput crypto", "Current boot level is network-premier\n"),
        ("show license rum id detail", "Report Id: 1\n"),
        ("show license eventlog", '2021-11-17 03:31:32.920 UTC SAEVT_X a="b" '),
        ("show license authorization", "Overall status:\n  Active: PID:A,SN:B\n"),
        ("show license history message", "Request: Jan 05 10:00:00 2026 UTC\n"),
        ("show version", "cisco "),
        ("show logging", "%A-A-"),
        ("show running-config", "interface a\n vrf forwarding b\n"),
        ("show license status", "\r"),
        ("show license status", "sw1#\n"),
        ("show license status", "   "),
    ],
)
def test_what_was_slow_once_takes_time_as_its_size_does(command: str, unit: str) -> None:
    short, long = (_seconds(command, unit * (size // len(unit)) + "x") for size in (40_000, 320_000))
    assert long < 0.1 + short * 24
