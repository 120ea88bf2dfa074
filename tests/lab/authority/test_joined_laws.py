"""Agent and CSSM, both real, in a story that nobody thought of: when it is over, both know the same, and each once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import func, select

from nornir_smartlic.errors import IllegalEvent
from nornir_smartlic.model import Secret, TransportType
from nornir_smartlic.parsers import parse
from smartlic_lab.agent.events import (
    AuthorizationRequested,
    AuthorizationReturned,
    Event,
    Scope,
    SyncRequested,
    TrustRequested,
    UsageChanged,
)
from smartlic_lab.agent.releases import agent_number
from smartlic_lab.authority import Cssm
from smartlic_lab.authority.models import ProductUdi, Report, SubmissionItem
from smartlic_lab.show import Style, render
from tests.lab.authority.agents import DIRECT, DNA, HSEC, NETWORK, AgentDevice, live
from tests.lab.authority.devices import JAN_1, days, minutes, udi

OFF = replace(DIRECT, transport=TransportType.OFF)
HOME = replace(DIRECT, transport=TransportType.CALLHOME, callhome_url="https://cssm.example.com/licservice/license")
TOKEN = Secret("a-token-for-one-device")
FAULTS = ("lose-answers", "unavailable", "server-error", "deliver-twice", "too-many-requests", "fail", "lose-next-ack")


class Story:
    """What happens, drawn from one seed."""

    def __init__(self, cssm: Cssm, seed: int) -> None:
        self.draw, self.cssm, self.now = Random(seed), cssm, JAN_1
        self.log: list[str] = []
        self.device = AgentDevice(cssm, members=[udi(1), udi(2)])
        self.closed: set[int] = set()

    def pass_time(self, span: timedelta) -> None:
        self.now += span
        live(self.now, self.device, self.cssm)
        due = self.device.next_wakeup()
        assert due is None or due > self.now
        details = self.device.state(self.now).rum_details
        self.closed |= {report.report_id for report in details if report.end is not None}

    def try_(self, event: Event) -> None:
        try:
            self.device.happen(event, self.now)
        except IllegalEvent:
            self.log.append("refused")

    def go_on(self) -> None:
        draw, device = self.draw, self.device
        what = draw.choice(
            ("fault", "fault", "clock", "reload", "switchover", "transport", "usage", "ask", "ask", "wait")
        )
        self.log.append(f"{self.now} {what}")
        match what:
            case "fault" if draw.random() < 0.4:
                self.cssm.faults.clear()
            case "fault":
                self.cssm.faults.add(draw.choice(FAULTS), count=draw.randint(1, 6))
            case "clock":
                device.set_clock(timedelta(minutes=draw.randint(-50, 50)) - device.clock_offset, self.now)
            case "reload":
                device.reload(self.now)
            case "switchover":
                device.switch_over(self.now)
            case "transport":
                wanted = draw.choice((DIRECT, DIRECT, HOME, OFF))
                device.configure(replace(wanted, usage_interval_days=draw.choice((None, 3, 20))), self.now)
            case "usage":
                device.count = draw.randint(1, 4)
                for entitlement in device.entitlements:
                    self.try_(UsageChanged(entitlement, device.count))
            case "ask":
                force = draw.random() < 0.5
                self.try_(
                    draw.choice(
                        (
                            SyncRequested(Scope.ALL),
                            TrustRequested(TOKEN, Scope.ALL, force),
                            AuthorizationRequested("hseck9", Scope.ALL),
                            AuthorizationReturned(Scope.ALL, online=True),
                        )
                    )
                )
        self.pass_time(timedelta(seconds=draw.choice((0, 40, 400, 4000, 40_000, 400_000, 2_000_000))))


@pytest.mark.parametrize("seed", range(6))
def test_whatever_happens_each_report_is_counted_once_and_both_sides_agree_in_the_end(cssm: Cssm, seed: int) -> None:
    cssm.add_licenses([NETWORK, DNA, HSEC])
    for licence in (NETWORK, DNA, HSEC):
        cssm.add_pool("example.com", "Branches", licence.tag, 10)
    cssm.add_token("example.com", "Branches", text=TOKEN.reveal(), expires_after_days=365, max_uses=1)
    story = Story(cssm, seed)
    device = story.device
    device.happen(TrustRequested(TOKEN, Scope.ALL), JAN_1 + minutes(1))
    for _ in range(25):
        story.go_on()
    cssm.faults.clear()
    device.configure(DIRECT, story.now)
    story.try_(TrustRequested(TOKEN, Scope.ALL, force=True))
    story.pass_time(days(2))
    for _ in range(2):  # what was refused meanwhile is repeated the next day
        story.try_(SyncRequested(Scope.ALL))
        story.pass_time(days(2))
    state = device.state(story.now)
    summary = state.report_summary
    assert summary is not None, story.log
    assert summary.waiting_for_ack == 0, story.log
    assert summary.available_to_report == summary.collecting_data, story.log
    assert summary.acknowledged == summary.total - summary.collecting_data, story.log
    with cssm.work() as work:
        taken = set(work.session.scalars(select(Report.rum_id)))
        assert story.closed <= taken, story.log
        assert len(taken) == summary.acknowledged, story.log
        counted = select(func.count()).where(SubmissionItem.report_id.is_not(None), SubmissionItem.duplicate.is_(False))
        assert work.session.scalar(counted) == len(taken), story.log
        active = device.members[0].udi
        member = work.session.get_one(ProductUdi, (active.pid, active.sn))
        assert member.trust_code == device.agent.stored()["trust"]["codes"][str(active)]["trust_id"], story.log
    style = Style(agent_number(state.agent_version), "c9300")
    for command in ("show license status", "show license all", "show license tech support"):
        parsed = parse(command, render(command, state, style))
        assert parsed.unparsed == ()
    printed = parse("show license status", render("show license status", state, style)).value
    assert printed.usage_reporting.last_ack == state.usage_reporting.last_ack, story.log
