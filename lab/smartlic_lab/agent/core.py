"""What one Smart Agent knows: the licensing store, which survives a reload, and what it forgets."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from nornir_smartlic.model import Entitlement, Member, TransportType, Udi
from smartlic_lab.agent import deadlines, releases
from smartlic_lab.agent.authorization import Authorizations
from smartlic_lab.agent.communication import Communication, Poll
from smartlic_lab.agent.deadlines import LicenseClass, class_of
from smartlic_lab.agent.events import Action, AgentProfile, AgentSettings, Log, StopCallProcessing
from smartlic_lab.agent.history import History
from smartlic_lab.agent.registration import LegacyLicensing
from smartlic_lab.agent.reporting import UsageReports
from smartlic_lab.agent.rum import Identity, RumReports
from smartlic_lab.agent.trust import TrustCodes

# From the boot to the settled state: licences are known, the network is up. Source: the first push 120 s after T0.
SETTLING: Final = deadlines.FIRST_PUSH_DELAY
_VOICE: Final = ("CUBE", "SRST")


@dataclass(slots=True)
class KnownAccount:
    """The accounts that CSSM said this device belongs to."""

    smart_account: str | None = None
    virtual_account: str | None = None
    as_of: datetime | None = None


@dataclass(slots=True)
class LicensingStore:
    """What survives a reload and an upgrade; a factory reset empties it at the next boot."""

    reporting: UsageReports = field(default_factory=UsageReports)
    reports: RumReports = field(default_factory=RumReports)
    trust: TrustCodes = field(default_factory=TrustCodes)
    authorizations: Authorizations = field(default_factory=Authorizations)
    legacy: LegacyLicensing = field(default_factory=LegacyLicensing)
    history: History = field(default_factory=History)
    polls: list[Poll] = field(default_factory=list)
    account: KnownAccount | None = None
    usage: dict[str, int] = field(default_factory=dict)  # counts in use, by tag
    message_id: int = 0
    last_seen: datetime | None = None
    reset_pending: bool = False
    conversion: str | None = None
    slp: bool | None = None  # which model the release that wrote this had; None: nothing was written yet


@dataclass(slots=True)
class InUse:
    """One licence as the platform named it."""

    entitlement: Entitlement
    handle: int
    count: int
    status_time: datetime
    request_time: datetime | None


@dataclass(slots=True)
class Core:
    """One agent's knowledge, and the actions that the event at hand has caused so far."""

    profile: AgentProfile
    store: LicensingStore = field(default_factory=LicensingStore)
    settings: AgentSettings = field(default_factory=AgentSettings)
    members: tuple[Member, ...] = ()
    usage: dict[str, InUse] = field(default_factory=dict)
    communication: Communication = field(default_factory=Communication)
    booted: datetime | None = None
    settles: datetime | None = None  # when the boot is over; None: it is
    clock_synchronised: bool = True
    calls_stopped: bool = False
    actions: list[Action] = field(default_factory=list)
    slp: bool = field(init=False)  # whether this release follows Smart Licensing Using Policy

    def __post_init__(self) -> None:
        slp = self.profile.slp
        self.slp = releases.uses_policy(self.profile.release) if slp is None else slp

    def draft(self) -> Core:
        """A copy to try a command on; values that nobody changes are shared."""
        shared = (self.profile, self.settings, self.members, *(used.entitlement for used in self.usage.values()))
        return deepcopy(self, {id(value): value for value in shared})

    # --- who and what ---

    @property
    def udi(self) -> Udi:
        """The active member's."""
        return self.members[0].udi

    @property
    def udis(self) -> tuple[Udi, ...]:
        """Every member's once, the active's first; the supervisors of a chassis share one."""
        return tuple(dict.fromkeys(member.udi for member in self.members))

    def classes(self) -> frozenset[LicenseClass]:
        """The classes that have a licence in use, apart from what is reserved."""
        reserves = self.store.authorizations.reserves
        return frozenset(class_of(used.entitlement) for tag, used in self.usage.items() if used.count > reserves(tag))

    def identity(self) -> Identity:
        """Who reports now."""
        profile = self.profile
        return Identity(
            software_id=profile.software_id,
            software_version=None if self.settings.version_privacy else profile.software_version,
            members=self.members,
            version_2=releases.payload_version_2(profile.release),
            names_instance=releases.names_the_instance(profile.release),
            utility=self.settings.utility,
        )

    def entitlement(self, feature: str) -> Entitlement | None:
        """The entitlement of a feature's name, as in ``license smart authorization request add``."""
        wanted = feature.lower()
        return next((known for known in self.profile.entitlements if known.name.lower() == wanted), None)

    # --- reporting ---

    def in_policy(self) -> timedelta | None:
        """The requirement that rules now, see `deadlines.in_policy`."""
        reporting = self.store.reporting
        return deadlines.in_policy(reporting.policy, self.classes(), acknowledged=reporting.acknowledged)

    def push_interval(self) -> timedelta | None:
        """``Reporting push interval``."""
        return deadlines.push_interval(self.in_policy(), self.settings.usage_interval_days)

    @property
    def is_trusted(self) -> bool:
        """Whether the active member, the one that reports, has a trust code (reference/policy.md sections 4 and 7)."""
        return str(self.udi) in self.store.trust.codes

    @property
    def proof(self) -> str | None:
        """What a message shows to prove who sends it.

        CSSM knows the latest identity that it gave and, until that has been shown, the one before.

        A certificate is forgotten when a trust code takes its place, so where both are there the certificate is newer.
        """
        trust = self.store.trust.codes.get(str(self.udi))
        return self.store.legacy.certificate or (None if trust is None else trust.trust_id)

    def may_report(self) -> bool:
        """Whether a report can be pushed: smart and callhome need trust first (reference/policy.md section 4)."""
        transport = self.settings.transport
        if not self.slp or transport is TransportType.OFF:
            return False
        if transport in (TransportType.SMART, TransportType.CALLHOME):
            return self.is_trusted
        return True

    # --- what the owner must do ---

    def stop_calls(self, stopped: bool) -> None:
        """CUBE and SRST stop, or take calls again. The log line, where one is in use, is unverified."""
        self.calls_stopped = stopped
        self.do(StopCallProcessing(stopped))
        if any(used.count and used.entitlement.name.startswith(_VOICE) for used in self.usage.values()):
            text = "disabled. License report not acknowledged." if stopped else "Up. License report acknowledged."
            self.log(1, "LICENSING", f"SIP service is {text}", "SIP")

    def do(self, *actions: Action) -> None:
        """Add actions to those of the event at hand."""
        self.actions.extend(actions)

    def log(self, severity: int, mnemonic: str, text: str, facility: str = "SMART_LIC") -> None:
        """Log a syslog message."""
        self.actions.append(Log(severity, mnemonic, text, facility))


def roles_in_order(members: Iterable[Member]) -> tuple[Member, ...]:
    """*members* with the active first."""
    order = {"Active": 0, "Standby": 1, "Member": 2}
    return tuple(sorted(members, key=lambda member: order[member.role.value]))
