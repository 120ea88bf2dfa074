"""Whether a device is ready for its upgrade: findings, judged from what it says. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from nornir_smartlic.compliance import Evidence, Finding, Severity, Verdict
from nornir_smartlic.intent import misplaced_source, unresolved, way_of
from nornir_smartlic.intent.releases import first_slp, piles_reports, release_of, shown
from nornir_smartlic.intent.roots import fixed_roots
from nornir_smartlic.migration.origin import Origin
from nornir_smartlic.migration.planning import (
    MigrationPlan,
    becomes,
    plan_migration,
    product_of,
)
from nornir_smartlic.model import Intent, LicensingReading, TransportType, Trustpoint


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What an upgrade needs of the device beside its licensing; ``None``: the device did not tell."""

    free_flash: int | None = None  # bytes
    trustpoints: tuple[Trustpoint, ...] | None = None


@dataclass(frozen=True, slots=True)
class UpgradeTarget:
    """Where the upgrade leads: the release, ``None`` where it is not known yet, and the space that it takes."""

    release: str | None = None
    needed_mb: int = 2048
    """The image, and 1 GB to expand it; a Catalyst 9000 image has about 1 GB. Source: Catalyst 9300 release notes, "at
    least 1GB of space in flash to expand a new image". Unverified: other products."""


@dataclass(frozen=True, slots=True)
class _Case:
    reading: LicensingReading
    intent: Intent
    surroundings: Surroundings
    target: UpgradeTarget
    plan: MigrationPlan


@dataclass(frozen=True, slots=True)
class _Said:
    verdict: Verdict
    found: str | None = None
    expected: str | None = None
    why: str | None = None
    evidence: tuple[Evidence, ...] = ()
    fix: tuple[str, ...] = ()


_Check = Callable[[_Case], _Said]
_SLA: Final = "SLA-TrustPoint"


def check_readiness(
    reading: LicensingReading,
    intent: Intent,
    surroundings: Surroundings,
    target: UpgradeTarget,
    *,
    host: str,
) -> tuple[Finding, ...]:
    """One finding for each check, in the order of the work; a device under SLP is judged by ``audit`` instead."""
    plan = plan_migration(reading, intent, target=None)
    case = _Case(reading, intent, surroundings, target, plan)
    findings = []
    for id, severity, title, check in _CHECKS:
        said = _Said(Verdict.NOT_APPLICABLE, why=plan.not_applicable) if plan.origin is Origin.SLP else check(case)
        findings.append(
            Finding(
                id,
                title,
                severity,
                said.verdict,
                host,
                found=said.found,
                expected=said.expected,
                why=said.why,
                evidence=said.evidence,
                fix=tuple(line.replace("HOST", host) for line in said.fix),
            )
        )
    return tuple(findings)


def _model(case: _Case) -> _Said:
    if case.plan.origin is Origin.UNKNOWN:
        return _Said(Verdict.UNKNOWN, why=case.plan.not_applicable)
    return _Said(Verdict.PASS, found=case.plan.origin.value)


def _release(case: _Case) -> _Said:
    pid = product_of(case.reading)
    first, target = first_slp(pid), case.target.release
    more = f": {pid} becomes {becomes(pid)} there" if becomes(pid) else ""
    expected = f"{shown(first)} or later{more}"
    if target is None:
        return _Said(Verdict.UNKNOWN, why="the release of the upgrade is not given: --release", expected=expected)
    if release_of(target) < first:
        return _Said(Verdict.FAIL, found=target, expected=expected)
    if release_of(target) <= release_of(case.reading.version.release):
        return _Said(Verdict.FAIL, found=target, expected=f"later than {case.reading.version.release}")
    return _Said(Verdict.PASS, found=target, expected=expected)


def _field_notice(case: _Case) -> _Said:
    target = case.target.release
    if target is None:
        return _Said(Verdict.UNKNOWN, why="the release of the upgrade is not given: --release")
    if piles_reports(release_of(target)):
        return _Said(Verdict.FAIL, found=target, expected="17.3.7, 17.6.5, 17.9.1 or later: reports pile up (FN72578)")
    return _Said(Verdict.PASS, found=target)


def _registration(case: _Case) -> _Said:
    state = case.reading.state
    if case.plan.origin is not Origin.REGISTERED:
        return _Said(Verdict.NOT_APPLICABLE, why=f"the device starts from {case.plan.origin.value}")
    status = state.authorization_state.status if state.authorization_state is not None else None
    if status is None:
        return _Said(Verdict.UNKNOWN, why="the device does not print its authorization")
    evidence = (Evidence("show license all", f"Status: {status}"),)
    if status.upper().startswith(("AUTHORIZED", "NO LICENSES IN USE")):
        return _Said(Verdict.PASS, found=status, evidence=evidence)
    fix = ("license smart renew auth",)
    return _Said(Verdict.FAIL, found=status, expected="AUTHORIZED", evidence=evidence, fix=fix)


def _reservation(case: _Case) -> _Said:
    reservation = case.reading.state.reservation
    if case.plan.origin in (Origin.SLR, Origin.PLR):
        return _Said(Verdict.PASS, found=f"{case.plan.origin.value} installed")
    if reservation is None or not reservation.enabled:
        return _Said(Verdict.NOT_APPLICABLE, why="nothing is reserved")
    return _Said(
        Verdict.FAIL,
        found="a reservation was begun and is not installed",
        expected="installed, or cancelled",
        fix=("license smart reservation cancel all", "no license smart reservation"),
    )


def _way(case: _Case) -> _Said:
    after = case.intent.transport or case.plan.transport_after
    if after is None:
        return _Said(Verdict.UNKNOWN, why=case.plan.not_applicable or "the transport afterwards is not known")
    if after is TransportType.OFF:
        return _Said(Verdict.NOT_APPLICABLE, why="transport off: nothing is sent")
    if case.reading.configuration_refused is not None:
        return _Said(Verdict.UNKNOWN, why=case.reading.configuration_refused)
    intent = replace(case.intent, transport=after)
    way = way_of(case.reading, intent)
    if (problem := unresolved(way, case.reading.configuration)) is not None:
        return _Said(
            Verdict.FAIL,
            found=problem.text,
            expected=f"{way.host} resolved {way.place}",
            evidence=(problem.evidence,),
            fix=(problem.fix,),
        )
    if (misplaced := misplaced_source(case.reading, intent)) is not None:
        source, vrf = misplaced
        return _Said(
            Verdict.FAIL, found=f"{source.name} in {source.place}", expected=f"a source interface in VRF {vrf}"
        )
    return _Said(Verdict.PASS, found=f"{after.keyword}, {way.place}")


def _roots(case: _Case) -> _Said:
    target, fixed = case.target.release, fixed_roots(case.reading)
    after = case.intent.transport or case.plan.transport_after
    is_old = target is not None and fixed is not None and release_of(target) < fixed[0]
    if is_old and fixed is not None and after in (TransportType.SMART, TransportType.CALLHOME):
        return _Said(
            Verdict.FAIL,
            found=f"{target} has no IdenTrust root ({fixed[1]})",
            expected=f"{shown(fixed[0])} or later, or the root installed by hand",
        )
    held = case.surroundings.trustpoints
    if held is None:
        return _Said(Verdict.UNKNOWN, why="the device does not show its trustpoints")
    found = next((each for each in held if each.name == _SLA), None)
    if found is None:
        return _Said(Verdict.PASS, found=f"no {_SLA}: the first boot of an SLP release makes it")
    if any("Certificate configured" in note for note in found.notes):
        return _Said(Verdict.PASS, found=f"{_SLA} with its certificate")
    return _Said(
        Verdict.FAIL,
        found=f"{_SLA} without a certificate",
        expected="the certificate of Cisco Licensing Root CA",
        evidence=(Evidence("show crypto pki trustpoints", f"Trustpoint {_SLA}:"),),
    )


def _flash(case: _Case) -> _Said:
    free = case.surroundings.free_flash
    if free is None:
        return _Said(Verdict.UNKNOWN, why="the device does not say how much of its flash is free")
    free_mb = free // 1024**2
    expected = f"{case.target.needed_mb} MB free"
    if free_mb < case.target.needed_mb:
        evidence = (Evidence("dir flash:", f"{free} bytes free"),)
        fix = ("install remove inactive",)
        return _Said(Verdict.FAIL, found=f"{free_mb} MB free", expected=expected, evidence=evidence, fix=fix)
    return _Said(Verdict.PASS, found=f"{free_mb} MB free", expected=expected)


def _saved(case: _Case) -> _Said:
    unsaved = case.reading.unsaved
    if unsaved is None:
        return _Said(Verdict.UNKNOWN, why="the device does not compare its configurations")
    if unsaved:
        return _Said(
            Verdict.FAIL,
            found=f"{len(unsaved)} lines not saved",
            expected="running-config saved: a reload loses the rest",
            evidence=tuple(Evidence("show archive config differences", line) for line in unsaved[:5]),
            fix=("write memory",),
        )
    return _Said(Verdict.PASS, found="saved")


def _clock(case: _Case) -> _Said:
    clock = case.reading.clock
    if clock is None:
        return _Said(Verdict.UNKNOWN, why="the device does not say its time")
    if not clock.synchronised:
        return _Said(
            Verdict.FAIL,
            found="the clock is not synchronised",
            expected="a clock within an hour of CSSM's, or trust fails with a timestamp mismatch",
            fix=("ntp server ADDRESS",),
        )
    return _Said(Verdict.PASS, found="synchronised")


_CHECKS: Final[tuple[tuple[str, Severity, str, _Check], ...]] = (
    ("MIG-MODEL", Severity.HIGH, "The device says which licensing model it follows", _model),
    ("MIG-RELEASE", Severity.HIGH, "The upgrade leads to a release with SLP on this product", _release),
    ("MIG-FN72578", Severity.MEDIUM, "The release cleans acknowledged reports", _field_notice),
    ("MIG-REGISTRATION", Severity.MEDIUM, "A registered device is authorized before it is upgraded", _registration),
    ("MIG-RESERVATION", Severity.HIGH, "A reservation is installed or was never begun", _reservation),
    ("MIG-WAY", Severity.HIGH, "Name server, VRF and source interface fit the transport afterwards", _way),
    ("MIG-ROOTS", Severity.HIGH, "The root certificates that CSSM needs are there", _roots),
    ("MIG-FLASH", Severity.HIGH, "The flash has room for the image", _flash),
    ("MIG-SAVED", Severity.HIGH, "The configuration is saved", _saved),
    ("MIG-CLOCK", Severity.MEDIUM, "The clock is synchronised", _clock),
)
