"""The runbook and the pyATS job, as a user starts them, on a lab over SSH."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from smartlic_lab.running.lab import Lab

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
LEVEL = "license boot level network-advantage addon dna-advantage"
TOPOLOGY = {
    "clock": {"start": "2026-01-05T08:00:00Z", "speed": 600},
    "authorities": [
        {
            "name": "cssm",
            "kind": "cssm",
            "smart_accounts": [
                {
                    "domain": "example.com",
                    "name": "Example",
                    "virtual_accounts": [{"name": "Branches", "tokens": [{"name": "branches"}]}],
                }
            ],
        }
    ],
    "smart_licensing": {
        "transport": "smart",
        "url": "default",
        "source_interface": "GigabitEthernet1",
        "name_servers": ["192.0.2.53"],
        "account": {"smart_account": "Example", "virtual_account": "Branches"},
        "trust": True,
    },
    "devices": [{"name": "branch", "platform": "c8000v", "release": "17.12", "count": 2, "day0": [LEVEL]}],
}


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab.from_dict(TOPOLOGY) as running:
        yield running


def run(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=folder, env=os.environ | environment, capture_output=True, text=True, timeout=200, check=False
    )


@pytest.fixture(scope="module")
def runbook(lab: Lab, tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The runbook, once, on the lab as it boots."""
    folder = tmp_path_factory.mktemp("runbook")
    lab.inventory("nornir", folder)
    command = [sys.executable, str(PLAYBOOKS / "main_job.py"), "config.yaml"]
    return run(command, folder, SMARTLIC_TOKEN=lab.token("Branches").reveal())


def test_the_runbook_brings_devices_to_compliance_and_never_shows_the_token(
    lab: Lab, runbook: subprocess.CompletedProcess[str]
) -> None:
    said = runbook.stdout + runbook.stderr
    assert (runbook.returncode, runbook.stdout.splitlines()[-1]) == (0, "compliant"), said
    assert "SLP-TRUST" in runbook.stdout
    assert lab.token("Branches").reveal() not in said


def test_a_host_that_is_not_read_is_no_compliant_one(
    lab: Lab, runbook: subprocess.CompletedProcess[str], tmp_path: Path
) -> None:
    """One is unreachable, one refuses the login: nothing is proven of either, and the exit code says so."""
    del runbook
    lab.inventory("nornir", tmp_path)
    hosts = yaml.safe_load((tmp_path / "hosts.yaml").read_text())
    hosts["branch-1"]["port"] = 9
    hosts["branch-2"]["password"] = "wrong"
    (tmp_path / "hosts.yaml").write_text(yaml.safe_dump(hosts))
    done = run([sys.executable, str(PLAYBOOKS / "main_job.py"), "config.yaml"], tmp_path)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "not read, so not proven: branch-1, branch-2" in done.stdout
    assert "compliant" not in done.stdout.splitlines()


@pytest.mark.pyats
@pytest.mark.usefixtures("runbook")
def test_one_broken_device_fails_with_the_reason_and_leaves_the_others_their_results(lab: Lab, tmp_path: Path) -> None:
    """``pyats run job``, with every group of rules, and its report as xUnit."""
    pytest.importorskip("pyats")
    testbed = tmp_path / "testbed.yaml"
    lab.inventory("pyats", testbed)
    data = yaml.safe_load(testbed.read_text())
    data["devices"]["branch-1"]["connections"]["cli"]["port"] = 9
    testbed.write_text(yaml.safe_dump(data))
    done = job(testbed, tmp_path, "--xunit", str(tmp_path))
    assert done.returncode != 0
    (report,) = tmp_path.rglob("*xunit*.xml")
    cases = {str(case.get("name")).partition("_")[2]: case for case in ElementTree.parse(report).iter("testcase")}
    for group in ("Configuration", "License", "Reporting", "Registration"):
        assert cases[f"{group}Compliance[host=branch-1]"].find("error") is not None
        other = cases[f"{group}Compliance[host=branch-2]"]
        assert [child.tag for child in other if child.tag in ("error", "failure", "skipped")] == []
    assert "branch-1: not reached, so nothing is proven: " in done.stdout
    assert "onnection refused" in done.stdout
    assert lab.credentials.password.reveal() not in done.stdout + done.stderr + report.read_text()


def job(testbed: Path, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return run(
        [
            str(Path(sys.executable).with_name("pyats")), "run", "job", str(PLAYBOOKS / "compliance_job.py"),
            "--testbed-file", str(testbed), "--no-mail", "--archive-dir", str(folder), *options,
        ],
        folder,
        PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}",  # easypy calls pyats by its name
    )  # fmt: skip


@pytest.mark.pyats
@pytest.mark.usefixtures("runbook")
def test_the_pyats_job_passes_on_what_the_runbook_left(lab: Lab, tmp_path: Path) -> None:
    pytest.importorskip("pyats")
    testbed = tmp_path / "testbed.yaml"
    lab.inventory("pyats", testbed)
    done = job(testbed, tmp_path)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "reporting_compliance.branch-2" in done.stdout
