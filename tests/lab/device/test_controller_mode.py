"""A router in controller mode: it says so, keeps its configuration from its users, and can be taken out of the mode."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nornir_smartlic.parsers import parse
from smartlic_lab.cli.roundtrip import as_device, roundtrip
from smartlic_lab.device import Device, DeviceSpec, SpecificationError
from smartlic_lab.platforms import families, releases
from tests.lab.device.terminals import JAN_1, NoNetwork, Terminal, make_device

OWNED = "This command is not supported in Controller mode"


def managed(platform: str = "c8000v", release: str = "17.12") -> Terminal:
    return Terminal(make_device("r1", platform=platform, release=release, controller_managed=True))


@pytest.mark.parametrize("platform", [name for name, one in families().items() if "sdwan" in one.traits])
def test_show_version_says_who_manages_it_and_no_licence_level(platform: str) -> None:
    newest = [name for name, one in releases().items() if families()[platform].supports(one.version)][-1]
    output = managed(platform, newest).type("show version")
    assert "\n\nLicense Mode: Controller-Managed\n\n" in output
    assert "\nRouter operating mode: Controller-Managed\n" in output
    assert "License Level" not in output
    assert "Technology Package" not in output
    parsed = parse("show version", output)
    assert parsed.value.is_controller_managed
    assert parsed.unparsed == ()
    assert as_device(output).difference == roundtrip(output, "show version") == ""


@pytest.mark.parametrize("command", ["status", "summary", "usage", "all"])
def test_its_licence_outputs_are_read(command: str) -> None:
    assert parse(f"show license {command}", managed().type(f"show license {command}")).unparsed == ()


@pytest.mark.parametrize("line", ["configure terminal", "conf t", "configure", "write memory", "wr", "write erase"])
def test_nobody_configures_it_at_a_terminal(line: str) -> None:
    terminal = managed()
    before = terminal.device.running_text()
    assert terminal.type(line).startswith(OWNED)
    assert terminal.prompt == "r1#"
    assert terminal.device.running_text() == before


def test_a_transaction_counts_once_it_is_committed() -> None:
    terminal = managed()
    terminal.type("config-transaction")
    assert terminal.prompt == "r1(config)#"
    terminal.type("interface GigabitEthernet2", "description to the manager", "exit", "hostname r9")
    assert terminal.prompt == "r1(config)#"
    assert "to the manager" not in terminal.device.running_text()
    assert terminal.type("commit") == "Commit complete.\n"
    assert terminal.prompt == "r9(config)#"
    assert terminal.type("commit") == "% No modifications to commit.\n"
    terminal.type("end")
    assert terminal.prompt == "r9#"
    assert "interface GigabitEthernet2\n description to the manager\n" in (terminal.device.startup or "")


@pytest.mark.parametrize(
    ("answer", "prompt", "there"), [("yes", "r1#", True), ("no", "r1#", False), ("", "r1(config)#", False)]
)
def test_what_is_not_committed_is_asked_about(answer: str, prompt: str, there: bool) -> None:
    terminal = managed()
    terminal.type("config-transaction", "ntp server 192.0.2.123", "end")
    assert terminal.prompt == "Uncommitted changes found, commit them? [yes/no/CANCEL] "
    terminal.type(answer)
    assert terminal.prompt == prompt
    assert ("ntp server 192.0.2.123" in terminal.device.running_text()) is there


@pytest.mark.parametrize("line", ["banner motd ^", "interface GigabitEthernet9", "no such line"])
def test_a_transaction_that_is_dropped_leaves_nothing(line: str) -> None:
    terminal = managed()
    before = terminal.device.running_text()
    terminal.type("config-transaction", line, *(("hello", "^") if "^" in line else ()), "end")
    if terminal.prompt != "r1#":
        terminal.type("no")
    assert terminal.prompt == "r1#"
    assert terminal.device.running_text() == before


def test_an_autonomous_router_knows_no_transaction() -> None:
    terminal = Terminal(make_device("r1", platform="c8000v"))
    assert "% Invalid input" in terminal.type("config-transaction")
    terminal.type("configure terminal")
    assert "% Invalid input" in terminal.type("commit")


def test_the_mode_is_left_and_entered_with_a_reload_that_erases_the_configuration() -> None:
    terminal = managed()
    terminal.type("controller-mode disable", "")
    device, up = terminal.device, JAN_1 + timedelta(minutes=10)
    device.tick(up)
    assert not device.controller_managed
    again = Terminal(device)
    again.now = up
    assert "Router operating mode: Autonomous" in again.type("show version")
    question = again.type("controller-mode enable")
    assert "will erase the nvram filesystem" in question
    assert "Bootstrap config file needed for Day-0 boot is missing" in again.type("")
    assert again.type("yes") == ""
    assert not device.controller_managed
    again.type("controller-mode enable", "", "no")
    device.tick(up + timedelta(minutes=10))
    assert device.controller_managed


def test_the_mode_survives_a_restart_of_the_lab() -> None:
    terminal = managed()
    terminal.type("controller-mode disable", "")
    again = Device(terminal.device.spec, NoNetwork(), now=JAN_1, state=terminal.device.stored())
    assert not again.controller_managed


@pytest.mark.parametrize(("platform", "release"), [("c9300", "17.12"), ("vg400", "17.12"), ("isr4000", "16.12")])
def test_a_product_or_release_without_the_mode_is_refused(platform: str, release: str) -> None:
    with pytest.raises(SpecificationError, match=r"controller_managed: .* has no controller mode"):
        make_device(platform=platform, release=release, controller_managed=True)


def test_an_autonomous_router_has_no_line_on_it() -> None:
    device = Device(DeviceSpec("r1", "isr4000"), NoNetwork(), now=JAN_1)
    assert "License Mode" not in Terminal(device).type("show version")
