"""netmiko, ``cisco_xe``, as it is."""

from __future__ import annotations

import pytest
from netmiko import ConnectHandler, file_transfer
from netmiko.exceptions import NetmikoAuthenticationException

from smartlic_lab.running.lab import Lab
from tests.end_to_end.lab_clients import login


def connect(lab: Lab, device: str, **options):
    at = login(lab, device)
    parameters = {"username": at.username, "password": at.password, "secret": at.enable, **options}
    return ConnectHandler(device_type="cisco_xe", host=at.host, port=at.port, **parameters)


@pytest.fixture
def switch(client_lab):
    with connect(client_lab, "sw1") as connection:
        yield connection


def test_it_reads(switch):
    assert switch.find_prompt() == "sw1#"
    assert "Smart Licensing Using Policy:" in switch.send_command("show license status")
    assert len(switch.send_command("show license all").splitlines()) > 80  # longer than a page


def test_it_parses_with_textfsm(switch):
    assert switch.send_command("show version", use_textfsm=True)[0]["hostname"] == "sw1"


def test_it_configures_saves_and_takes_back(switch):
    output = switch.send_config_set(["license smart usage interval 20", "license smart privacy hostname"])
    assert "%" not in output
    assert "license smart usage interval 20" in switch.send_command("show running-config | include license smart")
    switch.send_config_set(["no license smart usage interval", "no license smart privacy hostname"])
    assert "[OK]" in switch.save_config()
    assert switch.send_command("show running-config | include license smart") == ""


def test_it_sees_a_refusal(switch):
    output = switch.send_config_set(["license smart transport telepathy"])
    assert "% Invalid input detected at '^' marker." in output


def test_it_enables_from_user_exec(client_lab):
    with connect(client_lab, "r1", username="operator", password="Op3rator!") as router:
        assert router.find_prompt() == "r1>"
        router.enable()
        assert router.find_prompt() == "r1#"
        router.exit_enable_mode()
        assert router.find_prompt() == "r1>"


def test_it_answers_a_question(switch):
    switch.send_command_timing("copy running-config flash:saved.cfg")
    switch.send_command_timing("\n")
    assert "saved.cfg" in switch.send_command("dir flash:")
    switch.send_command("delete /force flash:saved.cfg")


def test_it_transfers_a_file_both_ways(switch, tmp_path):
    (tmp_path / "notes.txt").write_text("kept on flash\n")
    put = file_transfer(
        switch, source_file=str(tmp_path / "notes.txt"), dest_file="notes.txt", file_system="flash:", direction="put"
    )
    assert put["file_transferred"]
    assert put["file_verified"]
    (tmp_path / "back").mkdir()
    got = file_transfer(
        switch,
        source_file="notes.txt",
        dest_file=str(tmp_path / "back" / "notes.txt"),
        file_system="flash:",
        direction="get",
    )
    assert got["file_verified"]
    assert (tmp_path / "back" / "notes.txt").read_text() == "kept on flash\n"


def test_it_transfers_a_file_in_line(client_lab, tmp_path):
    """Without SCP: ``tclsh`` takes the text."""
    (tmp_path / "notes.txt").write_text("typed into a shell\n")
    with connect(client_lab, "r1") as router:
        put = file_transfer(
            router,
            source_file=str(tmp_path / "notes.txt"),
            dest_file="notes.txt",
            file_system="bootflash:",
            inline_transfer=True,
        )
        assert put["file_transferred"]
        assert "typed into a shell" in router.send_command("more bootflash:notes.txt")
        router.send_command("delete /force bootflash:notes.txt")


def test_it_pings_with_questions(client_lab):
    with connect(client_lab, "r1") as router:
        output = router.send_multiline(
            [
                ["ping", "Protocol"], ["", "Target"], ["127.0.0.1", "Repeat"], ["3", "Datagram"], ["", "Timeout"],
                ["", "Extended"], ["", "Sweep"], ["", "#"],
            ]
        )  # fmt: skip
    assert "Success rate is 100 percent (3/3)" in output


def test_it_autodetects(client_lab):
    from netmiko import SSHDetect

    at = login(client_lab, "r1")
    guess = SSHDetect(
        device_type="autodetect", host=at.host, port=at.port, username=at.username, password=at.password
    ).autodetect()
    assert guess == "cisco_xe"


def test_a_wrong_password_is_refused(client_lab):
    with pytest.raises(NetmikoAuthenticationException):
        connect(client_lab, "sw1", password="wrong")
