"""Why a device does not report: causes, each judged from what the device says. Pure.

A report's way has an order: a model that reports, a transport with a URL, a source interface and a VRF, a name that
resolves, a connection, a certificate that is trusted, a trust code, an acknowledgement. Whatever breaks first hides
what breaks after it, so that causes stand in this order among equals. Before that counts how fresh a cause is: what was
logged last comes first, as does what is seen now, then the surer. What the device logged long ago, or before a report
went through, is history: it comes last. Reasons that devices print stand in reference/cli.md section 5, some of them
unverified.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Final

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
from nornir_smartlic.model import (
    Intent,
    LicensingModel,
    LicensingReading,
    RegistrationStatus,
    TransportType,
    placed,
)
from nornir_smartlic.model.times import logged_at
from nornir_smartlic.model.version import CONTROLLER_MANAGED
from nornir_smartlic.operations.licensing_log import SHOW_LOG, LogMessage

UNRESOLVED: Final = "Unable to resolve server hostname/domain name"
_NO_WAY: Final = ("No reply from server", "Unable to connect to server", "Communications init failure")
_NO_TLS: Final = ("certificate", "SSL", "TLS")
ACK_TAKES: Final = timedelta(days=2)
"""CSSM acknowledges within hours; Cisco's guides say to look after a day or two, unverified."""
FRESH: Final = timedelta(hours=2)
"""A failed report is tried again each hour, and logged again. Source: reference/policy.md section 3.5; that each try is
logged is unverified, so that history is shown too."""


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

    @property
    def way(self) -> Way:
        """The way that its reports take."""
        return way_of(self.reading)

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
        return now - at > FRESH or any((sent := placed(each)) is not None and sent > at for each in done)


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

    def rank(cause: Cause) -> tuple[bool, float, int]:
        at = cause.at or newest
        is_history = cause.certainty is Certainty.HISTORY
        return is_history, -at.timestamp() if at is not None else 0.0, order.index(cause.certainty)

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


def _source(symptoms: Symptoms) -> Iterator[Cause]:
    yield from map(_cause_of, source_problems(symptoms.reading))
    way = symptoms.way
    if way.source_interface is None and way.vrf is not None and symptoms.failed_with(*_NO_WAY):
        text = f"reports leave through VRF {way.vrf} without a source interface: answers may not find back"
        fix, seen = ("ip http client source-interface NAME",), _failure_evidence(symptoms)
        yield Cause("no-source-interface", Certainty.LIKELY, text, seen, fix, symptoms.failed_at)


def _cause_of(problem: WayProblem) -> Cause:
    certainty = Certainty.CERTAIN if problem.is_certain else Certainty.LIKELY
    return Cause(problem.id, certainty, problem.text, (problem.evidence,), problem.fix)


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
        text = f"{', '.join(way.name_servers)} {way.place} does not answer, or does not know {way.host}"
        yield Cause("name-unresolved", Certainty.LIKELY, text, evidence, at=symptoms.failed_at)


def _no_way(symptoms: Symptoms) -> Iterator[Cause]:
    if not symptoms.failed_with(*_NO_WAY):
        return
    far = symptoms.way.url or "cslu-local"
    evidence = _failure_evidence(symptoms)
    if symptoms.way.proxy is not None:
        proxy = f"{symptoms.way.proxy.address}:{symptoms.way.proxy.port}"
        text = f"the proxy {proxy} does not answer, or does not let {far} through"
        yield Cause("proxy", Certainty.LIKELY, text, evidence, at=symptoms.failed_at)
    else:
        text = f"{far} does not answer: no route, a filter on the way, or a proxy that is not configured"
        yield Cause("no-way", Certainty.POSSIBLE, text, evidence, at=symptoms.failed_at)


def _tls(symptoms: Symptoms) -> Iterator[Cause]:
    reading = symptoms.reading
    if not (symptoms.way.url or "").startswith("https"):
        return
    failed = symptoms.failed_with(*_NO_TLS)
    evidence = _failure_evidence(symptoms) if failed else ()
    trustpoints = dict(reading.configuration.trustpoints)
    if reading.clock is not None and not reading.clock.synchronised:
        line = (Evidence("show clock", f"{reading.clock.time} not synchronised"), *evidence)
        certainty = Certainty.LIKELY if failed else Certainty.POSSIBLE
        text = "the clock is not synchronised: certificates are not accepted, nor is trust more than an hour off"
        at = symptoms.failed_at if failed else None
        yield Cause("clock", certainty, text, line, ("ntp server ADDRESS",), at)
    if "SLA-TrustPoint" not in trustpoints:
        yield Cause(
            "no-trustpoint",
            Certainty.CERTAIN,
            "there is no trustpoint SLA-TrustPoint, which the device makes once its clock is set",
            evidence,
        )
    elif failed and trustpoints["SLA-TrustPoint"] != "none":
        yield Cause(
            "revocation",
            Certainty.LIKELY,
            "the revocation list of the receiver's certificate may be out of reach",
            evidence,
            ("crypto pki trustpoint SLA-TrustPoint", " revocation-check none"),
            symptoms.failed_at,
        )
    if failed and (old := old_roots(reading)) is not None:
        yield Cause("old-root", Certainty.LIKELY, old.text, (old.evidence, *evidence), old.fix, symptoms.failed_at)
    elif failed:
        text = "the receiver's certificate is not trusted: an inspecting proxy, an On-Prem of its own, or expired"
        yield Cause("certificate", Certainty.POSSIBLE, text, evidence, at=symptoms.failed_at)


def _trust(symptoms: Symptoms) -> Iterator[Cause]:
    state = symptoms.reading.state
    if state.model is not LicensingModel.SLP or symptoms.way.transport not in (
        TransportType.SMART,
        TransportType.CALLHOME,
    ):
        return
    without = untrusted(state)
    if without:
        failure = symptoms.trust_failure
        at = symptoms.logged_at(failure)
        when = f", on {at:%b %d %H:%M:%S %Y}" if at is not None else ""
        why = f"; the last attempt failed: {failure.reason}{when}" if failure is not None else ""
        yield Cause(
            "no-trust",
            Certainty.CERTAIN,
            f"no trust code on {'; '.join(map(str, without))}: CSSM takes no reports from it{why}",
            (Evidence("show license all", "Trust Code Installed: <none>"),) if not state.trust_codes else (),
            ("license smart trust idtoken TOKEN all",),
            at,
        )


def _far_end(symptoms: Symptoms) -> Iterator[Cause]:
    evidence = _failure_evidence(symptoms)
    if symptoms.failed_with("Received empty response"):
        text = (
            f"{symptoms.way.url} answers with nothing: a wrong port or path, http instead of https, or a proxy's page"
        )
        yield Cause("empty-answer", Certainty.LIKELY, text, evidence, at=symptoms.failed_at)
    elif symptoms.failure is not None and symptoms.failure.reason == "Communications failure":
        text = f"{symptoms.way.url or 'the far end'} answers with an error"
        yield Cause("far-end", Certainty.LIKELY, text, evidence, at=symptoms.failed_at)


def _no_ack(symptoms: Symptoms) -> Iterator[Cause]:
    reporting, now = symptoms.reading.state.usage_reporting, symptoms.reading.now()
    if reporting is None or symptoms.failure is not None:
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
    _source,
    _name_resolution,
    _no_way,
    _tls,
    _trust,
    _far_end,
    _no_ack,
)
