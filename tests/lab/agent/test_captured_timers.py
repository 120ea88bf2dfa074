"""The timers that captures of real devices show come out of the agent: reference/policy.md section 3.2."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from nornir_smartlic.model import Entitlement, LicenseType, Policy, TransportType
from nornir_smartlic.parsers import parse
from smartlic_lab.agent import AgentSettings, deadlines
from smartlic_lab.agent.communication import NAME_NOT_RESOLVED
from smartlic_lab.agent.deadlines import class_of
from tests.captures import capture
from tests.lab.agent.kit import CSLU, NETWORK_ADVANTAGE, profile, stack

CALLHOME = AgentSettings(transport=TransportType.CALLHOME)

pytestmark = pytest.mark.captures
TECH = "show-license-tech-support/genie-"


def read(name):
    text = capture(name)
    command = "show " + name.split("/")[0].removeprefix("show-").replace("-", " ")
    return parse(command, text).value


def wall(instant):
    """The wall time: spans within one output need no offset."""
    return getattr(instant, "wall", instant).replace(tzinfo=UTC)


def classes_in_use(state):
    kinds = {LicenseType.PERPETUAL: "perpetual", LicenseType.SUBSCRIPTION: "subscription"}
    used = [one for one in state.usage if one.count and one.license_type in kinds]
    return frozenset(class_of(Entitlement(one.name, "", one.name, "", one.license_type)) for one in used)


ACKNOWLEDGED = [
    f"{TECH}c9300-stack3-agent5.1.26-smart-direct-trust.txt",
    f"{TECH}c9300-stack3-agent5.3.16-cslu-ack.txt",
    f"{TECH}c9407r-ha-agent5.1.31-smart-proxy.txt",
    f"{TECH}c9410r-ha-agent5.7.6-cslu-trust.txt",
    f"{TECH}c9606r-standalone-agent5.11.3.txt",
    "show-license-all/ciscodoc-c8000v-17.15-slac-installed.txt",
    "show-license-all/genie-c9350-stack3-agent6.3.10-smart-trustcode-type.txt",
]


@pytest.mark.parametrize("name", ACKNOWLEDGED)
def test_the_deadline_after_an_ack_is_the_printed_one(name):
    state = read(name)
    printed, policy = state.usage_reporting, state.policy
    computed = deadlines.deadline_after_ack(policy, classes_in_use(state), wall(printed.last_ack))
    if printed.next_ack_deadline is None:
        assert computed is None
    else:  # 5.7.6 prints a second more
        assert abs(computed - wall(printed.next_ack_deadline)) <= timedelta(seconds=1)


def test_perpetual_licences_under_the_cisco_default_have_a_year_after_an_ack():
    state = read("show-license-status/ntc4-slp-smart-proxy-telemetry-noreporting.txt")
    printed = state.usage_reporting
    perpetual = frozenset({class_of(NETWORK_ADVANTAGE)})
    assert deadlines.deadline_after_ack(state.policy, perpetual, wall(printed.last_ack)) == wall(
        printed.next_ack_deadline
    )
    assert (
        printed.push_interval is None is deadlines.push_interval(deadlines.report_every(state.policy, perpetual), None)
    )


def test_a_custom_policy_of_90_days_gives_the_printed_deadline():
    printed = read("show-license-status/genie-c9300-stack3-cslu-custom-policy.txt").usage_reporting
    assert wall(printed.next_ack_deadline) - wall(printed.last_ack) == timedelta(days=90)


@pytest.mark.parametrize("name", [name for name in ACKNOWLEDGED if name.startswith(TECH)])
def test_state_and_policy_interval_are_the_printed_ones(name):
    state = read(name)
    printed = state.usage_reporting
    ruling = deadlines.in_policy(state.policy, classes_in_use(state), acknowledged=True)
    assert (printed.state, printed.in_policy) == (4, ruling)
    assert printed.push_interval == deadlines.push_interval(ruling, None)


UNACKNOWLEDGED = ["c9300-stack3-agent6.0.1", "c9300-stack3-agent6.0.1-b", "c9500-svl-agent6.3.7-smart-offline"]


@pytest.mark.parametrize("name", UNACKNOWLEDGED)
def test_the_first_deadline_and_the_first_push_count_from_the_same_moment(name):
    state = read(f"{TECH}{name}.txt")
    printed, policy = state.usage_reporting, state.policy
    span = deadlines.first_report_within(policy, classes_in_use(state))
    started = wall(printed.next_ack_deadline) - span
    assert wall(printed.next_report_push) == started + deadlines.FIRST_PUSH_DELAY
    assert (printed.state, printed.in_policy) == (2, span)
    requests = [wall(one.request_time) for one in state.usage if one.request_time]
    assert timedelta(0) <= started - max(requests) < timedelta(minutes=1)


@pytest.mark.parametrize("name", UNACKNOWLEDGED)
def test_an_agent_that_boots_at_that_moment_shows_the_same(name):
    captured = read(f"{TECH}{name}.txt")
    printed = captured.usage_reporting
    started = wall(printed.next_ack_deadline) - timedelta(days=90)
    usage = [(entitlement(one), one.count) for one in captured.usage]
    bench = stack(*usage, now=started, of=profile((17, 16, 1), captured.agent_version))
    bench.pass_time(wall(captured.tech_support.current_time) - started)
    shown = bench.reporting
    assert shown.next_ack_deadline == wall(printed.next_ack_deadline)
    assert shown.next_report_push == wall(printed.next_report_push)
    assert (shown.state, shown.in_policy, shown.push_interval) == (
        printed.state,
        printed.in_policy,
        printed.push_interval,
    )
    assert bench.state.tech_support.overall_state == captured.tech_support.overall_state


def entitlement(used):
    return Entitlement(used.name, used.display or used.name, used.tag, used.description, used.license_type)


def test_a_report_is_polled_for_300_s_after_its_push_on_smart_and_60_s_on_cslu():
    direct = read(f"{TECH}c9300-stack3-agent5.1.26-smart-direct-trust.txt").tech_support
    over_cslu = read(f"{TECH}c9300-stack3-agent5.3.16-cslu-ack.txt").tech_support
    for tech, expected in ((direct, 300), (over_cslu, 60)):
        groups = {group.name: group for group in tech.statistics}
        waited = wall(groups["Result Polling"].last_success) - wall(groups["Usage Reporting"].last_success)
        assert abs(waited - timedelta(seconds=expected)) <= timedelta(seconds=2)


def syslog_times(name):
    text = capture(f"syslog/{name}")
    found = re.findall(r"^\*?(\w+ +\d+ [\d:.]+): %SMART_LIC-3-COMM_FAILED", text, re.MULTILINE)
    return [datetime.strptime(f"2022 {stamp}", "%Y %b %d %H:%M:%S.%f") for stamp in found]


def test_a_device_that_cannot_resolve_its_cslu_fails_in_the_captured_rhythm():
    captured = syslog_times("c1117-17.6.4-boot-default-cslu.txt")
    bench = stack((NETWORK_ADVANTAGE, 1), settings=CSLU)
    bench.far_end.away = NAME_NOT_RESOLVED
    shown = bench.pass_time(timedelta(hours=2)).times_of("COMM_FAILED")
    for seen, made in zip(captured, shown, strict=False):
        assert abs((seen - captured[0]) - (made - shown[0])) < timedelta(seconds=4)


def test_later_it_fails_each_hour_and_the_time_that_its_resolver_takes():
    captured = syslog_times("cat9k-hourly-comm-failed.txt")
    bench = stack((NETWORK_ADVANTAGE, 1), settings=CSLU)
    bench.far_end.away = NAME_NOT_RESOLVED
    shown = bench.pass_time(timedelta(hours=9)).times_of("COMM_FAILED")
    for pause in (captured[1] - captured[0], captured[2] - captured[1]):
        assert abs(pause - (shown[-1] - shown[-2])) < timedelta(seconds=1)


def test_the_transport_of_every_capture_is_known():
    for name in ACKNOWLEDGED:
        state = read(name)
        assert isinstance(state.policy, Policy)
        assert state.transport.type in (TransportType.SMART, TransportType.CSLU)


def captured_mnemonics(name):
    return re.findall(r"%SMART_LIC-\d-(\w+):", capture(f"syslog/{name}"))


def test_a_legacy_device_logs_its_boot_as_captured():
    bench = stack((NETWORK_ADVANTAGE, 1), settings=CALLHOME, of=profile((16, 12, 4), "4.8.5.4_rel/22"))
    assert bench.mnemonics() == captured_mnemonics("legacy-c9300l-16.x-boot.txt")


def test_an_slp_device_logs_its_boot_as_captured_apart_from_ready():
    for name, usage in (("c1117-17.6.4-boot-default-cslu.txt", 365), ("c9200-17.9.5-boot.txt", 90)):
        bench = stack(*([(NETWORK_ADVANTAGE, 1)] if usage == 365 else []), settings=CSLU)
        bench.far_end.away = NAME_NOT_RESOLVED
        shown = [one for one in bench.pass_time(timedelta(hours=2)).mnemonics() if one != "AGENT_READY"]
        captured = captured_mnemonics(name)
        assert captured == [one for one in shown if one in captured][: len(captured)]
