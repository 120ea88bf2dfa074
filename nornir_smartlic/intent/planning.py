"""From the comparison of an intent with a device to a plan, and what configuration alone does not bring about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nornir_smartlic.intent import releases
from nornir_smartlic.intent.compare import TRUSTPOINT, compare
from nornir_smartlic.intent.comparison import ordered
from nornir_smartlic.intent.inventory import KEY
from nornir_smartlic.intent.levels import running_level
from nornir_smartlic.intent.plan import Plan
from nornir_smartlic.intent.products import PACKAGES, product_of
from nornir_smartlic.intent.registration import is_to_register, waiting_for_slp
from nornir_smartlic.intent.releases import shown
from nornir_smartlic.intent.way import interface_of, misplaced_source, way_of
from nornir_smartlic.model import (
    DeviceVersion,
    Intent,
    LicensingModel,
    LicensingReading,
    LicensingState,
    RegistrationStatus,
    TransportType,
    Udi,
)

CONTROLLER: Final = "licensing belongs to the controller"
"""Why nothing is planned, judged or sought on a router in controller mode."""


def make_plan(intent: Intent, reading: LicensingReading, *, key: str = KEY) -> Plan:
    """What separates the device of *reading* from *intent*, and the lines that close the gap.

    Raises:
        IntentError: *intent* asks for what this device cannot take: its release, product, VRFs or interfaces.
    """
    if reading.version.is_controller_managed:
        return Plan(not_applicable=CONTROLLER)
    comparisons = compare(intent, reading, key=key)
    is_slp, registers = reading.state.model is LicensingModel.SLP, is_to_register(intent, reading)
    for comparison in comparisons:
        if is_slp or registers or comparison.path == f"{key}.transport":
            comparison.check()
    if not (is_slp or registers):
        return Plan(not_applicable=why_not_slp(reading.state, reading.version))
    differences = tuple(comparison for comparison in comparisons if comparison.differs)
    return Plan(
        differences=differences,
        commands=ordered(line for difference in differences for line in difference.commands),
        warnings=tuple(_warnings(intent, reading, key)),
        needs_reload=any(each.at_boot for each in differences if each.differs)
        or _waits_for_boot(intent, reading.version),
    )


def _waits_for_boot(intent: Intent, version: DeviceVersion) -> bool:
    """Whether the device runs with another level, package, suite or throughput than it is configured for, by now.

    A device that does not print one of them does not tell.
    """
    level = intent.boot_level
    if level is not None and running_level(version, level) not in (None, level):
        return True
    current = {each.technology: each.current for each in version.packages if each.technology is not None}
    if level is not None and level.level in PACKAGES and current and current.get(level.level) is None:
        return True
    packages = {name for name in PACKAGES if current.get(name) is not None}
    if current and intent.packages is not None and packages != set(intent.packages):
        return True
    if current and intent.suite is not None and current.get(intent.suite) is None:
        return True
    product = product_of(version.platform)
    known = product.throughput if product is not None else None
    if known is None or known.at_once or intent.throughput is None or version.throughput_kbps is None:
        return False
    word = known.word(intent.throughput)
    return word is not None and known.words[word] * 1_000 != version.throughput_kbps


def why_not_slp(state: LicensingState, version: DeviceVersion | None) -> str:
    """Why there is no Smart Licensing Using Policy on this device, in one line."""
    model = {
        LicensingModel.REGISTERED: "licensing is registered (legacy Smart Licensing)",
        LicensingModel.RESERVED: "licences are reserved (SLR or PLR)",
        LicensingModel.CLASSIC: "licensing is classic (RTU or PAK)",
    }[state.model]
    first = releases.first_slp(state.udi.pid if state.udi is not None else None)
    on = f" on {version.release}" if version is not None else ""
    return f"{model}{on}; Smart Licensing Using Policy starts with {shown(first)}"


def untrusted(state: LicensingState) -> tuple[Udi, ...]:
    """Members without trust code, or the device itself where it stands alone."""
    codes = [code for code in state.trust_codes or () if code.installed is not None]
    if any(code.member is None for code in codes):
        return ()  # a standalone device prints the time alone
    trusted = {code.member.udi for code in codes if code.member is not None}
    members = [member.udi for member in state.members or ()] or ([state.udi] if state.udi is not None else [])
    return tuple(udi for udi in dict.fromkeys(members) if udi not in trusted)


def same_account(actual: str | None, wanted: str) -> bool:
    """Whether two spellings mean one account: CSSM takes no notice of case. Unverified."""
    return actual is not None and actual.strip().lower() == wanted.strip().lower()


def _warnings(intent: Intent, reading: LicensingReading, key: str) -> Iterator[str]:
    state = reading.state
    configuration = reading.configuration
    way = way_of(reading, intent)
    if way.transport is TransportType.SMART and way.url is None:
        yield f"{key}.url: transport smart has no URL on this device; 'url: default' sets it"
    source = interface_of(configuration, way.source_interface)
    if source is not None and source.address is None:
        yield f"{key}.source_interface: {source.name} has no address"
    if (misplaced := misplaced_source(reading, intent)) is not None:
        found, vrf = misplaced
        yield f"{key}.source_interface: {found.name} is in {found.place}, the reports go through VRF {vrf}"
    if intent.revocation_check is not None and TRUSTPOINT not in dict(configuration.trustpoints):
        yield f"{key}.revocation_check: {TRUSTPOINT} is not there; the device makes it once its clock is set"
    if is_to_register(intent, reading):
        if state.registration is None or state.registration.status is not RegistrationStatus.REGISTERED:
            yield f"{key}.registered: it is not; 'smartlic legacy register' brings it"
        if later := waiting_for_slp(intent, way.transport):
            yield f"{key}: {', '.join(later)}: not before Smart Licensing Using Policy"
    elif intent.trust and (without := untrusted(state)):
        yield f"{key}.trust: no trust code on {'; '.join(map(str, without))}; 'smartlic trust' brings it"
    account = state.account
    for name, wanted, there in (
        ("smart_account", intent.smart_account, account.smart_account if account else None),
        ("virtual_account", intent.virtual_account, account.virtual_account if account else None),
    ):
        if wanted is not None and there is not None and not same_account(there, wanted):
            yield f"{key}.account.{name}: the device belongs to {there!r}, wanted {wanted!r}"
    yield from (f"{unparsed.command}: line not understood: {unparsed.line.strip()!r}" for unparsed in reading.unparsed)
