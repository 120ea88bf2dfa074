"""Why a device does not report: causes, each judged from what the device says. Pure.

A report's way has an order: a model that reports, a transport with a URL, a source interface and a VRF, a name that
resolves, a connection, a certificate that is trusted, a trust code, an acknowledgement. Whatever breaks first hides
what breaks after it, so that causes are listed by certainty, and in this order among equals. Reasons that devices print
stand in reference/cli.md section 5, some of them recalled.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final
from urllib.parse import urlsplit

from nornir_smartlic.compliance import Evidence
from nornir_smartlic.errors import IntentError
from nornir_smartlic.intent import actual_transport, check_url, untrusted, why_not_slp
from nornir_smartlic.model import LicensingModel, LicensingReading, Proxy, RegistrationStatus, TransportType, placed
from nornir_smartlic.operations.licensing_log import LogMessage

UNRESOLVED: Final = "Unable to resolve server hostname/domain name"
_NO_WAY: Final = ("No reply from server", "Unable to connect to server", "Communications init failure")
_NO_TLS: Final = ("certificate", "SSL", "TLS")
ACK_TAKES: Final = timedelta(days=2)
"""CSSM acknowledges within hours; Cisco's guides say to look after a day or two, recalled."""


class Certainty(Enum):
    """How sure a cause is."""

    CERTAIN = "certain"  # it cannot work like this
    LIKELY = "likely"  # it fits what the device says
    POSSIBLE = "possible"  # worth a look


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause: what is wrong, where one sees it, and what to do about it."""

    id: str
    certainty: Certainty
    text: str
    evidence: tuple[Evidence, ...] = ()
    fix: tuple[str, ...] = ()  # configuration lines, or commands


@dataclass(frozen=True, slots=True)
class Symptoms:
    """What the device says of its trouble."""

    reading: LicensingReading  # its configuration with interfaces
    failure: LogMessage | None  # the last failed communication, unless it was restored since
    trust_failure: LogMessage | None = None  # the last trust code that was not installed

    @property
    def transport(self) -> TransportType:
        """The transport in use."""
        return actual_transport(self.reading)

    @property
    def url(self) -> str | None:
        """Where the reports go; ``None``: nowhere, or to the name ``cslu-local``."""
        configuration = self.reading.configuration
        if self.transport is TransportType.SMART:
            return configuration.smart_url or configuration.plain_url
        if self.transport is TransportType.CSLU:
            return configuration.cslu_url
        return configuration.call_home.destination_url if self.transport is TransportType.CALLHOME else None

    @property
    def vrf(self) -> str | None:
        """The VRF that the reports take: under cslu that of the source interface."""
        configuration = self.reading.configuration
        if self.transport is TransportType.CALLHOME:
            return configuration.call_home.vrf
        if self.transport is TransportType.SMART and configuration.intent.vrf is not None:
            return configuration.intent.vrf
        found = self.source_interface
        return found[1] if found is not None else None

    @property
    def source_interface(self) -> tuple[str, str | None, str | None] | None:
        """Name, VRF and address of the source interface; ``None``: none is set, or it is not there."""
        name = self.reading.configuration.intent.source_interface
        return next((found for found in self.reading.configuration.interfaces if found[0] == name), None)

    @property
    def proxy(self) -> Proxy | None:
        """The proxy of the transport in use."""
        configuration = self.reading.configuration
        if self.transport is TransportType.CALLHOME:
            return configuration.call_home.http_proxy
        return configuration.intent.proxy

    def failed_with(self, *words: str) -> bool:
        """Whether the last failure names one of *words*."""
        return self.failure is not None and any(word.lower() in self.failure.reason.lower() for word in words)


def causes_of(symptoms: Symptoms) -> tuple[Cause, ...]:
    """The causes, the surest first."""
    order = list(Certainty)
    found = [cause for judge in _JUDGES for cause in judge(symptoms)]
    return tuple(sorted(found, key=lambda cause: order.index(cause.certainty)))


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
    if symptoms.transport is TransportType.OFF:
        yield Cause(
            "transport-off",
            Certainty.CERTAIN,
            "the transport is off: reports leave the device by file only, and so do their ACKs come back",
            (Evidence("show running-config", "license smart transport off"),),
            ("license smart save usage unreported file flash:usage.txt", "license smart import flash:ack.txt"),
        )


def _wrong_url(symptoms: Symptoms) -> Iterator[Cause]:
    transport, url = symptoms.transport, symptoms.url
    if transport is TransportType.SMART and url is None:
        yield Cause(
            "no-url",
            Certainty.CERTAIN,
            "transport smart has no URL",
            (Evidence("show running-config", "license smart transport smart"),),
            ("license smart url default",),
        )
    if url is None:
        return
    evidence = (Evidence("show running-config", url),)
    try:
        check_url(transport, url, "url")
    except IntentError as error:
        fix = ("license smart url default",) if transport is TransportType.SMART else ()
        yield Cause(
            "wrong-url", Certainty.CERTAIN, f"{error.met}, and the transport is {transport.keyword}", evidence, fix
        )
    else:
        host = urlsplit(url).hostname or ""
        if transport is TransportType.SMART and host.endswith("cisco.com") and host != "smartreceiver.cisco.com":
            text = f"{host} is not the receiver of smart transport, which is smartreceiver.cisco.com"
            yield Cause("old-url", Certainty.LIKELY, text, evidence, ("license smart url default",))


def _source(symptoms: Symptoms) -> Iterator[Cause]:
    configuration = symptoms.reading.configuration
    vrf, name = configuration.intent.vrf, configuration.intent.source_interface
    if symptoms.transport is TransportType.SMART and vrf is not None and vrf not in configuration.vrfs:
        yield Cause(
            "no-vrf",
            Certainty.CERTAIN,
            f"VRF {vrf} is not on the device",
            (Evidence("show running-config", f"license smart vrf {vrf}"),),
            tuple(f"license smart vrf {other}" for other in configuration.vrfs[:1]),
        )
    if name is None:
        if symptoms.vrf is not None and symptoms.failed_with(*_NO_WAY):
            text = f"reports leave through VRF {symptoms.vrf} without a source interface: answers may not find back"
            yield Cause("no-source-interface", Certainty.LIKELY, text, fix=("ip http client source-interface NAME",))
        return
    evidence = (Evidence("show running-config", f"ip http client source-interface {name}"),)
    found = symptoms.source_interface
    if found is None and configuration.interfaces:
        yield Cause("no-source-interface", Certainty.CERTAIN, f"the source interface {name} does not exist", evidence)
    elif found is not None and found[2] is None:
        yield Cause("no-source-address", Certainty.CERTAIN, f"the source interface {name} has no address", evidence)
    elif found is not None and symptoms.transport is TransportType.SMART and vrf not in (None, found[1]):
        where = f"VRF {found[1]}" if found[1] else "the global table"
        text = f"the source interface {name} is in {where}, the reports go through VRF {vrf}"
        fix = (f"license smart vrf {found[1]}",) if found[1] else ()
        yield Cause("vrf-mismatch", Certainty.LIKELY, text, evidence, fix)


def _name_resolution(symptoms: Symptoms) -> Iterator[Cause]:
    configuration = symptoms.reading.configuration
    if symptoms.transport is TransportType.OFF or (
        symptoms.url is None and symptoms.transport is not TransportType.CSLU
    ):
        return
    proxy = symptoms.proxy
    host = urlsplit(symptoms.url).hostname if symptoms.url is not None else "cslu-local"
    host = proxy.address if proxy is not None else host  # a proxy resolves the receiver's name by itself
    vrf = symptoms.vrf
    if (
        host is None
        or _is_address(host)
        or any(name == host and where == vrf for where, name, _ in configuration.hosts)
    ):
        return
    where, prefix = (f" in VRF {vrf}", f"vrf {vrf} ") if vrf else ("", "")
    servers = [address for place, address in configuration.name_servers if place == vrf]
    unresolved = symptoms.failed_with(UNRESOLVED, "resolve")
    evidence = _failure_evidence(symptoms) if unresolved else ()
    if not configuration.domain_lookup:
        line = (Evidence("show running-config", "no ip domain lookup"), *evidence)
        yield Cause("no-lookup", Certainty.CERTAIN, f"{host} is not looked up", line, ("ip domain lookup",))
    if not servers:
        yield Cause(
            "no-name-server",
            Certainty.CERTAIN if unresolved or symptoms.url is not None else Certainty.LIKELY,
            f"there is no name server{where} to resolve {host}",
            evidence,
            (f"ip name-server {prefix}ADDRESS",),
        )
    elif unresolved:
        text = f"{', '.join(servers)}{where} does not answer, or does not know {host}"
        yield Cause("name-unresolved", Certainty.LIKELY, text, evidence)


def _no_way(symptoms: Symptoms) -> Iterator[Cause]:
    if not symptoms.failed_with(*_NO_WAY):
        return
    far = symptoms.url or "cslu-local"
    evidence = _failure_evidence(symptoms)
    if symptoms.proxy is not None:
        text = (
            f"the proxy {symptoms.proxy.address}:{symptoms.proxy.port} does not answer, or does not let {far} through"
        )
        yield Cause("proxy", Certainty.LIKELY, text, evidence)
    else:
        text = f"{far} does not answer: no route, a filter on the way, or a proxy that is not configured"
        yield Cause("no-way", Certainty.POSSIBLE, text, evidence)


def _tls(symptoms: Symptoms) -> Iterator[Cause]:
    reading = symptoms.reading
    if not (symptoms.url or "").startswith("https"):
        return
    failed = symptoms.failed_with(*_NO_TLS)
    evidence = _failure_evidence(symptoms) if failed else ()
    trustpoints = dict(reading.configuration.trustpoints)
    if reading.clock is not None and not reading.clock.synchronised:
        line = (Evidence("show clock", f"{reading.clock.time} not synchronised"), *evidence)
        certainty = Certainty.LIKELY if failed else Certainty.POSSIBLE
        text = "the clock is not synchronised: certificates are not accepted, nor is trust more than an hour off"
        yield Cause("clock", certainty, text, line, ("ntp server ADDRESS",))
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
        )
    if failed:
        text = "the receiver's certificate is not trusted: an inspecting proxy, an On-Prem of its own, or expired"
        yield Cause("certificate", Certainty.POSSIBLE, text, evidence)


def _trust(symptoms: Symptoms) -> Iterator[Cause]:
    state = symptoms.reading.state
    if state.model is not LicensingModel.SLP or symptoms.transport not in (TransportType.SMART, TransportType.CALLHOME):
        return
    without = untrusted(state)
    if without:
        failure = symptoms.trust_failure
        why = f"; the last attempt failed: {failure.reason}" if failure is not None else ""
        yield Cause(
            "no-trust",
            Certainty.CERTAIN,
            f"no trust code on {'; '.join(map(str, without))}: CSSM takes no reports from it{why}",
            (Evidence("show license all", "Trust Code Installed: <none>"),) if not state.trust_codes else (),
            ("license smart trust idtoken TOKEN all",),
        )


def _far_end(symptoms: Symptoms) -> Iterator[Cause]:
    evidence = _failure_evidence(symptoms)
    if symptoms.failed_with("Received empty response"):
        text = f"{symptoms.url} answers with nothing: a wrong port or path, http instead of https, or a proxy's page"
        yield Cause("empty-answer", Certainty.LIKELY, text, evidence)
    elif symptoms.failure is not None and symptoms.failure.reason == "Communications failure":
        yield Cause("far-end", Certainty.LIKELY, f"{symptoms.url or 'the far end'} answers with an error", evidence)


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
    return (Evidence("show logging", f"%SMART_LIC-{failure.severity}-{failure.mnemonic}: {failure.text}"),)


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


_JUDGES: Final[tuple[Callable[[Symptoms], Iterator[Cause]], ...]] = (
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
