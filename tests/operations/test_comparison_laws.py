"""Laws of the one comparison, on devices of the lab: plan, audit and diagnosis agree, whatever is wanted and there."""

from __future__ import annotations

from typing import Any, Final

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from nornir_smartlic.compliance import Finding, verify
from nornir_smartlic.compliance.configuration_rules import CONFIGURATION_RULES
from nornir_smartlic.intent import intent_of, make_plan, undo
from nornir_smartlic.intent.levels import levels_of
from nornir_smartlic.intent.products import TIERS, product_of
from nornir_smartlic.intent.releases import SMART_VRF, release_of
from nornir_smartlic.model import Intent, LicensingModel, LicensingReading
from nornir_smartlic.operations.configuring import configure
from nornir_smartlic.operations.conversation import Configure, converse
from nornir_smartlic.operations.diagnosing import diagnose
from nornir_smartlic.operations.reading import read_licensing
from smartlic_lab.device.specification import DeviceSpec
from smartlic_lab.platforms import families, family, release, releases
from tests.memory import NAME_SERVER, PASSWORD, MemoryDoor, memory_lab

PAIRS: Final = [
    (name, train) for name in families() for train in releases() if family(name).supports(release(train).version)
]
OF_CONFIGURATION: Final = {
    "no-url", "wrong-url", "old-url", "no-vrf", "no-source-interface", "no-source-address", "vrf-mismatch",
    "no-lookup", "no-name-server", "no-trustpoint",
}  # fmt: skip
"""Causes that the configuration alone can have; transport off is one that may be wanted."""

law = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking boots a device a hundred times
)


def device(name: str, train: str) -> MemoryDoor:
    """A device that lacks nothing but licensing: an address in the VRF and outside it, name servers in both."""
    door = memory_lab(DeviceSpec("sw1", name, release=train, password=PASSWORD)).door("sw1")
    lines = [f"ip name-server {NAME_SERVER}"]
    vrfs = read(door).configuration.vrfs
    if not vrfs:
        lines += ["vrf definition Mgmt-vrf", "address-family ipv4", "exit", "exit"]
    vrf = (*vrfs, "Mgmt-vrf")[0]
    lines += [f"ip name-server vrf {vrf} {NAME_SERVER}", "interface Loopback0", "ip address 192.0.2.8 255.255.255.255"]
    lines += ["interface Loopback1", f"vrf forwarding {vrf}", "ip address 192.0.2.9 255.255.255.255"]
    door.answer(Configure(tuple(lines)))
    return door


def read(door: MemoryDoor) -> LicensingReading:
    return converse(read_licensing(), door.answer)


@st.composite
def wanted(draw: st.DrawFn, reading: LicensingReading) -> dict[str, Any]:
    """Inventory data that this device can be: of its release and product, with its VRF and its interfaces."""
    transport = draw(st.sampled_from(["smart", "cslu", "callhome", "off"]))
    urls = {
        "smart": ["default", "https://onprem.example.com/SmartTransport"],
        "cslu": ["default", "http://192.0.2.8:8182/cslu/v1/pi", "https://onprem.example.com/cslu/v1/pi/BRANCHES-1"],
        "callhome": ["default", "https://onprem.example.com/Transportgateway/services/DeviceRequestHandler"],
    }
    data: dict[str, Any] = {"transport": transport}
    optional: dict[str, st.SearchStrategy[Any]] = {
        "name_servers": st.lists(
            st.sampled_from(["192.0.2.53", "192.0.2.54", "192.0.2.55"]), min_size=1, max_size=2, unique=True
        ),
        "revocation_check": st.sampled_from(["none", "crl", "crl none"]),
        "server_identity_check": st.booleans(),
        "privacy": st.fixed_dictionaries({}, optional={"hostname": st.booleans(), "version": st.booleans()}),
        "usage_interval_days": st.sampled_from([1, 30, 365]),
        "customer_tags": st.dictionaries(st.sampled_from(["tag1", "tag4"]), st.sampled_from(["branch-17", "b2"])),
    }
    if transport != "off":
        data["url"] = draw(st.sampled_from(urls[transport]))
        optional["proxy"] = st.fixed_dictionaries(
            {"address": st.sampled_from(["proxy.example.com", "192.0.2.80"]), "port": st.sampled_from([80, 8080])}
        )
    if transport != "off" and draw(st.booleans()):
        data["vrf"] = reading.configuration.vrfs[0]
        is_needed = transport != "callhome" and release_of(reading.version.release) < SMART_VRF
        if is_needed or draw(st.booleans()):
            data["source_interface"] = draw(st.sampled_from(["Loopback1", "Lo1"]))
    elif draw(st.booleans()):
        data["source_interface"] = draw(st.sampled_from(["Loopback0", "lo0"]))
    if (levels := levels_of(reading)) is not None:
        level = st.sampled_from(list(levels)).flatmap(
            lambda name: st.sampled_from(
                [{"level": name}, *({"level": name, "addon": addon} for addon in levels[name])]
            )
        )
        optional["boot_level"] = level
    optional |= of_product(reading)
    data |= draw(st.fixed_dictionaries({}, optional=optional))
    if "packages" in data:
        data.pop("boot_level", None)
    if "name_servers" in data:
        data["name_servers_exact"] = draw(st.booleans())
    return data


def of_product(reading: LicensingReading) -> dict[str, st.SearchStrategy[Any]]:
    """Keys that only some products have, with values for which no authorization code is needed."""
    product = product_of(reading.version.platform)
    if product is None:
        return {}
    keys: dict[str, st.SearchStrategy[Any]] = {}
    if product.has_packages:
        keys["packages"] = st.lists(st.sampled_from(list(product.levels)), unique=True)
    if product.suites:
        keys["suite"] = st.sampled_from(product.suites)
    if (known := product.throughput) is not None:
        tiers = known.tiers_since is None or release_of(reading.version.release) >= known.tiers_since
        free = [word for word in known.words if not known.needs_code(word) and (tiers or word not in TIERS)]
        spelled = [f"{rate}M" for word, rate in known.words.items() if word in free and word not in TIERS]
        keys["throughput"] = st.sampled_from([*(word for word in free if word in TIERS), *spelled]).map(
            lambda level: {"level": level}
        )
    return keys


def failing(reading: LicensingReading, intent: Intent) -> dict[str, Finding]:
    found = verify(reading, intent, host="sw1", rules=CONFIGURATION_RULES)
    return {finding.rule_id: finding for finding in found if finding.verdict.is_finding}


def both_ways(lines: list[str]) -> list[str]:
    """The lines that are wanted and removed at once."""
    return [line for line in map(str.strip, lines) if f"no {line}" in map(str.strip, lines)]


@law
@given(pair=st.sampled_from(PAIRS), data=st.data())
def test_after_apply_nothing_is_planned_no_rule_fails_and_diagnosis_finds_nothing(pair: tuple[str, str], data):
    door = device(*pair)
    reading = read(door)
    if reading.state.model is not LicensingModel.SLP:
        assert make_plan(intent_of({"usage_interval_days": 7}), reading).not_applicable
        assert failing(reading, intent_of({"usage_interval_days": 7})) == {}
        return
    for intent in (intent_of(data.draw(wanted(reading))) for _ in range(2)):
        plan = converse(configure(intent, commit=True), door.answer)
        assert both_ways([*plan.commands]) == []
        after = read(door)
        assert make_plan(intent, after).is_empty
        assert failing(after, intent) == {}
        causes = {cause.id for cause in converse(diagnose(), door.answer).causes}
        # A VRF or a source interface that only one of the two intents names is warned of, and taken.
        warned = {"vrf-mismatch"} if any("the reports go through VRF" in text for text in plan.warnings) else set()
        assert causes & OF_CONFIGURATION == warned


@law
@given(pair=st.sampled_from(PAIRS), data=st.data())
def test_the_fix_of_every_finding_is_the_plan_and_makes_the_finding_pass(pair: tuple[str, str], data):
    door = device(*pair)
    reading = read(door)
    if reading.state.model is not LicensingModel.SLP:
        return
    there, intent = (intent_of(data.draw(wanted(reading))) for _ in range(2))
    converse(configure(there, commit=True), door.answer)
    reading = read(door)
    plan = make_plan(intent, reading)
    planned = {line.strip() for line in plan.commands}
    found = failing(reading, intent)
    fixes = [line for finding in found.values() for line in finding.fix]
    assert {line.strip() for line in fixes} | boot_lines(plan.commands) == planned
    assert both_ways(fixes) == []
    for finding in found.values():
        door.answer(Configure(finding.fix))
        assert finding.rule_id not in failing(read(door), intent), finding
    assert {each.path for each in make_plan(intent, read(door)).differences} <= {"smart_licensing.boot_level"}


def boot_lines(commands: tuple[str, ...]) -> set[str]:
    """Levels, which a rule on the licences in use judges."""
    return {line for line in commands if line.startswith(("license boot level", "license air level"))}


@law
@given(pair=st.sampled_from(PAIRS), data=st.data())
def test_apply_and_undo_give_the_running_configuration_as_before_byte_for_byte(pair: tuple[str, str], data):
    door = device(*pair)
    reading = read(door)
    if reading.state.model is not LicensingModel.SLP:
        return
    there, intent = (intent_of(data.draw(wanted(reading))) for _ in range(2))
    converse(configure(there, commit=True), door.answer)
    before = door.device.running_text()
    plan = converse(configure(intent, commit=True), door.answer)
    assert converse(configure(intent, commit=True), door.answer).is_empty
    door.answer(Configure(undo(plan.differences)))
    assert door.device.running_text() == before
