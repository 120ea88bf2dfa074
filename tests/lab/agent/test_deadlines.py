"""Deadlines and push intervals by policy and licences in use."""

from dataclasses import replace
from datetime import timedelta

import pytest

from nornir_smartlic.files import Ack
from nornir_smartlic.model import Entitlement
from smartlic_lab.agent.events import FileImported, StopCallProcessing
from tests.lab.agent.kit import (
    DNA_ADVANTAGE,
    HSECK9,
    JAN_1,
    MRP,
    NETWORK_ADVANTAGE,
    OFF,
    SMART,
    custom_policy,
    days,
    profile,
    stack,
    text,
)

MINUTES_10 = timedelta(minutes=10)
BOTH = ((NETWORK_ADVANTAGE, 3), (DNA_ADVANTAGE, 3))
PERPETUAL = ((NETWORK_ADVANTAGE, 3),)


@pytest.mark.parametrize(("usage", "expected"), [(BOTH, 90), (PERPETUAL, 365)])
def test_the_first_deadline_counts_from_the_first_licence_in_use(usage, expected):
    bench = stack(*usage)
    assert bench.reporting.next_ack_deadline == JAN_1 + days(expected)
    assert bench.reporting.in_policy == days(expected)
    assert (bench.reporting.state, bench.reporting.push_interval) == (2, days(30))


def test_a_device_without_licences_in_use_owes_nothing():
    reporting = stack((NETWORK_ADVANTAGE, 0)).reporting
    assert (reporting.next_ack_deadline, reporting.push_interval, reporting.next_report_push) == (None, None, None)


def test_a_subscription_that_comes_in_use_brings_the_deadline_forward():
    bench = stack(*PERPETUAL).pass_time(days(10))
    bench.use(DNA_ADVANTAGE, 3)
    assert bench.reporting.next_ack_deadline == JAN_1 + days(100)


def test_a_licence_that_goes_out_of_use_does_not_move_the_first_deadline():
    bench = stack(*BOTH).pass_time(days(10))
    bench.use(DNA_ADVANTAGE, 0)
    assert bench.reporting.next_ack_deadline == JAN_1 + days(90)


def acknowledged(*usage, policy=None, **more):
    bench = stack(*usage, **more)
    bench.far_end.policy = policy
    return bench.trusted().pass_time(MINUTES_10)


def test_after_an_ack_the_reporting_frequency_rules():
    reporting = acknowledged(*BOTH).reporting
    assert reporting.next_ack_deadline == reporting.last_ack + days(90)
    assert (reporting.state, reporting.in_policy) == (4, days(90))


def test_under_the_cisco_default_perpetual_licences_have_a_year_and_nothing_is_pushed():
    reporting = acknowledged(*PERPETUAL).reporting
    assert reporting.next_ack_deadline == reporting.last_ack + days(365)
    assert (reporting.push_interval, reporting.next_report_push) == (None, None)


def test_under_a_custom_policy_without_a_frequency_there_is_no_deadline():
    reporting = acknowledged(*PERPETUAL, policy=custom_policy(perpetual=(365, 0, 90))).reporting
    assert (reporting.next_ack_deadline, reporting.push_interval) == (None, None)


@pytest.mark.parametrize(
    ("usage", "expected"),
    [((NETWORK_ADVANTAGE, 1), 60), ((DNA_ADVANTAGE, 1), 111), ((MRP, 1), 90), ((HSECK9, 1), 30)],
)
def test_each_class_of_licences_has_its_frequency(usage, expected):
    policy = custom_policy(
        perpetual=(30, 60, 60), subscription=(120, 111, 111), enforced=(30, 90, 60), export=(30, 30, 30)
    )
    reporting = acknowledged(usage, policy=policy).reporting
    assert reporting.next_ack_deadline == reporting.last_ack + days(expected)


def test_the_smallest_frequency_of_what_is_in_use_rules():
    policy = custom_policy(perpetual=(30, 60, 60), subscription=(120, 111, 111))
    assert acknowledged(*BOTH, policy=policy).reporting.in_policy == days(60)


def test_a_policy_moves_the_deadline_only_with_an_ack():
    bench = stack(*BOTH)
    bench.far_end.policy = custom_policy(perpetual=(30, 60, 60))
    bench.trusted()
    assert bench.state.policy.name == "Custom Policy"
    assert bench.reporting.next_ack_deadline == JAN_1 + days(90)


def test_the_configured_interval_rules_where_it_is_the_smaller_one():
    assert stack(*BOTH, settings=SMART).reporting.push_interval == days(30)
    assert stack(*BOTH, settings=with_interval(7)).reporting.push_interval == days(7)
    assert stack(*BOTH, settings=with_interval(300)).reporting.push_interval == days(90)


def with_interval(number):
    return replace(SMART, usage_interval_days=number)


def test_a_change_after_an_ack_must_be_reported_within_its_days():
    bench = acknowledged(*PERPETUAL).pass_time(days(100))
    bench.use(DNA_ADVANTAGE, 3)
    assert bench.reporting.next_ack_deadline == bench.now + days(90)
    assert bench.reporting.next_report_push is not None


def test_another_number_of_a_licence_is_no_change():
    bench = acknowledged(*PERPETUAL).pass_time(days(100))
    before = bench.reporting
    bench.use(NETWORK_ADVANTAGE, 4)
    assert bench.reporting == before


def test_a_passed_deadline_stays_as_it_was():
    bench = stack(*BOTH, settings=OFF).pass_time(days(400))
    assert bench.reporting.next_ack_deadline == JAN_1 + days(90)


def test_a_deadline_survives_a_reload():
    bench = stack(*BOTH, settings=OFF).pass_time(days(10)).reload()
    assert bench.reporting.next_ack_deadline == JAN_1 + days(90)
    assert bench.reporting.next_report_push == bench.now + timedelta(seconds=120)


def test_a_licence_that_is_gone_after_a_reload_is_a_change():
    bench = acknowledged(*BOTH).pass_time(days(50)).reload(usage=PERPETUAL).pass_time(MINUTES_10)
    assert bench.reporting.next_ack_deadline <= bench.now + days(90)


def test_reminders_count_down_to_the_deadline():
    bench = stack(*BOTH, settings=OFF).pass_time(days(120))
    logged = [log.text.split()[-2] for _, log in bench.logged if log.mnemonic == "REPORTING_REQUIRED"]
    assert logged == ["89", "60", "30", "15", "10", "5", "4", "3", "2", "1", "0"]


def test_the_first_reminder_prints_the_whole_days_left():
    """Source: syslog/c1117-17.6.4-boot-default-cslu.txt (364), syslog/c9200-17.9.5-boot.txt (89)."""
    for usage, expected in ((PERPETUAL, "364"), (BOTH, "89")):
        bench = stack(*usage, settings=OFF).pass_time(MINUTES_10)
        assert bench.logged[-1][1].text == f"A Usage report acknowledgement will be required in {expected} days."


def test_calls_stop_at_a_passed_deadline_on_the_releases_that_do_so():
    for release, stopped in (((17, 3, 4), True), ((17, 5, 1), True), ((17, 6, 1), True), ((17, 6, 5), False)):
        bench = stack(*BOTH, settings=OFF, of=profile(release, cube=True)).pass_time(days(91))
        assert bench.kept == ([StopCallProcessing(True)] if stopped else []), release


def test_calls_go_on_when_an_ack_comes():
    bench = stack(*BOTH, settings=OFF, of=profile((17, 3, 4), cube=True)).pass_time(days(91))
    bench.feed(FileImported(text(Ack(bench.state.udi, bench.now, ()))))
    assert StopCallProcessing(False) in bench.kept


def test_a_router_with_cube_logs_that_calls_stop_and_go_on():
    """Source: policy.md section 5; that it is logged, and how, is unverified."""
    cube = Entitlement("CUBE_T_STD", "CUBE_T_STD", "regid.cube,1.0_1", "CUBE_T_STD")
    bench = stack(*BOTH, (cube, 10), settings=OFF, of=profile((17, 3, 4), cube=True)).pass_time(days(91))
    bench.feed(FileImported(text(Ack(bench.state.udi, bench.now, ()))))
    logged = [(log.facility, log.severity, log.text) for _, log in bench.logged if log.mnemonic == "LICENSING"]
    assert logged == [
        ("SIP", 1, "SIP service is disabled. License report not acknowledged."),
        ("SIP", 1, "SIP service is Up. License report acknowledged."),
    ]
