"""An account of privilege 1 without an enable secret, over each door: it audits what it may read, changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from nornir import InitNornir

from nornir_smartlic import tasks
from nornir_smartlic.compliance import Verdict
from nornir_smartlic.errors import DeviceError
from smartlic_lab.running.lab import Lab

PASSWORD = "reads-only-7"


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    device = {"name": "sw1", "day0": [f"username auditor privilege 1 secret 0 {PASSWORD}"]}
    with Lab.from_dict({"devices": [device]}) as running:
        yield running


@pytest.mark.parametrize("door", ["netmiko", "scrapli", "asyncssh"])
def test_a_read_only_account_audits_what_it_may_read(lab: Lab, tmp_path: Path, door: str) -> None:
    lab.inventory("nornir", tmp_path)
    nornir = InitNornir(config_file=str(tmp_path / "config.yaml"), logging={"enabled": False})
    host = nornir.inventory.hosts["sw1"]
    host.username, host.password = "auditor", PASSWORD
    host.data |= {"smartlic_door": door, "smart_licensing": {"transport": "smart", "trust": True}}
    try:
        result = nornir.run(tasks.verify_compliance)["sw1"][0]
        assert result.exception is None
        findings = {finding.rule_id: finding for finding in result.result.findings}
        assert findings["SLP-CLOCK"].verdict is Verdict.PASS
        assert findings["SLP-TRUST"].verdict is Verdict.UNKNOWN
        assert "refused" in (findings["SLP-TRUST"].why or "")
        assert not result.result.is_compliant
        refused = nornir.run(tasks.configure_licensing)["sw1"][0].exception
        assert isinstance(refused, DeviceError)
        assert "\n" not in str(refused)
    finally:
        nornir.close_connections()
