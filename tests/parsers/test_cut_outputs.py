"""A session cut in the middle: an error that says so, never a half-true state."""

from __future__ import annotations

import pytest

from nornir_smartlic.errors import ParseError
from nornir_smartlic.parsers import parse
from tests.captures import capture, captures, command_of

pytestmark = pytest.mark.captures

# Where an output may end for all that anybody can know: what follows is not printed by every agent, or it is a list
# whose length nothing else shows.
MAY_END = (
    "  No Purchase Information Available#",  # agent 5.1
    "Derived Licenses:",
    "Device Enforcement State:",
    "Device Telemetry Report Summary:",
    "Reservation Info",
    "  Standby: PID:C9300-24U,SN:FHH2043P09E",  # of the list of trust codes in show license status
    "    hseck9:  (3)",
)
WHOLE = ("show license all", "show license status", "show license tech support")


@pytest.mark.parametrize("path", [path for path in captures() if command_of(path) in WHOLE])
def test_an_output_that_is_cut_is_an_error_wherever_it_is_cut(path: str) -> None:
    command, text = command_of(path), capture(path)
    whole = parse(command, text).value
    lines = text.splitlines(keepends=True)
    last = _last_certain_line(command, lines)
    for number in range(1, last):
        for part in (0.0, 0.5, 0.9):
            cut = "".join(lines[:number]) + lines[number][: int(len(lines[number]) * part)]
            try:
                value = parse(command, cut).value
            except ParseError:
                continue
            assert value == whole, f"cut in line {number + 1}: {lines[number]!r}"


def _last_certain_line(command: str, lines: list[str]) -> int:
    """The number of lines before the first place where the output may end."""
    ends = MAY_END[-1:] if command == "show license tech support" else MAY_END
    for number, line in enumerate(lines):
        if line.rstrip() in ends:
            blank = number
            while not lines[blank - 1].strip():
                blank -= 1
            return blank
    return len(lines) - 1


@pytest.mark.parametrize(
    ("command", "text", "says"),
    [
        ("show license summary", "License Usage:\n", "expected the table of licences"),
        (
            "show license summary",
            "License Usage:\n  License                 Entitlement Tag               Count Status\n  -----\n",
            "the output ends where a licence was expected",
        ),
        (
            "show license summary",
            "License Usage:\n  License   Entitlement Tag   Count Status\n  ----\n  network-advantage       (C9300-24",
            "line 4: 'network-advantage       (C9300-24'",
        ),
        (
            "show license udi",
            "UDI: PID:C9300-24T,SN:FOC00000001\n\nHA UDI List:\n",
            "ends where 'Active:' was expected",
        ),
        ("show license usage", "License Authorization:\n  Status: Not Applicable\n", "the output is not whole"),
        ("show version", "Cisco IOS XE Software, Version 17.12.04\n", "the output is not whole"),
        ("show clock", "", "there is no output"),
        ("show license all", "sw1#show license all\n\nsw1#", "there is no output"),
        ("show license status", "Utility:\n  Status: DISABLED\n --More-- ", "the pager stopped the output"),
    ],
)
def test_what_is_missing_is_named(command: str, text: str, says: str) -> None:
    with pytest.raises(ParseError) as raised:
        parse(command, text)
    assert says in str(raised.value)


def test_an_error_names_the_command_the_line_and_what_was_expected() -> None:
    text = capture("show-license-status/genie-c9300-stack3-cslu-custom-policy.txt")
    with pytest.raises(ParseError) as raised:
        parse("show license status", text.replace("  Type: cslu", "  Type: csl"))
    assert raised.value.line_number == 21
    assert str(raised.value) == (
        "show license status line 21: 'Type: csl' - expected one of cslu, Smart, Callhome, Transport Off, Automatic"
    )


def test_a_command_that_the_device_refused_is_an_error_that_says_so() -> None:
    text = "sw1#show license rum id all\n                 ^\n% Invalid input detected at '^' marker.\n\nsw1#"
    with pytest.raises(ParseError, match="the device refused the command"):
        parse("show license rum id all", text)
