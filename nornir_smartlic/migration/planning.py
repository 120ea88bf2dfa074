"""The plan of a migration: what stays, with which transport the device wakes up, and what is done before and after."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from nornir_smartlic.intent import Way, misplaced_source, unresolved, way_of
from nornir_smartlic.intent.releases import Release, first_slp, piles_reports, release_of, shown
from nornir_smartlic.migration.origin import Origin, origin_of
from nornir_smartlic.model import Intent, LicensingReading, TransportType, UsageStatus


class Stage(Enum):
    """When a step is due; the order is that of the work."""

    BEFORE = "before"
    UPGRADE = "upgrade"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do; ``commands`` are of the device, or of ``smartlic``."""

    stage: Stage
    text: str
    commands: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MigrationPlan:
    """What becomes of one device's licensing. ``transport_after`` is what the first boot of an SLP release sets."""

    origin: Origin
    release: str
    target: str | None  # None: any release from turns_at on
    turns_at: str  # the first SLP release of the product
    becomes: str | None = None  # another product, by the upgrade; None: it stays what it is
    transport_before: TransportType | None = None
    transport_after: TransportType | None = None  # None: there is nothing to migrate
    persists: tuple[str, ...] = ()
    reporting: str | None = None
    steps: tuple[Step, ...] = ()
    warnings: tuple[str, ...] = ()
    not_applicable: str | None = None

    def lines(self) -> Iterator[str]:
        """The plan, for people."""
        for stage in Stage:
            for step in (each for each in self.steps if each.stage is stage):
                yield f"{stage.value}: {step.text}"
                yield from (f"    {command}" for command in step.commands)

    def __str__(self) -> str:
        return "\n".join(self.lines())


def transport_after(origin: Origin, before: TransportType | None) -> TransportType:
    """The transport that the device has when an SLP release boots for the first time.

    Source: Catalyst 9400 17.4 guide, page 125 (smart and evaluation: off; callhome and evaluation: cslu; SLR: off;
    registered keeps its own; RTU: cslu). Unverified: PLR, taken as SLR.
    """
    if origin in (Origin.SLR, Origin.PLR):
        return TransportType.OFF
    if origin is Origin.REGISTERED:
        return before or TransportType.CALLHOME
    if origin is Origin.EVALUATION and before is TransportType.SMART:
        return TransportType.OFF
    return TransportType.CSLU


_BECOMES: Final = {"CSR1000V": "C8000V", "ISRV": "C8000V"}
"""Source: Cisco documents 217046 and 217897."""

_REPORTING: Final = {
    Origin.REGISTERED: "by the policy that CSSM sends; the trust code comes by the old identity (unverified), "
    "and the first report goes by itself",
    Origin.EVALUATION: "by Cisco's default policy: first report within 90 days with subscriptions in use, "
    "else within 365; there is no evaluation any more",
    Origin.SLR: "only when consumption changes: what is reserved stays authorized",
    Origin.PLR: "none: everything stays authorized (unverified, as of SLR)",
    Origin.RTU: "by Cisco's default policy: first report within 90 days with subscriptions in use, else within 365",
}
"""Source: reference/policy.md sections 2 and 6."""


def product_of(reading: LicensingReading) -> str | None:
    """The product ID, from wherever the device prints it; ``None``: nowhere."""
    udi = reading.state.udi or reading.version.udi
    return udi.pid if udi is not None else reading.version.platform


def plan_migration(reading: LicensingReading, intent: Intent, *, target: str | None = None) -> MigrationPlan:
    """What becomes of the device that *reading* is of, and what is to be done around its upgrade to *target*.

    *intent* is what the inventory wants of it afterwards.
    """
    origin, pid = origin_of(reading), product_of(reading)
    first = first_slp(pid)
    bare = MigrationPlan(origin, reading.version.release, target, shown(first))
    if origin is Origin.SLP:
        return _none(bare, "the device is under Smart Licensing Using Policy already: smartlic audit judges it")
    if origin is Origin.UNKNOWN:
        return _none(bare, reading.state_refused or "the device does not say which licences it has")
    if target is not None and release_of(target) < first:
        return _none(bare, _too_early(pid, target, first))
    before = _transport_before(reading)
    after = transport_after(origin, before)
    wanted = intent.transport or after
    way = way_of(reading, _as_intended(intent, after))
    steps = (
        *_before(reading, origin, way, intent),
        *_upgrade(pid, first, target),
        *_after(origin, after, way),
    )
    return MigrationPlan(
        origin=origin,
        release=reading.version.release,
        target=target,
        turns_at=shown(first),
        becomes=becomes(pid),
        transport_before=before,
        transport_after=after,
        persists=tuple(_persists(reading, origin)),
        reporting=_REPORTING[origin],
        steps=steps,
        warnings=tuple(_warnings(reading, origin, intent, after, wanted, target)),
    )


def becomes(pid: str | None) -> str | None:
    """The product that a virtual router turns into; ``None``: it stays what it is."""
    return next((new for old, new in _BECOMES.items() if (pid or "").upper().startswith(old)), None)


def _none(bare: MigrationPlan, why: str) -> MigrationPlan:
    return MigrationPlan(bare.origin, bare.release, bare.target, bare.turns_at, not_applicable=why)


def _too_early(pid: str | None, target: str, first: Release) -> str:
    more = f", where it becomes {becomes(pid)}" if becomes(pid) else ""
    return f"{target} is before {shown(first)}, with which {pid or 'this product'} turns to SLP{more}"


def _transport_before(reading: LicensingReading) -> TransportType | None:
    """As configured or shown; ``None``: a classic device has none."""
    configured = reading.configuration.intent.transport
    if configured is not None:
        return configured
    if reading.state.transport is not None:
        return reading.state.transport.type
    return TransportType.CALLHOME if reading.state.registration is not None else None


def _as_intended(intent: Intent, after: TransportType) -> Intent:
    """The intent, with the transport that the device wakes up with where it names none."""
    return intent if intent.transport is not None else replace(intent, transport=after)


def _persists(reading: LicensingReading, origin: Origin) -> Iterator[str]:
    for line in reading.state.usage or ():
        if line.status not in (UsageStatus.NOT_IN_USE, UsageStatus.INIT):
            yield f"{line.name or line.display} ({line.count}), in use"
    yield "license boot level, throughput and feature lines of the configuration"
    if origin is Origin.REGISTERED:
        registration = reading.state.registration
        if registration is not None and registration.smart_account:
            yield f"the account: {registration.smart_account} / {registration.virtual_account}"
        yield "the transport"
    if origin in (Origin.SLR, Origin.PLR):
        yield "the reservation, as an authorization code"


def _before(reading: LicensingReading, origin: Origin, way: Way, intent: Intent) -> Iterator[Step]:
    yield Step(Stage.BEFORE, "check that the device is ready", ("smartlic migrate check -F name=HOST",))
    if origin is Origin.REGISTERED:
        yield Step(
            Stage.BEFORE,
            "renew the authorization, so that CSSM knows the last count",
            ("smartlic legacy renew auth -F name=HOST",),
        )
    if origin in (Origin.SLR, Origin.PLR):
        yield Step(Stage.BEFORE, "keep the confirmation codes of the reservation", ("show license reservation",))
    if origin is Origin.RTU:
        yield Step(
            Stage.BEFORE,
            "keep what is in use: right-to-use licences are not converted on Catalyst 9000, their levels stay",
            ("show license right-to-use",),
        )
    problem = unresolved(way, reading.configuration)
    if problem is not None and way.transport is not TransportType.OFF:
        yield Step(Stage.BEFORE, f"let {way.host} be resolved: {problem.text}", (problem.fix,))
    if (misplaced := misplaced_source(reading, replace(intent, transport=way.transport))) is not None:
        source, vrf = misplaced
        yield Step(
            Stage.BEFORE, f"{source.name} is in {source.place}, reports go out in VRF {vrf}: put the two together"
        )
    yield Step(Stage.BEFORE, "save the configuration", ("write memory",))


def _upgrade(pid: str | None, first: Release, target: str | None) -> Iterator[Step]:
    if (new := becomes(pid)) is not None:
        yield Step(
            Stage.UPGRADE,
            f"{pid} stays with registration on every release before {shown(first)}; there it boots as {new}, "
            "a new product for CSSM: the old one stays there until it is removed",
        )
    release = target or f"{shown(first)} or later"
    yield Step(
        Stage.UPGRADE,
        f"install {release}; never by way of a release before {shown(first)} once it is there",
        ("install add file flash:IMAGE activate commit",),
    )


def _after(origin: Origin, after: TransportType, way: Way) -> Iterator[Step]:
    yield Step(Stage.AFTER, "see what came of it", ("smartlic migrate after -F name=HOST",))
    if way.transport is not after:
        yield Step(
            Stage.AFTER,
            f"it wakes up with transport {after.keyword}, the inventory wants {way.transport.keyword}",
            ("smartlic apply -F name=HOST",),
        )
    if way.transport in (TransportType.SMART, TransportType.CALLHOME):
        text = "reports to CSSM need a trust code"
        if origin is Origin.REGISTERED:
            text += "; a device that was registered asks for it by itself (unverified): trust it where none came"
        yield Step(Stage.AFTER, text, ("smartlic trust -F name=HOST",))
    if origin in (Origin.SLR, Origin.PLR):
        yield Step(
            Stage.AFTER,
            "leave the reservation, or return it where the device is to report: no new one can be ordered under SLP",
            ("license smart authorization return all offline", "no license smart reservation"),
        )
    elif way.transport is TransportType.OFF:
        yield Step(Stage.AFTER, "report by file", ("smartlic reports collect -F name=HOST",))
    else:
        yield Step(Stage.AFTER, "report, and wait for the acknowledgement", ("smartlic sync -F name=HOST",))
    if way.transport is not TransportType.CALLHOME:
        yield Step(
            Stage.AFTER,
            "remove what call-home had for licensing alone, where nothing else of the house uses it",
            ("no service call-home",),
        )


def _warnings(
    reading: LicensingReading,
    origin: Origin,
    intent: Intent,
    after: TransportType,
    wanted: TransportType,
    target: str | None,
) -> Iterator[str]:
    reservation = reading.state.reservation
    if origin is Origin.EVALUATION and reservation is not None and reservation.enabled:
        yield "a reservation was begun and is not installed: finish or cancel it before the upgrade"
    if after is TransportType.OFF and origin is Origin.EVALUATION and intent.transport is None:
        yield "the device wakes up with transport off and reports to nobody: give it a transport in the inventory"
    if wanted is TransportType.CSLU and intent.url is None and reading.configuration.cslu_url is None:
        yield "under cslu without URL the device looks for the name cslu-local"
    if target is not None and piles_reports(release_of(target)):
        yield f"{target} never cleans acknowledged reports (FN72578): 17.3.7, 17.6.5, 17.9.1 and later do"
