"""Logs and lists: what is not known in them is left, and reading goes on."""

from __future__ import annotations

import pytest

from nornir_smartlic.errors import ParseError
from nornir_smartlic.parsers import parse

EVENT = '2021-11-17 03:31:32.920 UTC SAEVT_INIT_START version="5.3.10_rel/25"'
CUT = "2021-11-17 03:31:32.9"
RUM = "1634211151 ACK       N  network-advantage"
ODD = "1634211152 DREAMING N x"
DETAIL = """Report Id: 1624960588
    Metric Name: ENTITLEMENT
    Feature Name: network-advantage
    Metric Value: regid.2017-03.com.cisco.advantagek9,1.0_bd1da96e-ec1d-412b-a50e-53846b347d53
    UDI: PID:C9300-24UX,SN:FCW2303D16Y
    Previous Report Id: 0,    Next Report Id: 1625055589
    State: ACK,      State Change Reason: None
    Start Time: Jun 29 10:06:30 2021 UTC,      End Time: Jul 06 15:06:28 2021 UTC
    Storage State: EXIST
    Transaction ID: 0
    Transaction Message: <none>
"""
HISTORY = """Message History (oldest to newest):
====================================================
Trust Establishment:
  No past history
  a line of tomorrow
Usage Reporting:
  Request: Jan 05 10:00:00 2026 UTC
    {"a": 1}

Import Message History (oldest to newest):
====================================================
Import POLICY:
  No past Import history
"""


@pytest.mark.parametrize(
    ("command", "text", "unknown", "count"),
    [
        ("show license eventlog", f"**** Event Log ****\n\n{EVENT}\n{CUT}\n\nwrapped\n{EVENT}\n", (CUT, "wrapped"), 2),
        ("show license eventlog", f"{CUT}\n{EVENT}\n", (CUT,), 1),
        ("show license rum id all", f"{RUM}\n{RUM[:14]}\n{RUM}\n{ODD}\n", (RUM[:14], ODD), 2),
        ("show license rum id detail", f"x\n{DETAIL}Report Id: 1\n  y\n{DETAIL}", ("x", "Report Id: 1", "y"), 2),
    ],
)
def test_a_line_that_is_not_known_is_left_and_reading_goes_on(
    command: str, text: str, unknown: tuple[str, ...], count: int
) -> None:
    parsed = parse(command, text)
    (value,) = [
        printed for printed in (parsed.value.event_log, parsed.value.rum_reports, parsed.value.rum_details) if printed
    ]
    assert (len(value), parsed.unparsed) == (count, unknown)


def test_a_history_goes_on_behind_a_line_that_is_not_known() -> None:
    parsed = parse("show license history message", HISTORY)
    assert [(name, len(messages)) for name, messages in parsed.value.history.messages] == [
        ("Trust Establishment", 0),
        ("Usage Reporting", 1),
    ]
    assert parsed.unparsed == ("a line of tomorrow",)


def test_a_group_of_the_history_that_says_nothing_is_left() -> None:
    parsed = parse("show license history message", HISTORY.replace("  No past Import history\n", ""))
    assert parsed.unparsed == ("a line of tomorrow", "Import POLICY:")


@pytest.mark.parametrize("command", ["show license eventlog", "show license rum id all", "show license rum id detail"])
def test_a_list_without_anything_known_is_refused(command: str) -> None:
    with pytest.raises(ParseError):
        parse(command, "nothing\nof this is known\n")


def test_a_message_of_the_history_may_be_titled_in_capitals() -> None:
    parsed = parse("show license history message", HISTORY.replace("Request", "REQUEST"))
    assert dict(parsed.value.history.messages)["Usage Reporting"][0].kind.startswith("REQUEST")
    assert parsed.unparsed == ("a line of tomorrow",)
