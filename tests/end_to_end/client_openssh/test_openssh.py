"""OpenSSH's ``ssh``, ``scp`` and ``sftp``; the password comes from SSH_ASKPASS, as a script would do it."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from tests.end_to_end.lab_clients import login

pytestmark = pytest.mark.skipif(shutil.which("ssh") is None, reason="OpenSSH is not installed")


@pytest.fixture
def run(client_lab, tmp_path):
    at = login(client_lab, "sw1")
    helper = tmp_path / "askpass"
    helper.write_text('#!/bin/sh\necho "$LAB_PASSWORD"\n')
    helper.chmod(0o700)
    facts = client_lab.inventory_facts()
    (tmp_path / "known_hosts").write_text("".join(f"[{d.host}]:{d.port} {facts.host_key}\n" for d in facts.devices))

    def run(program: str, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        port = ["-p" if program == "ssh" else "-P", str(at.port)]
        options = ["-F", "/dev/null", "-o", f"UserKnownHostsFile={tmp_path}/known_hosts", "-o", "LogLevel=ERROR"]
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


def test_a_shell_pages_and_ends_with_exit(run):
    done = run("ssh", "-tt", run.place, stdin="show license all\n   terminal length 0\nshow clock\nexit\n")
    assert done.returncode == 0, done.stderr
    assert "sw1#show clock" in done.stdout


@pytest.mark.parametrize("program", ["scp", "sftp"])
def test_files_go_there_and_back(run, program, tmp_path):
    (tmp_path / "here.txt").write_text("over SSH\n")
    if program == "scp":
        assert run("scp", "-O", f"{tmp_path}/here.txt", f"{run.place}:flash:{program}.txt").returncode == 0
        done = run("scp", "-O", f"{run.place}:flash:/{program}.txt", f"{tmp_path}/back.txt")
    else:
        batch = f"put {tmp_path}/here.txt flash:{program}.txt\nget flash:{program}.txt {tmp_path}/back.txt\nbye\n"
        done = run("sftp", run.place, stdin=batch)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "back.txt").read_text() == "over SSH\n"


def test_a_file_that_is_not_there_is_an_error(run, tmp_path):
    done = run("scp", "-O", f"{run.place}:flash:nothing.txt", str(tmp_path))
    assert done.returncode != 0
    assert done.stderr.startswith("scp: ")


def test_no_scp_server_means_no_files(run, client_lab, tmp_path):
    client_lab.execute("sw1", "configure terminal", "no ip scp server enable", "end")
    assert run("scp", "-O", f"{run.place}:flash:nothing.txt", str(tmp_path)).returncode != 0
    client_lab.execute("sw1", "configure terminal", "ip scp server enable", "end")
