"""OpenSSH's ``ssh``, ``scp -O`` and ``sftp``; the password comes from SSH_ASKPASS, as a script would do it."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.end_to_end.lab_clients import login

pytestmark = pytest.mark.skipif(shutil.which("ssh") is None, reason="OpenSSH is not installed")


@pytest.fixture
def run(client_lab, tmp_path):
    return runner(client_lab, tmp_path, "sw1")


def runner(client_lab, tmp_path, device: str):
    at = login(client_lab, device)
    helper = tmp_path / "askpass"
    helper.write_text('#!/bin/sh\necho "$LAB_PASSWORD"\n')
    helper.chmod(0o700)
    facts = client_lab.inventory_facts()
    (tmp_path / "known_hosts").write_text("".join(f"[{d.host}]:{d.port} {facts.host_key}\n" for d in facts.devices))

    def run(program: str, *words: str, stdin: str = "", level: str = "ERROR") -> subprocess.CompletedProcess[str]:
        port = ["-p" if program == "ssh" else "-P", str(at.port)]
        options = ["-F", "/dev/null", "-o", f"UserKnownHostsFile={tmp_path}/known_hosts", "-o", f"LogLevel={level}"]
        return subprocess.run(
            [program, *port, *options, *words],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=60,
            env={**os.environ, "SSH_ASKPASS": str(helper), "SSH_ASKPASS_REQUIRE": "force", "LAB_PASSWORD": at.password},
        )

    run.place = f"{at.username}@{at.host}"
    return run


def test_one_command(run):
    done = run("ssh", run.place, "show license udi")
    assert done.returncode == 0, done.stderr
    assert "UDI: PID:C9300-24T,SN:" in done.stdout


def test_one_command_asks_what_it_has_to(run):
    done = run("ssh", run.place, "copy running-config startup-config", stdin="\n")
    assert done.returncode == 0, done.stderr
    assert "Destination filename [startup-config]? " in done.stdout
    assert "[OK]" in done.stdout


def test_a_shell_pages_and_ends_with_exit(run):
    done = run("ssh", "-tt", run.place, stdin="show license all\n   terminal length 0\nshow clock\nexit\n")
    assert done.returncode == 0, done.stderr
    assert "sw1#show clock" in done.stdout


def test_files_go_there_and_back(run, tmp_path):
    (tmp_path / "here.txt").write_text("over SSH\n")
    assert run("scp", "-O", f"{tmp_path}/here.txt", f"{run.place}:flash:scp.txt").returncode == 0
    done = run("scp", "-O", f"{run.place}:flash:/scp.txt", f"{tmp_path}/back.txt")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "back.txt").read_text() == "over SSH\n"


def test_sftp_closes_the_connection_and_todays_scp_with_it(run, tmp_path):
    (tmp_path / "here.txt").write_text("as OpenSSH 9 does it\n")
    assert "onnection closed" in run("sftp", run.place, stdin="bye\n").stderr
    done = run("scp", f"{tmp_path}/here.txt", f"{run.place}:flash:/today.txt")
    assert done.returncode == 255
    assert "onnection closed" in done.stderr
    assert "today.txt" not in run("ssh", run.place, "dir flash:").stdout


def test_the_running_configuration_is_a_file(run, tmp_path):
    assert run("scp", "-O", f"{run.place}:running-config", f"{tmp_path}/sw1.cfg").returncode == 0
    assert "\nhostname sw1\n" in (tmp_path / "sw1.cfg").read_text()


def test_files_are_for_privilege_15(client_lab, tmp_path):
    client_lab.execute("sw1", "configure terminal", "username reader privilege 1 secret 0 Lab-Passw0rd", "end")
    run = runner(client_lab, tmp_path, "sw1")
    place = f"reader@{run.place.partition('@')[2]}"
    assert run("scp", "-O", f"{place}:running-config", f"{tmp_path}/sw1.cfg").returncode != 0
    assert not (tmp_path / "sw1.cfg").exists()
    # scp itself says "lost connection" where it writes its first byte too late, so ssh must say the reason.
    assert "Privilege denied." in run("ssh", place, "scp -f running-config").stdout


def test_a_key_of_the_chain_opens_the_door(run, client_lab, tmp_path):
    subprocess.run(["ssh-keygen", "-q", "-t", "rsa", "-b", "2048", "-N", "", "-f", f"{tmp_path}/key"], check=True)
    data = (tmp_path / "key.pub").read_text().split()[1]
    lines = [data[at : at + 80] for at in range(0, len(data), 80)]
    client_lab.execute(
        "sw1", "configure terminal", "ip ssh pubkey-chain", "username admin", "key-string", *lines, "exit", "end"
    )
    done = run("ssh", "-i", f"{tmp_path}/key", "-o", "BatchMode=yes", run.place, "show privilege")
    assert "Current privilege level is 15" in done.stdout, done.stderr
    client_lab.execute("sw1", "configure terminal", "no ip ssh pubkey-chain", "end")
    assert run("ssh", "-i", f"{tmp_path}/key", "-o", "BatchMode=yes", run.place, "show privilege").returncode == 255


def test_banners_stand_where_a_device_puts_them(client_lab, tmp_path):
    run = runner(client_lab, tmp_path, "r1")
    done = run("ssh", "-tt", run.place, stdin="exit\n", level="INFO")
    assert done.stderr.startswith("Property of example.com # >")  # before the password
    assert done.stdout.startswith("Authorised users only\nNo prompt# of ours>\n\nr1#")


def test_who_has_left_is_not_among_the_users(run):
    for _ in range(3):
        run("ssh", run.place, "show clock")
    shown = run("ssh", run.place, "show users").stdout
    assert shown.count("admin") == 1
    assert "127.0.0.1" in shown


def test_a_file_that_is_not_there_is_an_error(run, tmp_path):
    done = run("scp", "-O", f"{run.place}:flash:nothing.txt", str(tmp_path))
    assert done.returncode != 0
    assert done.stderr.startswith("scp: ")


def test_no_scp_server_means_no_files(run, client_lab, tmp_path):
    client_lab.execute("sw1", "configure terminal", "no ip scp server enable", "end")
    assert run("scp", "-O", f"{run.place}:flash:nothing.txt", str(tmp_path)).returncode != 0
    assert "Administratively disabled." in run("ssh", run.place, "scp -t flash:x.txt").stdout
    client_lab.execute("sw1", "configure terminal", "ip scp server enable", "end")
