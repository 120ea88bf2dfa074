"""Plans for devices that the lab has not: right-to-use, and routers that become others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nornir_smartlic.compliance import Verdict
from nornir_smartlic.intent.releases import piles_reports
from nornir_smartlic.migration import Origin, Surroundings, UpgradeTarget, check_readiness, plan_migration
from nornir_smartlic.migration.planning import transport_after
from nornir_smartlic.model import Intent, LicensingReading, LicensingState, RightToUse, TransportType, Udi
from tests.intent.readings import registered, slp


def of_router(pid: str) -> LicensingReading:
    reading = registered("16.12.4")
    return replace(reading, state=replace(reading.state, udi=Udi(pid, "9ABCDEFGHJK")))


def test_right_to_use_wakes_up_with_cslu():
    reading = replace(registered("16.6.4"), state=LicensingState(right_to_use=RightToUse(())))
    plan = plan_migration(reading, Intent())
    assert (plan.origin, plan.transport_after) == (Origin.RTU, TransportType.CSLU)
    assert "show license right-to-use" in str(plan)


@pytest.mark.parametrize("pid", ["CSR1000V", "ISRV"])
def test_a_virtual_router_becomes_another_product_at_17_4_1(pid: str):
    plan = plan_migration(of_router(pid), Intent(), target="17.6.5")
    assert (plan.turns_at, plan.becomes) == ("17.4.1", "C8000V")
    assert "boots as C8000V" in str(plan)
    refused = plan_migration(of_router(pid), Intent(), target="17.3.5")
    assert refused.not_applicable == f"17.3.5 is before 17.4.1, with which {pid} turns to SLP, where it becomes C8000V"


def test_a_release_that_is_too_early_for_the_product_fails_the_check():
    findings = check_readiness(of_router("CSR1000V"), Intent(), Surroundings(), UpgradeTarget("17.3.5"), host="r1")
    (release,) = (each for each in findings if each.rule_id == "MIG-RELEASE")
    assert (release.verdict, release.expected) == (Verdict.FAIL, "17.4.1 or later: CSR1000V becomes C8000V there")


def test_what_a_device_does_not_tell_is_unknown_and_no_pass():
    findings = check_readiness(registered(), Intent(), Surroundings(), UpgradeTarget(), host="sw1")
    unknown = {each.rule_id for each in findings if each.verdict is Verdict.UNKNOWN}
    assert unknown >= {"MIG-RELEASE", "MIG-FN72578", "MIG-ROOTS", "MIG-FLASH", "MIG-SAVED", "MIG-CLOCK"}


def test_a_device_under_slp_has_nothing_to_migrate():
    assert (plan_migration(slp(), Intent()).not_applicable or "").startswith(
        "the device is under Smart Licensing Using"
    )


@pytest.mark.parametrize(
    ("origin", "before", "after"),
    [
        (Origin.REGISTERED, TransportType.CALLHOME, TransportType.CALLHOME),
        (Origin.REGISTERED, TransportType.SMART, TransportType.SMART),
        (Origin.EVALUATION, TransportType.CALLHOME, TransportType.CSLU),
        (Origin.EVALUATION, TransportType.SMART, TransportType.OFF),
        (Origin.SLR, TransportType.SMART, TransportType.OFF),
        (Origin.PLR, TransportType.CALLHOME, TransportType.OFF),
        (Origin.RTU, None, TransportType.CSLU),
    ],
)
def test_the_transport_afterwards_is_that_of_the_upgrade_table(origin, before, after):
    assert transport_after(origin, before) is after


@pytest.mark.parametrize(
    ("release", "piles"),
    [
        ((17, 3, 2), True),
        ((17, 3, 7), False),
        ((17, 6, 4), True),
        ((17, 6, 5), False),
        ((17, 7, 1), True),
        ((17, 9, 1), False),
        ((17, 12, 4), False),
    ],
)
def test_releases_that_pile_reports_up_are_those_of_the_field_notice(release, piles):
    assert piles_reports(release) is piles
