"""Rules for what the inventory asks of a device's licensing configuration: one row for each key that is compared."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from nornir_smartlic.compliance.findings import Severity
from nornir_smartlic.compliance.reporting_rules import reports_arrive
from nornir_smartlic.compliance.rules import Case, Outcome, Rule, failed, not_applicable, passed
from nornir_smartlic.intent import host_entry, merged, unresolved, way_of


def _compared(path: str, case: Case) -> Outcome:
    """Each key at *path* is as wanted; several have their names in what was found and is expected."""
    wanted = [each for each in case.compared(path) if each.wanted is not None]
    if not wanted:
        return not_applicable("the inventory does not ask for it")
    evidence = tuple(dict.fromkeys(line for each in wanted for line in each.evidence))
    for each in wanted:
        if each.refusal is not None:
            return failed(each.refusal[0], expected=each.refusal[1], evidence=evidence)
    names = [f"{each.path.rpartition('.')[2]} " if len(wanted) > 1 else "" for each in wanted]
    found = ", ".join(f"{name}{each.actual or 'none'}" for name, each in zip(names, wanted, strict=True))
    expected = ", ".join(f"{name}{each.wanted}" for name, each in zip(names, wanted, strict=True))
    if not any(each.differs for each in wanted):
        return passed(found, expected=expected, evidence=evidence)
    codes = dict.fromkeys(each.needs for each in wanted if each.needs is not None)
    first = tuple(f"smartlic authorize {name} -F name={{host}}" for name in codes)
    fix = merged(line for each in wanted for line in each.commands)
    return failed(found, expected=expected, evidence=evidence, fix=(*first, *fix))


def _name_resolution(path: str, case: Case) -> Outcome:
    """The name servers that are wanted are there, and the name of the first hop can be resolved with what is there."""
    judged = _compared(path, case)
    if judged.verdict.is_finding:
        return judged
    way, configuration = way_of(case.reading), case.reading.configuration
    if way.host is None:
        return not_applicable("the device sends to no name: its receiver is an address, or it sends nothing")
    expected = f"the name {way.host} can be resolved {way.place}"
    why = unresolved(way, configuration)
    if why is None:
        address = host_entry(way, configuration)
        if address is not None:
            line = " ".join(["ip host", *(["vrf", way.vrf] if way.vrf else []), way.host, address])
            return passed(f"ip host gives {address}", expected=expected, evidence=(case.configured(line),))
        (servers,) = case.compared(path)
        return passed(" ".join(way.name_servers), expected=expected, evidence=servers.evidence)
    if not why.is_lookup and reports_arrive(case):
        found = "no name server is configured, and reports arrive: DHCP may have given one"
        return passed(found, expected=expected, evidence=(why.evidence,))
    return failed(why.text, expected=expected, evidence=(why.evidence,), fix=(why.fix,))


def _rule(
    path: str,
    id: str,
    severity: Severity,
    title: str,
    rationale: str,
    check: Callable[[str, Case], Outcome] = _compared,
) -> Rule:
    return Rule(id, severity, title, rationale, partial(check, path), of_registration=True)


CONFIGURATION_RULES: Final = (
    _rule(
        "transport",
        "SLP-TRANSPORT-TYPE",
        Severity.HIGH,
        "The transport is the one that the inventory asks for",
        "A device on the wrong transport reports to nobody, or to somebody else.",
    ),
    _rule(
        "url",
        "SLP-TRANSPORT-URL",
        Severity.HIGH,
        "Reports go to the URL that the inventory asks for",
        "A device keeps sending to an old receiver or utility until its deadline has passed unnoticed.",
    ),
    _rule(
        "vrf",
        "SLP-TRANSPORT-VRF",
        Severity.HIGH,
        "Reports leave through the VRF that the inventory asks for",
        "From another VRF there is often no route and no name server.",
    ),
    _rule(
        "proxy",
        "SLP-TRANSPORT-PROXY",
        Severity.MEDIUM,
        "Reports go through the proxy that the inventory asks for",
        "Where the way out leads through a proxy, nothing arrives without it.",
    ),
    _rule(
        "source_interface",
        "SLP-SOURCE-INTERFACE",
        Severity.MEDIUM,
        "HTTP starts at the interface that the inventory asks for",
        "Firewalls and return routes know a device by one address.",
    ),
    _rule(
        "name_servers",
        "SLP-NAME-RESOLUTION",
        Severity.HIGH,
        "The name of the receiver can be resolved in the VRF of the transport",
        "Without a name server there the device logs 'Unable to resolve server hostname/domain name', hour by hour.",
        _name_resolution,
    ),
    _rule(
        "revocation_check",
        "SLP-REVOCATION-CHECK",
        Severity.LOW,
        "SLA-TrustPoint checks revocation as the inventory asks",
        "Where the CRL's host cannot be reached, checking it fails every connection.",
    ),
    _rule(
        "server_identity_check",
        "SLP-SERVER-IDENTITY",
        Severity.MEDIUM,
        "The server's identity is checked as the inventory asks",
        "Unchecked, anybody who holds a certificate of the same authority can answer.",
    ),
    _rule(
        "privacy.hostname",
        "SLP-PRIVACY-HOSTNAME",
        Severity.MEDIUM,
        "The host name is kept out of reports, or not, as the inventory asks",
        "What has been sent to Cisco cannot be taken back.",
    ),
    _rule(
        "privacy.version",
        "SLP-PRIVACY-VERSION",
        Severity.MEDIUM,
        "The software version is kept out of reports, or not, as the inventory asks",
        "What has been sent to Cisco cannot be taken back.",
    ),
    _rule(
        "usage_interval_days",
        "SLP-USAGE-INTERVAL",
        Severity.LOW,
        "Reports are sent as often as the inventory asks",
        "A long interval leaves little time to mend what fails.",
    ),
    _rule(
        "customer_tags",
        "SLP-CUSTOMER-TAGS",
        Severity.LOW,
        "Reports carry the customer tags of the inventory",
        "Costs are assigned by these tags.",
    ),
    _rule(
        "packages",
        "SLP-PACKAGES",
        Severity.MEDIUM,
        "The technology packages are those that the inventory asks for, and no others",
        "Each package is licensed by itself; a new one counts from the next boot on.",
    ),
    _rule(
        "suite",
        "SLP-SUITE",
        Severity.MEDIUM,
        "The suite is the one that the inventory asks for",
        "A suite is licensed as one; it counts from the next boot on.",
    ),
    _rule(
        "features",
        "SLP-FEATURES",
        Severity.MEDIUM,
        "The licensed features that the inventory asks for are on",
        "Export-controlled encryption works only once its feature is on, with its authorization code.",
    ),
    _rule(
        "throughput",
        "SLP-THROUGHPUT",
        Severity.MEDIUM,
        "The throughput is the one that the inventory asks for",
        "It is what is licensed: below it packets are dropped, above it more is paid for.",
    ),
)
