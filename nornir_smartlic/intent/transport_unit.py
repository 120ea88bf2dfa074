"""The way to CSSM as one unit: name servers, source interface, trustpoint, call-home, transport, URL, VRF, proxy.

It leads every plan, in the order in which a device takes it: what the transport needs before the transport, what
belongs to the transport after it (the proxy, for one, is taken under smart and cslu only), and it is taken back as one.
Source: reference/cli.md section 2.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from typing import Final

from nornir_smartlic.intent.lines import collection, flag, lines, setting, yes
from nornir_smartlic.intent.plan import Difference
from nornir_smartlic.model import (
    Intent,
    LicensingReading,
    Proxy,
    RevocationCheck,
    RunningConfiguration,
    TransportType,
)

SMART_RECEIVER: Final = "https://smartreceiver.cisco.com/licservice/license"
"""What ``license smart url default`` sets. Source: reference/cli.md section 2."""
CALL_HOME_RECEIVER: Final = "https://tools.cisco.com/its/service/oddce/services/DDCEService"
"""Source: reference/reports.md section 6."""
TRUSTPOINT: Final = "SLA-TrustPoint"


def transport_unit(
    intent: Intent, reading: LicensingReading, transport: TransportType, key: str
) -> Iterator[Difference]:
    """The differences of the unit, in order; *transport* is the one wanted, or in use where none is wanted."""
    configuration = reading.configuration
    yield from _name_servers(intent, configuration, transport, f"{key}.name_servers")
    yield from _source_interface(intent, configuration, f"{key}.source_interface")
    yield from _revocation_check(intent, configuration, f"{key}.revocation_check")
    yield from _call_home(intent, configuration, transport, key)
    yield from _transport(intent, reading, f"{key}.transport")
    yield from _url(intent, configuration, transport, f"{key}.url")
    yield from _smart(intent, configuration, transport, key)


def actual_transport(reading: LicensingReading) -> TransportType:
    """The transport in use: as configured, as shown, or else the default of SLP releases."""
    configured = reading.configuration.intent.transport
    if configured is not None:
        return configured
    return reading.state.transport.type if reading.state.transport is not None else TransportType.CSLU


def _name_servers(
    intent: Intent, actual: RunningConfiguration, transport: TransportType, path: str
) -> Iterator[Difference]:
    if intent.name_servers is None:
        return
    vrf = intent.vrf or (actual.call_home.vrf if transport is TransportType.CALLHOME else actual.intent.vrf)
    there = [_canonical(address) for where, address in actual.name_servers if where == vrf]
    remove = [server for server in there if server not in intent.name_servers]
    add = [server for server in intent.name_servers if server not in there]
    lookup_off = bool(intent.name_servers) and not actual.domain_lookup
    if not (remove or add or lookup_off):
        return
    prefix = f"vrf {vrf} " if vrf is not None else ""
    removed, added = [prefix + server for server in remove], [prefix + server for server in add]
    whole, before = [prefix + server for server in intent.name_servers], [prefix + server for server in there]
    yield Difference(
        path,
        (", ".join(there) + (" (no ip domain lookup)" if lookup_off else "")).strip() or None,
        ", ".join(intent.name_servers) or None,
        commands=lines("name_servers", lookup=["ip domain lookup"] * lookup_off, remove=removed, add=added),
        undo=lines("name_servers", lookup=["no ip domain lookup"] * lookup_off, remove=whole, add=before),
        of_transport=True,
    )


def _canonical(address: str) -> str:
    """*address* in the one spelling that IPv6 has many of; what is none stays as it is."""
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return address


def _source_interface(intent: Intent, actual: RunningConfiguration, path: str) -> Iterator[Difference]:
    there, wanted = actual.intent.source_interface, intent.source_interface
    if wanted is not None and (there is None or not _same_interface(there, wanted)):
        yield setting(path, "source_interface", there, wanted, of_transport=True)


def _revocation_check(intent: Intent, actual: RunningConfiguration, path: str) -> Iterator[Difference]:
    wanted = intent.revocation_check
    there = dict(actual.trustpoints).get(TRUSTPOINT) or RevocationCheck.CRL.value
    if wanted is not None and wanted.value != there:
        yield setting(path, "revocation_check", there, wanted.value, of_transport=True)


def _call_home(
    intent: Intent, actual: RunningConfiguration, transport: TransportType, key: str
) -> Iterator[Difference]:
    """What the call-home transport needs, before the transport is switched to it."""
    if transport is not TransportType.CALLHOME:
        return
    home = actual.call_home
    if intent.transport is not None:
        yield from _call_home_ready(actual, f"{key}.transport")
    if intent.url is not None:
        wanted = CALL_HOME_RECEIVER if intent.url == "default" else intent.url
        if wanted != home.destination_url:
            add, remove = [f"destination address http {wanted}"], []
            if home.destination_url is not None:
                remove = [f"destination address http {home.destination_url}"]
            yield collection(f"{key}.url", "call_home_profile", remove, add, home.destination_url, wanted)
    if intent.vrf is not None and intent.vrf != home.vrf:
        remove = [f"vrf {home.vrf}"] if home.vrf is not None else []
        yield collection(f"{key}.vrf", "call_home", remove, [f"vrf {intent.vrf}"], home.vrf, intent.vrf)
    if intent.proxy is not None and intent.proxy != home.http_proxy:
        remove = [_http_proxy(home.http_proxy)] if home.http_proxy is not None else []
        add = [_http_proxy(intent.proxy)]
        yield collection(f"{key}.proxy", "call_home", remove, add, _proxy(home.http_proxy), _proxy(intent.proxy))
    check = intent.server_identity_check
    if check is not None and check != home.server_identity_check:
        line = ["http secure server-identity-check"]
        add, remove = (line, []) if check else ([], line)
        path = f"{key}.server_identity_check"
        yield collection(path, "call_home", remove, add, yes(home.server_identity_check), yes(check))


def _call_home_ready(actual: RunningConfiguration, path: str) -> Iterator[Difference]:
    home = actual.call_home
    service = [] if home.service else ["service call-home"]
    contact = [] if home.contact_email else ["contact-email-addr sch-smart-licensing@cisco.com"]
    profile = [] if home.profile_active else ["active"]
    profile += [] if home.transport_method == "http" else ["destination transport-method http"]
    email = ["destination transport-method email"] if home.transport_method == "email" else []
    if service or contact:
        yield Difference(
            path,
            "no call-home service" if service else "no contact address in call-home",
            "callhome",
            commands=lines("call_home", before=service, remove=[], add=contact),
            undo=lines("call_home", before=["no " + line for line in service], remove=contact, add=[]),
            of_transport=True,
        )
    if profile or email:
        met = "profile CiscoTAC-1 without http" if home.profile_active else "profile CiscoTAC-1 not active"
        yield collection(path, "call_home_profile", email, profile, met, "callhome")


def _transport(intent: Intent, reading: LicensingReading, path: str) -> Iterator[Difference]:
    there = actual_transport(reading)
    if intent.transport is None or intent.transport is there:
        return
    configured = reading.configuration.intent.transport
    yield Difference(
        path,
        there.keyword,
        intent.transport.keyword,
        commands=lines("transport", remove=[], add=[intent.transport.keyword]),
        undo=lines(
            "transport",
            remove=[intent.transport.keyword] if configured is None else [],
            add=[configured.keyword] if configured is not None else [],
        ),
        of_transport=True,
    )


def _url(intent: Intent, actual: RunningConfiguration, transport: TransportType, path: str) -> Iterator[Difference]:
    """The URL of the smart or cslu transport; that of callhome stands in its profile.

    ``url default`` means the smart receiver under smart, and under cslu none: the device then finds its CSLU by the
    name ``cslu-local``. A device copies ``license smart url smart`` to ``license smart url`` by itself, recalled.
    """
    if intent.url is None:
        return
    if transport is TransportType.SMART:
        there = actual.smart_url or actual.plain_url
        wanted = SMART_RECEIVER if intent.url == "default" else intent.url
        if there in (wanted, intent.url):
            return
        before = [url for url in (_prefixed("smart", actual.smart_url), actual.plain_url) if url is not None]
        before += [f"utility {actual.utility_url}"] if actual.utility_url and intent.url == "default" else []
        new = [f"smart {wanted}"] * (actual.smart_url is None) + [wanted] * (actual.plain_url is None)
        add = ["default"] if intent.url == "default" else [f"smart {intent.url}"]
        yield Difference(
            path,
            there,
            intent.url,
            commands=lines("url", remove=[], add=add),
            undo=lines("url", remove=new, add=before),
            of_transport=True,
        )
    elif transport is TransportType.CSLU:
        before = [f"cslu {actual.cslu_url}"] if actual.cslu_url is not None else []
        add = [f"cslu {intent.url}"] if intent.url != "default" else []
        if before != add:
            yield Difference(
                path,
                actual.cslu_url,
                intent.url,
                commands=lines("url", remove=[] if add else before, add=add),
                undo=lines("url", remove=[] if before else add, add=before),
                of_transport=True,
            )


def _smart(intent: Intent, actual: RunningConfiguration, transport: TransportType, key: str) -> Iterator[Difference]:
    """What is taken only under smart or cslu: VRF, proxy, identity check.

    Under cslu the VRF is that of the source interface, there is no line for it (``license smart vrf`` belongs to
    smart, recalled); the key then only tells where the name servers are.
    """
    if transport is TransportType.SMART and intent.vrf is not None and intent.vrf != actual.intent.vrf:
        yield setting(f"{key}.vrf", "vrf", actual.intent.vrf, intent.vrf, of_transport=True)
    if transport not in (TransportType.SMART, TransportType.CSLU):
        return
    there = actual.intent.proxy
    if intent.proxy is not None and intent.proxy != there:
        yield Difference(
            f"{key}.proxy",
            _proxy(there),
            _proxy(intent.proxy),
            commands=lines("proxy", remove=[], add=[intent.proxy]),
            undo=lines("proxy", remove=[] if there else [intent.proxy], add=[there] if there else []),
            of_transport=True,
        )
    check = actual.intent.server_identity_check is not False  # on by default; Source: reference/cli.md section 2
    yield from flag(
        f"{key}.server_identity_check", "server_identity_check", check, intent.server_identity_check, "check", unit=True
    )


def _proxy(proxy: Proxy | None) -> str | None:
    return None if proxy is None else f"{proxy.address}:{proxy.port}"


def _http_proxy(proxy: Proxy) -> str:
    return f'http-proxy "{proxy.address}" port {proxy.port}'


def _prefixed(keyword: str, url: str | None) -> str | None:
    return None if url is None else f"{keyword} {url}"


def _same_interface(one: str, other: str) -> bool:
    """Whether two spellings mean one interface: ``Gi0/0`` is ``GigabitEthernet0/0``."""
    short, long = sorted((one.lower().replace(" ", ""), other.lower().replace(" ", "")), key=len)
    split = re.match(r"[a-z-]+", short)
    if split is None:
        return short == long
    prefix, number = split[0], short[split.end() :]
    name = re.match(r"[a-z-]+", long)
    return name is not None and name[0].startswith(prefix) and long[name.end() :] == number
