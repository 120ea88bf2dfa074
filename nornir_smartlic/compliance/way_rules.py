"""Rules for the way that reports take, whatever the inventory asks for: what cannot work, and what is left over."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final
from urllib.parse import urlsplit

from nornir_smartlic.compliance.findings import Severity
from nornir_smartlic.compliance.rules import Case, Outcome, Rule, failed, not_applicable, passed
from nornir_smartlic.intent import WayProblem, actual_transport, merged, source_problems, url_problem, way_of
from nornir_smartlic.intent.leftovers import Leftover, of_call_home, of_other_transports
from nornir_smartlic.model import LicensingReading, TransportType


def _source(case: Case) -> Outcome:
    """`diagnose` names the same causes, where reports do not arrive."""
    way = way_of(case.reading)
    if way.transport is TransportType.OFF:
        return not_applicable("the transport is off: nothing leaves by itself")
    if way.source_interface is None and way.vrf is None:
        return not_applicable("neither a VRF nor a source interface is configured")
    expected = "a VRF that is there, and a source interface in it with an address"
    problem = next(source_problems(case.reading), None)
    if problem is not None:
        return failed(problem.text, expected=expected, evidence=(problem.evidence,), fix=problem.fix)
    if way.source_interface is not None:
        line = f"ip http client source-interface {way.source_interface}"
    else:
        line = f"vrf {way.vrf}"
    return passed(
        f"{way.source_interface or 'any interface'} {way.place}", expected=expected, evidence=(case.configured(line),)
    )


def _url(case: Case) -> Outcome:
    problem = url_problem(case.reading)
    if problem is None or problem.id == "old-url":
        return _has_url(case)
    return _wrong(problem, "a URL of the transport in use")


def _old_receiver(case: Case) -> Outcome:
    way = way_of(case.reading)
    if way.transport is not TransportType.SMART or way.url is None:
        return not_applicable("the transport is not smart, or has no URL")
    problem = url_problem(case.reading)
    if problem is None or problem.id != "old-url":
        return _has_url(case)
    return _wrong(problem, "smartreceiver.cisco.com, or a receiver of your own")


def _has_url(case: Case) -> Outcome:
    url = way_of(case.reading).url
    if url is None:
        return not_applicable("this transport needs no URL")
    return (
        passed(url, evidence=(case.configured(url),))
        if _stands(case, url)
        else not_applicable("the device has no URL of its own: its default counts")
    )


def _stands(case: Case, url: str) -> bool:
    configuration = case.reading.configuration
    home = configuration.call_home.destination_url
    return url in (configuration.smart_url, configuration.plain_url, configuration.cslu_url, home)


def _wrong(problem: WayProblem, expected: str) -> Outcome:
    return failed(problem.text, expected=expected, evidence=(problem.evidence,), fix=problem.fix)


_ON_PREM: Final = ("/transportgateway", "/smarttransport", "/licservice")


def _on_prem(case: Case) -> Outcome:
    way = way_of(case.reading)
    parts = urlsplit(way.url or "")
    host, path = parts.hostname or "", parts.path.lower()
    if way.url is None or host == "cisco.com" or host.endswith(".cisco.com"):
        return not_applicable("the device does not send to an SSM On-Prem")
    evidence = (case.configured(way.url),)
    expected = "transport cslu, and a URL of SSM On-Prem for it: Version 8 Release 202102 or later"
    if not path.startswith(_ON_PREM):
        return passed(way.url, expected=expected, evidence=evidence)
    fix = ("license smart transport cslu", f"license smart url cslu https://{parts.netloc}/cslu/v1/pi/TENANT")
    return failed(f"{way.url} is the path that registered devices use", expected=expected, evidence=evidence, fix=fix)


def _host_entry(case: Case) -> Outcome:
    names = [each for each in case.reading.configuration.hosts if each[1].lower().endswith(".cisco.com")]
    if not case.reading.configuration.hosts:
        return not_applicable("no 'ip host' is configured")
    expected = "names of Cisco resolved by a name server"
    lines = [" ".join(["ip host", *(["vrf", vrf] if vrf else []), name, address]) for vrf, name, address in names]
    if lines:
        fix = tuple(f"no {line}" for line in lines)
        found = ", ".join(f"{name} is {address}" for _, name, address in names)
        return failed(found, expected=expected, evidence=tuple(map(case.configured, lines)), fix=fix)
    vrf, name, address = case.reading.configuration.hosts[0]
    line = " ".join(["ip host", *(["vrf", vrf] if vrf else []), name, address])
    return passed("no name of Cisco", expected=expected, evidence=(case.configured(line),))


def _left(find: Callable[[LicensingReading], Iterable[Leftover]], what: str, line: str, case: Case) -> Outcome:
    found = tuple(find(case.reading))
    expected = f"no {what} beside transport {actual_transport(case.reading).keyword}"
    if found:
        return failed(
            ", ".join(each.text for each in found),
            expected=expected,
            evidence=tuple(each.evidence for each in found),
            fix=merged(line for each in found for line in each.fix),
        )
    return passed("nothing", expected=expected, evidence=(case.configured(f"no line '{line} ...'"),))


def _left_call_home(case: Case) -> Outcome:
    if actual_transport(case.reading) is TransportType.CALLHOME:
        return not_applicable("the transport is call-home")
    return _left(of_call_home, "call-home line of licensing", "http-proxy", case)


def _left_url(case: Case) -> Outcome:
    is_cslu = actual_transport(case.reading) is TransportType.CSLU
    line = "license smart url smart" if is_cslu else "license smart url cslu"
    return _left(of_other_transports, "URL of another transport", line, case)


WAY_RULES: Final = (
    Rule(
        "SLP-SOURCE",
        Severity.HIGH,
        "VRF and source interface of reports exist and belong together",
        "From an interface that has no address, or is in another VRF, nothing reaches CSSM (Cisco document 222833).",
        _source,
    ),
    Rule(
        "SLP-URL",
        Severity.HIGH,
        "The URL is one of the transport in use",
        "A device sends to whatever URL it has, and the wrong receiver answers with nothing (Cisco document 222833).",
        _url,
    ),
    Rule(
        "SLP-OLD-RECEIVER",
        Severity.MEDIUM,
        "Smart transport goes to smartreceiver.cisco.com",
        "tools.cisco.com is the receiver of call-home; smart transport has its own (Cisco's command reference).",
        _old_receiver,
    ),
    Rule(
        "SLP-ON-PREM",
        Severity.HIGH,
        "SSM On-Prem takes the reports of Smart Licensing Using Policy",
        "SSM On-Prem before Version 8 Release 202102 does not know them (Cisco's CUBE guide); later ones take them "
        "under /cslu/v1/pi.",
        _on_prem,
    ),
    Rule(
        "SLP-HOST-ENTRY",
        Severity.MEDIUM,
        "No address of Cisco is typed into the configuration",
        "The addresses of Cisco's receivers change without a notice to you; a typed one ends the reports (unverified).",
        _host_entry,
    ),
    Rule(
        "SLP-CALL-HOME-LEFT",
        Severity.LOW,
        "Call-home holds nothing for licensing while another transport is in use",
        "Left over from registration; whoever turns the transport back sends to a receiver that is gone (unverified).",
        _left_call_home,
    ),
    Rule(
        "SLP-URL-LEFT",
        Severity.LOW,
        "No URL of another transport is configured",
        "Left over from a change of transport; it counts again, unseen, once the transport is changed (unverified).",
        _left_url,
    ),
)
