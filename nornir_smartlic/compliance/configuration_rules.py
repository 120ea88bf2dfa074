"""Rules for what the inventory asks of a device's licensing configuration, one per key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from nornir_smartlic.compliance.findings import Evidence, Severity
from nornir_smartlic.compliance.reporting_rules import reports_arrive
from nornir_smartlic.compliance.rules import (
    Case,
    Outcome,
    Rule,
    compared,
    failed,
    not_applicable,
    passed,
    unknown,
)
from nornir_smartlic.model import Intent, Proxy, TransportType

SMART_RECEIVER: Final = "https://smartreceiver.cisco.com/licservice/license"
"""What ``license smart url default`` means. Source: reference/cli.md section 2."""

CALL_HOME_RECEIVER: Final = "https://tools.cisco.com/its/service/oddce/services/DDCEService"
"""Where call-home sends by default. Source: reference/reports.md section 6."""

_NOT_TOLD: Final = "no output that was read tells it"


def _transport_type(case: Case) -> Outcome:
    wanted = case.intent.transport
    if wanted is None:
        return not_applicable("the inventory does not ask for it")
    if case.state.transport is None:
        return unknown(_NOT_TOLD, expected=wanted.value)
    met = case.state.transport.type
    return compared(
        met.value,
        wanted.value,
        evidence=(case.line(f"Type: {met.value}"),),
        fix=(f"license smart transport {wanted.keyword}",),
    )


def wanted_url(intent: Intent) -> str | None:
    """The URL that *intent* means; ``None``: it leaves the URL alone, or its transport has none."""
    if intent.url != "default":
        return intent.url
    return {
        TransportType.SMART: SMART_RECEIVER,
        TransportType.CALLHOME: CALL_HOME_RECEIVER,
    }.get(intent.transport or TransportType.SMART)


def _transport_url(case: Case) -> Outcome:
    wanted = wanted_url(case.intent)
    if wanted is None:
        return not_applicable("the inventory does not ask for it")
    transport = case.state.transport
    if transport is None:
        return unknown(_NOT_TOLD, expected=wanted)
    kind = case.intent.transport or transport.type
    if kind is TransportType.CALLHOME:
        url = case.reading.configuration.call_home.destination_url
        evidence = case.configured(f"destination address http {url}" if url else "call-home: no destination address")
        fix: tuple[str, ...] = ("call-home", ' profile "CiscoTAC-1"', f"  destination address http {wanted}")
    elif kind is TransportType.CSLU:
        url = transport.cslu_address
        evidence = case.line(f"Cslu address: {url or '<empty>'}")
        fix = (f"license smart url cslu {wanted}",)
    elif kind is TransportType.SMART:
        url = transport.url
        evidence = case.line(f"URL: {url or '<empty>'}")
        fix = ("license smart url default",) if wanted == SMART_RECEIVER else (f"license smart url smart {wanted}",)
    else:
        return not_applicable(f"transport {kind.keyword} sends to no URL")
    return compared(url, wanted, evidence=(evidence,), fix=fix)


def _vrf(case: Case) -> Outcome:
    wanted = case.intent.vrf
    met = case.state.transport.vrf if case.state.transport is not None else None
    if met is None:
        met = case.reading.configuration.intent.vrf  # call-home keeps its VRF in the configuration alone
    return compared(
        met, wanted, evidence=(case.line(f"VRF: {met or '<empty>'}"),), fix=(f"license smart vrf {wanted}",)
    )


def _proxy_text(proxy: Proxy | None) -> str | None:
    return None if proxy is None else f"{proxy.address}:{proxy.port}"


def _proxy(case: Case) -> Outcome:
    wanted = case.intent.proxy
    met = case.state.transport.proxy if case.state.transport is not None else None
    fix = (
        ()
        if wanted is None
        else (
            f"license smart proxy address {wanted.address}",
            f"license smart proxy port {wanted.port}",
        )
    )
    shown = "Not Configured" if met is None else f"Address: {met.address}, Port: {met.port}"
    return compared(_proxy_text(met), _proxy_text(wanted), evidence=(case.line(f"Proxy: {shown}"),), fix=fix)


def _source_interface(case: Case) -> Outcome:
    wanted, met = case.intent.source_interface, case.reading.configuration.intent.source_interface
    command = "ip http client source-interface"
    evidence = case.configured(f"{command} {met}" if met else f"no line '{command} ...'")
    return compared(met, wanted, evidence=(evidence,), fix=(f"{command} {wanted}",))


def _name_servers(case: Case) -> Outcome:
    """Names are resolved in the VRF that the transport uses. Source: reference/cli.md section 2, other config."""
    transport = case.state.transport
    if transport is None:
        return unknown(_NOT_TOLD)
    host = _receiver_name(case)
    if host is None:
        return not_applicable("the device sends to no name: its receiver is an address, or it sends nothing")
    configuration = case.reading.configuration
    vrf = transport.vrf
    is_vrf_of_source = transport.type is TransportType.CSLU and configuration.intent.source_interface is not None
    place = f"in VRF {vrf}" if vrf else "in the default VRF"
    if is_vrf_of_source:  # whose VRF the licensing lines do not tell: any will do
        place = f"in the VRF of {configuration.intent.source_interface}"
    expected = f"the name {host} can be resolved {place}"

    def here(of_vrf: str | None) -> bool:
        return is_vrf_of_source or of_vrf == vrf

    fixed = [address for of_vrf, name, address in configuration.hosts if here(of_vrf) and name == host]
    if fixed:
        return passed(f"ip host gives {fixed[0]}", expected=expected, evidence=(_host_line(case, vrf, host, fixed[0]),))
    known = "ip name-server" + (f" vrf {vrf}" if vrf else "")
    if not configuration.domain_lookup:
        return failed(
            "names are not looked up",
            expected=expected,
            evidence=(case.configured("no ip domain lookup"),),
            fix=("ip domain lookup",),
        )
    servers = tuple(address for of_vrf, address in configuration.name_servers if here(of_vrf))
    evidence = (case.configured(f"{known} {' '.join(servers)}" if servers else f"no line '{known} ...'"),)
    wanted = case.intent.name_servers
    fix = (f"{known} {' '.join(wanted or ('ADDRESS',))}",)
    if not servers and not reports_arrive(case):
        return failed(f"no name server {place}", expected=expected, evidence=evidence, fix=fix)
    if wanted is not None and set(wanted) != set(servers):
        return failed(" ".join(servers) or "none", expected=" ".join(wanted), evidence=evidence, fix=fix)
    found = " ".join(servers) or "no name server is configured, and reports arrive: DHCP may have given one"
    return passed(found, expected=expected, evidence=evidence)


def _host_line(case: Case, vrf: str | None, name: str, address: str) -> Evidence:
    return case.configured(" ".join(["ip host", *(["vrf", vrf] if vrf else []), name, address]))


def _receiver_name(case: Case) -> str | None:
    """The host name that the device must resolve to report; ``None``: none, or it is an address."""
    transport = case.state.transport
    if transport is None or transport.type is TransportType.OFF:
        return None
    if transport.proxy is not None and transport.proxy.address:
        host = transport.proxy.address
    else:
        url = {
            TransportType.SMART: transport.url,
            TransportType.CSLU: transport.cslu_address,
            TransportType.CALLHOME: case.reading.configuration.call_home.destination_url,
        }.get(transport.type)
        if url is None:
            return None
        host = url.split("://", 1)[-1].split("/", 1)[0].rsplit("@", 1)[-1]
        host = host.rsplit(":", 1)[0] if host.count(":") == 1 else host
    is_address = host.startswith("[") or host.count(":") > 1 or all(part.isdigit() for part in host.split("."))
    return None if is_address or not host else host


def _switch(wanted: bool | None, met: bool | None) -> tuple[str | None, str | None]:
    words = {True: "on", False: "off", None: None}
    return words[met], words[wanted]


def _hostname_privacy(case: Case) -> Outcome:
    return _privacy(case, case.intent.hostname_privacy, hostname=True)


def _version_privacy(case: Case) -> Outcome:
    return _privacy(case, case.intent.version_privacy, hostname=False)


def _privacy(case: Case, wanted: bool | None, *, hostname: bool) -> Outcome:
    if wanted is None:
        return not_applicable("the inventory does not ask for it")
    privacy = case.state.privacy
    if privacy is None:
        return unknown(_NOT_TOLD)
    met = privacy.hostname_privacy if hostname else privacy.version_privacy
    title = "Smart Licensing hostname privacy" if hostname else "Version privacy"
    word = "hostname" if hostname else "version"
    found, expected = _switch(wanted, met)
    return compared(
        found,
        expected,
        evidence=(case.line(f"{title}: {'ENABLED' if met else 'DISABLED'}"),),
        fix=(f"{'' if wanted else 'no '}license smart privacy {word}",),
    )


def _usage_interval(case: Case) -> Outcome:
    wanted, met = case.intent.usage_interval_days, case.reading.configuration.intent.usage_interval_days
    line = f"license smart usage interval {met}" if met else "no line 'license smart usage interval ...'"
    return compared(
        None if met is None else f"{met} days",
        None if wanted is None else f"{wanted} days",
        evidence=(case.configured(line),),
        fix=(f"license smart usage interval {wanted}",),
    )


def _customer_tags(case: Case) -> Outcome:
    wanted = case.intent.customer_tags
    met = dict(case.reading.configuration.intent.customer_tags or ())
    prefix = "license smart usage customer-tags"
    return compared(
        _tags(met) if wanted is not None else None,
        None if wanted is None else _tags(dict(wanted)),
        evidence=tuple(case.configured(f"{prefix} {tag} {value}") for tag, value in sorted(met.items()))
        or (case.configured(f"no line '{prefix} ...'"),),
        fix=tuple(f"{prefix} {tag} {value}" for tag, value in wanted or () if met.get(tag) != value)
        + tuple(f"no {prefix} {tag}" for tag in sorted(met) if tag not in dict(wanted or ())),
    )


def _tags(tags: dict[str, str]) -> str:
    return ", ".join(f"{tag} {value}" for tag, value in sorted(tags.items())) or "none"


def _revocation_check(case: Case) -> Outcome:
    wanted = case.intent.revocation_check
    configured = dict(case.reading.configuration.trustpoints).get("SLA-TrustPoint")
    return compared(
        configured,
        None if wanted is None else wanted.value,
        evidence=(case.configured(f"crypto pki trustpoint SLA-TrustPoint: revocation-check {configured or 'crl'}"),),
        fix=("crypto pki trustpoint SLA-TrustPoint", f" revocation-check {'' if wanted is None else wanted.value}"),
    )


def _server_identity_check(case: Case) -> Outcome:
    wanted = case.intent.server_identity_check
    met = case.state.transport.server_identity_check if case.state.transport is not None else None
    if met is None:  # printed by tech support alone; in the configuration the default is silent
        configured = case.reading.configuration.intent.server_identity_check
        met = True if configured is None else configured
    found, expected = _switch(wanted, met)
    return compared(
        found,
        expected,
        evidence=(case.line(f"Server Identity Check: {met}"),),
        fix=(f"{'' if wanted else 'no '}license smart server-identity-check",),
    )


def _rule(id: str, severity: Severity, title: str, rationale: str, check: Callable[[Case], Outcome]) -> Rule:
    return Rule(id, severity, title, rationale, check)


CONFIGURATION_RULES: Final = (
    _rule(
        "SLP-TRANSPORT-TYPE",
        Severity.HIGH,
        "The transport is the one that the inventory asks for",
        "A device on the wrong transport reports to nobody, or to somebody else.",
        _transport_type,
    ),
    _rule(
        "SLP-TRANSPORT-URL",
        Severity.HIGH,
        "Reports go to the URL that the inventory asks for",
        "A device keeps sending to an old receiver or utility until its deadline has passed unnoticed.",
        _transport_url,
    ),
    _rule(
        "SLP-TRANSPORT-VRF",
        Severity.HIGH,
        "Reports leave through the VRF that the inventory asks for",
        "From another VRF there is often no route and no name server.",
        _vrf,
    ),
    _rule(
        "SLP-TRANSPORT-PROXY",
        Severity.MEDIUM,
        "Reports go through the proxy that the inventory asks for",
        "Where the way out leads through a proxy, nothing arrives without it.",
        _proxy,
    ),
    _rule(
        "SLP-SOURCE-INTERFACE",
        Severity.MEDIUM,
        "HTTP starts at the interface that the inventory asks for",
        "Firewalls and return routes know a device by one address.",
        _source_interface,
    ),
    _rule(
        "SLP-NAME-RESOLUTION",
        Severity.HIGH,
        "The name of the receiver can be resolved in the VRF of the transport",
        "Without a name server there the device logs 'Unable to resolve server hostname/domain name', hour by hour.",
        _name_servers,
    ),
    _rule(
        "SLP-REVOCATION-CHECK",
        Severity.LOW,
        "SLA-TrustPoint checks revocation as the inventory asks",
        "Where the CRL's host cannot be reached, checking it fails every connection.",
        _revocation_check,
    ),
    _rule(
        "SLP-SERVER-IDENTITY",
        Severity.MEDIUM,
        "The server's identity is checked as the inventory asks",
        "Unchecked, anybody who holds a certificate of the same authority can answer.",
        _server_identity_check,
    ),
    _rule(
        "SLP-PRIVACY-HOSTNAME",
        Severity.MEDIUM,
        "The host name is kept out of reports, or not, as the inventory asks",
        "What has been sent to Cisco cannot be taken back.",
        _hostname_privacy,
    ),
    _rule(
        "SLP-PRIVACY-VERSION",
        Severity.MEDIUM,
        "The software version is kept out of reports, or not, as the inventory asks",
        "What has been sent to Cisco cannot be taken back.",
        _version_privacy,
    ),
    _rule(
        "SLP-USAGE-INTERVAL",
        Severity.LOW,
        "Reports are sent as often as the inventory asks",
        "A long interval leaves little time to mend what fails.",
        _usage_interval,
    ),
    _rule(
        "SLP-CUSTOMER-TAGS",
        Severity.LOW,
        "Reports carry the customer tags of the inventory",
        "Costs are assigned by these tags.",
        _customer_tags,
    ),
)
