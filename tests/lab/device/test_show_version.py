"""``show version`` against the captures: what does not vary stands there, in the same order."""

from __future__ import annotations

import re

import pytest

from tests.captures import capture
from tests.lab.device.terminals import Terminal, make_device

# What varies without a digit, and the suites of an ISR on 16.6, which no release of the lab has.
VARIES = re.compile(
    r"uptime|[Rr]eload|returned to|System image|Suite|^(securityk9|appxk9|uck9|cme-srst|cube)$|FoundationSuite|"
    r"RightToUse|Permanent$|[Ll]icense Level|show ver|Technical Support|Installation mode|\bNone\b|SKU Brand|sdflash|"
    r"^Copyright|Compiled|Virtual Ethernet|^-+$"
)


@pytest.mark.parametrize(
    ("name", "platform", "release"),
    [
        ("genie-c8000v-slp.txt", "c8000v", "17.15"),
        ("genie-c9500h-svl.txt", "c9500", "17.6"),
        ("genie-c9800.txt", "c9800", "17.6"),
        ("genie-ie3105.txt", "ie3x00", "17.12"),
        ("genie-isr4k.txt", "isr4000", "16.12"),
    ],
)
def test_what_does_not_vary_is_as_on_a_device(name: str, platform: str, release: str) -> None:
    text = capture(f"show-version/{name}")
    shown = [
        line.rstrip()
        for line in Terminal(make_device(platform=platform, release=release)).type("show version").splitlines()
    ]
    constant = [
        line.rstrip()
        for line in text.splitlines()
        if line.strip() and not re.search(r"\d", line) and not VARIES.search(line)
    ]
    assert len(constant) > 15
    position = 0
    for line in constant:
        assert line in shown[position:], line
        position = shown.index(line, position) + 1


def test_the_lines_of_a_stack_stand_in_its_table() -> None:
    output = Terminal(make_device(members=3)).type("show version")
    assert "*    1 41    C9300-24T          17.12.4           CAT9K_IOSXE           INSTALL\n" in output
    assert "     3 41    C9300-24T          17.12.4           CAT9K_IOSXE           INSTALL\n" in output


def test_uptime_grows_with_the_clock() -> None:
    terminal = Terminal(make_device("sw1"))
    terminal.now = terminal.now.replace(month=2, day=3, hour=5)
    assert terminal.type("show version | include uptime is") == "sw1 uptime is 4 weeks, 5 days, 5 hours, 0 minutes\n"
