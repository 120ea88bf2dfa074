"""What a user at the line sees."""

from __future__ import annotations

import contextlib

import pytest

from smartlic_lab.transports.terminal import MORE, Terminal
from tests.lab.world.world_fakes import START, FakeReply, FakeSession

LONG = FakeReply("".join(f"line {number}\n" for number in range(1, 61)))


class Screen:
    """A terminal with a session behind it; gives what was written since the last look."""

    def __init__(self, **answers: FakeReply) -> None:
        self.written = ""
        self.closed = 0
        self.session = FakeSession({name.replace("_", " "): reply for name, reply in answers.items()})
        self.terminal = Terminal(
            self.session, at=lambda: contextlib.nullcontext(START), write=self._write, close=self._close
        )
        self.terminal.start()

    def _write(self, text: str) -> None:
        self.written += text

    def _close(self) -> None:
        self.closed += 1

    def type(self, keys: str) -> str:
        self.written = ""
        self.terminal.feed(keys)
        return self.written


def test_a_line_is_echoed_answered_and_prompted():
    screen = Screen(show_clock=FakeReply("*08:00:00.000 UTC Mon Jan 5 2026\n"))
    assert screen.written == "\r\nSwitch#"
    assert screen.type("show clock\r") == "show clock\r\n*08:00:00.000 UTC Mon Jan 5 2026\r\nSwitch#"


@pytest.mark.parametrize("enter", ["\r", "\n", "\r\n", "\r\x00"])
def test_return_is_one_key_however_it_is_sent(enter):
    screen = Screen()
    screen.type(f"show clock{enter}")
    assert screen.session.lines == ["show clock"]


@pytest.mark.parametrize(
    "keys",
    [
        "show clokc\x08\x08ck",
        "show clokc\x7f\x7fck",
        "rubbish\x15show clock",
        "show rubbish\x17clock",
        "clock\x01show ",
        "show ock\x02\x02\x02cl",
        "show ock\x1b[D\x1b[D\x1b[Dcl",
        "show clocks\x02\x04",
        "how clock\x01s\x05",
        "show clock here\x1bb\x02\x0b",
        "show clcok\x02\x02\x14\x05",
        "show clock x\x17\x19\x17\x08",
        "show clock",
    ],
)
def test_editing_keys_edit(keys):
    screen = Screen()
    screen.type(keys + "\r")
    assert screen.session.lines == ["show clock"]


def test_what_was_edited_looks_as_it_is():
    screen = Screen()
    screen.type("clock")
    assert screen.type("\x01s") == "\b\b\b\b\bsclock\b\b\b\b\b"
    assert screen.type("\x08") == "\bclock \b\b\b\b\b\b"


def test_up_and_down_walk_through_history():
    screen = Screen()
    screen.type("show clock\rshow version\rdra")
    screen.type("\x1b[A\x1b[A\r")
    assert screen.session.lines[-1] == "show clock"
    screen.type("half\x10\x0e done\r")
    assert screen.session.lines[-1] == "half done"


def test_a_question_mark_helps_at_once_and_keeps_the_line():
    screen = Screen()
    assert screen.type("show lic?") == "show lic?\r\nhelp on 'show lic'\r\n\r\nSwitch#show lic"
    screen.type("ense\r")
    assert screen.session.lines == ["show license"]


def test_ctrl_v_makes_a_question_mark_a_letter():
    screen = Screen()
    screen.type("banner what\x16?\r")
    assert screen.session.lines == ["banner what?"]


def test_tab_completes_on_a_new_line():
    screen = Screen()
    assert screen.type("sh lic\t") == "sh lic\r\nSwitch#show license "


def test_ctrl_c_gives_the_line_up_and_ctrl_z_ends_configuration():
    screen = Screen()
    assert screen.type("show clo\x03") == "show clo^C\r\nSwitch#"
    screen.type("hostname x\x1a")
    assert screen.session.lines == ["<interrupt>", "hostname x", "<end>"]


def test_a_long_output_waits_page_by_page():
    screen = Screen(show_version=LONG)
    first = screen.type("show version\r")
    assert first.endswith("line 23\r\n" + MORE)
    assert screen.type(" ").endswith("line 46\r\n" + MORE)
    assert "line 47\r\n" + MORE in screen.type("\r")
    assert screen.type(" ").endswith("line 60\r\nSwitch#")


def test_q_leaves_the_pages():
    screen = Screen(show_version=LONG)
    screen.type("show version\r")
    assert screen.type("q").endswith("\r\nSwitch#")
    assert "line 24" not in screen.type("\r")


def test_length_zero_does_not_page():
    screen = Screen(show_version=LONG)
    screen.type("terminal length 0\r")
    assert MORE not in screen.type("show version\r")


def test_confirm_takes_one_key():
    screen = Screen(
        reload=FakeReply("", "Proceed with reload? [confirm]", single_key=True), y=FakeReply("", closed=True)
    )
    assert screen.type("reload\r").endswith("Proceed with reload? [confirm]")
    screen.type("y")
    assert screen.closed == 1
    assert screen.type("anything\r") == ""


def test_a_password_is_not_shown_and_not_remembered():
    screen = Screen(enable=FakeReply("", "Password: ", hide_input=True))
    screen.type("enable\r")
    assert "s3cret" not in screen.type("s3cre\x08et\x08\x08et\r")
    assert screen.session.lines[-1] == "s3cret"
    assert "s3cret" not in screen.type("\x1b[A")


def test_messages_come_in_between_but_not_into_a_page():
    screen = Screen(show_version=LONG)
    screen.session.news = ["*Jan  5 08:00:00.000: %SMART_LIC-6-AGENT_READY: Smart Agent for Licensing is initialized"]
    screen.written = ""
    screen.terminal.notice()
    assert screen.written.startswith("\r\n*Jan  5")
    assert screen.written.endswith("initialized\r\n")
    screen.type("show version\r")
    screen.session.news = ["late"]
    assert "late" not in screen.type("\r")
    assert screen.type("q").endswith("Switch#\r\nlate\r\n")


def test_what_is_typed_ahead_is_carried_out_in_turn():
    screen = Screen()
    screen.type("terminal length 0\nshow clock\nshow version\n")
    assert screen.session.lines == ["terminal length 0", "show clock", "show version"]
