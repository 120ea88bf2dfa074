from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from nornir_smartlic.model import Secret
from smartlic_lab.device import Device
from tests.lab.device.terminals import JAN_1, NoNetwork, Terminal, make_device


def test_what_unicon_sends_on_login_is_understood(switch: Terminal) -> None:
    for line in (
        "", "show version | include operating mode", "term length 0", "term width 0", "show version",
        "config term", "no logging console", "line console 0", "exec-timeout 0", "line vty 0 4", "exec-timeout 0",
        "end", "show install summary",
    ):  # fmt: skip
        assert "%" not in switch.type(line), line
    assert switch.session.terminal_length == 0
    assert switch.prompt == "sw1#"


def test_what_netmiko_and_scrapli_send_on_login_is_understood(router: Terminal) -> None:
    for line in ("", "terminal width 511", "terminal length 0", "terminal width 512"):
        assert router.type(line) == ""


def test_the_caret_stands_under_the_wrong_word(switch: Terminal) -> None:
    output = switch.type("license smart register idtoken X")
    assert output == f"{' ' * len('sw1#license smart ')}^\n% Invalid input detected at '^' marker.\n\n"


def test_a_user_without_privilege_is_refused_as_by_ios() -> None:
    terminal = Terminal(make_device(), privilege=1)
    assert terminal.prompt == "sw1>"
    assert "% Invalid input" in terminal.type("configure terminal")
    assert terminal.type("enable") == "% No password set\n"


def test_enable_asks_for_the_secret_three_times() -> None:
    terminal = Terminal(make_device(enable_secret=Secret("s3cret")), privilege=1)
    reply = terminal.session.execute("enable", JAN_1)
    assert (reply.prompt, reply.hide_input) == ("Password: ", True)
    assert terminal.type("wrong", "wrong", "wrong") == "% Bad secrets\n\n"
    terminal.type("enable", "s3cret")
    assert terminal.prompt == "sw1#"


def test_local_users_log_in_with_their_privilege() -> None:
    device = make_device(day0=("username reader privilege 1 secret 0 r3ad",))
    assert device.authenticate("admin", "admin") == 15
    assert device.authenticate("reader", "r3ad") == 1
    assert device.authenticate("reader", "wrong") is None
    assert device.authenticate("nobody", "admin") is None


def test_modes_are_entered_left_and_shown_in_the_prompt(switch: Terminal) -> None:
    switch.type("conf t", "interface gi1/0/1")
    assert switch.prompt == "sw1(config-if)#"
    switch.type("call-home", 'profile "CiscoTAC-1"')
    assert switch.prompt == "sw1(cfg-call-home-profile)#"
    switch.type("exit", "exit")
    assert switch.prompt == "sw1(config)#"
    switch.type("end")
    assert switch.prompt == "sw1#"


def test_do_runs_exec_commands_and_its_caret_counts_the_prompt(switch: Terminal) -> None:
    switch.type("conf t")
    assert "license boot level" in switch.type("do show run | section license")
    assert switch.type("do show foo").startswith(f"{' ' * len('sw1(config)#do show ')}^\n")


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ("include Virtual", "1 Virtual Ethernet interface\n"),
        ("i hostn", ""),
        ("count Ethernet interface", "Number of lines which match regexp = 3\n"),
        ("begin Configuration reg", "Configuration register is 0x102\n\n"),
    ],
)
def test_output_filters(switch: Terminal, filter_: str, expected: str) -> None:
    assert switch.type(f"show version | {filter_}") == expected


def test_the_section_filter_keeps_what_is_indented_below(switch: Terminal) -> None:
    assert switch.type("show running-config | section line con") == "line con 0\n stopbits 1\n"


def test_output_can_go_to_a_file(switch: Terminal) -> None:
    assert switch.type("show clock | redirect flash:c.txt") == ""
    switch.type("show privilege | append flash:c.txt")
    assert switch.device.read_file("flash:c.txt") == (
        b"00:00:00.000 UTC Thu Jan 1 2026\nCurrent privilege level is 15\n"
    )


def test_tokens_are_hidden_from_the_history(switch: Terminal) -> None:
    switch.type("license smart trust idtoken TopSecretToken all force")
    assert "TopSecretToken" not in switch.type("show history")


def test_log_messages_come_to_a_terminal_that_monitors(switch: Terminal) -> None:
    switch.type("conf t", "end")
    assert switch.session.messages() == ()
    switch.type("terminal monitor", "conf t", "end")
    (message,) = switch.session.messages()
    assert "%SYS-5-CONFIG_I: Configured from console by admin on vty0" in message


def test_a_reload_asks_closes_every_session_and_comes_back() -> None:
    device = make_device()
    terminal, other = Terminal(device), Terminal(device)
    terminal.type("conf t", "hostname renamed", "end")
    assert (
        terminal.session.execute("reload", JAN_1).prompt == "System configuration has been modified. Save? [yes/no]: "
    )
    reply = terminal.session.execute("yes", JAN_1)
    assert reply.single_key
    assert terminal.session.execute("", JAN_1).closed
    assert other.session.closed
    assert not device.is_up(JAN_1 + timedelta(seconds=1))
    later = JAN_1 + timedelta(minutes=5)
    device.tick(later)
    assert device.is_up(later)
    assert device.hostname == "renamed"


def test_what_was_not_saved_is_gone_after_a_reload(switch: Terminal) -> None:
    switch.type("conf t", "hostname renamed", "end", "reload", "no", "")
    switch.device.tick(JAN_1 + timedelta(minutes=5))
    assert switch.device.hostname == "sw1"


def test_a_device_is_restored_from_what_it_stored(switch: Terminal) -> None:
    switch.type("conf t", "hostname kept", "end", "write memory", "show clock | redirect flash:c.txt")
    stored = switch.device.stored()
    again = Device(switch.device.spec, NoNetwork(), now=JAN_1 + timedelta(days=1), state=stored)
    assert again.hostname == "kept"
    assert again.list_files() == ("c.txt", "packages.conf")


def test_a_privilege_level_may_be_given_single_commands() -> None:
    device = make_device(day0=("privilege exec level 5 show license",))
    terminal = Terminal(device, privilege=5)
    assert terminal.prompt == "sw1#"
    assert "network-advantage" in terminal.type("sh lic sum")
    assert "% Invalid input" in terminal.type("show running-config")
    assert "% Invalid input" in Terminal(device, privilege=4).type("show license summary")


def test_the_example_of_the_documentation_runs(capsys: pytest.CaptureFixture[str]) -> None:
    page = (Path(__file__).parents[3] / "docs" / "device.md").read_text(encoding="utf-8")
    example = page.split("```python\n")[1].split("```")[0]
    exec(example, {"network": NoNetwork()})
    assert "C9300-48" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("license smart usage ", ("customer-tags", "interval")),
        ("license smart tr", ("transport",)),
        ("n", ("netconf-yang", "no", "ntp")),
        ("no license smart pr", ("privacy", "proxy")),
        ("do show license u", ("udi", "usage")),
    ],
)
def test_help_in_configuration_mode(switch: Terminal, typed: str, words: tuple[str, ...]) -> None:
    switch.type("conf t")
    output = switch.session.help(typed, JAN_1)
    assert tuple(output.split()) == words or [line.split()[0] for line in output.splitlines() if line] == list(words)


def test_help_in_exec_mode_and_the_tab_key(switch: Terminal) -> None:
    assert "  summary        Show license summary\n" in switch.session.help("show license ", JAN_1)
    assert "  <cr>" in switch.session.help("show license summary ", JAN_1)
    assert "  WORD  Token from CSSM\n" in switch.session.help("license smart trust idtoken ", JAN_1)
    assert switch.session.help("show license foo ", JAN_1) == "% Unrecognized command\n"
    assert switch.session.complete("sh") == "show "
    assert switch.session.complete("show lice") == "show license "
    assert "include" in switch.session.help("show version | ", JAN_1)
