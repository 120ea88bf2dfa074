"""The terminal line on a real device's session: keys, dialogues, banners, the Tcl shell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import pytest

from smartlic_lab.transports.terminal import Terminal as Line
from tests.lab.device.terminals import JAN_1, Terminal, make_device


class Screen:
    """What a user of a device sees."""

    def __init__(self, *day0: str) -> None:
        self.device = make_device("sw1", platform="c9300", release="17.12", day0=day0)
        self.session = self.device.open_session(JAN_1, username="admin", privilege=15)
        self.seen: list[str] = []
        self.line = Line(self.session, at=self._at, write=self.seen.append, close=lambda: None)
        self.line.start()

    @contextmanager
    def _at(self) -> Iterator[datetime]:
        yield JAN_1

    def type(self, keys: str) -> str:
        """What *keys* bring on the screen."""
        self.seen.clear()
        self.line.feed(keys)
        return "".join(self.seen)


@pytest.fixture
def screen() -> Screen:
    return Screen()


def test_ctrl_c_drops_the_line_the_mode_and_the_question(screen: Screen) -> None:
    assert screen.type("show foo\x03").endswith("^C\r\nsw1#")
    screen.type("configure terminal\rinterface Loopback1\r")
    assert screen.type("\x03").endswith("^C\r\nsw1#")
    screen.type("copy running-config flash:never.cfg\r")
    assert screen.type("\x03").endswith("sw1#")
    assert not screen.device.files.exists("flash:never.cfg")


def test_ctrl_z_carries_out_the_line_and_leaves_configuration_mode(screen: Screen) -> None:
    screen.type("configure terminal\rinterface Loopback1\r")
    assert screen.type("description ours\x1a").endswith("^Z\r\nsw1#")
    assert " description ours" in screen.device.running_text()
    assert screen.type("\x1a").endswith("^Z\r\nsw1#")


def test_a_list_of_help_ends_with_one_blank_line(screen: Screen) -> None:
    assert screen.type("show licen?").endswith("license\r\n\r\nsw1#show licen")
    assert screen.type("\x15show foo ?").endswith("% Unrecognized command\r\nsw1#show foo ")


def test_banners_are_shown_on_login_with_their_tokens_filled_in() -> None:
    screen = Screen("banner motd ^Welcome to $(hostname)^", "banner exec ^No $(foo) > # here^")
    assert "".join(screen.seen) == "Welcome to sw1\r\nNo $(foo) > # here\r\n\r\nsw1#"
    assert screen.device.banner("login") == ""


def test_a_banner_of_lines_is_kept_as_it_was_typed_and_goes_by_its_kind_alone() -> None:
    terminal = Terminal(make_device())
    terminal.type("configure terminal", "banner login @", "one", "two # x", "@")
    assert "\nbanner login ^C\none\ntwo # x\n^C\n" in terminal.device.running_text()
    assert terminal.device.banner("login") == "\none\ntwo # x\n"
    terminal.type("no banner login")
    assert "banner" not in terminal.device.running_text()
    assert terminal.type("banner login") == "% Incomplete command.\n\n"


def test_the_tcl_shell_writes_files_as_clients_do_it() -> None:
    terminal = Terminal(make_device())
    terminal.type("tclsh")
    assert terminal.prompt == "sw1(tcl)#"
    terminal.type('puts [open "flash:new.cfg" w+] {hostname other', "interface Loopback1", "", " description {a b}")
    assert terminal.prompt == "+>"
    terminal.type("}")
    assert terminal.prompt == "sw1(tcl)#"
    assert terminal.device.files.read("flash:new.cfg") == (
        b"hostname other\ninterface Loopback1\n\n description {a b}\n\n"
    )
    assert terminal.type('puts "hello there"') == "hello there\n"
    assert "UTC" in terminal.type("show clock")
    assert "Invalid device name" in terminal.type('puts [open "usb9:x" w] {x}')
    terminal.type("tclquit")
    assert terminal.prompt == "sw1#"


def test_a_public_key_becomes_its_hash_and_lets_its_user_in() -> None:
    terminal = Terminal(make_device())
    terminal.type("configure terminal", "username fred privilege 7 secret 0 x", "ip ssh pubkey-chain", "username fred")
    terminal.type("key-string")
    assert terminal.prompt == "sw1(conf-ssh-pubkey-data)#"
    terminal.type("AAAAB3Nz", "aC1yc2E=", "exit")
    assert terminal.prompt == "sw1(conf-ssh-pubkey-user)#"
    terminal.type("end")
    assert "  key-hash ssh-rsa 1507B5D4F7DC4A5814513862C740B755\n" in terminal.device.running_text()
    assert terminal.device.authorize_key("fred", b"\x00\x00\x00\x07ssh-rsa") == 7
    assert terminal.device.authorize_key("fred", b"another") is None
    assert terminal.device.authorize_key("nobody", b"\x00\x00\x00\x07ssh-rsa") is None


def test_ping_takes_its_options_in_any_order_and_asks_for_them() -> None:
    terminal = Terminal(make_device())
    assert "Sending 3, 200-byte ICMP Echos to 127.0.0.1, timeout is 1 seconds:\n!!!\n" in terminal.type(
        "ping 127.0.0.1 timeout 1 size 200 repeat 3"
    )
    questions = []
    terminal.type("ping")
    for answer in ("", "192.0.2.1", "2", "", "", "y", "", "", "", "", "", "", "", "", ""):
        questions.append(terminal.prompt)
        output = terminal.type(answer)
    assert questions[:3] == ["Protocol [ip]: ", "Target IP address: ", "Repeat count [5]: "]
    assert output.endswith("..\nSuccess rate is 0 percent (0/2)\n")
    assert "% VRF nowhere does not exist" in terminal.type("ping vrf nowhere 192.0.2.1")


def test_traceroute_counts_hops_up_to_the_last() -> None:
    terminal = Terminal(make_device())
    assert terminal.type("traceroute 192.0.2.1 ttl 0 2 timeout 1").endswith("  1  *  *  * \n  2  *  *  * \n")
    terminal.type("traceroute", "", "192.0.2.1", *[""] * 6)
    assert terminal.prompt == "Minimum Time to Live [1]: "
    assert terminal.type("", "1", "", "").endswith("  1  *  *  * \n")


def test_configurations_are_files_for_who_copies_them(screen: Screen) -> None:
    device = screen.device
    assert b"hostname sw1" in device.read_file("system:running-config")
    device.write_file("running-config", b"license smart usage interval 20\n", JAN_1)
    assert "license smart usage interval 20" in device.running_text()
    device.write_file("nvram:startup-config", b"hostname other\n", JAN_1)
    assert device.read_file("startup-config") == b"hostname other\n"
    device.make_folder("flash:reports")
    assert device.is_folder("flash:/reports")
    device.write_file("flash:reports/one.txt", b"1", JAN_1)
    device.delete_file("flash:reports/one.txt")
    assert device.list_files("flash:reports") == ()


def test_exit_leaves_one_mode_also_where_a_mode_takes_any_line() -> None:
    terminal = Terminal(make_device())
    terminal.type("configure terminal", "router ospf 1", "network 192.0.2.0 0.0.0.255 area 0", "exit")
    assert terminal.prompt == "sw1(config)#"
    terminal.type("policy-map P", "class web", "priority percent 10", "exit")
    assert terminal.prompt == "sw1(config-pmap)#"
    terminal.type("class class-default", "interface Loopback1", "exit")
    assert terminal.prompt == "sw1(config)#"
    terminal.type("end")
    shown = terminal.device.running_text()
    assert "router ospf 1\n network 192.0.2.0 0.0.0.255 area 0\n" in shown
    assert "policy-map P\n class web\n  priority percent 10\n class class-default\n" in shown


def test_a_range_of_interfaces_takes_each_line() -> None:
    terminal = Terminal(make_device())
    terminal.type("configure terminal", "interface range gi1/0/1-2 , te1/1/1 - 2", "description ours")
    assert terminal.prompt == "sw1(config-if-range)#"
    assert "Invalid input" in terminal.type("telepathy on")
    assert terminal.prompt == "sw1(config-if-range)#"
    assert "not configured" in terminal.type("vrf forwarding nowhere")
    assert terminal.prompt == "sw1(config-if-range)#"
    terminal.type("shutdown", "exit")
    assert terminal.prompt == "sw1(config)#"
    shown = terminal.device.running_text()
    for name in ("GigabitEthernet1/0/1", "GigabitEthernet1/0/2", "TenGigabitEthernet1/1/1", "TenGigabitEthernet1/1/2"):
        assert f"interface {name}\n description ours\n shutdown\n" in shown
    assert "GigabitEthernet1/0/3\n description" not in shown
    assert "Invalid input" in terminal.type("interface range gi1/0/1-99")
    terminal.type("interface range gi1/0/1-2", "interface Loopback3")
    assert terminal.prompt == "sw1(config-if)#"


def test_lines_of_terminals_are_set_together() -> None:
    terminal = Terminal(make_device())
    terminal.type("configure terminal", "line vty 0 15", "exec-timeout 30 0", "line vty 2", "length 0", "end")
    shown = terminal.device.running_text()
    assert shown.count(" exec-timeout 30 0\n") == 2
    assert shown.count(" length 0\n") == 1
    assert "line vty 0 15" not in shown


def test_a_key_without_a_size_is_asked_for() -> None:
    terminal = Terminal(make_device())
    terminal.type("configure terminal", "crypto key generate rsa")
    assert terminal.prompt == "How many bits in the modulus [2048]: "
    assert "% Generating 4096 bit RSA keys" in terminal.type("4096")
    assert "% Generating 2048 bit RSA keys" in terminal.type("crypto key generate rsa modulus 2048")
