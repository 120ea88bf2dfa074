"""Reports from their opening to their ACK: pushed, polled for, refused, sent again, saved to a file."""

from dataclasses import replace
from datetime import timedelta

import pytest

from nornir_smartlic.errors import IllegalEvent
from nornir_smartlic.files import Ack, check_report, parse_usage_file, report_of
from nornir_smartlic.model import Member, Role, RumReportState
from smartlic_lab.agent.events import (
    ClockChanged,
    FileImported,
    MembersChanged,
    Scope,
    SettingsChanged,
    SyncRequested,
    UsageSaveRequested,
    WriteFile,
)
from smartlic_lab.agent.history import EVENT_LOG_SIZE, History
from smartlic_lab.world.signing import report_key
from smartlic_lab.world.wire import MessageKind
from tests.lab.agent.kit import (
    CSLU,
    DNA_ADVANTAGE,
    JAN_1,
    MEMBERS,
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


def reported():
    return stack().trusted().pass_time(MINUTES_10)


def sent(bench, kind=MessageKind.USAGE_REPORTING):
    return [message for message in bench.far_end.messages if message.kind is kind]


def save(bench, **selection):
    (written,) = bench.feed(UsageSaveRequested(**selection))
    assert isinstance(written, WriteFile)
    return parse_usage_file(written.content)


def test_without_trust_nothing_is_pushed_on_smart():
    bench = stack().pass_time(days(40))
    assert bench.far_end.messages == []
    assert bench.state.tech_support.communication_level == "INDIRECT"


def test_with_transport_off_nothing_is_pushed():
    bench = stack(settings=OFF).pass_time(days(40))
    assert (bench.far_end.messages, bench.state.tech_support.overall_state) == (
        [],
        "Device configured for Offline transport",
    )


def test_the_first_push_follows_36_seconds_after_trust():
    bench = stack().pass_time(days(3)).trusted()
    assert bench.pass_time(timedelta(seconds=40)).reporting.last_report_push == JAN_1 + days(3) + timedelta(seconds=36)


def test_a_pushed_report_is_polled_for_until_its_ack_comes():
    bench = stack().trusted()
    bench.far_end.keeps_polling = True
    bench.pass_time(MINUTES_10)
    assert bench.reporting.next_ack_push_check == bench.reporting.last_report_push + timedelta(seconds=600)
    assert {line.state for line in bench.state.rum_reports} == {RumReportState.UNACK, RumReportState.OPEN}
    bench.far_end.keeps_polling = False
    bench.pass_time(MINUTES_10)
    assert bench.reporting.next_ack_push_check is None
    assert bench.state.report_summary.acknowledged == 2
    assert bench.state.account.virtual_account == "Branches"


def test_over_cslu_a_report_is_pushed_without_trust_behind_a_hello_and_polled_for_after_a_minute():
    bench = stack(settings=CSLU, of=profile((17, 6, 1), "5.5.30_rel/1")).pass_time(timedelta(minutes=2, seconds=59))
    assert [message.kind for message in bench.far_end.messages] == [MessageKind.HELLO, MessageKind.USAGE_REPORTING]
    assert bench.pass_time(timedelta(seconds=1)).reporting.last_ack == JAN_1 + timedelta(minutes=3)
    assert bench.state.trust_codes == ()


def test_from_17_7_on_a_cslu_gives_a_trust_code_without_a_token():
    bench = stack(settings=CSLU).pass_time(MINUTES_10)
    assert len(bench.state.trust_codes) == 3
    assert "token" not in sent(bench, MessageKind.TRUST_ESTABLISHMENT)[0].body


def test_the_next_push_lies_one_interval_after_the_last():
    bench = reported()
    assert bench.reporting.next_report_push == bench.reporting.last_report_push + days(30)
    assert len(sent(bench.pass_time(days(95)))) == 4


def test_reports_are_sound_and_follow_one_another_without_a_gap():
    bench = reported().pass_time(days(200))
    reports = [report_of(raw) for message in sent(bench) for raw in message.body["reports"]]
    for report in reports:
        assert check_report(report, key=report_key(report.software_id, report.udi)) == ()
    ends = {}
    for report in reports:
        assert ends.get(report.entitlement_tag, report.start) == report.start
        ends[report.entitlement_tag] = report.end
    ids = [report.report_id for report in reports]
    assert ids == list(range(ids[0], ids[0] + len(ids)))
    assert ids[0] == int(JAN_1.timestamp())


def test_a_refused_push_is_repeated_the_next_day_and_loses_nothing():
    bench = stack()
    bench.far_end.refuses[MessageKind.USAGE_REPORTING] = "it cannot be read"
    bench.trusted().pass_time(MINUTES_10)
    assert bench.statistic(MessageKind.USAGE_REPORTING).failure_reason == "it cannot be read"
    assert bench.reporting.next_report_push == JAN_1 + days(1) + timedelta(seconds=120)
    bench.far_end.refuses.clear()
    bench.pass_time(days(2))
    assert bench.state.report_summary.acknowledged == 2
    assert bench.state.report_summary.available_to_report == 2  # the open ones


def test_reports_whose_poll_is_refused_are_sent_again():
    bench = stack().trusted()
    bench.far_end.refuses[MessageKind.RESULT_POLLING] = "unknown poll id"
    bench.pass_time(MINUTES_10)
    assert bench.state.report_summary.waiting_for_ack == 0
    bench.far_end.refuses.clear()
    bench.pass_time(days(2))
    assert len(sent(bench)) == 2
    assert bench.state.report_summary.acknowledged == bench.state.report_summary.total - 2


def test_sync_reports_at_once_and_polls():
    bench = reported().pass_time(days(5))
    bench.feed(SyncRequested(Scope.ALL))
    assert bench.reporting.last_report_push == bench.now
    assert sent(bench, MessageKind.TRUST_SYNC)
    assert bench.pass_time(MINUTES_10).reporting.last_ack == JAN_1 + days(5) + timedelta(minutes=15)


def test_a_second_sync_at_the_same_moment_has_nothing_to_report():
    bench = reported().pass_time(days(5))
    bench.feed(SyncRequested(Scope.ALL))
    bench.feed(SyncRequested(Scope.ALL))
    assert len(sent(bench)) == 2
    assert bench.statistic(MessageKind.USAGE_REPORTING).last_response == "NO DATA TO PROCESS"


def test_sync_is_refused_with_transport_off():
    with pytest.raises(IllegalEvent, match="The transport type needed is not configured"):
        stack(settings=OFF).feed(SyncRequested(Scope.ALL))


# --- measurements ---


def test_a_count_that_changes_begins_a_measurement_in_the_same_report():
    bench = stack(settings=OFF).pass_time(days(1)).use(NETWORK_ADVANTAGE, 4).pass_time(days(1))
    usage = save(bench, all=True)
    (report,) = [report for report in usage.reports if report.entitlement_tag == NETWORK_ADVANTAGE.tag]
    assert [(one.count, one.end - one.start, one.num_samples) for one in report.measurements] == [
        (3, days(1), 97),
        (4, days(1), 97),
    ]
    assert report.measurements[-1].close_reason == "CurrentUsageRequested"


def test_a_reload_closes_reports_with_its_reason():
    bench = stack(settings=OFF).pass_time(days(1)).reload().pass_time(days(1))
    usage = save(bench, all=True)
    assert [report.measurements[-1].close_reason for report in usage.reports] == ["ProductReload"] * 2 + [
        "CurrentUsageRequested"
    ] * 2


def test_power_that_goes_off_loses_no_report():
    bench = stack(settings=OFF).pass_time(days(1))
    bench.use(NETWORK_ADVANTAGE, 4)
    measured_until = bench.now
    bench.now += days(1)
    after = bench.power_cycle().pass_time(days(1))
    usage = save(after, all=True)
    assert [report.end for report in usage.reports][:2] == [measured_until] * 2


def test_a_clock_that_jumps_stands_in_the_measurement():
    """Source: rum-report-file/xavier-c9800cl-17.9.2-rum-v2.txt, clock_change_delta."""
    bench = stack(settings=OFF).pass_time(days(1))
    bench.now += timedelta(seconds=3600)
    bench.feed(ClockChanged(synchronised=True, change=timedelta(seconds=3600)))
    bench.pass_time(days(1))
    before, after = save(bench, all=True).reports[0].measurements
    assert before.clock_change == timedelta(0)
    assert before.num_samples == before.expected_samples == 97
    assert after.clock_change == timedelta(seconds=3600)
    assert after.start == before.end == JAN_1 + days(1)
    assert after.num_samples == after.expected_samples == 97


@pytest.mark.parametrize("back", [days(0.5), days(90)])
def test_a_clock_that_is_set_back_loses_no_usage(back):
    """Source: the same; log_time is before start_time there."""
    bench = stack(settings=OFF).pass_time(days(1))
    bench.now -= back
    bench.feed(ClockChanged(synchronised=True, change=-back))
    bench.pass_time(days(0.25)).use(DNA_ADVANTAGE, 2).pass_time(days(0.25)).reload()
    usage = save(bench, all=True)
    for report in usage.reports:
        measured = [one.end - one.start - one.clock_change for one in report.measurements]
        assert all(one.num_samples == one.expected_samples for one in report.measurements)
        assert all(span >= timedelta(0) for span in measured)
        assert sum(measured, timedelta(0)) >= days(1.5)
    assert [one.count for one in usage.reports[1].measurements] == [3, 3, 2]


def test_reminders_come_again_after_the_clock_was_set_back():
    """Source: policy.md section 3.5; deadlines are dates."""
    bench = stack(settings=OFF).pass_time(days(89))
    before = len(bench.times_of("REPORTING_REQUIRED"))
    bench.now -= days(60)
    bench.feed(ClockChanged(synchronised=True, change=-days(60)))
    bench.pass_time(days(60))
    assert len(bench.times_of("REPORTING_REQUIRED")) > before + 3


def test_a_push_that_fails_closes_reports_once_a_period_whatever_the_clock_does():
    """Source: policy.md section 3.6; pauses are spans of time."""
    bench = stack(settings=replace(CSLU, usage_interval_days=3))
    bench.far_end.away = "Communications failure"
    bench.pass_time(days(4))
    bench.now -= days(300)
    bench.feed(ClockChanged(synchronised=True, change=-days(300)))
    before = bench.state.report_summary.total
    bench.pass_time(days(30))
    assert bench.state.report_summary.total == before + 2 * 10


def test_a_switchover_closes_reports_and_the_new_active_reports_on():
    bench = stack(settings=OFF).pass_time(days(1))
    standby, active = replace(MEMBERS[1], role=Role.ACTIVE), replace(MEMBERS[0], role=Role.STANDBY)
    bench.feed(MembersChanged((active, standby, MEMBERS[2])))
    bench.pass_time(days(1))
    usage = save(bench, all=True)
    assert [report.udi for report in usage.reports] == [MEMBERS[0].udi] * 2 + [MEMBERS[1].udi] * 2
    assert usage.reports[2].ha_udis[0] == ("Active", MEMBERS[1].udi)
    assert bench.state.udi == MEMBERS[1].udi


def test_a_member_that_joins_is_in_new_reports():
    bench = stack(settings=OFF, members=MEMBERS[:2]).pass_time(days(1))
    bench.feed(MembersChanged(MEMBERS))
    bench.use(NETWORK_ADVANTAGE, 4).pass_time(days(1))
    usage = save(bench, all=True)
    assert [len(report.ha_udis) for report in usage.reports] == [2, 2, 3, 3]


def test_supervisors_of_one_chassis_are_one_product_instance():
    chassis = MEMBERS[0].udi
    members = (Member(Role.ACTIVE, chassis), Member(Role.STANDBY, chassis))
    bench = stack(members=members).trusted()
    assert sent(bench, MessageKind.TRUST_ESTABLISHMENT)[0].members == (chassis,)
    assert [code.installed for code in bench.state.trust_codes] == [JAN_1, JAN_1]


@pytest.mark.parametrize(
    ("release", "version", "instance"),
    [((17, 6, 4), None, False), ((17, 9, 2), "2.0", False), ((17, 12, 4), "2.0", True)],
)
def test_the_payload_has_the_shape_of_its_release(release, version, instance):
    bench = stack(settings=OFF, of=profile(release)).pass_time(days(1))
    report = save(bench, all=True).reports[0]
    assert report.content.get("version") == version
    assert ("product_instance_identifier" in report.content["asset_identification"]["instance"]) is instance
    assert report.software_version == f"17.{release[1]:02}.{release[2]:02}"


def test_privacy_keeps_hostname_and_version_out():
    private = replace(SMART, hostname_privacy=True, version_privacy=True)
    bench = stack(settings=private).trusted().pass_time(MINUTES_10)
    message = sent(bench)[0]
    assert (message.hostname, message.software_version) == (None, None)
    assert report_of(message.body["reports"][0]).software_version is None
    assert "branch-17" not in str(save(bench.pass_time(days(1)), all=True).system_info)


# --- saving and importing ---


def test_saving_closes_what_is_open_and_notes_the_time():
    bench = stack(settings=OFF).pass_time(days(1))
    assert len(save(bench, unreported=True).reports) == 2
    assert bench.reporting.last_report_file_write == bench.now
    assert [line.state for line in bench.state.rum_reports].count(RumReportState.OPEN) == 2


def test_unreported_leaves_out_what_has_its_ack():
    bench = reported().pass_time(days(1))
    assert len(save(bench, unreported=True).reports) == 2
    assert len(save(bench.pass_time(days(1)), unreported=True).reports) == 4


def test_days_counts_back_from_now():
    bench = stack(settings=OFF).pass_time(days(1))
    save(bench, all=True)
    bench.pass_time(days(20))
    assert len(save(bench, days=5).reports) == 2
    assert len(save(bench.pass_time(days(1)), all=True).reports) == 6


def test_one_report_is_saved_by_its_id():
    bench = stack(settings=OFF).pass_time(days(1))
    number = bench.state.rum_reports[1].report_id
    assert [report.report_id for report in save(bench, rum_id=number).reports] == [number]
    assert bench.state.rum_reports[0].state is RumReportState.OPEN


@pytest.mark.parametrize("selection", [{"rum_id": 5}, {"all": True}])
def test_where_no_report_matches_the_item_was_not_found(selection):
    """Source: exec-command-responses/genielibs-execute_license_smart_save_usage_all_file.txt."""
    bench = stack((NETWORK_ADVANTAGE, 0), settings=OFF)
    with pytest.raises(IllegalEvent, match="The requested item was not found"):
        bench.feed(UsageSaveRequested(**selection))


def ack_for(bench, usage, at):
    return text(
        Ack(bench.state.udi, at, tuple(report.report_id for report in usage.reports), "example.com", "Branches")
    )


def test_an_imported_ack_does_what_a_polled_one_does():
    bench = stack(settings=OFF).pass_time(days(100))
    usage = save(bench, unreported=True)
    assert bench.reporting.next_ack_deadline < bench.now
    bench.pass_time(days(1))
    (printed,) = bench.feed(FileImported(ack_for(bench, usage, bench.now)))
    assert printed.text == "Import Data Successful\n"
    assert bench.reporting.last_ack == bench.now
    assert bench.reporting.next_ack_deadline == bench.now + days(90)
    assert bench.state.report_summary.acknowledged == 2 * 4  # one for each licence and month
    assert dict(bench.state.history.imports)["Import RUM ACK"]


def test_an_ack_that_is_imported_again_moves_no_deadline():
    bench = stack(settings=OFF).pass_time(days(1))
    ack = ack_for(bench, save(bench, all=True), bench.now)
    bench.feed(FileImported(ack))
    before = bench.reporting
    bench.pass_time(days(30)).feed(FileImported(ack))
    assert bench.reporting == before
    assert bench.state.report_summary.acknowledged == 2


def test_acknowledged_reports_make_way_and_are_counted_as_purged():
    bench = reported().pass_time(days(700))
    summary = bench.state.report_summary
    assert summary.purged > 0
    assert summary.total == summary.purged + len(bench.state.rum_reports)
    assert summary.in_storage == 2


def test_fn72578_keeps_every_report_on_the_releases_that_have_it():
    """Source: reference/policy.md section 3.6; 17.3.2a to 17.7.1, fixed in 17.3.7, 17.6.5, 17.9.1."""
    kept = {}
    for release in ((17, 3, 4), (17, 6, 3), (17, 7, 1), (17, 3, 7), (17, 6, 5), (17, 9, 1)):
        bench = stack(of=profile(release)).trusted().pass_time(days(700))
        kept[release] = bench.state.report_summary.in_storage == bench.state.report_summary.total
    assert [release for release, all_kept in kept.items() if all_kept] == [(17, 3, 4), (17, 6, 3), (17, 7, 1)]


def test_a_longer_interval_puts_the_next_push_off():
    """Source: policy.md section 3.3: next = last + interval."""
    bench = stack(settings=replace(SMART, usage_interval_days=3)).trusted().pass_time(days(4))
    last = bench.reporting.last_report_push
    assert bench.reporting.next_report_push == last + days(3)
    bench.feed(SettingsChanged(SMART))
    assert bench.reporting.next_report_push == last + days(30)
    bench.feed(SettingsChanged(replace(SMART, usage_interval_days=7)))
    assert bench.reporting.next_report_push == last + days(7)


def test_a_report_ends_with_its_period_where_nothing_is_pushed():
    bench = stack(settings=OFF).pass_time(days(400))
    assert bench.state.report_summary.total == 2 * 14
    assert all(report.end - report.start <= days(30) for report in bench.state.rum_details if report.end is not None)


def test_a_clock_set_a_period_ahead_before_anything_was_measured_lets_the_agent_rest():
    bench = stack(settings=OFF)
    bench.now += days(30)
    bench.feed(ClockChanged(synchronised=False, change=days(30)))
    bench.pass_time(days(31))
    assert bench.agent.next_wakeup() > bench.now


def test_the_event_log_has_what_went_well_too_and_is_as_large_as_tech_support_says():
    bench = stack()
    bench.far_end.policy = custom_policy(perpetual=(60, 60, 60))
    bench.trusted().pass_time(days(1))
    events = [entry.event for entry in bench.state.event_log]
    for event in ("SAEVT_COMM_SUCCESS", "SAEVT_TRUST_INSTALLED", "SAEVT_POLICY_INSTALLED", "SAEVT_UTILITY_RUM_ACK"):
        assert event in events
    history = History()
    for number in range(60_000):
        history.log(JAN_1, "SAEVT_ENDPOINT_USAGE", count=str(number), entitlementTag="x" * 60)
    assert EVENT_LOG_SIZE - 200 < sum(entry.size for entry in history.events) == history.events_size <= EVENT_LOG_SIZE
