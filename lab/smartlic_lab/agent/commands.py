"""Privileged EXEC commands of Smart Licensing Using Policy. Source: reference/cli.md sections 3 and 6."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from nornir_smartlic.errors import IllegalEvent
from nornir_smartlic.files import (
    AuthorizationRequestFile,
    MemberAuthorizationRequest,
    RequestedKey,
    SystemInfo,
    TrustRequestFile,
    UsageFile,
    render_authorization_request,
    render_trust_request,
    render_usage_file,
)
from nornir_smartlic.model import EnforcementType, RumReportState, TransportType, Udi
from smartlic_lab.agent import exchange, installation
from smartlic_lab.agent.authorization import NOT_FOUND, NOTHING_INSTALLED, AuthorizationTrigger, RequestedAuthorization
from smartlic_lab.agent.communication import Errand
from smartlic_lab.agent.core import Core
from smartlic_lab.agent.deadlines import class_of
from smartlic_lab.agent.events import (
    AuthorizationRequested,
    AuthorizationReturned,
    FileImported,
    Print,
    Scope,
    SyncRequested,
    TrustRequested,
    UsageSaveRequested,
    WriteFile,
)
from smartlic_lab.agent.rum import USAGE_REQUESTED, Report, rum_report
from smartlic_lab.agent.trust import TrustTrigger
from smartlic_lab.world.wire import MessageKind

TRANSPORT_NOT_CONFIGURED: Final = "The transport type needed is not configured"  # agent error 142
IN_USE: Final = "The requested operation is not supported"  # agent error 10; that it is this one is unverified
RESET_WARNING: Final = '%Warning: reload required after "license smart factory reset" command\n'


def request_trust(core: Core, event: TrustRequested, now: datetime) -> None:
    """``license smart trust idtoken``: prints nothing, the outcome is logged. Who has no code needs no force."""
    _require_transport(core)
    trust = core.store.trust
    lacking = trust.installed and any(str(udi) not in trust.codes for udi in _scoped(core, event.scope))
    trust.move(TrustTrigger.FORCED if event.force or lacking else TrustTrigger.REQUESTED)
    body = {"force": event.force, "all": event.scope is Scope.ALL}
    waiting = core.communication.waiting
    waiting[:] = [errand for errand in waiting if errand.kind is not MessageKind.TRUST_ESTABLISHMENT]
    exchange.launch(core, Errand(MessageKind.TRUST_ESTABLISHMENT, body, event.token), now)


def sync(core: Core, _event: SyncRequested, now: datetime) -> None:
    """``license smart sync``: report now, ask for ACKs now, and for policy and trust. Without trust nothing is sent."""
    _require_transport(core)
    if not core.may_report():
        return
    for poll in exchange.usage_polls(core):
        poll.due = now + poll.interval
        exchange.launch(core, Errand(MessageKind.RESULT_POLLING, {"poll_id": poll.poll_id}), now)
    exchange.push(core, now, asked=True)
    exchange.launch(core, Errand(MessageKind.TRUST_SYNC), now)


def save_usage(core: Core, event: UsageSaveRequested, now: datetime) -> None:
    """``license smart save usage``: what is open is closed first, so that the file has current use."""
    selected = _selected(core, event, now)
    if not selected:
        raise IllegalEvent(NOT_FOUND)
    reports = core.store.reports
    tags = None if event.rum_id is None else [r.entitlement.tag for r in selected if r.state is RumReportState.OPEN]
    reports.close(now, USAGE_REQUESTED, core.identity(), tags)
    closed = [report for report in selected if report.state is not RumReportState.OPEN]
    usage = UsageFile(tuple(rum_report(report) for report in closed), _system_info(core, now))
    core.store.reporting.last_file_write = now
    core.do(WriteFile(render_usage_file(usage)))


def _selected(core: Core, event: UsageSaveRequested, now: datetime) -> Sequence[Report]:
    """The reports that the command names and that have something in them, open ones included."""
    reports = [report for report in core.store.reports.reports.values() if report.stored and report.has_measured(now)]
    if event.rum_id is not None:
        return [report for report in reports if report.report_id == event.rum_id]
    if event.days is not None:
        since = now - timedelta(days=event.days)
        return [report for report in reports if report.end is None or report.end >= since]
    if event.unreported:
        return [report for report in reports if report.state is not RumReportState.ACK]
    return reports


def save_trust_request(core: Core, now: datetime) -> None:
    """``license smart save trust-request``."""
    core.do(WriteFile(render_trust_request(TrustRequestFile(_system_info(core, now), core.udis))))


def import_file(core: Core, event: FileImported, now: datetime) -> None:
    """``license smart import``."""
    core.do(Print(installation.import_file(core, event.text, now)))


def request_authorization(core: Core, event: AuthorizationRequested, now: datetime) -> None:
    """``license smart authorization request {add|replace}``: asked for online at once, or saved by a second command."""
    entitlement = core.entitlement(event.feature)
    if entitlement is None or event.count < 1:
        raise IllegalEvent(NOT_FOUND)
    udis = _scoped(core, event.scope)
    authorizations = core.store.authorizations
    for udi in udis:
        authorizations.of(udi).move(AuthorizationTrigger.REQUESTED)
    authorizations.request = RequestedAuthorization(entitlement.tag, entitlement.name, event.count, event.replace, udis)
    if core.may_report():
        keys = [
            {
                "udi": {"pid": udi.pid, "sn": udi.sn},
                "feature": entitlement.name,
                "tag": entitlement.tag,
                "count": event.count,
            }
            for udi in udis
        ]
        body = {"action": "replace" if event.replace else "add", "keys": keys}
        exchange.launch(core, Errand(MessageKind.AUTHORIZATION_REQUEST, body), now)


def save_authorization_request(core: Core, now: datetime) -> None:
    """``license smart authorization request save``."""
    authorizations = core.store.authorizations
    request = authorizations.request
    if request is None:
        raise IllegalEvent(NOT_FOUND)
    members = tuple(
        MemberAuthorizationRequest(
            udi, (RequestedKey(request.tag, request.count),), confirm_code=authorizations.of(udi).confirmation_code
        )
        for udi in request.udis
    )
    core.do(WriteFile(render_authorization_request(AuthorizationRequestFile(_system_info(core, now), members))))


def return_authorization(core: Core, event: AuthorizationReturned, now: datetime) -> None:
    """``license smart authorization return``: the codes are printed, or written to a file, and online sent to CSSM.

    What is in use or configured and needs a code cannot be given back; a reservation of licences that need none can,
    and from then on they are reported. The form of the printed lines is unverified (reference/cli.md section 3).
    """
    authorizations = core.store.authorizations
    udis = [udi for udi in _scoped(core, event.scope) if authorizations.is_installed(udi)]
    if not udis:
        raise IllegalEvent(NOTHING_INSTALLED)
    if event.online:
        _require_transport(core)
    tags = {udi: [license_.tag for license_ in authorizations.of(udi).licenses] for udi in udis}
    needed = {*event.configured, *(used.entitlement for used in core.usage.values() if used.count)}
    given = {tag for udi in udis for tag in tags[udi]}
    if any(one.tag in given and one.enforcement is not EnforcementType.NOT_ENFORCED for one in needed):
        raise IllegalEvent(IN_USE)
    reserved = {tag: authorizations.reserves(tag) for tag in core.usage}
    codes = [(udi, authorizations.of(udi).give_back(udi, now)) for udi in udis]
    _owe_reports(core, reserved, now)
    for udi, _code in codes:
        text = f"A licensing authorization code has been removed from {udi}"
        core.log(6, "AUTHORIZATION_REMOVED", text)
    if event.to_file:
        members = tuple(MemberAuthorizationRequest(udi, (), remove_code=code) for udi, code in codes)
        core.do(WriteFile(render_authorization_request(AuthorizationRequestFile(_system_info(core, now), members))))
        return
    printed = ["Enter this return code in Cisco Smart Software Manager portal:"]
    for udi, code in codes:
        printed += [f"UDI: {udi}", f"    Return code: {code}"]
    core.do(Print("\n".join([*printed, ""])))
    if event.online:
        body = {
            "codes": [
                {"udi": {"pid": udi.pid, "sn": udi.sn}, "return_code": code, "tags": tags[udi]} for udi, code in codes
            ]
        }
        exchange.launch(core, Errand(MessageKind.AUTHORIZATION_RETURN, body), now)


def _owe_reports(core: Core, reserved: Mapping[str, int], now: datetime) -> None:
    """What was *reserved* needed no report; what is in use beyond what still is, does."""
    for tag, used in core.usage.items():
        if core.store.authorizations.reserves(tag) < used.count <= reserved[tag]:
            core.store.reporting.license_added(class_of(used.entitlement), core.classes(), now)
    core.store.reporting.reschedule(core.push_interval(), now)


def request_factory_reset(core: Core) -> None:
    """``license smart factory reset``: nothing is gone before the next boot."""
    core.store.reset_pending = True
    core.do(Print(RESET_WARNING))


def _require_transport(core: Core) -> None:
    if core.settings.transport is TransportType.OFF:
        raise IllegalEvent(TRANSPORT_NOT_CONFIGURED)


def _scoped(core: Core, scope: Scope) -> tuple[Udi, ...]:
    return core.udis if scope is Scope.ALL else core.udis[:1]


def _system_info(core: Core, now: datetime) -> SystemInfo:
    core.store.message_id += 1
    milliseconds = round(now.timestamp() * 1000)
    return SystemInfo(
        udi=core.udi,
        timestamp=now,
        nonce=f"{milliseconds}{core.store.message_id}",
        hostname=None if core.settings.hostname_privacy else core.settings.hostname,
        software_tag=core.profile.software_id,
    )
