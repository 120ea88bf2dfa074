"""The Smart Agent: one object per device, the only owner of its licensing state. No I/O, no clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from nornir_smartlic.errors import IllegalEvent
from nornir_smartlic.model import EnforcementType, Entitlement, LicensingState, TransportType
from smartlic_lab.agent import answers, commands, exchange, legacy, reservation, schedule, upgrade
from smartlic_lab.agent.communication import ChannelTrigger, Communication
from smartlic_lab.agent.core import SETTLING, Core, InUse, LicensingStore, roles_in_order
from smartlic_lab.agent.deadlines import class_of
from smartlic_lab.agent.events import (
    Action,
    AgentProfile,
    AuthorizationRequested,
    AuthorizationRequestSaveRequested,
    AuthorizationReturned,
    Booted,
    ClockChanged,
    CommunicationFailed,
    Deregistered,
    Event,
    EventlogCleared,
    FactoryResetRequested,
    FileImported,
    MembersChanged,
    Registered,
    Reloading,
    Renewed,
    ReplyReceived,
    ReservationCancelled,
    ReservationInstalled,
    ReservationRequested,
    ReservationReturned,
    SettingsChanged,
    SyncRequested,
    Tick,
    TrustRequested,
    TrustRequestSaveRequested,
    UsageChanged,
    UsageSaveRequested,
)
from smartlic_lab.agent.persistence import decode, encode
from smartlic_lab.agent.registration import Registering, RegistrationTrigger
from smartlic_lab.agent.rum import RELOADED, USAGE_REQUESTED, Span, payload_so_far
from smartlic_lab.agent.trust import Trust, TrustTrigger
from smartlic_lab.agent.view import licensing_state
from smartlic_lab.world.wire import Message, MessageKind


class SmartAgent:
    """Takes events, gives back actions; a refused event changes nothing, for commands are tried on a draft."""

    def __init__(self, profile: AgentProfile, *, stored: Mapping[str, Any] | None = None) -> None:
        """A new agent, or with *stored* the one whose store that is, maybe of another release."""
        store = decode(LicensingStore, dict(stored)) if stored else LicensingStore()
        self._core = Core(profile, store)
        self._next: datetime | None = None

    def handle(self, event: Event, now: datetime) -> list[Action]:
        """Take *event* in, return what the owner must do. *now* is the device's clock, aware.

        Raises:
            IllegalEvent: not accepted in this state; nothing has changed. Its text is what the CLI prints.
        """
        core = self._core
        now = now.astimezone(UTC)
        if type(event) is Tick:
            if self._next is None or now < self._next:
                return []
            self._next = schedule.run_due(core, now)
        else:
            own = _POLICY_BASED if core.slp else _REGISTERED
            handler = _COMMON.get(type(event)) or own.get(type(event))
            if handler is None:
                raise IllegalEvent(NOT_SUPPORTED)
            if core.booted is None and not isinstance(event, Booted):
                raise IllegalEvent("the device has not booted")
            if type(event) in own:  # a command, which may be refused: then the draft is dropped
                core = core.draft()
            handler(core, event, now)
            self._core = core
            self._next = schedule.next_alarm(core)
        core.store.last_seen = now
        actions, core.actions = core.actions, []
        return actions

    @property
    def profile(self) -> AgentProfile:
        """What this agent is: its release and product."""
        return self._core.profile

    def next_wakeup(self) -> datetime | None:
        """When a `Tick` is next needed, by the device's clock; ``None``: not until another event."""
        return self._next

    def state(self, now: datetime) -> LicensingState:
        """All that any show command prints; instants are in the zone of *now*."""
        return licensing_state(self._core, now)

    def stored(self) -> dict[str, Any]:
        """What survives a reload and a restart of the lab, JSON-able."""
        encoded: dict[str, Any] = encode(self._core.store)
        return encoded

    def report_payload(self, number: int, now: datetime) -> str | None:
        """The signed text of a RUM report; ``None``: there is no such report in storage."""
        report = self._core.store.reports.reports.get(number)
        return None if report is None else payload_so_far(report, self._core.identity(), now.astimezone(UTC))

    def unanswered(self) -> tuple[Message, ...]:
        """What was sent and is neither answered nor known to have failed."""
        communication = self._core.communication
        waiting = [*communication.flights.values(), *(noticed.flight for noticed in communication.noticed)]
        return tuple(flight.message for flight in waiting)

    def is_authorized(self, entitlement: Entitlement, now: datetime) -> bool:
        """Whether a licence may be used: not enforced, or an authorization code for it is installed."""
        return self._core.store.authorizations.authorizes(entitlement, now)


NOT_SUPPORTED: Final = "The requested operation is not supported"  # agent error 10


# --- the device -----------------------------------------------------------------------------------------------------


def _booted(core: Core, event: Booted, now: datetime) -> None:
    if not event.members:
        raise IllegalEvent("a device has at least one member")
    if core.store.reset_pending:
        core.store = LicensingStore()
    store = core.store
    core.members = roles_in_order(event.members)
    core.settings = event.settings
    core.clock_synchronised = event.clock_synchronised
    core.usage, core.communication, core.calls_stopped = {}, Communication(), False
    core.booted = now
    core.settles = now + SETTLING
    if store.reports.open_ids:  # the power went off: measured until it was last seen
        store.reports.stop(store.last_seen or now, RELOADED, core.identity())
    _switch_channel(core)
    _forget_requests(core)
    reporting = store.reporting
    if reporting.next_push is not None:
        reporting.next_push = max(reporting.next_push, core.settles)
    for poll in store.polls:
        poll.due = max(poll.due, core.settles)
    reporting.reminded = now
    upgrade.boot(core)
    store.history.log(now, "SAEVT_INIT_COMPLETE", version=core.profile.agent_version)
    allowed = (
        any(
            known.enforcement is EnforcementType.EXPORT_RESTRICTED and store.authorizations.authorizes(known, now)
            for known in core.profile.entitlements
        )
        if core.slp
        else store.legacy.is_registered and store.legacy.export_controlled_allowed
    )
    export_controlled = f"Usage of export controlled features is {'allowed' if allowed else 'not allowed'}"
    if not core.slp:  # once more than later releases: syslog/legacy-c9300l-16.x-boot.txt
        core.log(6, "EXPORT_CONTROLLED", export_controlled)
    core.log(6, "AGENT_READY", "Smart Agent for Licensing is initialized")
    core.log(6, "AGENT_ENABLED", "Smart Agent for Licensing is enabled")
    core.log(6, "EXPORT_CONTROLLED", export_controlled)


def _reloading(core: Core, _event: Reloading, now: datetime) -> None:
    if core.slp:
        core.store.reports.stop(now, RELOADED, core.identity())
    core.communication = Communication()
    core.booted = core.settles = None


def _usage_changed(core: Core, event: UsageChanged, now: datetime) -> None:
    if event.count < 0:
        raise IllegalEvent("a count is not negative")
    entitlement, tag = event.entitlement, event.entitlement.tag
    known = core.usage.get(tag)
    before = 0 if known is None else known.count
    if known is None:
        known = core.usage[tag] = InUse(entitlement, len(core.usage) + 1, 0, now, None)
    elif before == event.count:
        return
    known.count, known.status_time = event.count, now
    known.request_time = now if event.count else known.request_time
    if not core.slp:
        legacy.usage_changed(core, now)
        return
    store = core.store
    store.history.log(now, "SAEVT_ENDPOINT_USAGE", count=str(event.count), entitlementTag=tag)
    if tag in store.reports.open_ids:
        store.reports.measure(tag, event.count, now, event.joined, event.left)
    elif event.count:
        store.reports.open(entitlement, Span(now, event.count, joined=event.joined, left=event.left), core.udi)
    reserved = store.authorizations.reserves(tag)
    owed_before = store.usage.get(tag, 0) > reserved  # what is reserved needs no report
    if event.count:
        store.usage[tag] = event.count
    else:
        store.usage.pop(tag, None)
    if event.count > reserved and not owed_before:
        store.reporting.license_added(class_of(entitlement), core.classes(), now)
    elif owed_before and event.count <= reserved:
        store.reporting.changed(core.classes(), now)
    else:
        return
    store.reporting.reschedule(core.push_interval(), now)


def _settings_changed(core: Core, event: SettingsChanged, now: datetime) -> None:
    interval = core.push_interval()
    before, core.settings = core.settings, event.settings
    core.store.history.log(now, "SAEVT_CONFIG_PERSISTED")
    core.store.reporting.reschedule(core.push_interval(), now, before=interval)
    if _way(before) == _way(event.settings):
        return
    communication = core.communication
    _switch_channel(core)
    waiting = communication.forget_failures()
    if core.settings.transport is TransportType.OFF:
        _forget_requests(core)
        return
    for errand in waiting:
        if errand.kind is not MessageKind.USAGE_REPORTING or core.may_report():
            communication.wait(errand)
    if communication.waiting:
        communication.retry = now  # the new way is tried at once


def _forget_requests(core: Core) -> None:
    """What was asked for will not be answered any more: the transport is off, or the device has booted."""
    trust, registration = core.store.trust, core.store.legacy
    if trust.state in (Trust.ESTABLISHING, Trust.RENEWING):
        trust.move(TrustTrigger.FAILED)
    if registration.state in (Registering.REGISTERING, Registering.RENEWING):
        registration.move(RegistrationTrigger.REFUSED)


def _way(settings: Any) -> tuple[Any, ...]:
    """What decides where messages go."""
    return (
        settings.transport,
        settings.smart_url,
        settings.cslu_url,
        settings.callhome_url,
        settings.proxy,
        settings.vrf,
    )


def _switch_channel(core: Core) -> None:
    off = core.settings.transport is TransportType.OFF
    core.communication.move(ChannelTrigger.SWITCHED_OFF if off else ChannelTrigger.SWITCHED_ON)


def _members_changed(core: Core, event: MembersChanged, now: datetime) -> None:
    """Counts and roles are part of a report: what is open is closed under the old ones. Source: policy.md 3.6, 7."""
    if not event.members:
        raise IllegalEvent("a device has at least one member")
    if roles_in_order(event.members)[0].udi != core.udi:  # Source: the log of a stack in a public repository
        core.log(6, "HA_ROLE_CHANGED", "Smart Agent HA role changed to Active.")
    if core.slp:
        identity = core.identity()
        core.members = roles_in_order(event.members)
        core.store.reports.close(now, USAGE_REQUESTED, identity, new_udi=core.udi)
        core.store.history.log(now, "SAEVT_HA_ROLE", udi=str(core.udi))
    else:
        core.members = roles_in_order(event.members)
    core.profile = replace(core.profile, standalone=len(core.members) == 1)


def _clock_changed(core: Core, event: ClockChanged, now: datetime) -> None:
    """Relative timers go on as they were; deadlines are dates and stay, and reminders of them come again."""
    core.clock_synchronised = event.synchronised
    change = event.change
    if not change:
        return
    core.log(5, "SYSTEM_CLOCK_CHANGED", "Smart Agent for Licensing System clock has been changed")
    store, reporting = core.store, core.store.reporting
    store.reports.clock_changed(change, now)
    core.communication.shift(change)
    for poll in store.polls:
        poll.due += change
    reporting.clock_changed(change, now)
    if store.legacy.evaluation_since is not None:
        store.legacy.evaluation_since += change
    if core.settles is not None:
        core.settles += change
    if core.booted is not None:
        core.booted += change


def _eventlog_cleared(core: Core, _event: EventlogCleared, _now: datetime) -> None:
    core.store.history.clear_events()


# --- which handler takes which event --------------------------------------------------------------------------------


_POLICY_BASED: Final[Mapping[type[Any], Callable[[Core, Any, datetime], None]]] = {
    TrustRequested: commands.request_trust,
    SyncRequested: commands.sync,
    UsageSaveRequested: commands.save_usage,
    TrustRequestSaveRequested: lambda core, _event, now: commands.save_trust_request(core, now),
    FileImported: commands.import_file,
    AuthorizationRequested: commands.request_authorization,
    AuthorizationRequestSaveRequested: lambda core, _event, now: commands.save_authorization_request(core, now),
    AuthorizationReturned: commands.return_authorization,
    EventlogCleared: _eventlog_cleared,
    FactoryResetRequested: lambda core, _event, _now: commands.request_factory_reset(core),
}
_REGISTERED: Final[Mapping[type[Any], Callable[[Core, Any, datetime], None]]] = {
    Registered: legacy.register,
    Deregistered: legacy.deregister,
    Renewed: legacy.renew,
    ReservationRequested: reservation.request,
    ReservationInstalled: reservation.install,
    ReservationReturned: reservation.give_back,
    ReservationCancelled: reservation.cancel,
    EventlogCleared: _eventlog_cleared,
}
_COMMON: Final[Mapping[type[Any], Callable[[Core, Any, datetime], None]]] = {
    Booted: _booted,
    Reloading: _reloading,
    UsageChanged: _usage_changed,
    SettingsChanged: _settings_changed,
    MembersChanged: _members_changed,
    ClockChanged: _clock_changed,
    ReplyReceived: lambda core, event, now: answers.receive(core, event.message, event.reply, now),
    CommunicationFailed: lambda core, event, now: exchange.communication_failed(core, event.message, event.reason, now),
}
