"""The lab's Smart Agent and the authorities together: both sides of the protocol that is ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from nornir_smartlic.model import Secret, TransportType
from smartlic_lab.agent.events import (
    AuthorizationRequested,
    AuthorizationReturned,
    FileImported,
    Scope,
    SyncRequested,
    TrustRequested,
    UsageChanged,
    UsageSaveRequested,
    WriteFile,
)
from smartlic_lab.authority import Cslu, Cssm
from smartlic_lab.authority.catalogue import find_license
from smartlic_lab.authority.licenses import add_pool, position
from tests.lab.authority.agents import DIRECT, DNA, HSEC, NETWORK, OVER_CSLU, AgentDevice, live
from tests.lab.authority.devices import JAN_1, days, minutes, udi


def test_a_year_of_a_device_that_reports_directly(cssm: Cssm) -> None:
    device = AgentDevice(cssm, members=[udi(1), udi(2)], count=2)
    token = cssm.add_token("example.com", "Branches")
    device.happen(TrustRequested(Secret(token), Scope.ALL), JAN_1 + minutes(10))
    live(JAN_1 + days(365), device, cssm)
    state = device.state(JAN_1 + days(365))
    assert state.account is not None
    assert state.account.virtual_account == "Branches"
    assert state.usage_reporting is not None
    assert isinstance(state.usage_reporting.last_ack, type(JAN_1))
    assert JAN_1 + days(365) - state.usage_reporting.last_ack < days(31)
    with cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        assert position(work, home, find_license(work, NETWORK.tag)).in_use == 2


@pytest.mark.parametrize(
    ("fault", "interval", "end"), [("unavailable", None, 120), ("unavailable", 7, 120), ("lose-answers", 3, 12)]
)
def test_reports_begin_and_end_at_the_same_times_whether_or_not_cssm_answers(
    cssm: Cssm, fault: str, interval: int | None, end: int
) -> None:
    other = Cssm("other", now=JAN_1)
    other.add_smart_account("example.com", "Example Networks")
    other.add_virtual_account("example.com", "Branches")
    spans = []
    for authority in (cssm, other):
        device = AgentDevice(authority, replace(DIRECT, usage_interval_days=interval))
        token = authority.add_token("example.com", "Branches")
        device.happen(TrustRequested(Secret(token), Scope.ALL), JAN_1 + minutes(10))
        if authority is other:
            authority.faults.add(fault)
        seen: dict[int, tuple[datetime, datetime | None]] = {}
        for day in range(1, end + 1):
            live(JAN_1 + days(day), device, authority)
            if day == end // 3:
                device.happen(SyncRequested(Scope.ALL), JAN_1 + days(day))
            if day == end // 2:
                device.reload(JAN_1 + days(day))
            reports = device.state(JAN_1 + days(day)).rum_details
            seen |= {report.report_id: (report.start, report.end) for report in reports}
        spans.append(seen)
    reachable, unreachable = spans
    assert reachable == unreachable
    assert len(reachable) >= 2 * 5


def test_after_a_time_without_answers_every_report_is_counted_once(cssm: Cssm) -> None:
    device = AgentDevice(cssm)
    device.happen(TrustRequested(Secret(cssm.add_token("example.com", "Branches")), Scope.ALL), JAN_1 + minutes(10))
    cssm.faults.add("unavailable")
    live(JAN_1 + days(95), device, cssm)
    summary = device.state(JAN_1 + days(95)).report_summary
    assert summary is not None
    assert (summary.acknowledged, summary.collecting_data, summary.total) == (0, 2, 2 * 5)
    cssm.faults.clear()
    live(JAN_1 + days(96), device, cssm)
    summary = device.state(JAN_1 + days(96)).report_summary
    assert summary is not None
    assert (summary.acknowledged, summary.total) == (2 * 4, 2 * 5)
    live(JAN_1 + days(121), device, cssm)  # the next push is due when the period ends, not an interval after this one
    summary = device.state(JAN_1 + days(121)).report_summary
    assert summary is not None
    assert (summary.acknowledged, summary.total) == (2 * 5, 2 * 6)


def test_a_device_behind_cslu_is_trusted_by_itself(cssm: Cssm) -> None:
    cssm.add_api_client("example.com", "cslu", "correct horse")
    cslu = Cslu(
        "cslu",
        now=JAN_1,
        forward=cssm.handle,
        domain="example.com",
        virtual_account="Campus",
        client_id="cslu",
        client_secret="correct horse",
    )
    device = AgentDevice(cslu, OVER_CSLU)
    live(JAN_1 + days(2), device, cslu, cssm)
    state = device.state(JAN_1 + days(2))
    assert state.account is not None
    assert state.account.virtual_account == "Campus"
    assert state.trust_codes
    assert state.trust_codes[0].installed is not None


def test_an_air_gapped_device_reports_by_file(cssm: Cssm) -> None:
    device = AgentDevice(cssm, replace(DIRECT, transport=TransportType.OFF))
    later = JAN_1 + days(10)
    (written,) = device.happen(UsageSaveRequested(unreported=True), later)
    assert isinstance(written, WriteFile)
    number = cssm.submit_usage_file(
        written.content.encode(), domain="example.com", virtual_account="Branches", now=later
    )
    answer = cssm.acknowledgement(number, later + minutes(5)).content.decode()
    device.happen(FileImported(answer), later + minutes(6))
    state = device.state(later + minutes(6))
    assert state.usage_reporting is not None
    assert state.usage_reporting.last_ack == later + minutes(6)


def test_an_authorization_code_is_asked_for_confirmed_and_returned(cssm: Cssm) -> None:
    cssm.add_licenses([NETWORK, DNA, HSEC])
    device = AgentDevice(cssm, members=[udi(1), udi(2)])
    token = cssm.add_token("example.com", "Branches")
    device.happen(TrustRequested(Secret(token), Scope.ALL), JAN_1 + minutes(10))

    def standing() -> tuple[int, int]:
        with cssm.work() as work:
            home = work.virtual_account(work.smart_account("example.com"), "Branches")
            license_ = find_license(work, "hseck9")
            if not position(work, home, license_).pools:
                add_pool(work, home, license_, 3)
            here = position(work, home, license_)
            return here.reserved, here.balance

    assert standing() == (0, 3)
    device.happen(AuthorizationRequested("hseck9", Scope.ALL), JAN_1 + days(1))
    live(JAN_1 + days(1) + timedelta(minutes=30), device, cssm)
    assert device.agent.is_authorized(HSEC, JAN_1 + days(2))
    assert standing() == (2, 1)
    device.happen(UsageChanged(HSEC, 0), JAN_1 + days(2))
    device.happen(AuthorizationReturned(Scope.ALL, online=True), JAN_1 + days(2))
    live(JAN_1 + days(2) + timedelta(minutes=30), device, cssm)
    assert standing() == (0, 3)
