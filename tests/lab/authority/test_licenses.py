"""Pools, positions, transfers, agreements, conversions, reservations."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from nornir_smartlic.files import AuthorizationDocument, ConversionAck, parse_smart_license
from nornir_smartlic.model import EnforcementType, Entitlement, LicenseType
from smartlic_lab.authority import (
    Conflict,
    Cssm,
    Refusal,
    accounting,
    authorizations,
    conversions,
    licenses,
    reservations,
)
from smartlic_lab.authority.catalogue import find_license
from smartlic_lab.authority.models import Pool, Term, VirtualAccount
from smartlic_lab.authority.work import Work
from smartlic_lab.world.signing import return_code
from tests.lab.authority.devices import (
    DNA_TAG,
    HSEC_TAG,
    JAN_1,
    NETWORK_TAG,
    FakeDevice,
    days,
    minutes,
    report,
    udi,
    usage_file,
)

NETWORK = Entitlement("network-advantage", "Network Advantage", NETWORK_TAG, "")
DNA = Entitlement("dna-advantage", "DNA Advantage", DNA_TAG, "", LicenseType.SUBSCRIPTION)
HSEC = Entitlement("hseck9", "HSEC", HSEC_TAG, "", enforcement=EnforcementType.EXPORT_RESTRICTED)
REQUEST_CODE = "CB-ZC9300-24T:FOC00000001-AK9A6sMTr-86"


@pytest.fixture
def shop(cssm: Cssm) -> Cssm:
    """The CSSM of the tests, where the licences are known."""
    cssm.add_licenses([NETWORK, DNA, HSEC])
    return cssm


def home(work: Work, name: str = "Branches") -> VirtualAccount:
    return work.virtual_account(work.smart_account("example.com"), name)


def buy(
    cssm: Cssm, license_: Entitlement, quantity: int, name: str = "Branches", ended: datetime | None = None
) -> None:
    with cssm.work() as work:
        licenses.add_pool(work, home(work, name), find_license(work, license_.tag), quantity, ended=ended)


def balance(cssm: Cssm, license_: Entitlement, name: str = "Branches", now: datetime = JAN_1) -> int:
    with cssm.work(now=now) as work:
        return licenses.position(work, home(work, name), find_license(work, license_.tag)).balance


def use(cssm: Cssm, count: int, until: datetime, device: FakeDevice | None = None) -> FakeDevice:
    """Let a device report that it used *count* until then; the report is processed."""
    if device is None:
        device = FakeDevice(cssm)
        device.trust(cssm.add_token("example.com", "Branches"))
    device.count = count
    device.push(until)
    cssm.tick(until + minutes(5))
    return device


def test_use_takes_from_the_pool_down_to_a_shortage(shop: Cssm) -> None:
    buy(shop, NETWORK, 5)
    device = use(shop, 3, JAN_1 + days(1))
    assert balance(shop, NETWORK) == 2
    use(shop, 7, JAN_1 + days(2), device)
    assert balance(shop, NETWORK) == -2


def test_a_term_counts_from_its_start_to_its_end(shop: Cssm) -> None:
    buy(shop, DNA, 4, ended=JAN_1 + days(365))
    assert balance(shop, DNA, now=JAN_1 + days(364)) == 4
    assert balance(shop, DNA, now=JAN_1 + days(365)) == 0


def test_a_transfer_takes_the_longest_term_first(shop: Cssm) -> None:
    for quantity, years in ((2, 1), (2, 3)):
        buy(shop, DNA, quantity, ended=JAN_1 + days(365 * years))
    with shop.work() as work:
        licenses.transfer_licenses(
            work, home(work), home(work, "Campus"), find_license(work, "DNA Advantage"), 3, Term.TERM
        )
    assert balance(shop, DNA, "Campus") == 3
    assert balance(shop, DNA, "Campus", JAN_1 + days(400)) == 2
    assert balance(shop, DNA) == 1


def test_only_a_surplus_is_transferred(shop: Cssm) -> None:
    buy(shop, NETWORK, 5)
    use(shop, 3, JAN_1 + days(1))
    with shop.work() as work, pytest.raises(Conflict, match="has 2 Network Advantage"):
        licenses.transfer_licenses(
            work, home(work), home(work, "Campus"), find_license(work, NETWORK_TAG), 3, Term.PERPETUAL
        )


def test_over_use_under_an_agreement_raises_the_next_period(shop: Cssm) -> None:
    with shop.work() as work:
        agreement = accounting.add_agreement(
            work, work.smart_account("example.com"), "Sub100", "EA", ended=JAN_1 + days(730), length_days=365
        )
        licenses.add_pool(work, home(work), find_license(work, NETWORK_TAG), 5, agreement=agreement)
    device = use(shop, 8, JAN_1 + days(100))
    use(shop, 2, JAN_1 + days(300), device)
    shop.tick(JAN_1 + days(366))
    with shop.work() as work:
        closed = [one for one in accounting.periods(work, work.smart_account("example.com")) if one.report]
        forward = next(one for one in closed if one.enterprise_agreement_id is not None)
        assert forward.report == [
            {
                "tag": NETWORK_TAG,
                "license": "Network Advantage",
                "bought": 5,
                "peak": 8,
                "over_use": 3,
                "outcome": "raised to 8 for the next period",
            }
        ]
        assert [pool.quantity for pool in work.session.query(Pool)] == [8]


def test_other_over_use_is_to_be_invoiced(shop: Cssm) -> None:
    buy(shop, NETWORK, 5)
    use(shop, 8, JAN_1 + days(100))
    shop.tick(JAN_1 + days(367))
    with shop.work() as work:
        (closed,) = [one for one in accounting.periods(work, work.smart_account("example.com")) if one.report]
        assert [(line["over_use"], line["outcome"]) for line in closed.report or []] == [(3, "3 to be invoiced")]
        assert [pool.quantity for pool in work.session.query(Pool)] == [5]


def test_the_peak_is_what_was_used_at_one_time() -> None:
    day = [JAN_1 + days(n) for n in range(6)]
    assert accounting.peak([(1, day[0], day[2], 3), (2, day[1], day[3], 4), (3, day[3], day[4], 5)]) == 7
    assert accounting.peak([(1, day[0], day[2], 3), (1, day[1], day[3], 3)]) == 3
    assert accounting.peak([]) == 0


@pytest.mark.parametrize(
    ("way", "quantity", "problem"),
    [
        (conversions.Way.LRP, None, None),
        (conversions.Way.LRP, 3, "LRP converts a whole PAK"),
        (conversions.Way.CSSM, 3, None),
        (conversions.Way.CSSM, 11, "has 10 licences left"),
    ],
)
def test_classic_licences_become_smart_ones(
    shop: Cssm, way: conversions.Way, quantity: int | None, problem: str | None
) -> None:
    with shop.work() as work:
        conversions.add_pak(work, home(work), "PAK1", "C9300-NW-A", 10, equivalent=find_license(work, NETWORK_TAG))
    if problem is not None:
        with shop.work() as work, pytest.raises(Conflict, match=problem):
            conversions.convert_pak(work, home(work), "PAK1", way, quantity)
        return
    with shop.work() as work:
        conversions.convert_pak(work, home(work), "PAK1", way, quantity)
        left = sum(one.quantity for one in conversions.classic_licenses(work, home(work)))
    assert balance(shop, NETWORK) == (quantity or 10) == 10 - left


def test_what_has_no_smart_equivalent_stays_classic(shop: Cssm) -> None:
    with shop.work() as work:
        conversions.add_pak(work, home(work), "PAK1", "OLD", 1, equivalent=None)
    with shop.work() as work, pytest.raises(Conflict, match="no smart equivalent"):
        conversions.convert_pak(work, home(work), "PAK1", conversions.Way.CSSM)


def test_a_device_led_conversion_takes_an_hour_and_its_device_hears_of_it(shop: Cssm) -> None:
    device = FakeDevice(shop)
    device.trust(shop.add_token("example.com", "Branches"))
    with shop.work() as work:
        equivalent = find_license(work, NETWORK_TAG)
        conversions.add_pak(work, home(work), "PAK1", "C9300-NW-A", 2, equivalent=equivalent, device=device.udi)
        for _ in range(2):  # asked again, nothing is added
            conversions.convert_device(work, home(work), device.udi)
        status = conversions.conversion_status(conversions.conversions_of(work, device.udi))
    assert status == "CONVERSION_PENDING"
    later = JAN_1 + timedelta(hours=1)
    shop.tick(later)
    assert balance(shop, NETWORK, now=later) == 2
    pushed = device.push(JAN_1 + days(1))
    documents = parse_smart_license(device.poll(pushed.poll_id, JAN_1 + days(1) + minutes(5)).documents[0])
    assert [one.status for one in documents if isinstance(one, ConversionAck)] == ["CONVERTED"]


def test_a_reservation_takes_licences_out_of_the_pool_until_it_is_returned(shop: Cssm) -> None:
    buy(shop, NETWORK, 5)
    with shop.work() as work:
        row = reservations.reserve(work, home(work), REQUEST_CODE, {NETWORK_TAG: 3})
        (document,) = parse_smart_license(row.authorization_code)
    assert isinstance(document, AuthorizationDocument)
    assert (document.udi, document.kind) == (udi(), "SPECIFIC")
    assert balance(shop, NETWORK) == 2
    with shop.work() as work:
        reservations.update_reservation(work, home(work), udi(), {NETWORK_TAG: 5})
        reservations.confirm_reservation(work, home(work), udi(), "1fc54c75")
    assert balance(shop, NETWORK) == 0
    with shop.work() as work:
        reservations.return_reservation(work, home(work), udi(), return_code(udi(), "1"))
    assert balance(shop, NETWORK) == 5


def test_what_a_device_reserved_it_does_not_use_a_second_time(shop: Cssm) -> None:
    buy(shop, NETWORK, 5)
    with shop.work() as work:
        reservations.reserve(work, home(work), REQUEST_CODE, {NETWORK_TAG: 3})
    used = report(udi(), 7, JAN_1, JAN_1 + days(1), count=4)
    shop.submit_usage_file(usage_file([used]), domain="example.com", virtual_account="Branches", now=JAN_1 + days(1))
    shop.tick(JAN_1 + days(2))
    assert balance(shop, NETWORK) == 1


@pytest.mark.parametrize(
    ("quantities", "problem"),
    [({NETWORK_TAG: 6}, "insufficient"), ({}, "names its licences"), ({"regid.none": 1}, "no licence")],
)
def test_a_reservation_that_cannot_be_says_why(shop: Cssm, quantities: dict[str, int], problem: str) -> None:
    buy(shop, NETWORK, 5)
    with shop.work() as work, pytest.raises(Refusal, match=problem):
        reservations.reserve(work, home(work), REQUEST_CODE, quantities)


def test_export_controlled_licences_need_an_account_that_may_have_them(shop: Cssm) -> None:
    shop.add_smart_account("example.org", export_controlled_allowed=False)
    with shop.work() as work:
        there = work.virtual_account(work.smart_account("example.org"), "DEFAULT")
        wanted = [authorizations.Wanted(udi(), HSEC_TAG, 1)]
        with pytest.raises(Conflict, match="may not have export-controlled"):
            licenses.add_pool(work, there, find_license(work, HSEC_TAG), 1)
        with pytest.raises(authorizations.AuthorizationRefused, match="not allowed to use export-controlled"):
            authorizations.authorize(work, there, wanted)
    with pytest.raises(Conflict, match="export-controlled"):
        shop.add_token("example.org", "DEFAULT", export_controlled=True)


def test_an_authorization_needs_a_licence_and_holds_it(shop: Cssm) -> None:
    buy(shop, HSEC, 1)
    with shop.work() as work:
        (document,) = authorizations.authorize(work, home(work), [authorizations.Wanted(udi(1), HSEC_TAG, 1)])
    assert [(one.tag, one.count) for one in document.licenses] == [(HSEC_TAG, 1)]
    with shop.work() as work, pytest.raises(authorizations.AuthorizationRefused, match="Insufficient licenses"):
        authorizations.authorize(work, home(work), [authorizations.Wanted(udi(2), HSEC_TAG, 1)])
    with shop.work() as work:
        authorizations.return_by_hand(work, home(work), udi(1), return_code(udi(1), "1"))
    assert balance(shop, HSEC) == 1
