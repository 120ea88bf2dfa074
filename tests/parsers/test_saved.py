"""Saved texts: whole sessions with many devices, what terminals left in them, and linear time whatever is in them."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

import pytest

from nornir_smartlic.errors import ParseError
from nornir_smartlic.outputs import plain
from nornir_smartlic.parsers import parse, parse_saved

SAMPLES = Path(__file__).parents[1] / "samples"
UDI = "UDI: PID:C8000V,SN:9ABCDEFGHIJ\n"
CLOCK = "11:02:55.123 UTC Tue Feb 3 2026\n"


@pytest.fixture
def status() -> str:
    return (SAMPLES / "show_license_status" / "slp-off-standalone-untrusted-pair.txt").read_text(encoding="utf-8")


def _show_tech(*parts: tuple[str, str]) -> str:
    return "".join(f"------------------ {command} ------------------\n\n{text}\n" for command, text in parts)


def test_a_show_tech_is_cut_into_its_commands(status: str) -> None:
    udi = (SAMPLES / "show_license_udi" / "standalone.txt").read_text(encoding="utf-8")
    text = _show_tech(("show clock", "11:02:55.123 UTC Tue Feb 3 2026"), ("show inventory", "NAME: x"))
    text += _show_tech(("show license status", status), ("show license udi", udi))
    found = list(parse_saved("tech.txt", text))
    assert [output.command for output in found] == ["show clock", "show license status", "show license udi"]
    assert plain(found[2].parsed.value) == {"udi": {"pid": "C8000V", "sn": "9ABCDEFGHIJ"}}


def test_a_session_with_prompts_is_cut_into_its_commands(status: str) -> None:
    text = f"sw1#show clock\n11:02:55.123 UTC Tue Feb 3 2026\nsw1#ping x\nsw1#sh lic stat\n{status}\nsw1#exit\n"
    assert [output.command for output in parse_saved("session.log", text)] == ["show clock", "show license status"]


def test_a_session_may_run_show_commands_while_it_configures(status: str) -> None:
    text = f"sw1(config)#do show clock\n11:02:55.123 UTC Tue Feb 3 2026\nsw1(config)#do sh lic stat\n{status}\n"
    assert [output.command for output in parse_saved("session.log", text)] == ["show clock", "show license status"]


def test_what_was_typed_around_a_single_output_is_no_part_of_it(status: str) -> None:
    text = f"sw1#terminal length 0\nsw1#sh lic stat\n{status}\nsw1#copy run start\nsw1#"
    (output,) = parse_saved("session.log", text)
    assert (output.command, output.parsed.unparsed) == ("show license status", ())


def test_one_garbled_output_of_several_does_not_hide_the_others(status: str) -> None:
    text = _show_tech(("show license status", status[:500]), ("show clock", "11:02:55.123 UTC Tue Feb 3 2026"))
    garbled, clock = parse_saved("tech.txt", text)
    assert garbled.parsed is None
    assert "it seems to be cut" in str(garbled.error)
    assert clock.parsed.value.synchronised is True


def test_a_file_that_nobody_knows_is_an_error_that_names_it() -> None:
    with pytest.raises(ParseError, match=r"notes\.txt: - no output|notes\.txt - no output"):
        list(parse_saved("notes.txt", "nothing of licensing\n"))


def test_each_device_of_a_file_has_its_own_entries(status: str) -> None:
    text = f"sw1#sh lic stat\n{status}\nsw2>enable\nPassword: \nsw2#term len 0\nsw2#show license udi\n{UDI}sw2#exit\n"
    text += f"rt-3(config)#do show clock\n{CLOCK}rt-3(config)#end\nsw1#show license udi\n{UDI}"
    found = list(parse_saved("sessions.log", text))
    assert [(output.host, output.command) for output in found] == [
        ("sw1", "show license status"),
        ("sw2", "show license udi"),
        ("rt-3", "show clock"),
        ("sw1", "show license udi"),
    ]
    assert found[0].parsed.value == parse("show license status", status).value
    assert [output.parsed.unparsed for output in found] == [()] * 4


def test_licences_of_one_device_are_not_given_to_the_one_before_it() -> None:
    usage = (SAMPLES / "show_license_usage").glob("*.txt")
    licences = next(iter(sorted(usage))).read_text(encoding="utf-8")
    text = f"sw1#show license usage\n{licences}sw2#show license usage\n{licences}"
    first, second = parse_saved("two.log", text)
    assert (first.host, second.host) == ("sw1", "sw2")
    assert first.parsed.value == second.parsed.value == parse("show license usage", licences).value


@pytest.mark.parametrize("text", [f"sw1#show license udi\n{UDI}", f"{UDI}sw1#", f"{UDI}\n\nsw1(config)#\n"])
def test_the_name_of_the_host_is_that_of_the_prompt(text: str) -> None:
    (output,) = parse_saved("udi.txt", text)
    assert (output.host, plain(output.parsed.value)) == ("sw1", {"udi": {"pid": "C8000V", "sn": "9ABCDEFGHIJ"}})


def test_a_text_without_a_prompt_has_no_host() -> None:
    assert [output.host for output in parse_saved("udi.txt", UDI)] == [None]


@pytest.mark.parametrize(
    "stamp",
    ["[2026-11-24 10:00:00.123] ", "2026-11-24T10:00:00Z ", "10:00:00: ", "Nov 24 10:00:00 ", "[10:00:00,5]\t"],
)
def test_time_stamps_of_a_terminal_program_are_taken_off(status: str, stamp: str) -> None:
    text = f"sw1#sh lic stat\n{status}sw1#show clock\n{CLOCK}"
    found = list(parse_saved("log.txt", "".join(f"{stamp}{line}\n" for line in text.split("\n"))))
    assert [(output.host, output.command) for output in found] == [
        ("sw1", "show license status"),
        ("sw1", "show clock"),
    ]
    assert found[0].parsed.value == parse("show license status", status).value


@pytest.mark.captures
def test_times_that_an_output_prints_itself_are_no_stamps() -> None:
    from tests.captures import capture

    text = capture("show-license-eventlog/genie-c9300-eventlog-days.txt")
    (output,) = parse_saved("events.txt", text)
    assert output.parsed.value == parse("show license eventlog", text).value


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("\n", "\r\0\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: "\x1b]0;sw1\x07\x1b[2J\x1b[?25h" + text.replace("Policy", "\x1b[1;32mPolicy\x1b[0m"),
    ],
    ids=["NUL", "lone returns", "sequences"],
)
def test_what_terminals_leave_changes_nothing(status: str, change: object) -> None:
    (output,) = parse_saved("log.txt", change(f"sw1#sh lic stat\n{status}"))  # type: ignore[operator]
    assert (output.host, output.parsed.value) == ("sw1", parse("show license status", status).value)


def test_a_filtered_output_of_which_too_little_is_left_is_left_out() -> None:
    text = f"sw1#show version | include operating mode\nsw1#show license udi\n{UDI}"
    assert [output.command for output in parse_saved("log.txt", text)] == ["show license udi"]


KINDS = {
    "words": "the quick brown fox jumps over the lazy dog\n",
    "returns": "\r",
    "blanks": " ",
    "tabs in lines": "\t\t\t\tx\n",
    "empty lines": "\n",
    "prompts": "sw1#\n",
    "other prompts": "sw1#show clock\nsw2#\n",
    "headings": "------------------ show nothing ------------------\n",
    "dashes": "------ show ------ -",
    "percent": "%A-A",
    "log": "*Nov 19 14:53:07.300: %SMART_LIC-6-AGENT_ENABLED: Smart Agent for Licensing is enabled\n",
    "pager": " --More-- ",
    "escapes": "\x1b]",
    "backspaces": "\x08 ",
    "titles": "Policy:\n",
    "licences": "a (b):\n  Count: 1\n",
    "members": "  Active: PID:A,SN:B\n",
    "stamps": "10:00:00 10:00:00 x\n",
    "colons": ":",
}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_saved_text_of_any_kind_is_read_in_linear_time(kind: str) -> None:
    for before in ("", "sw1#show license status\n"):
        short, long = (_seconds(before + KINDS[kind] * (size // len(KINDS[kind])) + "x") for size in (2**15, 2**18))
        assert long < 0.1 + short * 24  # eight times the text; three times as much again for a busy machine


def _seconds(text: str) -> float:
    best = float("inf")
    for _ in range(2):
        start = time.process_time()  # of this process alone, whatever else the machine does
        with suppress(ParseError):
            list(parse_saved("x", text))
        best = min(best, time.process_time() - start)
    return best
