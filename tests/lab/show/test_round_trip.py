"""What the lab prints, held to the captures: render(parse(capture)) is the capture, byte for byte."""

from __future__ import annotations

import re

import pytest

from nornir_smartlic.parsers import parse
from smartlic_lab.cli.roundtrip import imprint, roundtrip
from tests.captures import capture, captures, command_of

pytestmark = pytest.mark.captures

NOT_RENDERED = {  # command -> why there is nothing to compare
    "show running-config": "the model holds what licensing needs of it; the device renders its configuration",
}
RENDERED = [path for path in captures() if command_of(path) not in NOT_RENDERED]


@pytest.mark.parametrize("path", RENDERED)
def test_a_capture_is_printed_again_byte_for_byte(path: str) -> None:
    assert roundtrip(capture(path), command_of(path)) == ""


@pytest.mark.parametrize("path", RENDERED)
def test_an_imprint_holds_no_value_of_the_state(path: str) -> None:
    """White space, titles, keys and the prompt: the words behind a colon come from the model."""
    found = imprint(capture(path), command_of(path))
    for _, gaps in found.spacing.lines:
        assert "".join(gaps).strip() == ""
    for _, blanks in found.spacing.blanks:
        assert "".join(blanks).strip() == ""
    assert not any(re.search(r"\d{2}:\d{2}:\d{2}|SN:", words) for words in found.trust or ())


@pytest.mark.parametrize(
    "path",
    [
        "show-license-all/genie-c9300-stack3-agent5.3.10-callhome-default-policy.txt",
        "show-license-all/genie-c9350-stack3-agent6.3.10-smart-trustcode-type.txt",
        "show-license-tech-support/genie-c9500-svl-agent6.3.7-smart-offline.txt",
        "show-license-status/genie-c9300-stack3-cslu-custom-policy.txt",
        "show-license-summary/genielibs-c9300-48-with-account.txt",
        "show-license-usage/genie-c9300-stack3.txt",
        "show-license-eventlog/genie-c9300-eventlog-days.txt",
        "show-license-rum-id-detail/genie-c9300-entitlement-acked.txt",
    ],
)
def test_captures_that_nobody_edited_have_the_usual_white_space(path: str) -> None:
    lines = imprint(capture(path), command_of(path)).spacing.lines
    assert all(gaps[-1] == "" for _, gaps in lines)  # but for blanks at the ends of lines, which get lost
    assert imprint(capture(path), command_of(path)).spacing.blanks == ()


SURROUNDINGS = {
    "CRLF": lambda text: text.replace("\n", "\r\n"),
    "prompts": lambda text: f"sw1#show license status\n{text}\nsw1#\n",
    "log": lambda text: text.replace("Transport:", f"{LOG_LINE}\nTransport:"),
    "indented": lambda text: "".join(f"    {line}" for line in text.splitlines(keepends=True)),
    "unended": lambda text: text.rstrip("\n"),
    "blank": lambda text: f"\n\n{text}\n \n",
    "dense": lambda text: text.replace("\n\n", "\n"),
    "pager": lambda text: text.replace("\nPolicy:", "\n --More-- \nPolicy:").replace("\nUsage", "\n--More--\nUsage"),
    "CRCRLF": lambda text: text.replace("\n", "\r\r\n"),
    "one CRLF": lambda text: text.replace("\n", "\r\n", 1),
    "mark": lambda text: f"\ufeff{text}",
    "prompt twice": lambda text: f"sw1#show license status\n{text}\nsw1#\nsw1#\n\n",
    "header": lambda text: f"sw1#show license status\n{HEADER}\n{text}",
    "indented header": lambda text: "".join(f"  {line}" for line in f"{HEADER}\n{text}".splitlines(keepends=True)),
}
HEADER = (
    "Load for five secs: 1%/0%; one minute: 2%; five minutes: 3%\nNo time source, *17:05:54.449 UTC Mon Jul 29 2024\n"
)
LOG_LINE = "*Feb  3 10:00:00.001: %SMART_LIC-6-AGENT_ENABLED: Smart Agent for Licensing is enabled"


@pytest.mark.parametrize("name", SURROUNDINGS)
def test_what_stands_around_an_output_is_printed_again_too(name: str) -> None:
    path = "show-license-status/ntc4-slp-smart-proxy-telemetry-noreporting.txt"
    assert roundtrip(SURROUNDINGS[name](capture(path)), "show license status") == ""


@pytest.mark.parametrize("path", ["show-version/genie-c9800.txt", "show-call-home-smart-licensing/genie-active.txt"])
def test_the_clock_header_of_an_output_that_has_no_place_for_it_is_printed_again(path: str) -> None:
    assert roundtrip(f"{HEADER}\n{capture(path)}", command_of(path)) == ""


@pytest.mark.parametrize(
    ("printed", "other"),
    [
        ("Init Flag Check: Expired Not Rescheduled", "Init Flag Check: Not Available"),
        (r"(Daily: .*?) \(.*\)", r"\1 (1 day, 1 hour, 0 minutes, 1 seconds remaining)"),
        (r"^(P:[^,]*,S:[^:]*): .*$", r"\1: \1, state[1], NOT INSTALLED"),
        ("Overall State: .*", "Overall State: Insufficient trust for direct communication"),
        ("    Failure Reason: .*\n", ""),
        ("(?s)Maximum Display: .*?Status: Ready", ""),
    ],
)
def test_what_genie_has_seen_in_other_tech_supports_is_printed_again(printed: str, other: str) -> None:
    """Source: the expected values in Genie's own tests, of outputs that are not among the captures."""
    path = "show-license-tech-support/genie-c9500-svl-agent6.3.7-smart-offline.txt"
    text = re.sub(printed, other, capture(path), flags=re.MULTILINE)
    assert text != capture(path)
    assert parse(command_of(path), text).unparsed == ()
    assert roundtrip(text, command_of(path)) == ""


def test_a_wrong_word_is_a_difference() -> None:
    """The round trip fails when it should: what the model does not hold is not printed."""
    text = capture("show-license-status/ntc4-slp-smart-proxy-telemetry-noreporting.txt")
    assert "+    Password: <empty>" in roundtrip(text.replace("Password: <empty>", "Password: ********"))
