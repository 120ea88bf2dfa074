"""Smart Licensing before 17.3.2: registration with a token, renewals, evaluation.

Source: reference/cli.md section 7; the spans are computed from show-license-all/genie-csr1000v-agent4.8.5-legacy-
registered.txt and show-license-status/ntc1-legacy-callhome-out-of-compliance.txt; evaluation is unverified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from nornir_smartlic.errors import IllegalEvent
from nornir_smartlic.model import (
    Attempt,
    AuthorizationState,
    Registration,
    RegistrationStatus,
    UsageStatus,
)
from smartlic_lab.agent import exchange, releases
from smartlic_lab.agent.communication import Errand, Flight
from smartlic_lab.agent.core import Core
from smartlic_lab.agent.events import Deregistered, Print, Registered, Renewed
from smartlic_lab.agent.registration import Registering, RegistrationTrigger
from smartlic_lab.agent.trust import TrustCodes
from smartlic_lab.world.wire import AnswerStatus, MessageKind, Reply

Job: TypeAlias = Callable[[Core, datetime], None]

IN_PROGRESS: Final = (
    "Registration process is in progress. Use the 'show license status' command to check the progress and result\n"
)
NOT_REGISTERED: Final = "Smart Agent not registered"  # agent error 43 as the CLI prints it
ALREADY_REGISTERED: Final = "The agent is already registered"  # agent error 40
NOT_ENABLED: Final = "Smart Agent not enabled"  # agent error 19

IDENTITY_RENEWAL: Final = timedelta(days=180)
IDENTITY_LIFE: Final = timedelta(days=365)
AUTHORIZATION_RENEWAL: Final = timedelta(days=30)
OUT_OF_COMPLIANCE_RENEWAL: Final = timedelta(hours=12)
AUTHORIZATION_LIFE: Final = timedelta(days=90)
AUTHORIZED: Final = "AUTHORIZED"
OUT_OF_COMPLIANCE: Final = "OUT OF COMPLIANCE"
EXPIRED: Final = "AUTHORIZATION EXPIRED"


# --- commands -------------------------------------------------------------------------------------------------------


def register(core: Core, event: Registered, now: datetime) -> None:
    """``license smart register idtoken``."""
    _require_enabled(core)
    trigger = RegistrationTrigger.FORCED if event.force else RegistrationTrigger.REQUESTED
    core.store.legacy.move(trigger, ALREADY_REGISTERED)
    core.do(Print(IN_PROGRESS))
    body = {"action": "register", "force": event.force, "usage": usage(core)}
    exchange.launch(core, Errand(MessageKind.REGISTRATION, body, event.token), now)


def deregister(core: Core, _event: Deregistered, now: datetime) -> None:
    """``license smart deregister``: the device goes back to evaluation at once, and says so to CSSM."""
    _require_enabled(core)
    legacy = core.store.legacy
    legacy.move(RegistrationTrigger.DEREGISTERED, NOT_REGISTERED)
    text = "Smart Agent for Licensing De-registration with the Cisco Smart Software Manager (CSSM) was successful"
    core.log(6, "AGENT_DEREG_SUCCESS", text)  # unverified
    exchange.launch(core, Errand(MessageKind.REGISTRATION, {"action": "deregister", "usage": []}), now)
    _forget_registration(core, now)


def renew(core: Core, event: Renewed, now: datetime) -> None:
    """``license smart renew {auth|id}``."""
    _require_enabled(core)
    if not core.store.legacy.is_registered:
        raise IllegalEvent(NOT_REGISTERED)
    if event.identity:
        _renew_identity(core, now)
    else:
        ask_authorization(core, now)


def _require_enabled(core: Core) -> None:
    if not core.settings.legacy_enabled:
        raise IllegalEvent(NOT_ENABLED)


def usage(core: Core) -> list[dict[str, Any]]:
    """What is in use, as messages carry it."""
    return [{"tag": tag, "count": used.count} for tag, used in core.usage.items() if used.count]


def ask_authorization(core: Core, now: datetime) -> None:
    """Ask CSSM to authorize what is in use."""
    exchange.launch(core, Errand(MessageKind.AUTHORIZATION_RENEWAL, {"usage": usage(core)}), now)


def _renew_identity(core: Core, now: datetime) -> None:
    core.store.legacy.move(RegistrationTrigger.RENEWAL)
    body = {"action": "renew", "force": False, "usage": usage(core)}
    exchange.launch(core, Errand(MessageKind.REGISTRATION, body), now)


# --- the device -----------------------------------------------------------------------------------------------------


def booted(core: Core, now: datetime) -> None:
    """The boot is over: an unregistered device evaluates, one that comes back from SLP registers by itself.

    Source: reference/policy.md section 6, downgrade.
    """
    store = core.store
    comes_back = store.trust.installed and not store.legacy.is_registered
    if comes_back and core.profile.standalone and releases.registers_again(core.profile.release):
        store.legacy.move(RegistrationTrigger.REQUESTED)
        body = {"action": "register", "force": True, "usage": usage(core)}
        exchange.launch(core, Errand(MessageKind.REGISTRATION, body), now)
    evaluate(core, now)


def usage_changed(core: Core, now: datetime) -> None:
    """Consumption changed: a registered device asks anew, another one evaluates."""
    if core.store.legacy.is_registered and core.settles is None:
        ask_authorization(core, now)
    evaluate(core, now)


def evaluate(core: Core, now: datetime) -> None:
    """The evaluation period runs while something is in use and nobody answers for it."""
    legacy = core.store.legacy
    runs = (
        bool(usage(core))
        and not legacy.is_registered
        and not core.store.authorizations.is_reserved
        and core.settings.legacy_enabled
    )
    if runs and legacy.evaluation_since is None:
        legacy.evaluation_since = now
        if legacy.evaluation_left(now):
            core.log(5, "EVAL_START", "Entering evaluation period")
    elif not runs and legacy.evaluation_since is not None:
        legacy.stop_evaluation(now)


def _forget_registration(core: Core, now: datetime) -> None:
    core.store.legacy = core.store.legacy.forgotten()
    evaluate(core, now)


# --- time -----------------------------------------------------------------------------------------------------------


def alarms(core: Core) -> Iterator[tuple[datetime, Job]]:
    """What will be due."""
    legacy = core.store.legacy
    if legacy.evaluation_since is not None and legacy.evaluation_left(legacy.evaluation_since):
        yield legacy.evaluation_since + legacy.evaluation_left(legacy.evaluation_since), _evaluation_expired
    warning = legacy.next_warning()
    if warning is not None:
        yield warning, _warn_of_evaluation
    if not legacy.is_registered:
        return
    if legacy.next_renewal is not None:
        yield legacy.next_renewal, _identity_due
    if legacy.next_communication is not None:
        yield legacy.next_communication, _authorization_due
    if legacy.communication_deadline is not None and legacy.authorization != EXPIRED:
        yield legacy.communication_deadline, _authorization_expired
    if legacy.expires is not None:
        yield legacy.expires, _registration_expired


def _evaluation_expired(core: Core, now: datetime) -> None:
    legacy = core.store.legacy
    legacy.stop_evaluation(now)
    legacy.evaluation_since = now
    core.log(3, "EVAL_EXPIRED", "Evaluation period expired")


def _warn_of_evaluation(core: Core, now: datetime) -> None:
    """Unverified: both texts."""
    legacy = core.store.legacy
    legacy.evaluation_warned = now
    left = legacy.evaluation_left(now)
    if left:
        text = f"Evaluation period will expire in {left.days} days."
        core.log(4, "EVAL_WILL_EXPIRE_WARNING", text)
    elif legacy.evaluation_since is not None:
        text = f"Evaluation period expired on {legacy.evaluation_since:%b %d %H:%M:%S %Y} UTC"
        core.log(3, "EVAL_EXPIRED_WARNING", text)


def _identity_due(core: Core, now: datetime) -> None:
    core.store.legacy.next_renewal = now + timedelta(days=1)  # unless an answer says otherwise; unverified
    _renew_identity(core, now)


def _authorization_due(core: Core, now: datetime) -> None:
    core.store.legacy.next_communication = now + timedelta(days=1)
    ask_authorization(core, now)


def _authorization_expired(core: Core, now: datetime) -> None:
    legacy = core.store.legacy
    legacy.authorization, legacy.authorized = EXPIRED, now
    text = "Authorization period expired"  # unverified
    core.log(3, "AUTH_EXPIRED", text)


def _registration_expired(core: Core, now: datetime) -> None:
    core.store.legacy.move(RegistrationTrigger.EXPIRED)
    text = "Smart Agent for Licensing Registration with the Cisco licensing cloud has expired."  # unverified
    core.log(3, "ID_CERT_EXPIRED", text)
    _forget_registration(core, now)


# --- answers --------------------------------------------------------------------------------------------------------


def registration_answered(core: Core, flight: Flight, reply: Reply, now: datetime) -> None:
    """CSSM answered a registration, renewal or deregistration; ``reply.body`` as in wire.py."""
    action = flight.errand.body["action"]
    legacy = core.store.legacy
    if action == "deregister" or legacy.state not in (Registering.REGISTERING, Registering.RENEWING):
        return
    what = f"with the Cisco Smart Software Manager or satellite for udi {core.udi}"  # unverified
    if reply.status is not AnswerStatus.OK:
        reason = reply.reason or reply.status.value
        legacy.move(RegistrationTrigger.REFUSED)
        if action == "register":
            legacy.failure, legacy.failed = reason, now
            core.log(3, "AGENT_REG_FAILED", f"Smart Agent for Licensing Registration {what} failed: {reason}")
        else:
            legacy.last_renewal, legacy.last_renewal_reason = now, reason
            core.log(3, "ID_CERT_RENEW_FAILED", f"ID certificate renewal {what} failed: {reason}")
        return
    legacy.move(RegistrationTrigger.ACCEPTED)
    core.store.trust = TrustCodes()  # the certificate takes the place of trust codes of a later release
    given = reply.body
    legacy.certificate = _word(given, "certificate") or legacy.certificate
    legacy.smart_account, legacy.virtual_account = _word(given, "smart_account"), _word(given, "virtual_account")
    legacy.export_controlled_allowed = bool(given.get("export_controlled_allowed"))
    legacy.failure = legacy.failed = None
    legacy.expires = _time(given, "expires") or now + IDENTITY_LIFE
    legacy.next_renewal = _time(given, "next_renewal") or now + IDENTITY_RENEWAL
    if action == "register":
        legacy.registered = now
        core.log(6, "AGENT_REG_SUCCESS", f"Smart Agent for Licensing Registration {what} successful")
        if legacy.export_controlled_allowed:  # unverified: that it is logged here
            core.log(6, "EXPORT_CONTROLLED", "Usage of export controlled features is allowed")
        evaluate(core, now)
        ask_authorization(core, now)
    else:
        legacy.last_renewal, legacy.last_renewal_reason = now, None


def renewal_answered(core: Core, _flight: Flight, reply: Reply, now: datetime) -> None:
    """CSSM answered the renewal of an authorization."""
    legacy = core.store.legacy
    if not legacy.is_registered:
        return
    legacy.last_communication = now
    if reply.status is not AnswerStatus.OK:
        legacy.last_communication_reason = reply.reason or reply.status.value
        text = (
            f"Authorization renewal with the Cisco Smart Software Manager (CSSM) failed: {reply.reason} for {core.udi}"
        )
        core.log(3, "AUTH_RENEW_FAILED", text)
        return
    legacy.last_communication_reason = None
    status = _word(reply.body, "status") or AUTHORIZED
    tags = reply.body.get("out_of_compliance")
    legacy.short = [tag for tag in tags if isinstance(tag, str)] if isinstance(tags, list) else []
    if status != legacy.authorization:
        if status == OUT_OF_COMPLIANCE:  # both texts are unverified
            core.log(3, "OUT_OF_COMPLIANCE", "One or more entitlements are out of compliance")
        elif legacy.authorization == OUT_OF_COMPLIANCE:
            core.log(5, "IN_COMPLIANCE", "All entitlements and licenses in use are authorized")
        legacy.authorization, legacy.authorized = status, now
    asked_again = _time(reply.body, "next_communication") or now + AUTHORIZATION_RENEWAL
    soon = now + OUT_OF_COMPLIANCE_RENEWAL
    legacy.next_communication = min(asked_again, soon) if status == OUT_OF_COMPLIANCE else asked_again
    legacy.communication_deadline = _time(reply.body, "communication_deadline") or now + AUTHORIZATION_LIFE


def _word(body: Any, key: str) -> str | None:
    value = body.get(key)
    return value if isinstance(value, str) and value else None


def _time(body: Any, key: str) -> datetime | None:
    word = _word(body, key)
    return None if word is None else datetime.fromisoformat(word)


# --- what is shown --------------------------------------------------------------------------------------------------

Placed = Callable[[datetime | None], datetime | None]


def jobs(core: Core) -> tuple[tuple[str, datetime | None], ...]:
    """``Upcoming Scheduled Jobs`` of a legacy agent, apart from those that later ones have too; unverified."""
    legacy = core.store.legacy
    registered = legacy.is_registered
    return (
        ("Authorization Renewal", legacy.next_communication if registered else None),
        ("Authorization Expiration", legacy.communication_deadline if registered else None),
        ("Certificate Renewal", legacy.next_renewal if registered else None),
        ("Certificate Expiration", legacy.expires if registered else None),
        ("Register Period Expiration Check", None),
        ("Ack Expiration Check", None),
    )


def printed(core: Core, now: datetime, placed: Placed) -> tuple[Registration, AuthorizationState]:
    """The registration and authorization sections."""
    return _registration(core, placed), _authorization(core, now, placed)


def _registration(core: Core, placed: Placed) -> Registration:
    legacy = core.store.legacy
    if core.store.authorizations.is_reserved:
        kinds = {member.kind for member in core.store.authorizations.members.values() if member.code is not None}
        universal = "UNIVERSAL" in kinds
        status = RegistrationStatus.REGISTERED_UNIVERSAL if universal else RegistrationStatus.REGISTERED_SPECIFIC
        return Registration(status, export_controlled_allowed=True)
    if legacy.is_registered:
        return Registration(
            RegistrationStatus.REGISTERED,
            smart_account=legacy.smart_account,
            virtual_account=legacy.virtual_account,
            export_controlled_allowed=legacy.export_controlled_allowed,
            initial=Attempt("SUCCEEDED", placed(legacy.registered)),
            last_renewal=_attempt(legacy.last_renewal, legacy.last_renewal_reason, placed),
            next_renewal=placed(legacy.next_renewal),
            expires=placed(legacy.expires),
        )
    failed = None if legacy.failed is None else Attempt("FAILED", placed(legacy.failed), legacy.failure)
    if legacy.state is Registering.REGISTERING:
        status, again = RegistrationStatus.REGISTRATION_IN_PROGRESS, core.communication.retry
        return Registration(status, export_controlled_allowed=False, initial=failed, next_attempt=placed(again))
    status = RegistrationStatus.UNREGISTERED if failed is None else RegistrationStatus.REGISTRATION_FAILED
    return Registration(status, export_controlled_allowed=False, initial=failed)


def _authorization(core: Core, now: datetime, placed: Placed) -> AuthorizationState:
    legacy = core.store.legacy
    if not usage(core):
        return AuthorizationState("No Licenses in Use")
    if core.store.authorizations.is_reserved:
        return AuthorizationState("AUTHORIZED - RESERVED")  # unverified
    if not legacy.is_registered:
        left = legacy.evaluation_left(now)
        if not left:
            return AuthorizationState("EVAL EXPIRED", placed(legacy.evaluation_since))
        return AuthorizationState("EVAL MODE", evaluation_remaining=left)
    return AuthorizationState(
        status=legacy.authorization or "INIT",
        since=placed(legacy.authorized),
        last_communication=_attempt(legacy.last_communication, legacy.last_communication_reason, placed),
        next_communication=placed(legacy.next_communication),
        communication_deadline=placed(legacy.communication_deadline),
    )


def _attempt(when: datetime | None, reason: str | None, placed: Placed) -> Attempt | None:
    if when is None:
        return None
    return Attempt("SUCCEEDED" if reason is None else "FAILED", placed(when), reason)


def usage_status(core: Core, tag: str, count: int, now: datetime) -> UsageStatus:
    """The status of the licence with *tag*: one that is short leaves the others authorized."""
    legacy = core.store.legacy
    if not count:
        return UsageStatus.NOT_IN_USE
    if core.store.authorizations.is_reserved:
        return UsageStatus.AUTHORIZED
    if not legacy.is_registered:
        return UsageStatus.EVAL_MODE if legacy.evaluation_left(now) else UsageStatus.EVAL_EXPIRED
    words = {
        AUTHORIZED: UsageStatus.AUTHORIZED,
        OUT_OF_COMPLIANCE: UsageStatus.OUT_OF_COMPLIANCE if tag in legacy.short else UsageStatus.AUTHORIZED,
        EXPIRED: UsageStatus.AUTH_EXPIRED,
    }
    return words.get(legacy.authorization or "", UsageStatus.INIT)
