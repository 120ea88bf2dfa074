"""What the agent says of itself has the shape of the captures of ``show license tech support``, per agent version."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from nornir_smartlic.model import Member, Role, TransportType
from nornir_smartlic.parsers import parse
from smartlic_lab.agent import AgentSettings
from smartlic_lab.show import Style, agent_release, render
from smartlic_lab.world.wire import MessageKind
from tests.captures import CAPTURES, capture
from tests.lab.agent.kit import CSSM_URL, profile, stack

pytestmark = pytest.mark.captures
COMMAND = "show license tech support"
FOLDER = "show-license-tech-support"
NAMES = sorted(path.name for path in (CAPTURES / FOLDER).iterdir()) if isinstance(CAPTURES, Path) else []


def captured(name):
    return parse(COMMAND, capture(f"{FOLDER}/{name}")).value


def emulated(state):
    """An agent of the same version, with as many members, over the same transport."""
    standalone = state.members is None
    members = state.members or (Member(Role.ACTIVE, state.udi),)
    smart = state.transport.type is TransportType.SMART
    settings = AgentSettings(transport=state.transport.type, smart_url=CSSM_URL if smart else None)
    agent = profile(agent_version=state.agent_version, standalone=standalone)
    bench = stack(settings=settings, members=members, of=agent)
    if state.tech_support.communication_level == "DIRECT":
        bench.trusted()
    else:
        bench.far_end.refuses[MessageKind.TRUST_ESTABLISHMENT] = "no"
    return bench.pass_time(timedelta(minutes=10))


@pytest.mark.parametrize("name", NAMES)
def test_other_info_has_the_same_lines_with_the_same_fixed_values(name):
    state = captured(name)
    bench = emulated(state)
    mine, theirs = dict(bench.state.tech_support.other), dict(state.tech_support.other)
    assert list(mine) == list(theirs)
    of_this_device = {"Software ID", "Config Persist Received", "Event log current size", "Clock sync-ed with NTP"}
    of_this_device |= {key for key in theirs if key.startswith("connect_info")} | {"Default URL"}
    differing = {key for key in theirs if mine[key] != theirs[key]}
    assert differing <= of_this_device


@pytest.mark.parametrize("name", NAMES)
def test_statistics_certificates_and_ha_info_have_the_same_groups(name):
    state = captured(name)
    mine, theirs = emulated(state).state.tech_support, state.tech_support
    assert [group.name for group in mine.statistics] == [group.name for group in theirs.statistics]
    assert [key for key, _ in mine.certificates] == [key for key, _ in theirs.certificates]
    assert [key for key, _ in mine.ha] == [key for key, _ in theirs.ha]
    assert mine.communication_level == theirs.communication_level
    assert [who.partition(",")[0][:1] for who, _ in mine.trust_lines] == [
        who.partition(",")[0][:1] for who, _ in theirs.trust_lines
    ]


@pytest.mark.parametrize("name", NAMES)
def test_jobs_have_the_names_and_the_order_of_the_capture(name):
    state = captured(name)
    mine = [job.name for job in emulated(state).state.tech_support.jobs]
    theirs = [job.name for job in state.tech_support.jobs]
    sometimes = {"Hello Message", "Authorization Renewal", "Retrieve data processing result"}  # by what has happened
    sometimes |= {"Register Period Expiration Check", "Ack Expiration Check"}
    sometimes |= {"Telemetry Reporting", "Authorization Code Process"}
    assert [job for job in mine if job not in sometimes] == [job for job in theirs if job not in sometimes]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_rendered_is_read_back_whole(name):
    state = captured(name)
    bench = emulated(state)
    shown = replace(bench.state, header=state.header)
    parsed = parse(COMMAND, render(COMMAND, shown, Style(agent_release(state.agent_version), "c9300")))
    assert parsed.unparsed == ()
    assert parsed.value.tech_support.other == shown.tech_support.other
