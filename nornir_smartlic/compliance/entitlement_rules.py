"""Rules for what a device may use: codes that are missing, levels that wait for a boot, what nobody asked for."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Final

from nornir_smartlic.compliance.findings import Severity
from nornir_smartlic.compliance.rules import Case, Outcome, Rule, failed, not_applicable, passed, unknown
from nornir_smartlic.intent import Evidence, is_authorized, is_named
from nornir_smartlic.intent.leftovers import RESERVATION, reservation_line, reserved_members
from nornir_smartlic.intent.products import product_of
from nornir_smartlic.model import (
    AuthorizationStatus,
    DeviceVersion,
    EnforcementType,
    LicenseUsage,
    LicensingModel,
    UsageStatus,
)

_HSEC: Final = "hseck9"
_AUTHORIZE: Final = (f"smartlic authorize {_HSEC} -F name={{host}}",)
_SHOW_CODES: Final = "show license authorization"
_NO_USAGE: Final = "no output that was read states the licences in use"


def _codes(case: Case) -> tuple[Evidence, ...]:
    """How each member stands with authorization codes."""
    held = case.state.authorizations
    lines = [each.status.value for each in (held.members if held is not None else ()) if each.status is not None]
    return tuple(dict.fromkeys(Evidence(_SHOW_CODES, f"Status: {status}") for status in lines))


def _throughput_code(case: Case) -> Outcome:
    product = product_of(case.reading.version.platform)
    known = product.throughput if product is not None else None
    if known is None or known.code_above is None:
        return not_applicable("no throughput of this product needs an authorization code")
    configured = case.reading.configuration.throughput
    if configured is None:
        return not_applicable("no throughput is configured: the default needs no code")
    word = known.word(configured)
    if word is None:
        return unknown(f"the throughput {configured!r} is not known here")
    evidence = (case.configured(f"{known.command} {configured}"), *_codes(case))
    expected = f"a SLAC for {_HSEC} above {known.code_above} Mbps"
    if not known.needs_code(word) or is_authorized(case.state, _HSEC, all_members=False):
        return passed(configured, expected=expected, evidence=evidence)
    return failed(f"{configured} without a SLAC", expected=expected, evidence=evidence, fix=_AUTHORIZE)


def _feature_code(case: Case) -> Outcome:
    """A device that came to a feature without its code, as by an upgrade or a copied configuration."""
    usage = case.state.usage
    if usage is None:
        return unknown(_NO_USAGE)
    configured = _HSEC in case.reading.configuration.features
    restricted = [
        each
        for each in usage
        if each.status is UsageStatus.IN_USE
        and (each.enforcement is EnforcementType.EXPORT_RESTRICTED or is_named(_HSEC, each.name))
    ]
    if not configured and not restricted:
        return not_applicable("no export-controlled licence is in use or configured")
    evidence = tuple(case.line(f"{each.name} ({each.display}):") for each in restricted) + _codes(case)
    if configured:
        evidence = (case.configured(f"license feature {_HSEC}"), *evidence)
    expected = f"a SLAC for {_HSEC}"
    if is_authorized(case.state, _HSEC, all_members=False):
        return passed("authorized", expected=expected, evidence=evidence)
    return failed("export-controlled, without a SLAC", expected=expected, evidence=evidence, fix=_AUTHORIZE)


def _waits(version: DeviceVersion) -> tuple[tuple[Evidence, bool], ...]:
    """Each line of ``show version`` on a level that may change with a boot, and whether it does."""
    found = [(each.line, each.current != each.next_boot) for each in version.packages]
    if not found:
        found = [
            (f"{title}: {after}", level != after)
            for title, level, after in (
                ("license Level", version.boot_level, version.next_boot_level),
                ("addon license Level", version.addon_level, version.next_addon_level),
                ("AIR license Level", version.air_level, version.next_air_level),
            )
            if after is not None
        ]
    return tuple((Evidence("show version", line), waits) for line, waits in found)


def _boot_waits(case: Case) -> Outcome:
    lines = _waits(case.reading.version)
    if not lines:
        return not_applicable("show version prints no level of the next boot")
    expected = "the levels of the next boot in use now"
    waiting = tuple(line for line, waits in lines if waits)
    if waiting:
        fix = ("write memory", "reload")
        return failed("a reload changes what is licensed", expected=expected, evidence=waiting, fix=fix)
    return passed("no level waits for a reload", expected=expected, evidence=tuple(line for line, _ in lines))


def _unexpected(case: Case) -> Outcome:
    allowed, usage = case.options.licenses, case.state.usage
    if allowed is None:
        return not_applicable("the inventory does not say which licences may be in use (smart_licensing_rules)")
    if usage is None:
        return unknown(_NO_USAGE)
    in_use = [each for each in usage if each.status not in (None, UsageStatus.NOT_IN_USE)]
    if not in_use:
        return passed("no licence is in use", evidence=(case.line("No licenses in use"),))
    odd = [each for each in in_use if not any(_fits(each, pattern) for pattern in allowed)]
    evidence = tuple(case.line(f"{each.name} ({each.display}):") for each in odd or in_use)
    expected = ", ".join(allowed) or "none"
    if not odd:
        return passed(", ".join(each.name for each in in_use), expected=expected, evidence=evidence)
    names = ", ".join(each.name for each in odd)
    return failed(names, expected=expected, evidence=evidence, fix=_without(case, odd))


def _fits(usage: LicenseUsage, pattern: str) -> bool:
    names = [usage.name, usage.display or usage.name]
    return any(fnmatchcase(name.lower(), pattern.lower()) for name in names)


def _without(case: Case, odd: list[LicenseUsage]) -> tuple[str, ...]:
    """What ends the use of an addon or of hseck9; what ends others the configuration of a feature decides."""
    lines: list[str] = []
    levels = case.reading.configuration.boot_levels
    if any(level.addon is not None and each.name.startswith(level.addon) for level in levels for each in odd):
        lines += [f"license boot level {level.level}" for level in levels]
        lines += ["write memory", "reload"]
    if _HSEC in case.reading.configuration.features and any(is_named(_HSEC, each.name) for each in odd):
        lines.append(f"no license feature {_HSEC}")
    return tuple(lines)


def _reservation(case: Case) -> Outcome:
    """Under Smart Licensing Using Policy codes of a reservation stay until they are returned."""
    expected = "no code of a reservation under Smart Licensing Using Policy"
    members = reserved_members(case.reading)
    line = reservation_line(case.reading)
    if members:
        held = case.state.authorizations
        statuses = [each.status for each in (held.members if held is not None else ())]
        kept = [status.value for status in statuses if status in _RESERVED]
        evidence = tuple(dict.fromkeys(Evidence(_SHOW_CODES, f"Status: {status}") for status in kept))
        has_line = RESERVATION in case.reading.configuration.license_lines
        fix = ("smartlic deauthorize -F name={host}", *([f"no {RESERVATION}"] if has_line else []))
        return failed("reserved: " + ", ".join(members), expected=expected, evidence=evidence, fix=fix)
    if line is not None:
        return failed(line.text, expected=expected, evidence=(line.evidence,), fix=line.fix)
    evidence = _codes(case)
    if not evidence:
        return unknown("no output that was read states the authorization codes", expected=expected)
    return passed("nothing is reserved", expected=expected, evidence=evidence)


_RESERVED: Final = (AuthorizationStatus.SPECIFIC_INSTALLED, AuthorizationStatus.UNIVERSAL_INSTALLED)

ENTITLEMENT_RULES: Final = (
    Rule(
        "SLP-THROUGHPUT-CODE",
        Severity.HIGH,
        "A throughput above 250 Mbps has its authorization code",
        "Without the SLAC for HSECK9 the router throttles what it forwards (Cisco's C8000 software guides).",
        _throughput_code,
    ),
    Rule(
        "SLP-EXPORT-CODE",
        Severity.HIGH,
        "Export-controlled licences have their authorization code",
        "HSECK9 is export-controlled: it may be used only with a SLAC (Cisco's SLP guide, authorization code).",
        _feature_code,
    ),
    Rule(
        "SLP-BOOT-WAITS",
        Severity.MEDIUM,
        "No licence level waits for a reload",
        "A power cut then changes what is licensed and reported, on a day that nobody chose (show version, next "
        "reboot).",
        _boot_waits,
        models=frozenset(LicensingModel),
    ),
    Rule(
        "SLP-UNEXPECTED",
        Severity.MEDIUM,
        "No licence is in use that the house does not expect",
        "What is in use is reported, and billed at the next true-up or true-forward (Cisco's FAQ on SLP).",
        _unexpected,
    ),
    Rule(
        "SLP-RESERVATION-LEFT",
        Severity.LOW,
        "No reservation is left over from before the upgrade",
        "It keeps its licences away from the virtual account until it is returned; none can be ordered any more "
        "(Cisco's SLP migration guide).",
        _reservation,
    ),
)
