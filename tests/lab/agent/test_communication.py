"""Failing and coming back: rhythm, syslog, statistics, transports that change."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest

from nornir_smartlic.errors import IllegalEvent
from nornir_smartlic.model import Secret, TransportType
from smartlic_lab.agent import AgentSettings
from smartlic_lab.agent.communication import NAME_NOT_RESOLVED
from smartlic_lab.agent.events import (
    CommunicationFailed,
    ReplyReceived,
    Scope,
    Send,
    SettingsChanged,
    SyncRequested,
    TrustRequested,
)
from smartlic_lab.world.wire import AnswerStatus, MessageKind, Reply
from tests.lab.agent.kit import CSLU, CSSM_URL, JAN_1, OFF, SMART, days, profile, stack

MINUTES_10 = timedelta(minutes=10)


def texts(bench, mnemonic):
    return [log.text for _, log in bench.logged if log.mnemonic == mnemonic]


def test_a_failure_names_its_peer_and_reason_as_devices_do():
    over_cslu, direct = stack(settings=CSLU), stack()
    for bench in (over_cslu, direct.trusted()):
        bench.far_end.away = "Communications failure"
        bench.pass_time(MINUTES_10)
    assert texts(over_cslu, "COMM_FAILED")[0] == (
        "Communications failure with the Cisco Smart License Utility (CSLU) : Communications failure"
    )
    assert texts(direct, "COMM_FAILED")[0] == (
        "Communications failure with the Cisco Smart Software Manager (CSSM) : Communications failure"
    )


def test_a_name_that_cannot_be_resolved_is_noticed_when_the_resolver_gives_up():
    bench = stack(settings=CSLU)
    bench.far_end.away = NAME_NOT_RESOLVED
    assert bench.pass_time(timedelta(seconds=128)).times_of("COMM_FAILED") == []
    assert bench.pass_time(timedelta(seconds=1)).times_of("COMM_FAILED") == [JAN_1 + timedelta(seconds=129)]


@pytest.mark.parametrize("reason", ["Communications failure", "Unable to connect to server", "No reply from server"])
def test_the_rhythm_of_failures_is_the_same_whatever_the_reason(reason):
    """Source: reference/policy.md 3.5: t0, +39 s, +9 s, +5 min three times, +44 min, then hourly."""
    bench = stack(settings=CSLU)
    bench.far_end.away = reason
    shown = bench.pass_time(timedelta(hours=4)).times_of("COMM_FAILED")
    pauses = [(after - before).total_seconds() for before, after in pairwise(shown)]
    for pause, expected in zip(pauses, [39, 9, 300, 300, 300, 2640, 3600, 3600], strict=False):
        assert abs(pause - expected) <= 15, pauses


def test_a_packet_that_is_lost_is_noticed_when_its_time_is_over():
    bench = stack(settings=CSLU)
    bench.far_end.away = "No reply from server"
    assert bench.pass_time(timedelta(minutes=3)).times_of("COMM_FAILED")[0] == JAN_1 + timedelta(seconds=130)


def test_what_fails_together_is_one_failure():
    bench = stack().trusted().pass_time(days(1))
    bench.far_end.away = "Communications failure"
    bench.feed(SyncRequested(Scope.ALL))
    assert len(bench.times_of("COMM_FAILED")) == 1


def test_a_cslu_that_is_away_gets_hellos_alone():
    """Source: show-license-tech-support/genie-c9300-stack2-agent5.9.4-cslu-purged.txt."""
    bench = stack(settings=CSLU)
    bench.far_end.away = NAME_NOT_RESOLVED
    bench.pass_time(timedelta(hours=26, minutes=10))
    hello, usage = bench.statistic(MessageKind.HELLO), bench.statistic(MessageKind.USAGE_REPORTING)
    assert (hello.last_response, usage.total) == ("NO REPLY", 0)
    assert hello.ongoing_communication == hello.fail == hello.total
    assert 28 <= hello.total <= 33  # the capture has 30
    assert bench.reporting.next_report_push == JAN_1 + timedelta(seconds=120)  # it stays, in the past


def test_a_far_end_that_comes_back_is_noticed_and_gets_what_waited():
    bench = stack(settings=CSLU)
    bench.far_end.away = NAME_NOT_RESOLVED
    bench.pass_time(days(2))
    bench.far_end.away = None
    bench.pass_time(timedelta(hours=2))
    assert texts(bench, "COMM_RESTORED") == ["Communications with Cisco Smart License Utility (CSLU) restored"]
    assert bench.state.report_summary.acknowledged == bench.state.report_summary.total - 2
    assert bench.reporting.state == 4


def test_reports_build_up_while_a_push_fails_one_of_each_licence_a_period():
    bench = stack(settings=replace(SMART, usage_interval_days=7)).trusted()
    bench.far_end.away = "Communications failure"
    bench.pass_time(days(30))
    assert bench.state.report_summary.available_to_report == 2 * 5 + 2


def test_a_refused_push_is_repeated_daily_and_closes_reports_once_a_period():
    bench = stack().trusted()
    bench.far_end.refuses[MessageKind.USAGE_REPORTING] = "Signature mismatch"
    bench.pass_time(days(10))
    assert bench.state.report_summary.available_to_report == 2 + 2


def test_a_long_backlog_goes_in_messages_of_a_hundred():
    bench = stack(settings=replace(SMART, usage_interval_days=1)).trusted()
    bench.far_end.away = "Communications failure"
    bench.pass_time(days(120))
    bench.far_end.away = None
    bench.pass_time(timedelta(hours=2))
    sizes = [len(one.body["reports"]) for one in bench.far_end.messages if one.kind is MessageKind.USAGE_REPORTING]
    assert sizes[:2] == [100, 100]
    assert max(sizes) == 100
    summary = bench.state.report_summary
    assert (summary.acknowledged, summary.available_to_report) == (summary.total - 2, 2)


def test_who_says_try_again_is_asked_again_after_a_while():
    bench = stack()
    bench.far_end.tries_again = True
    bench.trusted().pass_time(timedelta(minutes=16))
    asked = [one for one in bench.far_end.messages if one.kind is MessageKind.TRUST_ESTABLISHMENT]
    assert len(asked) == 4
    bench.far_end.tries_again = False
    assert len(bench.pass_time(timedelta(minutes=5)).state.trust_codes) == 3


def test_what_is_tried_again_is_a_trust_sync_and_the_push_follows_it():
    bench = stack().trusted()
    bench.far_end.away = "Communications failure"
    bench.pass_time(days(1))
    usage, sync = bench.statistic(MessageKind.USAGE_REPORTING), bench.statistic(MessageKind.TRUST_SYNC)
    assert (usage.total, sync.total > 20) == (1, True)
    bench.far_end.away = None
    bench.pass_time(timedelta(hours=2))
    assert bench.state.report_summary.acknowledged == bench.state.report_summary.total - 2


def test_too_many_unreported_reports_make_way_except_on_the_releases_with_fn72578():
    daily = replace(CSLU, usage_interval_days=1)
    fixed, affected = (stack(settings=daily, of=profile(release)) for release in ((17, 6, 5), (17, 6, 4)))
    for bench in (fixed, affected):
        bench.far_end.away = "Communications failure"
        bench.pass_time(days(304))
    assert fixed.state.report_summary.available_to_report == 600 + 2
    assert fixed.state.report_summary.purged > 0
    assert affected.state.report_summary.available_to_report > 602
    assert affected.state.report_summary.purged == 0


def test_trust_is_asked_for_until_somebody_answers():
    bench = stack()
    bench.far_end.away = NAME_NOT_RESOLVED
    bench.trusted().pass_time(timedelta(minutes=1))
    assert bench.state.trust_codes == ()
    bench.far_end.away = None
    bench.pass_time(MINUTES_10)
    assert len(bench.state.trust_codes) == 3


def test_another_token_takes_the_place_of_the_one_that_waits():
    bench = stack()
    bench.far_end.away = "Communications failure"
    bench.trusted()
    bench.feed(TrustRequested(Secret("better"), Scope.LOCAL))
    bench.far_end.away = None
    bench.pass_time(MINUTES_10)
    asked = [one.body["token"] for one in bench.far_end.messages if one.kind is MessageKind.TRUST_ESTABLISHMENT]
    assert asked == ["better"]


def test_a_transport_that_is_mended_is_tried_at_once():
    bench = stack(settings=replace(SMART, smart_url=None)).trusted().pass_time(days(1))
    assert texts(bench, "COMM_FAILED")
    bench.feed(SettingsChanged(SMART))
    bench.pass_time(timedelta(seconds=1))
    assert len(bench.state.trust_codes) == 3
    assert texts(bench, "COMM_RESTORED") == ["Communications with Cisco Smart Software Manager (CSSM) restored"]


def test_a_transport_that_is_mended_before_the_failure_is_noticed_loses_nothing():
    bench = stack()
    bench.far_end.away = NAME_NOT_RESOLVED
    bench.trusted()
    bench.far_end.away = None
    bench.feed(SettingsChanged(replace(SMART, vrf="Mgmt-vrf")))
    assert len(bench.pass_time(timedelta(seconds=1)).state.trust_codes) == 3


@pytest.mark.parametrize("interruption", [lambda bench: bench.feed(SettingsChanged(OFF)), lambda bench: bench.reload()])
def test_a_trust_request_that_nobody_will_answer_is_over(interruption):
    bench = stack()
    bench.far_end.away = "Communications failure"
    bench.trusted()
    interruption(bench)
    bench.far_end.away = None
    bench.feed(SettingsChanged(CSLU))
    assert len(bench.pass_time(timedelta(hours=1)).state.trust_codes) == 3  # CSLU gives it without a token


def test_a_token_does_not_show_in_what_a_message_looks_like():
    (send,) = stack().agent.handle(TrustRequested(Secret("s3cret"), Scope.ALL), JAN_1)
    assert "s3cret" not in repr(send)


def test_a_transport_that_is_switched_off_ends_the_failures():
    bench = stack(settings=CSLU)
    bench.far_end.away = NAME_NOT_RESOLVED
    bench.pass_time(days(1)).feed(SettingsChanged(OFF))
    before = len(texts(bench, "COMM_FAILED"))
    assert len(texts(bench.pass_time(days(1)), "COMM_FAILED")) == before


def test_another_transport_is_printed_with_its_address():
    bench = stack(settings=CSLU)
    assert (bench.state.transport.type, bench.state.transport.cslu_address) == (TransportType.CSLU, None)
    bench.feed(SettingsChanged(SMART))
    assert (bench.state.transport.type, bench.state.transport.url) == (TransportType.SMART, CSSM_URL)


def test_without_a_url_smart_fails_and_says_so():
    bench = stack(settings=AgentSettings(transport=TransportType.SMART)).trusted()
    assert texts(bench, "COMM_FAILED") == [
        "Communications failure with the Cisco Smart Software Manager (CSSM) : Communications init failure"
    ]


def test_callhome_goes_to_its_default_address():
    bench = stack(settings=AgentSettings(transport=TransportType.CALLHOME))
    (send,) = bench.agent.handle(TrustRequested(Secret("good"), Scope.ALL), bench.now)
    assert send.url == "https://tools.cisco.com/its/service/oddce/services/DDCEService"


def test_an_answer_to_a_message_that_is_not_on_its_way_is_refused():
    bench = stack()
    (send,) = bench.agent.handle(TrustRequested(Secret("good"), Scope.ALL), bench.now)
    assert isinstance(send, Send)
    bench.agent.handle(CommunicationFailed(send.message, "Communications failure"), bench.now)
    before = bench.agent.stored()
    for event in (
        CommunicationFailed(send.message, "Communications failure"),
        ReplyReceived(send.message, Reply(AnswerStatus.OK, send.message.message_id)),
    ):
        with pytest.raises(IllegalEvent, match="not on its way"):
            bench.agent.handle(event, bench.now)
    assert bench.agent.stored() == before


def test_two_pushes_at_once_carry_no_report_twice():
    bench = stack().trusted().pass_time(MINUTES_10).pass_time(days(1))
    sends = [
        action
        for _ in range(2)
        for action in bench.agent.handle(SyncRequested(Scope.ALL), bench.now)
        if isinstance(action, Send) and action.message.kind is MessageKind.USAGE_REPORTING
    ]
    assert len(sends) == 1


def test_statistics_count_from_the_boot():
    bench = stack().trusted().pass_time(MINUTES_10)
    assert bench.statistic(MessageKind.TRUST_ESTABLISHMENT).total == 1
    assert bench.reload().statistic(MessageKind.TRUST_ESTABLISHMENT).total == 0


def test_the_history_shows_messages_without_their_token():
    bench = stack().trusted().pass_time(MINUTES_10)
    groups = dict(bench.state.history.messages)
    assert [message.kind for message in groups["Trust Establishment"]] == ["Request", "Response"]
    assert "good" not in repr(bench.state)
    assert '"good"' not in repr(bench.agent.stored())
