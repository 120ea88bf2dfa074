"""``smartlic-lab`` as a user runs it: processes, files, exit codes."""

from __future__ import annotations

import http.client
import json
import os
import re
import socket
import ssl
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from nornir_smartlic.model import Secret
from smartlic_lab.running.control import Control

TOPOLOGY = """
clock: {speed: 0}
devices:
  - {name: sw1, platform: c9300, release: "17.12", members: 2}
  - {name: r1, platform: c8000v, release: "17.12", groups: [branches], day0: [license boot level network-advantage]}
groups:
  branches: {smart_licensing: {transport: cslu}}
"""


class Command:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.state = folder / "state"  # where running labs leave word

    def __call__(self, *words: str, code: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "smartlic_lab.cli", *words],
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=120,
            env={**os.environ, "SMARTLIC_LAB_STATE": str(self.state), "COLUMNS": "120"},
        )
        assert done.returncode == code, done.stdout + done.stderr
        assert "Traceback" not in done.stderr
        return done.stdout if code == 0 else done.stderr


@pytest.fixture(scope="module")
def command(tmp_path_factory) -> Iterator[Command]:
    """The command, with a lab that runs."""
    folder = tmp_path_factory.mktemp("lab")
    (folder / "small.yaml").write_text(TOPOLOGY)
    run = Command(folder)
    run("up", "small.yaml", "--detach")
    yield run
    run("down")


def test_status_names_every_device_and_authority(command):
    found = json.loads(command("status", "--json"))
    assert [(one["name"], one["platform"], one["release"]) for one in found["devices"]] == [
        ("sw1", "c9300", "17.12"),
        ("r1", "c8000v", "17.12"),
    ]
    for one in found["devices"]:
        socket.create_connection((one["host"], one["port"]), timeout=10).close()
        assert stat.S_IMODE(os.stat(one["credentials"]["password_file"]).st_mode) == 0o600
    (cssm,) = found["authorities"]
    assert {"kind", "name", "url", "ca_file", "client_id", "client_secret", "tokens"} <= cssm.keys()
    assert found["pids"]
    assert "sw1" in command("status")


def test_a_real_client_verifies_the_certificate_of_cssm(command):
    (cssm,) = json.loads(command("status", "--json"))["authorities"]
    form = {"grant_type": "client_credentials", "client_id": cssm["client_id"], "client_secret": cssm["client_secret"]}
    trusted = ssl.create_default_context(cafile=cssm["ca_file"])
    answer = httpx.post(cssm["url"] + "/as/token.oauth2", data=form, verify=trusted, trust_env=False)
    assert answer.status_code == 200
    assert answer.json()["token_type"] == "Bearer"
    with pytest.raises(httpx.ConnectError):
        httpx.post(cssm["url"] + "/as/token.oauth2", data=form, trust_env=False)


def test_an_unbounded_body_is_refused(command):
    (cssm,) = json.loads(command("status", "--json"))["authorities"]
    at = urlsplit(cssm["url"])
    context = ssl.create_default_context(cafile=cssm["ca_file"])
    connection = http.client.HTTPSConnection(at.hostname, at.port, context=context, timeout=20)
    connection.putrequest("POST", "/as/token.oauth2")
    connection.putheader("Content-Length", str(10**10))
    connection.endheaders()
    assert connection.getresponse().status == 413
    connection.close()


@pytest.mark.parametrize(("form", "names"), [("nornir", ["config.yaml", "hosts.yaml"]), ("pyats", []), ("ansible", [])])
def test_an_inventory_is_for_its_owner_alone(command, form, names):
    place = command.folder / f"inventory-{form}"
    command("inventory", "--format", form, "-o", str(place))
    files = [place / name for name in names] or [place]
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert "!!python" not in file.read_text()


def test_the_clock_is_read_moved_and_set(command):
    before = json.loads(command("clock", "show", "--json"))
    after = json.loads(command("clock", "advance", "30d", "--json"))
    assert after["now"][:10] == "2026-02-04"
    assert before["now"] < after["now"]
    assert "speed 10" in command("clock", "speed", "10")
    command("clock", "speed", "0")
    assert "is not a span of time" in command("clock", "advance", "soon", code=2)


def test_faults_are_added_listed_and_cleared(command):
    command("fault", "add", "cssm", "unreachable", "--for", "7d")
    assert json.loads(command("fault", "list", "--json"))[0]["kind"] == "unreachable"
    assert command("fault", "clear").strip() == "1 cleared"
    assert "no fault 'gremlins'" in command("fault", "add", "cssm", "gremlins", code=2)


def test_members_come_and_go_at_the_rack(command):
    joined = json.loads(command("device", "join", "sw1", "--pid", "C9300-48P", "--sn", "FOC2501TEST", "--json"))
    assert joined["members"][2] == "Member: PID:C9300-48P,SN:FOC2501TEST"
    before = joined["members"][1].removeprefix("Standby: ")
    assert f"Active: {before}" in command("device", "switchover", "sw1")
    assert "FOC2501TEST" not in command("device", "leave", "sw1", "FOC2501TEST")
    assert "17.15" in command("device", "reload", "sw1", "--release", "17.15")
    assert "sw1 boots" in command("device", "switchover", "sw1", code=2)
    command("clock", "advance", "1h")
    (sw1, _) = json.loads(command("status", "--json"))["devices"]
    assert (sw1["release"], sw1["is_up"], len(sw1["members"])) == ("17.15", True, 2)
    assert "sw1: up, 17.12" in command("device", "reload", "sw1", "--release", "17.12").replace("boots", "up")
    command("clock", "advance", "1h")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("join", "sw7"), "no device 'sw7' in this lab"),
        (("join", "sw1", "--pid", "C1"), "sw1: 'C1' is no model of c9300"),
        (("join", "r1"), "r1: 2 - c8000v has 1 to 1"),
        (("leave", "sw1", "FOC0"), "sw1: 'FOC0' cannot leave sw1"),
        (("switchover", "r1"), "r1: r1 has no standby"),
        (("access-points", "sw1", "3"), "sw1: c9300 is no wireless controller"),
        (("reload", "sw1", "--release", "12.1"), "release '12.1' - expected one of"),
        (("reload", "r1", "--release", "16.12"), "'16.12' does not run on c8000v"),
    ],
)
def test_what_cannot_be_done_at_the_rack_is_one_line(command, words, said):
    (line,) = command("device", *words, code=2).strip().splitlines()
    assert said in line


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("up", "small.yaml", "--detach"), "already runs"),
        (("down", "--name", "other"), "no lab 'other' runs"),
        (("status", "--name", "../x"), "is not a name for a lab"),
        (("up", "missing.yaml", "--name", "other"), "No such file"),
        (("up", "broken.yaml", "--name", "other", "--detach"), "broken.yaml:1: devices[0].platform: 'c1'"),
        (("inventory", "--format", "excel", "-o", "x"), "no inventory format 'excel'"),
        (("console", "sw7"), "no device 'sw7' in this lab"),
    ],
)
def test_wrong_usage_is_one_line(command, words, said):
    (command.folder / "broken.yaml").write_text("devices: [{name: a, platform: c1}]")
    (line,) = command(*words, code=2).strip().splitlines()
    assert said in line


def test_the_console_is_a_session_of_the_device(command):
    done = subprocess.run(
        [sys.executable, "-m", "smartlic_lab.cli", "console", "r1"],
        input="show license udi\nexit\n",
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "SMARTLIC_LAB_STATE": str(command.state)},
    )
    assert "UDI: PID:C8000V" in done.stdout


def test_the_control_api_answers_only_its_token(command, monkeypatch):
    monkeypatch.setenv("SMARTLIC_LAB_STATE", str(command.state))
    control = Control.find("default")
    assert stat.S_IMODE((command.state / "default" / "control.json").stat().st_mode) == 0o600
    stranger = Control(control.name, control.url, Secret("wrong"), control.pid)
    assert httpx.get(control.url + "/status", trust_env=False).status_code == 401
    with pytest.raises(Exception, match="is not lab"):
        stranger.ask("GET", "/status")


def test_no_password_stands_on_a_command_line(command):
    found = json.loads(command("status", "--json"))
    password = Path(found["devices"][0]["credentials"]["password_file"]).read_text().strip()
    for pid in found["pids"]:
        assert password not in Path(f"/proc/{pid}/cmdline").read_text()
    assert password not in (command.state / "default" / "lab.log").read_text()


def test_a_lab_that_was_killed_is_gone_and_leaves_no_word(command):
    command("up", "small.yaml", "--detach", "--name", "victim")
    (pid,) = json.loads(command("status", "--json", "--name", "victim"))["pids"]
    os.kill(pid, 9)
    said = command("status", "--name", "victim", code=2)
    assert "no lab 'victim' runs - start one with smartlic-lab up --name victim" in said


def test_a_lab_with_a_state_folder_is_the_same_after_a_restart(command):
    where = ["--name", "kept", "--state", str(command.folder / "kept")]
    command("up", "small.yaml", "--detach", *where)
    first = json.loads(command("status", "--json", "--name", "kept"))
    command("clock", "advance", "3d", "--name", "kept")
    command("down", "--name", "kept")
    command("up", "small.yaml", "--detach", *where)
    second = json.loads(command("status", "--json", "--name", "kept"))
    command("down", "--name", "kept")
    assert second["clock"]["now"][:10] == "2026-01-08"
    assert second["devices"][0]["members"] == first["devices"][0]["members"]
    assert second["authorities"][0]["tokens"] == first["authorities"][0]["tokens"]


def test_a_lab_that_is_killed_is_found_again_as_it_was(command):
    """Ports, URLs, faults and inventories stay, and clients go on where they were."""
    where = ["--name", "hardy", "--state", str(command.folder / "hardy")]
    command("up", "small.yaml", "--detach", *where)
    command("fault", "add", "cssm", "slow-polls", "--for", "30d", "--name", "hardy")
    command("fault", "add", "sw1", "unreachable", "--name", "hardy")
    command("inventory", "--format", "nornir", "-o", "before", "--name", "hardy")
    first = json.loads(command("status", "--json", "--name", "hardy"))
    os.kill(first["pids"][0], 9)
    command("up", "small.yaml", "--detach", *where)
    command("inventory", "--format", "nornir", "-o", "after", "--name", "hardy")
    second = json.loads(command("status", "--json", "--name", "hardy"))
    command("down", "--name", "hardy")
    for key in ("devices", "authorities", "faults"):
        assert second[key] == first[key]
    files = [sorted((command.folder / name).rglob("*.yaml")) for name in ("before", "after")]
    assert [one.read_text().replace("/before/", "/after/") for one in files[0]] == [one.read_text() for one in files[1]]


def test_roundtrip_shows_whether_the_lab_prints_the_same(command):
    text = "Load for five secs: 1%/0%; one minute: 0%; five minutes: 0%\n"
    (command.folder / "odd.txt").write_text(text)
    assert re.match(r"odd.txt: ", command("roundtrip", "odd.txt", code=2))


def test_serve_runs_one_authority_at_the_real_time(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-m", "smartlic_lab.cli", "serve", "cssm", "--name", "alone"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SMARTLIC_LAB_STATE": str(tmp_path / "state"), "COLUMNS": "120"},
    )
    try:
        assert process.stderr is not None
        assert "lab alone runs" in process.stderr.readline()
        found = json.loads(Command(tmp_path)("status", "--json", "--name", "alone"))
        assert [one["kind"] for one in found["authorities"]] == ["cssm"]
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert process.returncode == 0


def test_serve_runs_the_authorities_of_a_topology(tmp_path):
    accounts = "smart_accounts: [{domain: branch.example.com}]"
    (tmp_path / "lab.yaml").write_text(
        f"authorities:\n- {{name: one, kind: cssm, {accounts}}}\n"
        "- {name: near, kind: cslu, upstream: one, domain: branch.example.com}\n"
        "- {name: far, kind: onprem, upstream: one, domain: branch.example.com}\n"
        "devices:\n- {name: sw1}\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "smartlic_lab.cli", "serve", "cslu", "lab.yaml", "--name", "alone"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "SMARTLIC_LAB_STATE": str(tmp_path / "state"), "COLUMNS": "120"},
    )
    try:
        assert process.stderr is not None
        assert "end it with Ctrl-C or smartlic-lab down --name alone" in process.stderr.readline()
        found = json.loads(Command(tmp_path)("status", "--json", "--name", "alone"))
        assert [one["name"] for one in found["authorities"]] == ["one", "near"]
        assert (found["devices"], found["authorities"][0]["smart_account"]) == ([], "branch.example.com")
    finally:
        process.terminate()
        process.communicate(timeout=30)
    assert "expected cssm, cslu or onprem before a topology" in Command(tmp_path)("serve", "sw1", "lab.yaml", code=2)
