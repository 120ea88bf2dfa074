"""A year of a thousand devices: reports, pools, alerts and accounts add up."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from nornir_smartlic.files import Ack, parse_smart_license, read_bundle, usage_bundle, write_bundle
from nornir_smartlic.model import Entitlement
from smartlic_lab.authority import Cssm, accounting, alerts, licenses
from smartlic_lab.authority.catalogue import find_license
from smartlic_lab.authority.models import AlertKind, Consumption, Report, SubmissionStatus
from tests.lab.authority.devices import JAN_1, NETWORK_TAG, days, minutes, report, udi, usage_file

DEVICES = 1000
QUARTERS = [JAN_1 + days(90 * quarter) for quarter in range(5)]
GROWTH = 250  # devices that use twice as much from the third quarter on


def count(device: int, quarter: int) -> int:
    return (device % 3 + 1) * (2 if quarter >= 3 and device <= GROWTH else 1)


def total(quarter: int) -> int:
    return sum(count(device, quarter) for device in range(1, DEVICES + 1))


@pytest.mark.slow
@pytest.mark.timeout(900)  # half a minute of PostgreSQL's processor, on a machine that may be busy
def test_a_year_of_a_thousand_devices_adds_up(cssm: Cssm) -> None:
    cssm.add_licenses([Entitlement("network-advantage", "Network Advantage", NETWORK_TAG, "")])
    with cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        licenses.add_pool(work, home, find_license(work, NETWORK_TAG), total(1))
    acknowledged: list[tuple[str, int]] = []
    balances = []
    for quarter in range(1, 5):
        start, end = QUARTERS[quarter - 1], QUARTERS[quarter]
        texts = [
            usage_file([report(udi(n), quarter, start, end, count=count(n, quarter))], end).decode()
            for n in range(1, DEVICES + 1)
        ]
        bundle = usage_bundle(texts, stamp=str(quarter), created_by="the fleet")
        number = cssm.submit_usage_file(
            write_bundle(bundle), domain="example.com", virtual_account="Branches", file_name=bundle.name, now=end
        )
        done = cssm.usage_data_file(number, end + minutes(5))
        assert (done.status, done.devices, done.notices) == (SubmissionStatus.NO_ERRORS, DEVICES, ())
        for file in read_bundle(cssm.acknowledgement(number).content).files:
            (ack,) = parse_smart_license(file.content.decode())
            assert isinstance(ack, Ack)
            acknowledged.extend((ack.udi.sn, one) for one in ack.report_ids)
        with cssm.work() as work:
            home = work.virtual_account(work.smart_account("example.com"), "Branches")
            balances.append(licenses.position(work, home, find_license(work, NETWORK_TAG)).balance)
    cssm.tick(JAN_1 + days(364))
    with cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        standing = [one.kind for one in alerts.standing_alerts(work, [home])]
    cssm.tick(JAN_1 + days(366))
    with cssm.work() as work:
        (closed,) = [one for one in accounting.periods(work, work.smart_account("example.com")) if one.report]
        assert work.session.scalar(select(func.count()).select_from(Report)) == 4 * DEVICES
        used = work.session.scalar(select(func.sum(Consumption.quantity)))
    assert len(acknowledged) == len(set(acknowledged)) == 4 * DEVICES
    assert balances == [0, 0, total(1) - total(3), total(1) - total(3)]
    assert standing == [AlertKind.INSUFFICIENT_LICENSES]
    assert used == sum(total(quarter) for quarter in range(1, 5))
    assert [(one["bought"], one["peak"]) for one in closed.report or []] == [(total(1), total(3))]
