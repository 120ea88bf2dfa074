"""Why a device does not report: causes, each judged from what the device says. Pure.

A report's way has an order: a model that reports, a transport with a URL, a source interface and a VRF, a name that
resolves, a connection, a certificate that is trusted, a trust code, an acknowledgement. Whatever breaks first hides
what breaks after it, so that causes stand in this order among equals. Before that counts how fresh a cause is: what was
logged last comes first, as does what is seen now, then the surer. What the device logged long ago, or before a report
went through, is history: it comes last. Reasons that devices print stand in reference/cli.md section 5, some of them
unverified.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final
from urllib.parse import urlsplit

from nornir_smartlic.intent import (
    CONTROLLER,
    Evidence,
    Way,
    WayProblem,
    source_problems,
    unresolved,
    untrusted,
    url_problem,
    way_of,
    why_not_slp,
)
from nornir_smartlic.intent.roots import old_roots
from nornir_smartlic.intent.way import CALL_HOME_RECEIVER, is_address, name_server_line, source_line
from nornir_smartlic.model import (
    Account,
    Intent,
    LicensingModel,
    LicensingReading,
    RegistrationStatus,
    TransportType,
    placed,
)
from nornir_smartlic.model.times import logged_at
from nornir_smartlic.model.version import CONTROLLER_MANAGED
from nornir_smartlic.operations.accounts import other_account
from nornir_smartlic.operations.licensing_log import SHOW_LOG, LogMessage
from nornir_smartlic.operations.trust_results import TrustResult, result_of_reason

UNRESOLVED: Final = "Unable to resolve server hostname/domain name"
_HOME_NOT_SENT: Final = "Fail to send out Call Home HTTP message"
"""What call-home says of whatever goes wrong on the way. Source: reference/cli.md section 5."""
_HOME_OFF: Final = "transport is disabled in call-home"
_NO_WAY: Final = ("No reply from server", "Unable to connect to server", "Communications init failure", _HOME_NOT_SENT)
_NO_TLS: Final = ("certificate", "SSL", "TLS")
ACK_TAKES: Final = timedelta(days=2)
"""CSSM acknowledges within hours; Cisco's guides say to look after a day or two, unverified."""
FRESH: Final = timedelta(hours=2)
"""A failed report is tried again each hour, and logged again. Source: reference/policy.md section 3.5; that each try is
logged is unverified, so that history is shown too."""


NO_GATEWAY: Final = "Gateway of last resort is not set"
TECH_SUPPORT: Final = "show license tech support"


def show_gateway(vrf: str | None) -> str:
    """The command whose answer is `NO_GATEWAY` where the routing table of *vrf* has no default route."""
    table = f"show ip route vrf {vrf}" if vrf is not None else "show ip route"
    return f"{table} | include Gateway of last resort"


class Certainty(Enum):
    """How sure a cause is."""

    CERTAIN = "certain"  # it cannot work like this
    LIKELY = "likely"  # it fits what the device says
    POSSIBLE = "possible"  # worth a look
    HISTORY = "history"  # it was so when the device logged it, and has not been logged since


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause: what is wrong, where one sees it, and what to do about it."""

    id: str
    certainty: Certainty
    text: str
    evidence: tuple[Evidence, ...] = ()
    fix: tuple[str, ...] = ()  # configuration lines, or commands
    at: datetime | None = None  # when the device logged it last; None: seen now, or its log has no time


@dataclass(frozen=True, slots=True)
class Symptoms:
    """What the device says of its trouble."""

    reading: LicensingReading  # its configuration with interfaces
    failure: LogMessage | None  # the last failed communication, unless it was restored since
    trust_failure: LogMessage | None = None  # the last trust code that was not installed
    platform_error: LogMessage | None = None  # the last error of the platform below the agent
    wanted: Intent = field(default_factory=Intent)  # what the inventory asks for
    down_rev: LogMessage | None = None  # SSM On-Prem does not know usage reports
    has_default_route: bool | None = None  # in the VRF of the reports; None: not asked, or refused
    refusal: str | None = None  # why CSSM refused the last report, in its words; None: it did not, or it was not asked

    @property
    def way(self) -> Way:
        """The way that its reports take."""
        way = way_of(self.reading)
        if way.transport is TransportType.CALLHOME and way.url is None:  # the address that its profile has by default
            return replace(way, url=CALL_HOME_RECEIVER)
        return way

    def failed_with(self, *words: str) -> bool:
        """Whether the last failure names one of *words*."""
        return self.failure is not None and any(word.lower() in self.failure.reason.lower() for word in words)

    def logged_at(self, message: LogMessage | None) -> datetime | None:
        """When the device wrote *message*; ``None``: there is none, or it has no time."""
        return logged_at(message.line, self.reading.now()) if message is not None else None

    @property
    def failed_at(self) -> datetime | None:
        """When the last failure was logged."""
        return self.logged_at(self.failure)

    @property
    def is_history(self) -> bool:
        """Whether the last failure says nothing of now: a report went through since, or it was not logged again."""
        at, now, reporting = self.failed_at, self.reading.now(), self.reading.state.usage_reporting
        if at is None or now is None:
            return False
        done = (reporting.last_ack, reporting.last_report_push) if reporting is not None else ()
        # what lies in the future was written before the clock was set back
        return now - at > FRESH or any((sent := placed(each)) is not None and at < sent <= now for each in done)


def causes_of(symptoms: Symptoms) -> tuple[Cause, ...]:
    """The causes: the freshest first, of equals the surest; history comes last.

    What is seen now and was never logged is as fresh as the last message.
    """
    if symptoms.reading.version.is_controller_managed:
        seen = Evidence("show version", f"Router operating mode: {CONTROLLER_MANAGED}")
        return (Cause("controller", Certainty.CERTAIN, f"{CONTROLLER}: see its licence pages", (seen,)),)
    standing = replace(symptoms, failure=None) if symptoms.is_history else symptoms
    found = [cause for judge in _JUDGES for cause in judge(standing)]
    if symptoms.is_history:
        known = {cause.id for cause in found}
        then = (cause for judge in _JUDGES for cause in judge(symptoms))
        found += [
            replace(cause, certainty=Certainty.HISTORY)
            for cause in then
            if cause.at is not None and cause.at == symptoms.failed_at and cause.id not in known
        ]
    order = list(Certainty)
    newest = max((cause.at for cause in found if cause.at and cause.certainty is not Certainty.HISTORY), default=None)

    def rank(cause: Cause) -> tuple[bool, float, bool, int]:
        at = cause.at or newest
        is_history = cause.certainty is Certainty.HISTORY
        hindered = cause.id == "no-trust" and cause.at is None and standing.failure is not None
        return is_history, -at.timestamp() if at is not None else 0.0, hindered, order.index(cause.certainty)

    return tuple(sorted(found, key=rank))


_UNREGISTERED: Final = (RegistrationStatus.UNREGISTERED, RegistrationStatus.REGISTRATION_FAILED)


def _model(symptoms: Symptoms) -> Iterator[Cause]:
    state = symptoms.reading.state
    if state.model is LicensingModel.SLP:
        return
    registration = state.registration
    if registration is None or registration.status not in _UNREGISTERED:
        text = why_not_slp(state, symptoms.reading.version) + ": there is nothing to report"
        yield Cause("model", Certainty.CERTAIN, text)
        return
    attempt = registration.initial
    reason = attempt.failure_reason if attempt is not None else None
    yield Cause(
        "not-registered",
        Certainty.CERTAIN,
        "the device is not registered" + (f": {reason}" if reason else ""),
        (Evidence("show license all", f"Status: {registration.status.value}"),),
        ("license smart register idtoken TOKEN",),
    )


def _no_transport(symptoms: Symptoms) -> Iterator[Cause]:
    if symptoms.way.transport is TransportType.OFF and symptoms.wanted.transport is not TransportType.OFF:
        yield Cause(
            "transport-off",
            Certainty.CERTAIN,
            "the transport is off: reports leave the device by file only, and so do their ACKs come back",
            (Evidence("show running-config", "license smart transport off"),),
            ("license smart save usage unreported file flash:usage.txt", "license smart import flash:ack.txt"),
        )


def _wrong_url(symptoms: Symptoms) -> Iterator[Cause]:
    if (problem := url_problem(symptoms.reading)) is not None:
        yield _cause_of(problem)


def _call_home(symptoms: Symptoms) -> Iterator[Cause]:
    """Call-home switched off, or by mail alone. Source: reference/cli.md section 5, the reason of COMM_FAILED."""
    if symptoms.way.transport is not TransportType.CALLHOME or not symptoms.failed_with(_HOME_OFF):
        return
    fix = ("service call-home", "call-home", ' profile "CiscoTAC-1"', "  active", "  destination transport-method http")
    text = "call-home is off, or its profile CiscoTAC-1 is not active or has no transport method http"
    yield Cause("call-home-off", Certainty.CERTAIN, text, _failure_evidence(symptoms), fix, symptoms.failed_at)


def _source(symptoms: Symptoms) -> Iterator[Cause]:
    yield from map(_cause_of, source_problems(symptoms.reading))
    way = symptoms.way
    if way.source_interface is None and way.vrf is not None and symptoms.failed_with(*_NO_WAY):
        text = f"reports leave through VRF {way.vrf} without a source interface: answers may not find back"
        fix = source_line(symptoms.reading.configuration, way.vrf) or "ip http client source-interface NAME"
        seen = _failure_evidence(symptoms)
        yield Cause("no-source-interface", Certainty.LIKELY, text, seen, (fix,), symptoms.failed_at)


def _cause_of(problem: WayProblem) -> Cause:
    certainty = Certainty.CERTAIN if problem.is_certain else Certainty.LIKELY
    return Cause(problem.id, certainty, problem.text, (problem.evidence,), problem.fix)


def _no_route(symptoms: Symptoms) -> Iterator[Cause]:
    """A routing table without default route: what has no route of its own is out of reach."""
    if symptoms.has_default_route is not False or not symptoms.failed_with(*_NO_WAY, UNRESOLVED, "resolve"):
        return
    way = symptoms.way
    if not any(where == way.vrf and address for _, where, address in symptoms.reading.configuration.interfaces):
        text = f"no interface {way.place} has an address, and there is no default route"
    else:
        text = f"there is no default route {way.place}"
    evidence = (*_failure_evidence(symptoms), Evidence(show_gateway(way.vrf), NO_GATEWAY))
    vrf = f"vrf {way.vrf} " if way.vrf is not None else ""
    certainty = Certainty.LIKELY if way.proxy is None else Certainty.POSSIBLE  # a proxy may have a route of its own
    yield Cause("no-route", certainty, text, evidence, (f"ip route {vrf}0.0.0.0 0.0.0.0 GATEWAY",), symptoms.failed_at)


def _name_resolution(symptoms: Symptoms) -> Iterator[Cause]:
    way = symptoms.way
    is_unresolved = symptoms.failed_with(UNRESOLVED, "resolve")
    evidence = _failure_evidence(symptoms) if is_unresolved else ()
    why = unresolved(way, symptoms.reading.configuration)
    if why is not None and why.is_lookup:
        at = symptoms.failed_at if is_unresolved else None
        yield Cause("no-lookup", Certainty.CERTAIN, why.text, (why.evidence, *evidence), (why.fix,), at)
    elif why is not None:
        certainty = Certainty.CERTAIN if is_unresolved or way.url is not None else Certainty.LIKELY
        text = f"there is {why.text} to resolve {way.host}"
        at = symptoms.failed_at if is_unresolved else None
        yield Cause("no-name-server", certainty, text, (*evidence, why.evidence), (why.fix,), at)
    elif is_unresolved and way.host is not None:
        servers = ", ".join(way.name_servers) or "no name server"
        text = f"{servers} {way.place} does not answer, or does not know {way.host}"
        certainty = Certainty.LIKELY if symptoms.has_default_route is not False else Certainty.POSSIBLE
        fix = (f"let {servers} answer and know {way.host}, or name another: {name_server_line(way.vrf)} ADDRESS",)
        yield Cause("name-unresolved", certainty, text, evidence, fix, symptoms.failed_at)


def _no_way(symptoms: Symptoms) -> Iterator[Cause]:
    way = symptoms.way
    if not symptoms.failed_with(*_NO_WAY) or (way.url is None and way.transport is not TransportType.CSLU):
        return
    far = way.url or "cslu-local"
    evidence = _failure_evidence(symptoms)
    if way.proxy is not None:
        proxy = f"{way.proxy.address}:{way.proxy.port}"
        text = f"the proxy {proxy} does not answer, or does not let {far} through"
        fix: tuple[str, ...] = (f"let the proxy {proxy} answer this device, and pass {far}",)
        yield Cause("proxy", Certainty.LIKELY, text, evidence, fix, symptoms.failed_at)
        return
    if symptoms.has_default_route is False:
        return  # said by `_no_route`
    text = f"{far} does not answer: a filter on the way, a proxy that is not configured, or it is down"
    if symptoms.failed_with(_HOME_NOT_SENT):
        text = f"{far} cannot be reached; call-home does not say whether its name, the way or its certificate is why"
    fix = (f"permit {far} on the way, or configure the proxy that it is reached through",)
    yield Cause("no-way", Certainty.POSSIBLE, text, evidence, fix, symptoms.failed_at)


def _clock(symptoms: Symptoms) -> Iterator[Cause]:
    """A clock that cannot be right, or that nobody sets."""
    reading, now = symptoms.reading, symptoms.reading.now()
    fix = ("ntp server ADDRESS",)
    refused = symptoms.trust_failure if _is_of_clock(symptoms.trust_failure) else None
    if refused is not None or _is_refused(symptoms, TrustResult.CLOCK):
        reason = refused.reason if refused is not None else symptoms.refusal
        text = f"the clock is more than an hour off that of CSSM: {reason}"
        evidence = (_logged(refused),) if refused is not None else (Evidence(TECH_SUPPORT, f"{symptoms.refusal}"),)
        yield Cause("clock", Certainty.CERTAIN, text, evidence, fix, symptoms.logged_at(refused))
        return
    if now is not None and (later := _written_after(symptoms, now)) is not None:
        text = f"the clock says {now:%b %d %Y}, and the device did something on {later:%b %d %Y}: the clock went back"
        yield Cause("clock", Certainty.CERTAIN, text, (Evidence("show clock", str(now)),), fix)
        return
    if reading.clock is None or reading.clock.synchronised or not (symptoms.way.url or "").startswith("https"):
        return
    failed = symptoms.failed_with(*_NO_TLS)
    line = Evidence("show clock", f"{reading.clock.time} not synchronised")
    certainty = Certainty.LIKELY if failed else Certainty.POSSIBLE
    text = "the clock is not synchronised: certificates are not accepted, nor is trust more than an hour off"
    seen = (line, *(_failure_evidence(symptoms) if failed else ()))
    yield Cause("clock", certainty, text, seen, fix, symptoms.failed_at if failed else None)


def _is_of_clock(message: LogMessage | None) -> bool:
    return message is not None and result_of_reason(message.reason) is TrustResult.CLOCK


def _written_after(symptoms: Symptoms, now: datetime) -> datetime | None:
    """The latest thing that the device did more than a day after *now*; ``None``: nothing, its clock goes forward."""
    state = symptoms.reading.state
    reporting = state.usage_reporting
    done = [code.installed for code in state.trust_codes or ()]
    if reporting is not None:
        done += [reporting.last_ack, reporting.last_report_push, reporting.last_report_file_write]
    later = [at for each in done if (at := placed(each)) is not None and at - now > timedelta(days=1)]
    return max(later, default=None)


def _tls(symptoms: Symptoms) -> Iterator[Cause]:
    reading, way = symptoms.reading, symptoms.way
    if not (way.url or "").startswith("https"):
        return
    failed, hidden = symptoms.failed_with(*_NO_TLS), symptoms.failed_with(_HOME_NOT_SENT)
    evidence = _failure_evidence(symptoms) if failed else ()
    trustpoints = dict(reading.configuration.trustpoints)
    at = symptoms.failed_at
    if "SLA-TrustPoint" not in trustpoints:
        yield Cause(
            "no-trustpoint",
            Certainty.CERTAIN,
            "there is no trustpoint SLA-TrustPoint, which the device makes once its clock is set",
            evidence,
        )
    elif (failed or hidden) and trustpoints["SLA-TrustPoint"] != "none":
        yield Cause(
            "revocation",
            Certainty.LIKELY if failed else Certainty.POSSIBLE,
            "the revocation list of the receiver's certificate may be out of reach",
            _failure_evidence(symptoms),
            ("crypto pki trustpoint SLA-TrustPoint", " revocation-check none"),
            at,
        )
    if failed and (old := old_roots(reading)) is not None:
        yield Cause("old-root", Certainty.LIKELY, old.text, (old.evidence, *evidence), old.fix, at)
    elif failed and way.server_identity_check and is_address(urlsplit(way.url or "").hostname or ""):
        text = f"{way.url} has an address, and the certificate must have the name of the server"
        yield Cause("server-identity", Certainty.LIKELY, text, evidence, _no_identity_check(way), at)
    elif failed:
        host = urlsplit(way.url or "").hostname
        text = "the receiver's certificate is not trusted: an inspecting proxy, an On-Prem of its own, or expired"
        fix = (f"let {host} through without inspection, with a certificate that is valid and names it",)
        yield Cause("certificate", Certainty.POSSIBLE, text, evidence, fix, at)


def _no_identity_check(way: Way) -> tuple[str, ...]:
    if way.transport is TransportType.CALLHOME:
        return ("call-home", " no http secure server-identity-check")
    return ("no license smart server-identity-check",)


def _trust(symptoms: Symptoms) -> Iterator[Cause]:
    state = symptoms.reading.state
    if state.model is not LicensingModel.SLP or symptoms.way.transport not in (
        TransportType.SMART,
        TransportType.CALLHOME,
    ):
        return
    failure = symptoms.trust_failure
    at = symptoms.logged_at(failure)
    seen = (Evidence("show license all", "Trust Code Installed: <none>"),) if not state.trust_codes else ()
    if without := untrusted(state):
        when = f", on {at:%b %d %H:%M:%S %Y}" if at is not None else ""
        why = f"; the last attempt failed: {failure.reason}{when}" if failure is not None else ""
        result = result_of_reason(failure.reason) if failure is not None else None
        new_token = result in _OF_TOKEN
        yield Cause(
            result.value if result is not None and new_token else "no-trust",
            Certainty.CERTAIN,
            f"no trust code on {'; '.join(map(str, without))}: CSSM takes no reports from it{why}",
            seen if failure is None else (*seen, _logged(failure)),
            (*(_NEW_TOKEN if new_token else ()), "license smart trust idtoken TOKEN all"),
            at,
        )
    elif symptoms.refusal is not None and _FORGOTTEN.search(symptoms.refusal):
        yield Cause(
            "trust-lost",
            Certainty.CERTAIN,
            f"CSSM does not know the trust code of this device any more: {symptoms.refusal}",
            (Evidence(TECH_SUPPORT, symptoms.refusal),),
            ("license smart trust idtoken TOKEN all force",),
        )
    there, wanted = state.account, Account(symptoms.wanted.smart_account, symptoms.wanted.virtual_account)
    if not without and (other := other_account(there, wanted)) is not None:
        fix = ("smartlic cssm transfer devices", "or anew: license smart trust idtoken TOKEN all force")
        evidence = (Evidence("show license all", f"Virtual Account: {there.virtual_account if there else None}"),)
        yield Cause("other-account", Certainty.CERTAIN, f"its reports count elsewhere: {other}", evidence, fix)


_OF_TOKEN: Final = (
    TrustResult.TOKEN_INVALID,
    TrustResult.TOKEN_EXPIRED,
    TrustResult.TOKEN_USED_UP,
    TrustResult.TOKEN_REVOKED,
)
_NEW_TOKEN: Final = ("smartlic cssm tokens create",)
_FORGOTTEN: Final = re.compile(r"identity .*not valid|re-?register|trust is not established", re.I)
"""Source: the capture show-license-tech-support/genie-c9407r-ha-agent5.1.31-smart-proxy: an identity that is not valid,
please re-register. Unverified: other wordings."""


def _refused(symptoms: Symptoms) -> Iterator[Cause]:
    """CSSM answers, and takes no report."""
    reason = symptoms.refusal
    if reason is None or _FORGOTTEN.search(reason) or _is_refused(symptoms, TrustResult.CLOCK):
        return
    fix = ("license smart sync all", "open a case with Cisco about the reason that CSSM gives, if it stays")
    text = f"CSSM answers and refuses the reports: {reason}"
    yield Cause("refused", Certainty.LIKELY, text, (Evidence(TECH_SUPPORT, reason),), fix)


def _is_refused(symptoms: Symptoms, why: TrustResult) -> bool:
    return symptoms.refusal is not None and result_of_reason(symptoms.refusal) is why


def _on_prem(symptoms: Symptoms) -> Iterator[Cause]:
    """An SSM On-Prem of before Smart Licensing Using Policy.

    Source: reference/cli.md section 5, REPORTING_NOT_SUPPORTED; that 8-202102 is the first release with SLP is from
    Cisco's guide to Smart Licensing Using Policy, "SSM On-Prem".
    """
    message = symptoms.down_rev
    if message is None:
        return
    text = "SSM On-Prem is too old for usage reports of Smart Licensing Using Policy"
    fix = ("upgrade SSM On-Prem to version 8, release 202102 or later",)
    yield Cause("on-prem-too-old", Certainty.CERTAIN, text, (_logged(message),), fix, symptoms.logged_at(message))


def _far_end(symptoms: Symptoms) -> Iterator[Cause]:
    evidence = _failure_evidence(symptoms)
    if symptoms.failed_with("Received empty response"):
        text = (
            f"{symptoms.way.url} answers with nothing: a wrong port or path, http instead of https, or a proxy's page"
        )
        fix = (f"check the address that is set: {symptoms.way.url}",)
        yield Cause("empty-answer", Certainty.LIKELY, text, evidence, fix, symptoms.failed_at)
    elif symptoms.failure is not None and symptoms.failure.reason == "Communications failure":
        text = f"{symptoms.way.url or 'the far end'} answers with an error"
        fix = ("wait: the device tries again each hour; then look at the far end and its log",)
        yield Cause("far-end", Certainty.LIKELY, text, evidence, fix, symptoms.failed_at)


def _no_ack(symptoms: Symptoms) -> Iterator[Cause]:
    reporting, now = symptoms.reading.state.usage_reporting, symptoms.reading.now()
    if reporting is None or symptoms.failure is not None or symptoms.refusal is not None:
        return
    pushed, acknowledged = placed(reporting.last_report_push), placed(reporting.last_ack)
    if (
        now is None
        or pushed is None
        or now - pushed < ACK_TAKES
        or (acknowledged is not None and acknowledged > pushed)
    ):
        return
    yield Cause(
        "no-ack",
        Certainty.LIKELY,
        "reports were sent and not acknowledged: CSSM or the CSLU between has not processed them",
        (Evidence("show license status", f"Last report push: {pushed:%b %d %H:%M:%S %Y}"),),
        ("license smart sync all",),
    )


def _failure_evidence(symptoms: Symptoms) -> tuple[Evidence, ...]:
    failure = symptoms.failure
    if failure is None:
        return ()
    return (_logged(failure),)


def _logged(message: LogMessage) -> Evidence:
    return Evidence(SHOW_LOG, message.line)


def _platform(symptoms: Symptoms) -> Iterator[Cause]:
    """The agent asks the platform for the serial number, and gets none.

    Source: corrections-2026-11.md, the message. Unverified: that a reload mends it; the message asks for TAC.
    """
    error = symptoms.platform_error
    if error is None or "udi_sn is empty" not in error.text or symptoms.reading.state.udi is not None:
        return
    text = "the platform gives the licensing agent no serial number: it has no UDI to report with"
    fix = ("show license udi", "reload", "open a case with Cisco TAC if the UDI stays empty")
    yield Cause("no-serial-number", Certainty.CERTAIN, text, (_logged(error),), fix, symptoms.logged_at(error))


_JUDGES: Final[tuple[Callable[[Symptoms], Iterator[Cause]], ...]] = (
    _platform,
    _model,
    _no_transport,
    _wrong_url,
    _call_home,
    _source,
    _no_route,
    _name_resolution,
    _no_way,
    _clock,
    _tls,
    _trust,
    _on_prem,
    _far_end,
    _refused,
    _no_ack,
)
