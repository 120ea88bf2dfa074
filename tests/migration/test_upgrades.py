"""Every row of the upgrade table on the lab: planned before, upgraded, accepted after, until it is acknowledged.

Source: reference/policy.md section 6 with its corrections.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from nornir_smartlic.compliance import Verdict
from nornir_smartlic.migration import MigrationPlan, Origin, UpgradeTarget
from nornir_smartlic.model import TransportType
from nornir_smartlic.tasks import (
    accept_migration,
    check_upgrade,
    configure_licensing,
    establish_trust,
    plan_migration,
    register_device,
    reserve_licenses,
    sync_usage,
)
from smartlic_lab.authority.reservations import reserve
from tests.memory import NAME_SERVER, TOKEN, MemoryLab, memory_lab, one, switch
from tests.tasks.test_further_tasks import buy

SMART = {"transport": "smart", "url": "default", "name_servers": [NAME_SERVER], "revocation_check": "none"}
CALLHOME_DAY0 = (f"ip name-server {NAME_SERVER}",)
SMART_DAY0 = (*CALLHOME_DAY0, "license smart transport smart", "license smart url default")


def upgrade(lab: MemoryLab, release: str = "17.12") -> None:
    """Install another image, as an operator does."""
    device = lab.devices["sw1"]
    door = lab.door("sw1")
    image = "flash:cat9k_iosxe.17.12.04.SPA.bin"
    device.write_file(image, b"image", lab.world.clock.now())
    door.type("write memory")
    door.type(f"install add file {image} activate commit prompt-level none")
    lab.world.advance(timedelta(minutes=30))
    assert device.release.slp


def verdicts(findings: Any) -> dict[str, Verdict]:
    return {finding.rule_id: finding.verdict for finding in findings}


def planned(lab: MemoryLab, wanted: dict[str, Any] | None = None) -> MigrationPlan:
    data = {"sw1": wanted} if wanted is not None else None
    plan = one(lab.nornir(data).run(plan_migration, target="17.12.4")).result.plan
    assert isinstance(plan, MigrationPlan)
    return plan


def failed_after(lab: MemoryLab, wanted: dict[str, Any] | None = None, **how: Any) -> set[str]:
    data = {"sw1": wanted} if wanted is not None else None
    report = one(lab.nornir(data).run(accept_migration, **how)).result
    return {finding.rule_id for finding in report.findings if finding.verdict is Verdict.FAIL}


@pytest.mark.parametrize(
    ("day0", "transport"), [(CALLHOME_DAY0, TransportType.CALLHOME), (SMART_DAY0, TransportType.SMART)]
)
def test_a_registered_device_keeps_its_transport_and_is_acknowledged(day0, transport):
    lab = memory_lab(switch(release="16.12", day0=day0))
    buy(lab, "network-advantage", "dna-advantage")
    one(lab.nornir().run(register_device, token=TOKEN))
    plan = planned(lab)
    assert (plan.origin, plan.transport_after) == (Origin.REGISTERED, transport)
    upgrade(lab)
    lab.world.advance(timedelta(hours=1))
    assert failed_after(lab, before={"network-advantage": 1, "dna-advantage": 1}) == set()


@pytest.mark.parametrize(("day0", "after"), [(CALLHOME_DAY0, TransportType.CSLU), (SMART_DAY0, TransportType.OFF)])
def test_an_evaluating_device_needs_its_transport_then_trust_then_an_ack(day0, after):
    lab = memory_lab(switch(release="16.12", day0=day0))
    plan = planned(lab, SMART)
    assert (plan.origin, plan.transport_after) == (Origin.EVALUATION, after)
    assert any("smartlic apply" in command for step in plan.steps for command in step.commands)
    upgrade(lab)
    assert failed_after(lab, SMART) >= {"MIG-AFTER-TRANSPORT", "MIG-AFTER-ACK"}
    nornir = lab.nornir({"sw1": SMART})
    one(nornir.run(configure_licensing))
    assert failed_after(lab, SMART) == {"MIG-AFTER-TRUST", "MIG-AFTER-ACK"}
    one(nornir.run(establish_trust, token=TOKEN))
    one(nornir.run(sync_usage))
    assert failed_after(lab, SMART) == set()


def test_a_reservation_comes_along_as_an_authorization(tmp_path: Path):
    lab = memory_lab(switch(release="16.12"))
    lines = buy(lab, "network-advantage", "dna-advantage")
    nornir = lab.nornir()
    (code,) = one(nornir.run(reserve_licenses)).result.request_codes
    with lab.cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        text = reserve(work, home, code, lines).authorization_code
    (tmp_path / "slr.txt").write_text(text)
    one(nornir.run(reserve_licenses, authorization=tmp_path / "slr.txt"))
    plan = planned(lab)
    assert (plan.origin, plan.transport_after) == (Origin.SLR, TransportType.OFF)
    upgrade(lab)
    assert failed_after(lab) == set()


def test_readiness_names_what_is_missing_before_anybody_upgrades():
    lab = memory_lab(switch(release="16.12"))
    nornir = lab.nornir({"sw1": {"transport": "smart", "url": "default"}})
    report = one(nornir.run(check_upgrade, target=UpgradeTarget("17.3.3"))).result
    judged = verdicts(report.findings)
    assert judged["MIG-WAY"] is Verdict.FAIL
    assert judged["MIG-FN72578"] is Verdict.FAIL
    assert judged["MIG-FLASH"] is Verdict.PASS
    assert judged["MIG-RELEASE"] is Verdict.PASS
