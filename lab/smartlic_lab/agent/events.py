"""What happens to a Smart Agent, and what it asks its device to do. All frozen; times are handed to ``handle``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import Enum
from typing import Final, TypeAlias

from nornir_smartlic.model import Entitlement, Member, Proxy, Secret, TransportType, Udi
from smartlic_lab.world.wire import Message, Reply

CALLHOME_URL: Final = "https://tools.cisco.com/its/service/oddce/services/DDCEService"  # Source: reports.md section 6


class Scope(Enum):
    """``local``: the active member; ``all``: every member."""

    LOCAL = "local"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class AgentSettings:
    """The licensing part of a running configuration; its defaults are those of SLP releases."""

    transport: TransportType = TransportType.CSLU
    smart_url: str | None = None
    cslu_url: str | None = None
    callhome_url: str | None = CALLHOME_URL  # None: the profile of call-home is not active, or not by HTTP
    proxy: Proxy | None = None
    vrf: str | None = None
    hostname_privacy: bool = False
    version_privacy: bool = False
    usage_interval_days: int | None = None
    customer_tags: tuple[tuple[str, str], ...] = ()
    custom_id: str | None = None
    server_identity_check: bool = True
    utility: bool = False
    hostname: str = "Router"
    reservation: bool = False  # license smart reservation
    legacy_enabled: bool = True  # no license smart enable, before 17.3.2


# --- events ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Booted:
    """The device has booted: first, or after a reload. ``reason`` goes into reports that the reload closed."""

    members: tuple[Member, ...]
    settings: AgentSettings
    clock_synchronised: bool = True


@dataclass(frozen=True, slots=True)
class Tick:
    """Time has passed."""


@dataclass(frozen=True, slots=True)
class UsageChanged:
    """The platform uses *count* of an entitlement from now on; 0: no longer in use."""

    entitlement: Entitlement
    count: int
    joined: tuple[Udi, ...] | None = None  # access points that use it since now; None: it is not counted by them
    left: tuple[Udi, ...] = ()


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """The licensing configuration changed."""

    settings: AgentSettings


@dataclass(frozen=True, slots=True)
class MembersChanged:
    """A member joined or left, or roles changed (switchover)."""

    members: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class ClockChanged:
    """The system clock was set, by hand or by NTP; ``change`` is how far it was moved, forward is positive."""

    synchronised: bool
    change: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class TrustRequested:
    """``license smart trust idtoken TOKEN {local|all} [force]``."""

    token: Secret
    scope: Scope
    force: bool = False


@dataclass(frozen=True, slots=True)
class SyncRequested:
    """``license smart sync {all|local}``."""

    scope: Scope


@dataclass(frozen=True, slots=True)
class UsageSaveRequested:
    """``license smart save usage ...``; exactly one of the selections. Yields `WriteFile`."""

    all: bool = False
    unreported: bool = False
    days: int | None = None
    rum_id: int | None = None


@dataclass(frozen=True, slots=True)
class TrustRequestSaveRequested:
    """``license smart save trust-request``. Yields `WriteFile`."""


@dataclass(frozen=True, slots=True)
class FileImported:
    """``license smart import``; *text* is the file. Yields `Print`."""

    text: str


@dataclass(frozen=True, slots=True)
class AuthorizationRequested:
    """``license smart authorization request {add|replace} FEATURE {all|local} [COUNT]``."""

    feature: str
    scope: Scope
    replace: bool = False
    count: int = 1


@dataclass(frozen=True, slots=True)
class AuthorizationRequestSaveRequested:
    """``license smart authorization request save``. Yields `WriteFile`."""


@dataclass(frozen=True, slots=True)
class AuthorizationReturned:
    """``license smart authorization return {all|local} {online|offline [PATH]}``. Yields `Print`, or `WriteFile`."""

    scope: Scope
    online: bool
    to_file: bool = False
    configured: tuple[Entitlement, ...] = ()  # what the configuration needs, now or after the next reload


@dataclass(frozen=True, slots=True)
class EventlogCleared:
    """``license smart clear eventlog``."""


@dataclass(frozen=True, slots=True)
class FactoryResetRequested:
    """``license smart factory reset``: all is gone after the next boot."""


@dataclass(frozen=True, slots=True)
class Reloading:
    """The device goes down; open reports are closed and stored."""


@dataclass(frozen=True, slots=True)
class ReplyReceived:
    """The far end answered the message with this id."""

    message: Message
    reply: Reply


@dataclass(frozen=True, slots=True)
class CommunicationFailed:
    """The message did not reach the far end, or no answer came; *reason* as the device prints it."""

    message: Message
    reason: str


@dataclass(frozen=True, slots=True)
class Registered:
    """Legacy: ``license smart register idtoken TOKEN [force]``."""

    token: Secret
    force: bool = False


@dataclass(frozen=True, slots=True)
class Deregistered:
    """Legacy: ``license smart deregister``."""


@dataclass(frozen=True, slots=True)
class Renewed:
    """Legacy: ``license smart renew {auth|id}``."""

    identity: bool


@dataclass(frozen=True, slots=True)
class ReservationRequested:
    """Legacy: ``license smart reservation request {all|local|universal}``. Yields `Print`."""

    scope: Scope
    universal: bool = False


@dataclass(frozen=True, slots=True)
class ReservationInstalled:
    """Legacy: ``license smart reservation install CODE``."""

    code: str


@dataclass(frozen=True, slots=True)
class ReservationReturned:
    """Legacy: ``license smart reservation return {all|local}``, already confirmed. Yields `Print`."""

    scope: Scope


@dataclass(frozen=True, slots=True)
class ReservationCancelled:
    """Legacy: ``license smart reservation cancel``."""


Event: TypeAlias = (
    Booted
    | Tick
    | UsageChanged
    | SettingsChanged
    | MembersChanged
    | ClockChanged
    | TrustRequested
    | SyncRequested
    | UsageSaveRequested
    | TrustRequestSaveRequested
    | FileImported
    | AuthorizationRequested
    | AuthorizationRequestSaveRequested
    | AuthorizationReturned
    | EventlogCleared
    | FactoryResetRequested
    | Reloading
    | ReplyReceived
    | CommunicationFailed
    | Registered
    | Deregistered
    | Renewed
    | ReservationRequested
    | ReservationInstalled
    | ReservationReturned
    | ReservationCancelled
)

# --- actions --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Send:
    """Send *message* to *url*; feed `ReplyReceived` or `CommunicationFailed` back."""

    message: Message
    url: str


@dataclass(frozen=True, slots=True)
class Log:
    """A syslog message: ``%FACILITY-SEVERITY-MNEMONIC: text``."""

    severity: int
    mnemonic: str
    text: str
    facility: str = "SMART_LIC"


@dataclass(frozen=True, slots=True)
class Print:
    """Text for the terminal of the command that was the event."""

    text: str


@dataclass(frozen=True, slots=True)
class WriteFile:
    """The content for the file that the command named."""

    content: str


@dataclass(frozen=True, slots=True)
class StopCallProcessing:
    """CUBE and SRST on the releases that stop calls at a passed deadline (reference/policy.md section 5)."""

    stopped: bool


@dataclass(frozen=True, slots=True)
class CallHomeFailed:
    """Call-home is to count and log a licensing message that did not get through, or that it does not take."""

    message: Message
    reason: str | None  # of the network; None: call-home is off, its profile inactive or without HTTP


Action: TypeAlias = Send | Log | Print | WriteFile | StopCallProcessing | CallHomeFailed


@dataclass(frozen=True, slots=True)
class AgentProfile:
    """What this agent is: its release and product. Rhythm and deadlines that differ by release stand here."""

    release: tuple[int, int, int]  # (17, 12, 4)
    software_version: str  # "17.12.04", as reports carry it
    agent_version: str  # "5.11.3_rel/76"
    software_id: str  # regid.2017-05.com.cisco.C9300,v1_727af1d9-...
    standalone: bool = False  # prints no HA UDI list
    entitlements: tuple[Entitlement, ...] = ()  # all that the platform knows, for authorization by feature name
    idle: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # by tag: name and description while not in use
    cube: bool = False
    resolver_timeout: timedelta = timedelta(seconds=9)
    reply_timeout: timedelta = timedelta(seconds=10)  # unverified
    slp: bool | None = None  # Smart Licensing Using Policy; None: by the release, but some products turn to it later
