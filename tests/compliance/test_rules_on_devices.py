"""Each rule on devices of the lab: one that fails it, the same after the printed fix, and one that it is not for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

import pytest

from nornir_smartlic.compliance import RULES, ComplianceOptions, Verdict
from nornir_smartlic.model import CISCO_DEFAULT_POLICY, PolicyAttributes, PolicyDays, PolicyOrigin
from nornir_smartlic.operations.trusting import establish_trust
from smartlic_lab.device.specification import DeviceSpec
from tests.compliance.bench import ONLINE, Bench
from tests.compliance.test_evidence_of_passes import stands
from tests.memory import NAME_SERVER, TOKEN

Act = Callable[[Bench], None]


def typed(*lines: str) -> Act:
    return lambda bench: bench.type(*lines)


def online(*lines: str) -> Act:
    """On smart transport with an ACK, and then *lines*."""

    def act(bench: Bench) -> None:
        bench.online()
        bench.type(*lines)

    return act


def applied(wanted: Mapping[str, Any], *lines: str) -> Act:
    def act(bench: Bench) -> None:
        bench.apply(wanted)
        bench.type(*lines)

    return act


def trusted(bench: Bench) -> None:
    bench.apply(ONLINE)
    bench.do(establish_trust(TOKEN))


def trusted_long_ago(bench: Bench) -> None:
    """A trust code lasts eight years."""
    trusted(bench)
    bench.wait(timedelta(days=20))


def shopping(bench: Bench) -> None:
    """On line, with licences to be authorized for."""
    bench.buy()
    bench.online()


def reserved(bench: Bench) -> None:
    """A reservation of before the upgrade."""
    bench.reserve("network-advantage", "dna-advantage")
    bench.boot("17.12")


def by_file_and_forgotten(bench: Bench) -> None:
    bench.apply(OFF)
    bench.wait(timedelta(hours=2))
    bench.exec("license smart save usage all file flash:usage.txt")
    bench.wait(timedelta(days=20))


def new_policy(bench: Bench) -> None:
    """The account has another policy, and the device has not heard of it."""
    bench.online()
    days = PolicyDays(60, PolicyOrigin.CUSTOMER)
    policy = replace(CISCO_DEFAULT_POLICY, name="Custom Policy", subscription=PolicyAttributes(days, days, days))
    bench.lab.cssm.set_policy("example.com", "Branches", policy)


def off_for(span: timedelta) -> Act:
    """Transport off: nothing is reported by itself."""

    def act(bench: Bench) -> None:
        bench.apply(OFF)
        bench.wait(span)

    return act


def nothing(_: Bench) -> None:
    """The device stays as it booted."""


def spec(platform: str = "c9300", release: str = "17.12", **more: Any) -> DeviceSpec:
    return DeviceSpec("sw1", platform, release=release, **more)


OLD: Final = spec(release="16.12")
REGISTRABLE: Final = spec(release="16.12", day0=(f"ip name-server {NAME_SERVER}",))
OFF: Final = {"transport": "off"}
CSLU: Final = {"transport": "cslu", "url": "http://192.0.2.40:8182/cslu/v1/pi"}
THROUGHPUT: Final = "platform hardware throughput level MB"
IN_VRF: Final = ("interface GigabitEthernet0/0", " ip address 192.0.2.7 255.255.255.0")


@dataclass(frozen=True)
class Story:
    """What breaks a device, what it is given with the fix, and which device the rule is not for."""

    rule: str
    broken: DeviceSpec = field(default_factory=spec)
    breaks: Act = nothing
    words: Mapping[str, str] = field(default_factory=dict)
    wanted: Mapping[str, Any] = field(default_factory=dict)
    aside: DeviceSpec | None = field(default=OLD)  # None: there is no device that it is not for
    beside: Act = nothing  # what makes it not applicable there
    options: ComplianceOptions = field(default_factory=ComplianceOptions)


STORIES: Final = (
    Story("SLP-TRANSPORT-TYPE", wanted=ONLINE),
    Story("SLP-TRANSPORT-URL", wanted=CSLU),
    Story("SLP-TRANSPORT-VRF", wanted={"transport": "smart", "vrf": "Mgmt-vrf"}),
    Story("SLP-TRANSPORT-PROXY", wanted={"transport": "smart", "proxy": {"address": "192.0.2.80", "port": 8080}}),
    Story("SLP-SOURCE-INTERFACE", breaks=typed(*IN_VRF), wanted={"source_interface": "GigabitEthernet0/0"}),
    Story("SLP-NAME-RESOLUTION", wanted=ONLINE),
    Story("SLP-REVOCATION-CHECK", wanted=ONLINE),
    Story("SLP-SERVER-IDENTITY", wanted={"transport": "smart", "server_identity_check": False}),
    Story("SLP-PRIVACY-HOSTNAME", wanted={"privacy": {"hostname": True}}),
    Story("SLP-PRIVACY-VERSION", wanted={"privacy": {"version": True}}),
    Story("SLP-USAGE-INTERVAL", wanted={"usage_interval_days": 14}),
    Story("SLP-CUSTOMER-TAGS", wanted={"customer_tags": {"tag1": "branch-17"}}),
    Story("SLP-PACKAGES", broken=spec("isr4000"), wanted={"packages": ["securityk9"]}),
    Story("SLP-SUITE", broken=spec("isr4000"), wanted={"suite": "AdvUCSuiteK9"}),
    Story(
        "SLP-FEATURES",
        broken=spec("isr4000", day0=("license boot level securityk9",)),
        breaks=shopping,
        wanted={"features": ["hseck9"]},
    ),
    Story("SLP-THROUGHPUT", broken=spec("c8000v"), wanted={"throughput": {"level": "100"}}),
    Story("SLP-UNSAVED", breaks=typed("license smart usage interval 10"), aside=None),
    Story("SLP-TRUST", breaks=applied(ONLINE)),
    Story(
        "SLP-ACCOUNT",
        breaks=off_for(timedelta(hours=2)),
        wanted={"account": {"virtual_account": "Branches"}},
        aside=spec(release="17.3.3"),
    ),
    Story("SLP-BOOT-LEVEL", wanted={"boot_level": {"level": "network-essentials", "addon": "dna-essentials"}}),
    Story(
        "SLP-SLAC",
        broken=spec("c8000v", day0=("license boot level network-advantage",)),
        breaks=shopping,
        wanted={"authorizations": ["hseck9"]},
    ),
    Story("SLP-ACK-OVERDUE", breaks=off_for(timedelta(days=100))),
    Story("SLP-ACK-DUE", breaks=off_for(timedelta(days=80))),
    Story("SLP-REGISTERED", broken=REGISTRABLE, words={"TOKEN": TOKEN.reveal()}, aside=spec()),
    Story("SLP-AUTHORIZED", broken=REGISTRABLE, breaks=Bench.buy, words={"TOKEN": TOKEN.reveal()}, aside=spec()),
    Story(
        "SLP-SOURCE",
        breaks=applied(
            ONLINE,
            *IN_VRF,
            "ip http client source-interface GigabitEthernet0/0",
            "vrf definition X",
            "license smart vrf X",
        ),
        aside=spec(),
        beside=applied(OFF),
    ),
    Story(
        "SLP-URL",
        breaks=typed("license smart transport smart", "license smart url https://192.0.2.9/cslu/v1/pi/branch-1"),
        aside=spec(),
        beside=applied(OFF),
    ),
    Story(
        "SLP-OLD-RECEIVER",
        breaks=typed("license smart transport smart", "license smart url smart https://tools.cisco.com/licservice"),
        aside=spec(),
        beside=applied(CSLU),
    ),
    Story(
        "SLP-ON-PREM",
        breaks=typed("license smart transport smart", "license smart url smart https://ssm.example.com/SmartTransport"),
        words={"TENANT": "branch-1"},
        aside=spec(),
        beside=applied(ONLINE),
    ),
    Story(
        "SLP-HOST-ENTRY",
        breaks=typed("ip host smartreceiver.cisco.com 192.0.2.10", "ip host cslu-local 192.0.2.40"),
        aside=spec(),
    ),
    Story(
        "SLP-CALL-HOME-LEFT",
        breaks=applied(ONLINE, "call-home", ' http-proxy "proxy.example.com" port 8080'),
        aside=spec(),
        beside=typed("license smart transport callhome"),
    ),
    Story(
        "SLP-URL-LEFT",
        breaks=applied(ONLINE, "license smart url cslu http://192.0.2.40:8182/cslu/v1/pi"),
    ),
    Story(
        "SLP-THROUGHPUT-CODE",
        broken=spec(
            "c8000v", day0=("license boot level network-advantage", "platform hardware throughput level MB 500")
        ),
        breaks=shopping,
        aside=spec("c8000v"),
    ),
    Story(
        "SLP-EXPORT-CODE",
        broken=spec("isr4000", day0=("license boot level securityk9", "license feature hseck9")),
        breaks=shopping,
        aside=spec("isr4000"),
    ),
    Story(
        "SLP-BOOT-WAITS",
        breaks=typed("license boot level network-essentials addon dna-essentials"),
        aside=spec("c8000v"),
    ),
    Story(
        "SLP-UNEXPECTED",
        options=ComplianceOptions(licenses=("network-*",)),
    ),
    Story("SLP-RESERVATION-LEFT", broken=OLD, breaks=reserved),
    Story("SLP-FIRST-REPORT", breaks=trusted),
    Story(
        "SLP-FILE-ACK",
        breaks=by_file_and_forgotten,
        aside=spec(),
    ),
    Story("SLP-POLICY", breaks=new_policy, options=ComplianceOptions(policy="Custom Policy")),
    Story(
        "SLP-TRUST-ENDS",
        broken=spec("c9350", "17.18"),
        breaks=trusted_long_ago,
        options=ComplianceOptions(trust_expires_within=timedelta(days=2910)),
        aside=spec(),
        beside=online(),
    ),
    Story("SLP-OLD-SOFTWARE", broken=OLD, aside=None),
    Story("SLP-REPORTS-KEPT", broken=spec(release="17.6")),
    Story("SLP-VOICE-STOPS", broken=spec("isr4000", "17.3.3", licenses={"CUBE_T_STD": 4}), aside=spec()),
    Story("SLP-ROOTS", broken=spec("ie3x00", "17.3.3"), breaks=typed("license smart transport smart"), aside=spec()),
)


WITHOUT: Final = {
    "SLP-REPORTS-FAILING": "its fix is smartlic diagnose, which mends nothing by itself",
    "SLP-COMMUNICATION": "its fix is smartlic diagnose, which mends nothing by itself",
    "SLP-REPORT-BACKLOG": "900 reports take a device of the lab too long",
    "SLP-CLOCK": "ntp server ADDRESS needs a time server",
    "SLP-RENEWAL": "the lab renews in time, and what hinders it is no fix",
}
"""Rules without a story here; tests/compliance/test_rules.py shows them on readings made by hand."""


def test_every_rule_has_its_story_or_a_reason():
    assert sorted([*WITHOUT, *(story.rule for story in STORIES)]) == sorted(rule.id for rule in RULES)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.rule)
def test_a_device_that_fails_a_rule_passes_it_once_it_is_mended_as_printed(story: Story):
    bench = Bench(story.broken, story.wanted, story.options)
    story.breaks(bench)
    finding = bench.judge(story.rule)
    assert (finding.verdict, finding.fix != ()) == (Verdict.FAIL, True), finding
    assert finding.evidence
    for evidence in finding.evidence:
        assert stands(evidence, bench.texts.get(evidence.command.split(" |")[0], "")), evidence
    bench.mend(finding.fix, story.words)
    assert bench.judge(story.rule).verdict is Verdict.PASS, (finding.fix, bench.judge(story.rule))


@pytest.mark.parametrize("story", [each for each in STORIES if each.aside], ids=lambda story: story.rule)
def test_a_rule_says_why_it_is_not_for_a_device(story: Story):
    assert story.aside is not None
    bench = Bench(story.aside, story.wanted, story.options)
    story.beside(bench)
    finding = bench.judge(story.rule)
    assert (finding.verdict, bool(finding.why)) == (Verdict.NOT_APPLICABLE, True), finding
