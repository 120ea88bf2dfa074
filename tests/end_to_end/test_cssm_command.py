"""``smartlic-lab cssm``: what CSSM holds is made and changed from the command line, against a running lab."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from nornir_smartlic.errors import SmartLicError
from smartlic_lab.authority.catalogue import license_of_tag
from smartlic_lab.cli.app import app
from smartlic_lab.running.control_server import ControlServer
from smartlic_lab.running.lab import Lab

RUNNER = CliRunner()


@pytest.fixture
def lab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lab]:
    monkeypatch.setenv("SMARTLIC_LAB_STATE", str(tmp_path))
    with Lab.from_dict({}, folder=tmp_path / "here") as running:
        control = ControlServer(running, "here")
        control.start()
        yield running
        control.forget()


def run(line: str) -> str:
    """What ``smartlic-lab cssm --name here LINE`` prints; a refusal raises."""
    done = RUNNER.invoke(app, ["cssm", "--name", "here", *line.split()])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code == 0, done.output
    return done.output


def test_a_licensing_year_without_python(lab: Lab) -> None:
    run("virtual-account add Branches")
    run("virtual-account add Branch17 --parent Branches")
    run("virtual-account move Branch17")
    run("virtual-account rename Branch17 Branch18")
    assert "Branch18" in run("virtual-account list")
    assert json.loads(run("--json pool list"))["totalRecords"] == 0
    with lab.cssm.work() as work:
        name = license_of_tag(work, "regid.2017-03.com.cisco.x,1.0_y").tag
    run(f"pool add {name} 5 --virtual-account Branches --term-days 30")
    run(f"pak add P1 L-X 3 --virtual-account Branches --license {name}")
    run("pak convert P1 --virtual-account Branches --quantity 2")
    run("agreement add Sub1 EA")
    assert "True Forward" in run("agreement reports")
    assert "first report 90" in run("policy set Mine --virtual-account Branches")
    assert "CISCO default" in run("policy reset --virtual-account Branches")
    code = run(f"reservation add CB-ZC9300-24T:FOC1-BJ1FBUdGW-a8 --virtual-account Branches --license {name}=2")
    assert "smartLicense" in code
    assert "smartLicense" in run(f"reservation update C9300-24T:FOC1 --virtual-account Branches --license {name}=3")
    run("reservation confirm C9300-24T:FOC1 1fc54c75 --virtual-account Branches")
    assert len(run("token add --virtual-account Branches").strip()) > 40
    run("account add poc.example.com --limited-use")
    with pytest.raises(SmartLicError, match="limited-use account"):
        run("--smart-account poc.example.com virtual-account add x")
    assert "Limited Use" in run("account list")
    with pytest.raises(SmartLicError, match="not empty"):
        run("virtual-account delete Branches")
    run("virtual-account delete Branch18")
    assert re.search("Policy|Licenses", run("events --limit 50"))


def test_roles_bind_who_is_named(lab: Lab) -> None:
    done = RUNNER.invoke(app, ["cssm", "--name", "here", "user", "add", "anna", "--role", "Smart Account user"])
    assert done.exit_code == 0
    with pytest.raises(SmartLicError, match="anna may not add and edit Virtual Accounts"):
        run("--as anna virtual-account add x")
    assert json.loads(run("--json --as anna token list"))["tokens"]
