"""``show version`` of a live device: read back it is the same, and what does not vary is as in the captures."""

from __future__ import annotations

import re

import pytest

from nornir_smartlic.parsers import parse
from smartlic_lab.cli.roundtrip import as_device, roundtrip
from smartlic_lab.device import MemberSpec
from smartlic_lab.platforms import Family, families, releases
from tests.captures import capture
from tests.lab.device.terminals import Terminal, make_device

# What varies without a digit; the model and the rest of an older ISR.
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
        ("genielibs-isr4351-17.9.8-suite.txt", "isr4000", "17.9"),
        ("muninn-c8000v-17.16.1a-no-level.txt", "c8000v", "17.15"),
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


def test_a_rebranded_switch_has_its_own_name_and_is_read_back() -> None:
    """Source: reference/corrections-2026-11.md, rebranded switches."""
    terminal = Terminal(make_device(platform="ie3x00", members=(MemberSpec("1783-CMS20DN"),)))
    output = terminal.type("show version")
    assert "\nAllen-Bradley 1783-CMS20DN (ARM) processor (revision V01) with 634623K/6147K bytes of memory.\n" in output
    parsed = parse("show version", output)
    assert (parsed.value.platform, parsed.unparsed) == ("1783-CMS20DN", ())
    assert parsed.value.details.processor.brand == "Allen-Bradley"
    assert roundtrip(output, "show version") == ""
    assert as_device(output).difference == ""


def test_uptime_grows_with_the_clock() -> None:
    terminal = Terminal(make_device("sw1"))
    terminal.now = terminal.now.replace(month=2, day=3, hour=5)
    assert terminal.type("show version | include uptime is") == "sw1 uptime is 4 weeks, 5 days, 5 hours, 0 minutes\n"


def runs(family: Family) -> list[str]:
    return [release.name for release in releases().values() if family.supports(release.version)]


@pytest.mark.parametrize(
    ("platform", "release"),
    [(family.name, release) for family in families().values() for release in (runs(family)[0], runs(family)[-1])],
)
def test_what_a_device_says_of_itself_is_read_back_and_printed_the_same(platform: str, release: str) -> None:
    text = Terminal(make_device(platform=platform, release=release, members=1)).type("show version")
    parsed = parse("show version", text)
    assert parsed.unparsed == ()
    assert parsed.value.details.remarks == ()
    assert as_device(text, "show version").difference == ""


def test_a_switch_of_17_6_prints_the_air_lines_below_its_table() -> None:
    """Source: show-version/genie-c9500h-svl.txt; reference/corrections-2026-11.md."""
    below = "dna-advantage                 \nAIR License Level: AIR DNA Advantage\n"
    assert below in Terminal(make_device(platform="c9300", release="17.6")).type("show version")
    assert "AIR License" not in Terminal(make_device(platform="c9300", release="17.12")).type("show version")
