"""From an intent and what the device has to a plan. Decisions stand here; the lines themselves in ``templates``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from nornir_smartlic.errors import IntentError
from nornir_smartlic.intent import releases
from nornir_smartlic.intent.inventory import KEY, check_url
from nornir_smartlic.intent.levels import air_level_of, command_of, is_wireless
from nornir_smartlic.intent.lines import flag, lines, setting
from nornir_smartlic.intent.plan import Difference, Plan
from nornir_smartlic.intent.releases import Release, release_of, shown
from nornir_smartlic.intent.transport_unit import TRUSTPOINT, actual_transport, transport_unit
from nornir_smartlic.model import (
    BootLevel,
    DeviceVersion,
    Intent,
    LicensingModel,
    LicensingReading,
    LicensingState,
    RunningConfiguration,
    TransportType,
    Udi,
)

DEFAULT_INTERVAL_DAYS: Final = 30
"""Reporting push interval where none is configured. Source: reference/policy.md section 3.3."""


def make_plan(intent: Intent, reading: LicensingReading, *, key: str = KEY) -> Plan:
    """What separates the device of *reading* from *intent*, and the lines that close the gap.

    Raises:
        IntentError: *intent* asks for what this device's release or transport cannot take.
    """
    _check_release(intent, release_of(reading.version.release), reading, key)
    if reading.state.model is not LicensingModel.SLP:
        return Plan(not_applicable=why_not_slp(reading.state, reading.version))
    configuration = reading.configuration
    transport = intent.transport or actual_transport(reading)
    if intent.url is not None:
        check_url(transport, intent.url, f"{key}.url")
    differences = (
        *transport_unit(intent, reading, transport, key),
        *_reports(intent, configuration, key),
        *_boot_level(intent, reading, f"{key}.boot_level"),
    )
    return Plan(
        differences=differences,
        commands=tuple(command for difference in differences for command in difference.commands),
        warnings=tuple(_warnings(intent, reading, transport, key)),
        needs_reload=_needs_reload(intent.boot_level, reading.version),
    )


def _needs_reload(wanted: BootLevel | None, version: DeviceVersion) -> bool:
    return wanted is not None and _running_level(version, wanted) not in (None, wanted)


def why_not_slp(state: LicensingState, version: DeviceVersion | None) -> str:
    """Why there is no Smart Licensing Using Policy on this device, in one line."""
    model = {
        LicensingModel.REGISTERED: "licensing is registered (legacy Smart Licensing)",
        LicensingModel.RESERVED: "licences are reserved (SLR or PLR)",
        LicensingModel.CLASSIC: "licensing is classic (RTU or PAK)",
    }[state.model]
    on = f" on {version.release}" if version is not None else ""
    return f"{model}{on}; Smart Licensing Using Policy starts with {shown(releases.SLP)}"


def untrusted(state: LicensingState) -> tuple[Udi, ...]:
    """Members without trust code, or the device itself where it stands alone."""
    codes = [code for code in state.trust_codes or () if code.installed is not None]
    if any(code.member is None for code in codes):
        return ()  # a standalone device prints the time alone
    trusted = {code.member.udi for code in codes if code.member is not None}
    members = [member.udi for member in state.members or ()] or ([state.udi] if state.udi is not None else [])
    return tuple(udi for udi in dict.fromkeys(members) if udi not in trusted)


def _check_release(intent: Intent, release: Release, reading: LicensingReading, key: str) -> None:
    running = reading.version.release
    if intent.transport in (TransportType.CSLU, TransportType.OFF, TransportType.AUTOMATIC) and release < releases.SLP:
        met = f"{intent.transport.keyword} on release {running}"
        raise IntentError(f"{key}.transport", met, f"callhome or smart before {shown(releases.SLP)}")
    if intent.vrf is not None and release < releases.SMART_VRF:
        transport = intent.transport or actual_transport(reading)
        if transport is TransportType.SMART:
            raise IntentError(f"{key}.vrf", f"release {running}", f"{shown(releases.SMART_VRF)} or later for smart")
    if intent.vrf is not None and reading.configuration.vrfs and intent.vrf not in reading.configuration.vrfs:
        raise IntentError(
            f"{key}.vrf", repr(intent.vrf), f"a VRF of the device: {', '.join(reading.configuration.vrfs)}"
        )
    level = intent.boot_level
    if level is not None and level.level in ("advantage", "essentials") and release < releases.UNIFIED_LEVELS:
        met = f"{level.level} on release {running}"
        raise IntentError(f"{key}.boot_level.level", met, f"{shown(releases.UNIFIED_LEVELS)} or later")


# --- what reports say and how often ---------------------------------------------------------------------------------


def _reports(intent: Intent, actual: RunningConfiguration, key: str) -> Iterator[Difference]:
    there = actual.intent
    for datum, is_on, wanted in (
        ("hostname", there.hostname_privacy is True, intent.hostname_privacy),
        ("version", there.version_privacy is True, intent.version_privacy),
    ):
        yield from flag(f"{key}.privacy.{datum}", "privacy", is_on, wanted, datum)
    interval, wanted_interval = there.usage_interval_days, intent.usage_interval_days
    if wanted_interval is not None and wanted_interval != (interval or DEFAULT_INTERVAL_DAYS):
        yield setting(f"{key}.usage_interval_days", "usage_interval", interval, wanted_interval)
    tags = dict(there.customer_tags or ())
    for tag, value in intent.customer_tags or ():
        if tags.get(tag) != value:
            before = (tag, tags[tag]) if tag in tags else None
            yield Difference(
                f"{key}.customer_tags.{tag}",
                tags.get(tag),
                value,
                commands=lines("customer_tags", remove=[], add=[(tag, value)]),
                undo=lines("customer_tags", remove=[] if before else [(tag, value)], add=[before] if before else []),
            )


def _boot_level(intent: Intent, reading: LicensingReading, path: str) -> Iterator[Difference]:
    wanted = intent.boot_level
    if wanted is None:
        return
    configuration = reading.configuration
    configured = configuration.air_level if is_wireless(wanted.level) else configuration.intent.boot_level
    there = configured or _next_level(reading.version, wanted)
    if there != wanted:
        line = (command_of(wanted.level), str(wanted))
        before = (command_of(configured.level), str(configured)) if configured is not None else None
        yield Difference(
            path,
            str(there) if there is not None else None,
            str(wanted),
            commands=lines("boot_level", remove=[], add=[line]),
            undo=lines("boot_level", remove=[] if before else [line], add=[before] if before else []),
        )


def _next_level(version: DeviceVersion, wanted: BootLevel) -> BootLevel | None:
    """The level of the next boot, as ``show version`` has it."""
    if is_wireless(wanted.level):
        return air_level_of(version.next_air_level)
    level, addon = version.next_boot_level or version.boot_level, version.next_addon_level or version.addon_level
    return None if level is None else BootLevel(level, addon)


def _running_level(version: DeviceVersion, wanted: BootLevel) -> BootLevel | None:
    if is_wireless(wanted.level):
        return air_level_of(version.air_level)
    return None if version.boot_level is None else BootLevel(version.boot_level, version.addon_level)


# --- what configuration does not bring about ------------------------------------------------------------------------


def _warnings(intent: Intent, reading: LicensingReading, transport: TransportType, key: str) -> Iterator[str]:
    state = reading.state
    configuration = reading.configuration
    if (
        transport is TransportType.SMART
        and intent.url is None
        and not (configuration.smart_url or configuration.plain_url)
    ):
        yield f"{key}.url: transport smart has no URL on this device; 'url: default' sets it"
    if intent.revocation_check is not None and TRUSTPOINT not in dict(configuration.trustpoints):
        yield f"{key}.revocation_check: {TRUSTPOINT} is not there; the device makes it once its clock is set"
    if intent.trust and (without := untrusted(state)):
        yield f"{key}.trust: no trust code on {'; '.join(map(str, without))}; 'smartlic trust' brings it"
    account = state.account
    for name, wanted, there in (
        ("smart_account", intent.smart_account, account.smart_account if account else None),
        ("virtual_account", intent.virtual_account, account.virtual_account if account else None),
    ):
        if wanted is not None and there is not None and wanted != there:
            yield f"{key}.account.{name}: the device belongs to {there!r}, wanted {wanted!r}"
    yield from (f"{unparsed.command}: line not understood: {unparsed.line.strip()!r}" for unparsed in reading.unparsed)
