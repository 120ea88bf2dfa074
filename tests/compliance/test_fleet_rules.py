"""Rules over all devices of an audit, and beside what CSSM has of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from nornir_smartlic.compliance import (
    FLEET,
    FLEET_RULES,
    Books,
    FleetCase,
    Severity,
    TokenUse,
    Verdict,
    Waiver,
    verify_fleet,
)
from nornir_smartlic.model import Udi
from nornir_smartlic.reconciliation import (
    BelievedDevice,
    CountedLicense,
    HostCount,
    OwnedLicense,
    Purchase,
    reconcile,
)

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
SW1, SW2, SW3 = (Udi("C9300-24T", f"FOC0000000{number}") for number in (1, 2, 3))
TAG = "C9300-24 Network Advantage"
UDIS = {"sw1": str(SW1), "sw2": str(SW2)}


def counted(host: str, udi: Udi) -> HostCount:
    return HostCount(host, "Branches", (udi,), (CountedLicense("network-advantage", 1, TAG),))


def books(*devices: Udi, bought: int = 9, ends: datetime | None = None, tokens: tuple[TokenUse, ...] = ()) -> Books:
    """CSSM with *devices*, each with its licence, beside an inventory of sw1 and sw2."""
    believed = [BelievedDevice(each, "Branches", licenses=((TAG, 1),)) for each in devices]
    owned = [OwnedLicense(TAG, "Branches", bought, len(devices), (Purchase(bought, ends),))]
    counts = [counted("sw1", SW1), counted("sw2", SW2)]
    return Books(reconcile(counts, believed, owned, now=NOW, ending_within=timedelta(days=90)), tokens)


def verdicts(case: FleetCase) -> dict[str, Verdict]:
    return {each.rule_id: each.verdict for each in verify_fleet(case)}


def failing(case: FleetCase) -> dict[str, str | None]:
    return {each.rule_id: each.found for each in verify_fleet(case) if each.verdict is Verdict.FAIL}


def test_a_fleet_in_order_passes_every_rule_and_shows_why():
    found = verify_fleet(FleetCase(UDIS, books(SW1, SW2)))
    assert [each.rule_id for each in found] == [rule.id for rule in FLEET_RULES]
    assert {each.verdict for each in found} == {Verdict.PASS}
    assert all(each.evidence and each.host == FLEET for each in found)


def test_where_cssm_was_not_asked_only_the_devices_are_judged():
    assert verdicts(FleetCase(UDIS)) == {"FLEET-DUPLICATE-UDI": Verdict.PASS}
    assert verdicts(FleetCase({})) == {"FLEET-DUPLICATE-UDI": Verdict.UNKNOWN}


def test_two_hosts_that_are_one_device_are_named():
    (found,) = verify_fleet(FleetCase({"sw1": str(SW1), "copy": str(SW1), "sw2": str(SW2)}))
    assert (found.verdict, found.severity) == (Verdict.FAIL, Severity.HIGH)
    assert found.found == f"{SW1} is copy and sw1"
    assert [str(each) for each in found.evidence] == [
        f"copy: show license udi: UDI: {SW1}",
        f"sw1: show license udi: UDI: {SW1}",
    ]


def test_a_token_that_brought_in_too_many_devices_is_named_without_its_text():
    used = (TokenUse("Branches", "rollout", 40), TokenUse("Branches", "lab", 3))
    assert failing(FleetCase(UDIS, books(SW1, SW2, tokens=used))) == {"FLEET-TOKEN-USES": "rollout of Branches: 40"}
    unknown = (TokenUse("Branches", "rollout", None),)
    assert verdicts(FleetCase(UDIS, books(SW1, SW2, tokens=unknown)))["FLEET-TOKEN-USES"] is Verdict.UNKNOWN


def test_devices_that_only_one_side_has_are_findings():
    found = failing(FleetCase(UDIS, books(SW1, SW3)))
    assert found.keys() == {"FLEET-NOT-IN-CSSM", "FLEET-NOT-IN-INVENTORY"}
    assert "sw2" in str(found["FLEET-NOT-IN-CSSM"])
    assert str(SW3) in str(found["FLEET-NOT-IN-INVENTORY"])


def test_a_virtual_account_that_is_short_and_one_whose_licences_end_are_findings():
    assert failing(FleetCase(UDIS, books(SW1, SW2, bought=1))).keys() == {"FLEET-SHORT"}
    soon = NOW + timedelta(days=30)
    ending = next(
        each for each in verify_fleet(FleetCase(UDIS, books(SW1, SW2, ends=soon))) if each.rule_id == "FLEET-ENDING"
    )
    assert (ending.verdict, ending.deadline) == (Verdict.FAIL, soon)


def test_a_finding_of_the_fleet_is_waived_as_any_other():
    waiver = Waiver("FLEET-DUPLICATE-UDI", (FLEET,), "noc@example.com", "being rebuilt", date(2026, 6, 30))
    (found,) = verify_fleet(FleetCase({"sw1": str(SW1), "copy": str(SW1)}), (waiver,), NOW)
    assert found.verdict is Verdict.WAIVED
