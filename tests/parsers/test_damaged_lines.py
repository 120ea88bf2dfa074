"""A line that lost its end, or its line break, gives no wrong value: it is refused, or left unparsed."""

from __future__ import annotations

from pathlib import Path

import pytest

from nornir_smartlic.errors import ParseError
from nornir_smartlic.parsers import parse
from tests.captures import capture, command_of

SAMPLES = Path(__file__).parents[1] / "samples"
STATUS = "show license status", "slp-off-standalone-untrusted-pair"
FAILED = "show license status", "legacy-renewal-failed"
EVALUATION = "show license status", "legacy-evaluation"
REGISTERED = "show license summary", "legacy-registered"
TECH = "show license tech support", "legacy-evaluation-unverified"
SLAC = "show license authorization", "slac-on-a-stack"


def sample(command: str, name: str) -> str:
    return (SAMPLES / command.replace(" ", "_") / f"{name}.txt").read_text(encoding="utf-8")


def damaged(which: tuple[str, str], line: str, left: str) -> str:
    """The sample with *left* where *line* stood; a line that is not there is an error of the test."""
    text = sample(*which)
    assert line in text
    return text.replace(line, left, 1)


@pytest.mark.parametrize(
    ("which", "line", "left"),
    [
        pytest.param(REGISTERED, "  Last Renewal Attempt: None", "  Last Renewal Attempt: No", id="the word None"),
        pytest.param(
            REGISTERED,
            "  Last Renewal Attempt: None\n  Next Renewal Attempt:",
            "  Last Renewal Attempt: None Next Renewal Attempt:",
            id="two lines joined",
        ),
        pytest.param(FAILED, ": SUCCEEDED on ", ": SUCCEED", id="an outcome"),
        pytest.param(REGISTERED, "  Last Renewal Attempt: None", "  Last Renewal Attempt", id="the colon"),
        pytest.param(EVALUATION, "  Status: EVAL MODE", "  Status: EVAL M", id="a legacy status"),
    ],
)
def test_what_was_cut_or_joined_is_refused(which: tuple[str, str], line: str, left: str) -> None:
    parse(which[0], sample(*which))
    with pytest.raises(ParseError):
        parse(which[0], damaged(which, line, left))


@pytest.mark.parametrize(
    "left", ["  Custom Id: <empty> Custom Id: <empty>", "  Custom Id: <emp>ty", "  Custom Id: <empt7>"]
)
def test_what_only_looks_like_nothing_is_refused(left: str) -> None:
    with pytest.raises(ParseError):
        parse(STATUS[0], damaged(STATUS, "  Custom Id: <empty>", left))


def test_a_key_whose_value_is_gone_is_no_fact_but_unparsed() -> None:
    parsed = parse(STATUS[0], damaged(STATUS, "  Custom Id: <empty>", "  Custom Id:"))
    assert parsed.value.custom_id is None
    assert parsed.unparsed == ("Custom Id:",)


SVL = "show-license-tech-support/genie-c9300-stack2-agent5.9.4-cslu-purged.txt"
TYPED = "show-license-all/genie-c9350-stack3-agent6.3.10-smart-trustcode-type.txt"
VRF = "show-license-status/genie-c9300-stack3-cslu-custom-policy.txt"


@pytest.mark.parametrize(
    ("path", "line", "left"),
    [
        pytest.param(SVL, "MIA: 96(96)", "MIA: 96(9", id="a number in brackets"),
        pytest.param(SVL, "Status: IN USE(15)", "Status: IN USE(1", id="a code of a status"),
        pytest.param(SVL, "InPolicy(90)", "InPolicy(9", id="the interval of the policy"),
        pytest.param(SVL, "NOT RESTRICTED", "NO", id="an export status"),
        pytest.param(SVL, "Username: <empty>\n", "Username: <empty>", id="a line break of the proxy"),
        pytest.param(TYPED, "Attributes: <none>", "Attributes: <non", id="attributes of a trust code"),
        pytest.param(VRF, "  VRF:\n    Not Configured", "  VRF:\n    Not Conf", id="a VRF"),
    ],
)
def test_what_was_cut_in_a_capture_is_refused(path: str, line: str, left: str) -> None:
    text = capture(path)
    assert line in text
    with pytest.raises(ParseError):
        parse(command_of(path), text.replace(line, left, 1))


def test_a_vrf_that_lost_its_line_break_is_none() -> None:
    text = capture(VRF).replace("  VRF:\n    Not Configured", "  VRF: Not Configured")
    assert parse(command_of(VRF), text).value.transport.vrf is None


@pytest.mark.parametrize("line", ["garbage words here", "  Frobnicate Level: 42"])
def test_what_stands_beside_no_purchases_is_not_purchased(line: str) -> None:
    parsed = parse(SLAC[0], damaged(SLAC, "Purchased Licenses:\n", f"Purchased Licenses:\n{line}\n"))
    assert parsed.value.authorizations.purchased == ()
    assert parsed.unparsed == (line.strip(),)


PROXY = """  Proxy:
    Address: proxy.example.com
    Port: 8080
    Username: <empty>
    Password: <empty>
"""


@pytest.mark.parametrize("strange", ["", "  Frobnicate Level: 42\n"])
def test_a_proxy_beside_a_vrf_that_is_not_configured_is_kept(strange: str) -> None:
    text = capture(VRF).replace("  Proxy:\n    Not Configured\n", strange + PROXY)
    parsed = parse(command_of(VRF), text)
    proxy = parsed.value.transport.proxy
    assert (proxy.address, proxy.port) == ("proxy.example.com", 8080)
    assert parsed.value.transport.vrf is None
    assert parsed.unparsed == tuple(strange.strip().splitlines())
