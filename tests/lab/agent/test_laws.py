"""The laws that hold whatever happens to an agent, and in which order. Hypothesis makes the stories up."""

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from nornir_smartlic.errors import IllegalEvent
from nornir_smartlic.files import Ack, check_report, parse_usage_file
from nornir_smartlic.model import Role, RumReportState, Secret, Udi
from nornir_smartlic.parsers import parse
from smartlic_lab.agent import SmartAgent
from smartlic_lab.agent.communication import NAME_NOT_RESOLVED
from smartlic_lab.agent.events import (
    AuthorizationRequested,
    AuthorizationRequestSaveRequested,
    AuthorizationReturned,
    ClockChanged,
    Deregistered,
    FactoryResetRequested,
    FileImported,
    MembersChanged,
    Registered,
    Scope,
    SettingsChanged,
    SyncRequested,
    TrustRequested,
    UsageChanged,
    UsageSaveRequested,
)
from smartlic_lab.agent.releases import agent_number
from smartlic_lab.show import Style, render
from smartlic_lab.world.signing import report_key
from tests.lab.agent.kit import (
    CSLU,
    DNA_ADVANTAGE,
    HSECK9,
    MEMBERS,
    MRP,
    NETWORK_ADVANTAGE,
    OFF,
    SMART,
    Bench,
    custom_policy,
    days,
    profile,
    stack,
    text,
)

AGENTS = [((17, 6, 4), "5.5.30_rel/1"), ((17, 12, 4), "5.11.3_rel/76"), ((17, 18, 1), "6.3.10/58086906e")]
POLICIES = [
    None,
    custom_policy(),
    custom_policy("SLE Policy", perpetual=(30, 60, 60), subscription=(120, 111, 111), enforced=(30, 90, 60)),
]
WRONG = [
    Registered(Secret("good")),
    Deregistered(),
    UsageChanged(NETWORK_ADVANTAGE, -1),
    MembersChanged(()),
    FileImported("garbage"),
    AuthorizationRequested("unknown", Scope.ALL),
    UsageSaveRequested(rum_id=1),
]
COMMANDS = [
    "show license status",
    "show license summary",
    "show license usage",
    "show license all",
    "show license tech support",
]


class LicensingLife(RuleBasedStateMachine):
    """A stack, a far end with its moods, and an operator who does not always know what is good."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench(SMART)
        self.bench.booted((NETWORK_ADVANTAGE, 3), (DNA_ADVANTAGE, 3))
        self.saved: list[int] = []
        self.acks: list[str] = []
        self.unacknowledged: set[int] = set()
        self.acknowledged: set[int] = set()
        self.acknowledged_before = self.dropped = 0
        self.before = self._seen()
        self.causes = 0  # events that may bring a deadline forward

    # --- events; each may be refused, and then nothing has changed ---

    def happen(self, event) -> list:
        stored, state = self.bench.agent.stored(), self.bench.state
        try:
            return self.bench.feed(event)
        except IllegalEvent:
            assert (self.bench.agent.stored(), self.bench.state) == (stored, state)
            return []

    @rule(seconds=st.one_of(st.integers(0, 7200), st.integers(0, 40 * 86400)))
    def time_passes(self, seconds):
        """Day by day: a report that is pushed daily comes and goes in between."""
        left = timedelta(seconds=seconds)
        while left > days(1):
            self.bench.pass_time(days(1))
            self.no_report_is_lost_or_acknowledged_twice()
            left -= days(1)
        self.bench.pass_time(left)

    @rule(entitlement=st.sampled_from([NETWORK_ADVANTAGE, DNA_ADVANTAGE, MRP, HSECK9]), count=st.integers(0, 4))
    def usage_changes(self, entitlement, count):
        self.causes += 1
        self.bench.use(entitlement, count)

    @rule(wanted=st.sampled_from([SMART, CSLU, OFF]), interval=st.sampled_from([None, 1, 7, 300]))
    def the_configuration_changes(self, wanted, interval):
        self.bench.settings = replace(wanted, usage_interval_days=interval)
        self.happen(SettingsChanged(self.bench.settings))

    @rule(scope=st.sampled_from(Scope), force=st.booleans())
    def trust_is_asked_for(self, scope, force):
        self.happen(TrustRequested(Secret("good"), scope, force))

    @rule()
    def usage_is_reported_now(self):
        self.happen(SyncRequested(Scope.ALL))

    @rule(selection=st.sampled_from([{"all": True}, {"unreported": True}, {"days": 3}]))
    def usage_is_saved(self, selection):
        for written in self.happen(UsageSaveRequested(**selection)):
            reports = parse_usage_file(written.content).reports
            for report in reports:
                assert check_report(report, key=report_key(report.software_id, report.udi)) == ()
            self.saved = [report.report_id for report in reports]

    @precondition(lambda self: self.saved)
    @rule()
    def an_ack_is_imported(self):
        self.acks.append(text(Ack(self.bench.state.udi, self.bench.now, tuple(self.saved))))
        self.happen(FileImported(self.acks[-1]))

    @rule(
        away=st.sampled_from([None, NAME_NOT_RESOLVED, "Communications failure"]),
        keeps_polling=st.booleans(),
        loses_answers=st.booleans(),
        policy=st.sampled_from(POLICIES),
    )
    def the_far_end_changes(self, away, keeps_polling, loses_answers, policy):
        far_end = self.bench.far_end
        far_end.away, far_end.keeps_polling, far_end.loses_answers = away, keeps_polling, loses_answers
        far_end.policy = policy

    @rule(request=st.booleans(), scope=st.sampled_from(Scope))
    def authorization_is_asked_for_or_returned(self, request, scope):
        self.bench.far_end.authorizes = True
        self.happen(AuthorizationRequested("hseck9", scope) if request else AuthorizationReturned(scope, online=False))
        self.happen(AuthorizationRequestSaveRequested())

    @rule(agent=st.sampled_from(AGENTS))
    def the_device_reloads(self, agent):
        self.causes += 1
        self.bench.reload(of=profile(*agent))

    @rule()
    def the_power_fails(self):
        self.causes += 1
        self.bench.power_cycle()

    @rule()
    def everything_is_reset(self):
        self.happen(FactoryResetRequested())
        self.bench.reload()
        self.saved, self.acks, self.unacknowledged, self.acknowledged = [], [], set(), set()
        self.acknowledged_before = self.dropped = 0
        self.bench.far_end.payloads.clear()
        self.before = self._seen()

    @rule()
    def the_standby_takes_over(self):
        active, standby, member = self.bench.members
        roles = (replace(standby, role=Role.ACTIVE), replace(active, role=Role.STANDBY), member)
        self.bench.members = roles
        self.happen(MembersChanged(roles))

    @rule(seconds=st.one_of(st.integers(-7200, 7200), st.integers(-100 * 86400, 100 * 86400)), trusted=st.booleans())
    def the_clock_is_set(self, seconds, trusted):
        change = timedelta(seconds=seconds)
        self.bench.now += change
        self.happen(ClockChanged(synchronised=trusted, change=change))

    @rule(sn=st.sampled_from(["FOC00000003", "FOC00000004", "FOC00000005"]))
    def a_member_is_swapped(self, sn):
        self.bench.members = (*self.bench.members[:2], replace(MEMBERS[2], udi=Udi("C9300-24T", sn)))
        self.happen(MembersChanged(self.bench.members))

    @rule()
    def a_member_leaves_and_another_joins(self):
        members = self.bench.members
        self.bench.members = members[:2]
        self.happen(MembersChanged(members[:2]))
        self.bench.members = members
        self.happen(MembersChanged(members))

    @rule(file=st.integers(0, 10))
    def an_old_ack_is_imported(self, file):
        """Whatever was acknowledged once, in a file that CSSM made long ago."""
        if self.acks:
            self.happen(FileImported(self.acks[file % len(self.acks)]))

    @rule(event=st.sampled_from(WRONG))
    def something_illegal_is_tried(self, event):
        stored, state = self.bench.agent.stored(), self.bench.state
        with pytest.raises(IllegalEvent):
            self.bench.agent.handle(event, self.bench.now)
        assert (self.bench.agent.stored(), self.bench.state) == (stored, state)

    # --- laws ---

    def _seen(self):
        reporting = self.bench.reporting
        return reporting.next_ack_deadline, reporting.last_ack

    @invariant()
    def deadlines_never_move_backwards_without_a_cause(self):
        (deadline_before, ack_before), causes = self.before, self.causes
        deadline, ack = self.before = self._seen()
        self.causes = 0
        if deadline != deadline_before and deadline_before is not None:
            assert causes or ack != ack_before, f"{deadline_before} became {deadline}"

    @invariant()
    def no_report_is_lost_or_acknowledged_twice(self):
        reports = {line.report_id: line.state for line in self.bench.state.rum_reports}
        summary = self.bench.state.report_summary
        acknowledged = {number for number, state in reports.items() if state is RumReportState.ACK}
        assert self.acknowledged.isdisjoint(
            number for number, state in reports.items() if state is not RumReportState.ACK
        )
        gone = self.unacknowledged - reports.keys()
        dropped = self.bench.agent.stored()["reports"]["dropped"]
        fresh = len(acknowledged - self.acknowledged) + len(gone) - (dropped - self.dropped)
        assert summary.acknowledged - self.acknowledged_before == fresh
        self.acknowledged |= acknowledged
        self.acknowledged_before, self.dropped = summary.acknowledged, dropped
        assert summary.total == len(reports) + summary.purged
        self.unacknowledged = {
            number for number, state in reports.items() if state in (RumReportState.CLOSED, RumReportState.UNACK)
        }

    @invariant()
    def measurements_follow_one_another_without_a_gap(self):
        for report in self.bench.agent.stored()["reports"]["reports"].values():
            assert all(one["end"] == other["start"] for one, other in pairwise(report["spans"]))

    @invariant()
    def what_wakes_up_lies_ahead_or_is_done(self):
        due = self.bench.agent.next_wakeup()
        if due is not None and due <= self.bench.now:
            self.bench.pass_time(timedelta(0))
            assert self.bench.agent.next_wakeup() is None or self.bench.agent.next_wakeup() > self.bench.now

    @invariant()
    def what_is_stored_comes_back(self):
        stored = self.bench.agent.stored()
        assert SmartAgent(self.bench.agent.profile, stored=stored).stored() == stored

    def teardown(self):
        state = self.bench.state
        style = Style(agent_number(state.agent_version), "c9300")
        for command in COMMANDS:
            assert parse(command, render(command, state, style)).unparsed == (), command


LicensingLife.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
TestLicensingLife = LicensingLife.TestCase


def test_the_udi_of_another_device_is_never_acknowledged():
    bench = stack(settings=OFF).pass_time(days(1))
    with pytest.raises(IllegalEvent):
        bench.feed(FileImported(text(Ack(Udi("C9300-24T", "FOC99999999"), bench.now, (1,)))))
    assert bench.reporting.last_ack is None
    assert MEMBERS[0].udi == bench.state.udi
