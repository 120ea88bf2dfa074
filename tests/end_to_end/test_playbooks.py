"""The runbook and the pyATS job, as a user starts them, on a lab over SSH."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from smartlic_lab.running.lab import Lab

PLAYBOOKS = Path(__file__).parents[2] / "playbooks"
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
    "devices": [{"name": "branch", "platform": "c8000v", "release": "17.12", "count": 2}],
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


@pytest.mark.pyats
@pytest.mark.usefixtures("runbook")
def test_the_pyats_job_passes_on_what_the_runbook_left(lab: Lab, tmp_path: Path) -> None:
    pytest.importorskip("pyats")
    testbed = tmp_path / "testbed.yaml"
    lab.inventory("pyats", testbed)
    pyats = str(Path(sys.executable).with_name("pyats"))
    job = str(PLAYBOOKS / "compliance_job.py")
    done = run(
        [pyats, "run", "job", job, "--testbed-file", str(testbed), "--no-mail", "--archive-dir", str(tmp_path)],
        tmp_path,
        PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}",  # easypy calls pyats by its name
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert "licensing_compliance.branch-2" in done.stdout
