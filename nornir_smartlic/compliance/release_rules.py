"""Rules for the software: releases that licensing suffers from, whatever the device is configured for."""

from __future__ import annotations

from typing import Final

from nornir_smartlic.compliance.findings import Severity
from nornir_smartlic.compliance.rules import Case, Outcome, Rule, due, failed, not_applicable, passed, unknown
from nornir_smartlic.intent import Evidence
from nornir_smartlic.intent.releases import first_slp, piles_reports, release_evidence, release_of, shown, stops_calls
from nornir_smartlic.intent.roots import fixed_roots, old_roots, product_of
from nornir_smartlic.model import LicensingModel, TransportType, UsageStatus

_FIXED: Final = "17.3.7, 17.6.5, 17.9.1 or later"
_VOICE: Final = ("CUBE", "SRST")
"""How the licences of voice begin. Source: Cisco's CUBE guide on Smart Licensing, reference/outputs.md."""


def _version(case: Case) -> tuple[Evidence, ...]:
    return (release_evidence(case.reading.version),)


def _upgrade(release: str) -> tuple[str, ...]:
    return (f"upgrade to {release}",)


def _old_software(case: Case) -> Outcome:
    release, first = case.reading.version.release, shown(first_slp(product_of(case.reading) or None))
    expected = f"{first} or later"
    if case.model is LicensingModel.SLP or release_of(release) >= release_of(first):
        return passed(release, expected=expected, evidence=_version(case))
    fix = ("smartlic migrate plan -F name={host}", *_upgrade(expected))
    outcome = failed(release, expected=expected, evidence=_version(case), fix=fix)
    ends = case.options.old_software_until
    return outcome if ends is None else due(outcome, ends)


def _field_notice(case: Case) -> Outcome:
    release = case.reading.version.release
    if piles_reports(release_of(release)):
        return failed(release, expected=_FIXED, evidence=_version(case), fix=_upgrade(_FIXED))
    return passed(release, expected=_FIXED, evidence=_version(case))


def _voice(case: Case) -> Outcome:
    usage, release = case.state.usage, case.reading.version.release
    if usage is None:
        return unknown("no output that was read states the licences in use")
    in_use = [each for each in usage if each.status is not UsageStatus.NOT_IN_USE]
    voice = [each for each in in_use if each.name.upper().startswith(_VOICE)]
    if not voice:
        return not_applicable("no licence of CUBE or SRST is in use")
    expected = "a release that goes on with calls when an ACK is late"
    evidence = (*_version(case), *(case.line(f"{each.name} ({each.display}):") for each in voice))
    if stops_calls(release_of(release)):
        fix = _upgrade("17.6.2 or later")
        return failed(f"release {release} stops calls", expected=expected, evidence=evidence, fix=fix)
    return passed(release, expected=expected, evidence=evidence)


def _roots(case: Case) -> Outcome:
    fixed = fixed_roots(case.reading)
    if fixed is None:
        return not_applicable("no field notice names this product")
    transport = case.state.transport
    if transport is not None and transport.type in (TransportType.OFF, TransportType.CSLU):
        return not_applicable(f"transport {transport.type.keyword}: the device does not connect to Cisco itself")
    expected = f"{shown(fixed[0])} or later ({fixed[1]})"
    old = old_roots(case.reading)
    if old is None:
        return passed(case.reading.version.release, expected=expected, evidence=_version(case))
    return failed(old.text, expected=expected, evidence=(old.evidence,), fix=old.fix)


RELEASE_RULES: Final = (
    Rule(
        "SLP-OLD-SOFTWARE",
        Severity.MEDIUM,
        "The software has Smart Licensing Using Policy",
        "Before 17.3.2 (17.4.1 on virtual routers) licences need a registration that ends; Cisco's migration guide "
        "names no other way than the upgrade.",
        _old_software,
        models=frozenset(LicensingModel),
    ),
    Rule(
        "SLP-REPORTS-KEPT",
        Severity.MEDIUM,
        "The release cleans acknowledged usage reports",
        "From 17.3.2a to 17.7.1 reports are kept for ever, and about 1000 take the CPU (Cisco field notice FN72578).",
        _field_notice,
    ),
    Rule(
        "SLP-VOICE-STOPS",
        Severity.HIGH,
        "The release does not stop calls when an acknowledgement is late",
        "On 17.3.2 to 17.3.4a, 17.4, 17.5 and 17.6.1a CUBE and SRST stop with the deadline (Cisco's CUBE guide).",
        _voice,
    ),
    Rule(
        "SLP-ROOTS",
        Severity.HIGH,
        "The release holds the root that CSSM is verified by",
        "CSSM's certificate comes from IdenTrust since the QuoVadis root ended (Cisco field notices FN72298, FN72116).",
        _roots,
        models=frozenset({LicensingModel.SLP, LicensingModel.REGISTERED}),
    ),
)
