"""What stands around an output, and what terminals do to it, changes nothing of its value."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nornir_smartlic.errors import ParseError
from nornir_smartlic.model import UnplacedTime
from nornir_smartlic.parsers import full_name, parse

SAMPLES = Path(__file__).parents[1] / "samples"
LOG_LINE = (
    "*Feb  3 10:00:00.001: %SMART_LIC-5-COMM_RESTORED: Communications with Cisco Smart License Utility (CSLU) restored"
)


@pytest.fixture
def status() -> str:
    return (SAMPLES / "show_license_status" / "slp-off-standalone-untrusted-pair.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", " \n"),
        lambda text: f"sw1#show license status\n{text}",
        lambda text: f"sw1#sh lic stat\n{text}\nsw1#",
        lambda text: f"show license status\n\n{text}",
        lambda text: f"\n\n{text}\n\n\n",
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("Data Privacy:", f"{LOG_LINE}\nData Privacy:"),
        lambda text: text.replace("  Type:", "\xa0 Type:"),
        lambda text: text.replace("\n\n", "\n"),
        lambda text: text.replace("\nPolicy:", "\n --More-- \x08\x08\x08\x08\x08\x08        \x08\x08\x08\x08\nPolicy:"),
    ],
    ids=["CRLF", "trailing", "prompt", "prompts", "echo", "blank", "stripped", "log", "nbsp", "dense", "pager"],
)
def test_what_stands_around_an_output_changes_nothing(status: str, change: object) -> None:
    parsed = parse("show license status", change(status))  # type: ignore[operator]
    assert parsed.value == parse("show license status", status).value
    assert parsed.unparsed == ()


@pytest.mark.parametrize(
    "path",
    [
        "show_license_authorization/slac-on-a-stack",
        "show_license_reservation/specific",
        "show_license_summary/slp-none-in-use",
        "show_license_summary/slp-none-below-heading-unverified",
    ],
)
def test_a_text_that_lost_its_indents_says_the_same(path: str) -> None:
    text = (SAMPLES / f"{path}.txt").read_text(encoding="utf-8")
    command = path.partition("/")[0].replace("_", " ")
    parsed = parse(command, "".join(line.lstrip(" ") for line in text.splitlines(keepends=True)))
    assert (parsed.value, parsed.unparsed) == (parse(command, text).value, ())


def test_a_log_line_in_the_middle_is_taken_out_and_kept(status: str) -> None:
    parsed = parse("show license status", status.replace("Data Privacy:", f"{LOG_LINE}\nData Privacy:"))
    assert parsed.syslog == (LOG_LINE,)


def test_line_numbers_count_the_lines_that_were_taken_out(status: str) -> None:
    text = f"sw1#show license status\n{LOG_LINE}\n{status}".replace("Type: Transport Off", "Type: Transport O")
    with pytest.raises(ParseError) as raised:
        parse("show license status", text)
    assert text.split("\n")[(raised.value.line_number or 0) - 1].strip() == "Type: Transport O"


@pytest.mark.parametrize(
    ("source", "mark", "name"),
    [
        ("Time source is NTP, 15:09:55.102 UTC Wed Nov 10 2021", "", "NTP"),
        ("Time source is NTP, .15:09:55.102 UTC Wed Nov 10 2021", ".", "NTP"),
        ("No time source, *15:09:55.102 UTC Wed Nov 10 2021", "*", None),
        ("Time source is hardware calendar, *15:09:55.102 UTC Wed Nov 10 2021", "*", "hardware calendar"),
    ],
)
def test_the_header_with_load_and_time_is_read(status: str, source: str, mark: str, name: str | None) -> None:
    head = f"Load for five secs: 1%/0%; one minute: 2%; five minutes: 3%\n{source}\n\n"
    header = parse("show license status", head + status).value.header
    assert header.load == ("1%/0%", "2%", "3%")
    assert (header.source, header.mark) == (name, mark)
    assert header.time == datetime(2021, 11, 10, 15, 9, 55, 102000, UTC)


def _last_write(status: str, spelling: str, zones: dict[str, timedelta] | None = None) -> object:
    text = status.replace("Jan 05 10:00:00 2026 UTC", f"Jan 05 10:00:00 2026 {spelling}")
    return parse("show license status", text, zones=zones).value.usage_reporting.last_report_file_write


@pytest.mark.parametrize(("spelling", "hours"), [("UTC", 0), ("est", -5), ("PDT", -7), ("CEST", 2), ("JST", 9)])
def test_a_zone_that_means_one_offset_is_placed_and_keeps_its_spelling(status: str, spelling: str, hours: int) -> None:
    time = _last_write(status, spelling)
    assert isinstance(time, datetime)
    assert time.utcoffset() == timedelta(hours=hours)
    assert time.tzname() == spelling


@pytest.mark.parametrize("spelling", ["IST", "CST", "BST", "pacific", "Z9"])
def test_a_zone_that_means_several_or_none_says_so(status: str, spelling: str) -> None:
    assert _last_write(status, spelling) == UnplacedTime(datetime(2026, 1, 5, 10, 0), spelling)


@pytest.mark.parametrize(("spelling", "minutes"), [("IST", 330), ("pacific", -480), ("EST", 600)])
def test_the_clock_timezone_line_of_the_device_decides(status: str, spelling: str, minutes: int) -> None:
    time = _last_write(status, spelling, {spelling: timedelta(minutes=minutes)})
    assert isinstance(time, datetime)
    assert time.utcoffset() == timedelta(minutes=minutes)
    assert time.tzname() == spelling


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ("sh lic sum", "show license summary"),
        ("show license tech", "show license tech support"),
        ("SHOW LICENSE ALL", "show license all"),
        ("show license rum id 1634211151 detail", "show license rum id detail"),
        ("show license rum id all detail", "show license rum id detail"),
        ("show license rum id all", "show license rum id all"),
        ("show license eventlog 2", "show license eventlog"),
        ("show license right-to-use summary", "show license right-to-use"),
        ("show call-home profile all", "show call-home profile"),
        ("show lic", "show license"),
        ("sh ver", "show version"),
        ("show running-config | section license", "show running-config"),
    ],
)
def test_a_command_may_be_abbreviated(typed: str, command: str) -> None:
    assert full_name(typed) == command


@pytest.mark.parametrize("typed", ["sh lic u", "show license frobnicate", "", "show"])
def test_a_command_that_is_ambiguous_or_unknown_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match=r"is not a command|may be"):
        full_name(typed)


def test_a_password_in_a_configuration_is_not_kept() -> None:
    text = "hostname sw1\nlicense smart proxy password 0 hunter2\nno license feature hseck9\nend\n"
    parsed = parse("show running-config", text)
    assert parsed.value.license_lines == ("license smart proxy password", "no license feature hseck9")
    assert parsed.unparsed == ()
