"""Wanted against actual: the one comparison of an intent with a device, key by key.

Source: reference/cli.md section 2.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, TypeAlias

from nornir_smartlic.intent import releases
from nornir_smartlic.intent.codes import is_authorized
from nornir_smartlic.intent.comparison import Comparison, Evidence, merged
from nornir_smartlic.intent.inventory import KEY, url_refusal
from nornir_smartlic.intent.levels import (
    command_of,
    configured_levels,
    has_packages,
    level_refusal,
    next_level,
    running_level,
)
from nornir_smartlic.intent.products import TIERS, product_of
from nornir_smartlic.intent.registration import is_to_register, part_before_slp
from nornir_smartlic.intent.releases import release_of, shown
from nornir_smartlic.intent.way import (
    SHOW_RUN,
    Way,
    actual_transport,
    canonical,
    has_vrf_line,
    interface_of,
    name_server_line,
    same_interface,
    url_meant,
    way_of,
)
from nornir_smartlic.model import (
    Intent,
    LicensingReading,
    Proxy,
    RevocationCheck,
    RunningConfiguration,
    TransportType,
)

TRUSTPOINT: Final = "SLA-TrustPoint"
DEFAULT_INTERVAL_DAYS: Final = 30
"""Reporting push interval where none is configured. Source: reference/policy.md section 3.3."""
_PROFILE: Final = ("call-home", ' profile "CiscoTAC-1"')
_CONTACT: Final = "contact-email-addr sch-smart-licensing@cisco.com"


def compare(intent: Intent, reading: LicensingReading, *, key: str = KEY) -> tuple[Comparison, ...]:
    """One comparison for each key of the configuration, in an order in which a device takes the lines."""
    if is_to_register(intent, reading):
        intent = part_before_slp(intent, way_of(reading, intent).transport)
    pair = _Pair(intent, reading, way_of(reading, intent))
    transport: _Judges = {"transport": _transport}
    on_the_way: _Judges = {
        "url": _url,
        "vrf": _vrf,
        "proxy": _proxy,
        "server_identity_check": _server_identity_check,
    }
    judges: _Judges = {
        "name_servers": _name_servers,
        "source_interface": _source_interface,
        "revocation_check": _revocation_check,
        # The profile of call-home is made ready before the switch; under smart and cslu the transport comes first.
        **(on_the_way | transport if pair.is_callhome else transport | on_the_way),
        "privacy.hostname": _hostname_privacy,
        "privacy.version": _version_privacy,
        "usage_interval_days": _usage_interval,
        **{f"customer_tags.{tag}": partial(_customer_tag, tag) for tag in ("tag1", "tag2", "tag3", "tag4")},
        "boot_level": _boot_level,
        "packages": _packages,
        "suite": _suite,
        "features": _features,
        "throughput": _throughput,
    }
    return tuple(judge(pair, f"{key}.{name}") for name, judge in judges.items())


@dataclass(frozen=True, slots=True)
class _Pair:
    """What is wanted, and what there is."""

    intent: Intent
    reading: LicensingReading
    way: Way  # the wanted one

    @property
    def actual(self) -> RunningConfiguration:
        return self.reading.configuration

    @property
    def is_callhome(self) -> bool:
        return self.way.transport is TransportType.CALLHOME


_Judges: TypeAlias = dict[str, Callable[[_Pair, str], Comparison]]


def _shown(*lines: str) -> tuple[Evidence, ...]:
    return tuple(Evidence(SHOW_RUN, line) for line in lines)


def _line(path: str, prefix: str, there: str | None, wanted: str | None, *, default: str | None = None) -> Comparison:
    """A line that takes the place of the one that is there; *default* counts where there is none."""
    evidence = _shown(f"{prefix} {there}" if there is not None else f"no line '{prefix} ...'")
    actual = there if there is not None or default is None else f"{default} (default)"
    if wanted is None or wanted == (there or default):
        return Comparison(path, actual, wanted, evidence=evidence)
    undo = f"no {prefix} {wanted}" if there is None else f"{prefix} {there}"
    return Comparison(path, actual, wanted, (f"{prefix} {wanted}",), (undo,), evidence)


def _switch(path: str, line: str, there: bool, wanted: bool | None, *, default: bool) -> Comparison:
    """A line that is there or not; the device does not show it where it is as by *default*."""
    negated = f"no {line}"
    evidence = _shown(
        (line if there else negated) if there is not default else f"no line '{negated if there else line}'"
    )
    if wanted is None or wanted is there:
        return Comparison(path, _yes(there), None if wanted is None else _yes(wanted), evidence=evidence)
    commands, undo = ((line,), (negated,)) if wanted else ((negated,), (line,))
    return Comparison(path, _yes(there), _yes(wanted), commands, undo, evidence)


def _yes(value: bool) -> str:
    """A flag as the inventory spells it."""
    return "true" if value else "false"


def _in_call_home(path: str, there: str | None, wanted: str | None, line: Callable[[str], str]) -> Comparison:
    """A line of call-home that takes the place of the one that is there."""
    evidence = _shown(f"call-home: {line(there)}" if there is not None else f"call-home: no line '{line('...')}'")
    if wanted is None or wanted == there:
        return Comparison(path, there, wanted, evidence=evidence)
    old = [f" {line(there)}"] if there is not None else []
    new = f" {line(wanted)}"
    commands = ("call-home", *(f" no{text}" for text in old), new)
    return Comparison(path, there, wanted, commands, ("call-home", f" no{new}", *old), evidence)


def _of_transport(made: Comparison, refusal: tuple[str, str] | None = None) -> Comparison:
    """*made* as a part of the way to CSSM; no lines where the device cannot take it."""
    if refusal is not None:
        return replace(made, commands=(), undo=(), of_transport=True, refusal=refusal)
    return replace(made, of_transport=True)


# --- the way to CSSM -------------------------------------------------------------------------------------------------


def _name_servers(pair: _Pair, path: str) -> Comparison:
    """Servers are added; others stay unless ``name_servers_exact``. New ones come before old ones go."""
    wanted, actual, line = pair.intent.name_servers, pair.actual, name_server_line(pair.way.vrf)
    there = tuple(canonical(address) for vrf, address in actual.name_servers if vrf == pair.way.vrf)
    found = ", ".join(there) or None
    evidence = _shown(f"{line} {' '.join(there)}" if there else f"no line '{line} ...'")
    if wanted is None:
        return _of_transport(Comparison(path, found, None, evidence=evidence))
    lookup = ("ip domain lookup",) if wanted and not actual.domain_lookup else ()
    if lookup:
        found = f"{found or ''} (no ip domain lookup)".strip()
        evidence += _shown("no ip domain lookup")
    add = [f"{line} {server}" for server in wanted if server not in there]
    remove = [f"no {line} {server}" for server in there if pair.intent.name_servers_exact and server not in wanted]
    undo = [f"no {text}" for text in add]
    if remove:  # all go and come again, for their order counts
        undo = [f"no {line} {server}" for server in wanted] + [f"{line} {server}" for server in there]
    commands = (*lookup, *add, *remove)
    undone = (*(f"no {text}" for text in lookup), *undo) if commands else ()
    new = tuple(server for server in wanted if server not in there)
    stay = there if new and not pair.intent.name_servers_exact else ()
    shown = ", ".join((*stay, *(new if stay else wanted))) or "none"
    return _of_transport(Comparison(path, found, shown, commands, undone, evidence))


def _source_interface(pair: _Pair, path: str) -> Comparison:
    there, wanted, actual = pair.actual.intent.source_interface, pair.intent.source_interface, pair.actual
    found = interface_of(actual, wanted)
    spelled = found.name if found is not None else wanted  # as the device spells it
    if there is not None and wanted is not None and same_interface(there, wanted):
        spelled = there
    made = _line(path, "ip http client source-interface", there, spelled)
    refusal = None
    if wanted is not None and actual.interfaces:
        vrf = pair.intent.vrf
        if found is None:
            names = [name for name, _, address in actual.interfaces if address is not None]
            expected = "an interface of the device" + (f", such as {', '.join(names[:4])}" if names else "")
            refusal = (repr(wanted), expected)
        elif vrf is not None and found.vrf != vrf and has_vrf_line(pair.reading):
            refusal = (f"{found.name} is in {found.place}", f"an interface in VRF {vrf}")
    return _of_transport(made, refusal)


def _revocation_check(pair: _Pair, path: str) -> Comparison:
    wanted = pair.intent.revocation_check
    configured = dict(pair.actual.trustpoints).get(TRUSTPOINT)
    there = configured or RevocationCheck.CRL.value
    head = f"crypto pki trustpoint {TRUSTPOINT}"
    evidence = _shown(f"{head}: " + (f"revocation-check {there}" if configured else "no line 'revocation-check ...'"))
    if wanted is None or wanted.value == there:
        return _of_transport(Comparison(path, there, None if wanted is None else wanted.value, evidence=evidence))
    commands, undo = ((head, f" revocation-check {value}") for value in (wanted.value, there))
    return _of_transport(Comparison(path, there, wanted.value, commands, undo, evidence))


def _transport(pair: _Pair, path: str) -> Comparison:
    """Which transport; under callhome also that its service, contact and profile are there."""
    wanted, configured, there = pair.intent.transport, pair.actual.intent.transport, actual_transport(pair.reading)
    prefix = "license smart transport"
    evidence = _shown(f"{prefix} {configured.keyword}" if configured is not None else f"no line '{prefix} ...'")
    if wanted is None:
        return _of_transport(Comparison(path, there.keyword, None, evidence=evidence))
    missing, commands, undo = _call_home_ready(pair.actual) if pair.is_callhome else ((), (), ())
    if wanted is not there:
        commands += (f"{prefix} {wanted.keyword}",)
        back = f"no {prefix}" if configured is None else f"{prefix} {configured.keyword}"
        undo = (back, *undo)
    evidence += _shown(*missing)
    actual = ", ".join((there.keyword, *missing)) if wanted is there else there.keyword
    refusal = None
    release = pair.reading.version.release
    if wanted not in (TransportType.SMART, TransportType.CALLHOME) and release_of(release) < releases.SLP:
        refusal = (f"{wanted.keyword} on release {release}", f"callhome or smart before {shown(releases.SLP)}")
    return _of_transport(Comparison(path, actual, wanted.keyword, commands, undo, evidence), refusal)


def _call_home_ready(actual: RunningConfiguration) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """What call-home lacks, in words; the lines that bring it, and those that take it back."""
    home = actual.call_home
    missing, commands, undo = [], [], []
    if not home.service:
        missing.append("no line 'service call-home'")
        commands.append("service call-home")
        undo.append("no service call-home")
    if home.contact_email is None:
        missing.append("call-home: no contact address")
        commands += ["call-home", f" {_CONTACT}"]
        undo += ["call-home", f" no {_CONTACT}"]
    profile = [] if home.profile_active else ["active"]
    profile += [] if home.transport_method == "http" else ["destination transport-method http"]
    email = ["destination transport-method email"] if home.transport_method == "email" else []
    if profile or email:
        missing.append("profile CiscoTAC-1: " + ("not by http" if home.profile_active else "not active"))
        commands += [*_PROFILE, *(f"  no {line}" for line in email), *(f"  {line}" for line in profile)]
        undo += [*_PROFILE, *(f"  no {line}" for line in profile), *(f"  {line}" for line in email)]
    return tuple(missing), merged(commands), merged(undo)


def _url(pair: _Pair, path: str) -> Comparison:
    """The URL of the transport: a line of its own under smart and cslu, one in the profile under callhome."""
    transport, url, actual = pair.way.transport, pair.intent.url, pair.actual
    if transport is TransportType.CALLHOME:
        made = _call_home_url(actual, url, path)
    elif transport is TransportType.CSLU:
        made = _cslu_url(actual, url, path)
    else:
        made = _smart_url(actual, url, path, is_slp=pair.reading.state.slp is not False)
    return _of_transport(made, url_refusal(transport, url) if url is not None else None)


def _call_home_url(actual: RunningConfiguration, url: str | None, path: str) -> Comparison:
    there = actual.call_home.destination_url
    prefix = "destination address http"
    evidence = _shown(
        f'profile "CiscoTAC-1": {prefix} {there}' if there else f"profile CiscoTAC-1: no line '{prefix} ...'"
    )
    wanted = url_meant(TransportType.CALLHOME, url) if url is not None else None
    if wanted is None or wanted == there:
        return Comparison(path, there, url, evidence=evidence)
    old = [f"{prefix} {there}"] if there is not None else []
    commands = (*_PROFILE, *(f"  no {line}" for line in old), f"  {prefix} {wanted}")
    undo = (*_PROFILE, f"  no {prefix} {wanted}", *(f"  {line}" for line in old))
    return Comparison(path, there, url, commands, undo, evidence)


def _smart_url(actual: RunningConfiguration, url: str | None, path: str, *, is_slp: bool) -> Comparison:
    """A device copies ``license smart url smart`` to ``license smart url`` by itself; before SLP it has the last alone.

    Source: reference/cli.md section 4, both lines appear; that the device does it is unverified.
    """
    there = actual.smart_url or actual.plain_url
    prefix = "license smart url"
    smart = [f"{prefix} smart {actual.smart_url}"] if actual.smart_url is not None else []
    plain = [f"{prefix} {actual.plain_url}"] if actual.plain_url is not None else []
    evidence = _shown(*(smart or plain or [f"no line '{prefix} ...'"]))
    wanted = url_meant(TransportType.SMART, url) if url is not None else None
    if wanted is None or wanted == there:
        return Comparison(path, there, url, evidence=evidence)
    is_default = url == "default"
    if not is_slp:
        return Comparison(path, there, url, (f"{prefix} {url}",), tuple(plain) or (f"no {prefix} {wanted}",), evidence)
    new = ([] if smart else [f"no {prefix} smart {wanted}"]) + ([] if plain else [f"no {prefix} {wanted}"])
    old = smart + plain + ([f"{prefix} utility {actual.utility_url}"] if actual.utility_url and is_default else [])
    command = f"{prefix} default" if is_default else f"{prefix} smart {url}"
    return Comparison(path, there, url, (command,), (*new, *old), evidence)


def _cslu_url(actual: RunningConfiguration, url: str | None, path: str) -> Comparison:
    """``url default`` means no URL: the device then finds its CSLU by the name ``cslu-local``.

    A plain ``license smart url`` with a CSLU's URL counts, and is replaced. Source: reference/corrections-2026-11.md.
    """
    there, plain = actual.cslu_url, actual.plain_cslu_url
    line, plain_line = (f"license smart url cslu {there}", f"license smart url {plain}")
    old = ([line] if there is not None else []) + ([plain_line] if plain is not None else [])
    evidence = _shown(*(old or ["no line 'license smart url cslu ...'"]))
    found = ", ".join(dict.fromkeys(each for each in (there, plain) if each is not None)) or None
    wanted = url_meant(TransportType.CSLU, url) if url is not None else None
    if url is None or {each for each in (there, plain) if each is not None} == ({wanted} if wanted else set()):
        return Comparison(path, found, url, evidence=evidence)
    new = f"license smart url cslu {wanted}"
    commands = [new] if wanted is not None and wanted != there else []
    commands += [f"no {plain_line}"] if plain is not None else []
    commands += [f"no {line}"] if wanted is None and there is not None else []
    undo = [f"no {new}"] if wanted is not None and there is None else []
    undo += ([line] if there not in (None, wanted) else []) + ([plain_line] if plain is not None else [])
    return Comparison(path, found, url, tuple(commands), tuple(undo), evidence)


def _vrf(pair: _Pair, path: str) -> Comparison:
    """``license smart vrf`` under smart and cslu; before the release that knows it, the VRF of the source interface.

    Source: reference/corrections-2026-11.md, VRF under cslu and On-Prem.
    """
    wanted, actual, release = pair.intent.vrf, pair.actual, pair.reading.version.release
    if pair.is_callhome:
        made = _in_call_home(path, actual.call_home.vrf, wanted, lambda name: f"vrf {name}")
    elif has_vrf_line(pair.reading):
        made = _line(path, "license smart vrf", actual.intent.vrf, wanted)
    else:
        found = interface_of(actual, pair.way.source_interface)
        there = found.vrf if found is not None else None
        evidence = _shown(
            f"interface {found.name}: vrf forwarding {there}" if found and there else "no source interface"
        )
        made = Comparison(path, there, wanted, evidence=evidence)
        if wanted not in (None, there):
            expected = f"{shown(releases.SMART_VRF)} or later, or a source_interface in VRF {wanted}"
            return _of_transport(made, (f"release {release}", expected))
    refusal = None
    if wanted is not None and pair.way.transport is TransportType.OFF:
        refusal = ("given", "none: transport off reaches nobody")
    elif wanted is not None and wanted not in actual.vrfs:
        names = ", ".join(actual.vrfs)
        refusal = (repr(wanted), f"a VRF of the device: {names}" if names else "a VRF of the device, which has none")
    return _of_transport(made, refusal)


def _proxy(pair: _Pair, path: str) -> Comparison:
    wanted, actual = pair.intent.proxy, pair.actual
    there = actual.call_home.http_proxy if pair.is_callhome else actual.intent.proxy
    found, spelled = _proxy_text(there), _proxy_text(wanted)
    lines = _proxy_lines(there, in_call_home=pair.is_callhome)
    absent = "http-proxy" if pair.is_callhome else "license smart proxy"
    evidence = _shown(*(line.strip() for line in lines)) if lines else _shown(f"no line '{absent} ...'")
    refusal = None
    if wanted is not None and pair.way.transport is TransportType.OFF:
        refusal = ("given", "none: transport off reaches nobody")
    if wanted is None or found == spelled:
        return _of_transport(Comparison(path, found, spelled, evidence=evidence), refusal)
    new = _proxy_lines(wanted, in_call_home=pair.is_callhome)
    if pair.is_callhome:
        commands = ("call-home", *(f" no{line}" for line in lines), *new)
        undo = ("call-home", *(f" no{line}" for line in new), *lines)
    else:
        only_new = [line for line in new if not any(_head(line) == _head(old) for old in lines)]
        commands, undo = new, (*(f"no {line}" for line in reversed(only_new)), *lines)
    return _of_transport(Comparison(path, found, spelled, commands, undo, evidence), refusal)


def _head(line: str) -> str:
    """A line without its last word: an address that replaces another has the same."""
    return line.rpartition(" ")[0]


def _proxy_lines(proxy: Proxy | None, *, in_call_home: bool) -> tuple[str, ...]:
    if proxy is None:
        return ()
    if in_call_home:
        return (f' http-proxy "{proxy.address}" port {proxy.port}',)
    address = f"license smart proxy address {proxy.address}" if proxy.address is not None else None
    port = f"license smart proxy port {proxy.port}" if proxy.port is not None else None
    return tuple(line for line in (address, port) if line is not None)


def _proxy_text(proxy: Proxy | None) -> str | None:
    return None if proxy is None else f"{proxy.address}:{proxy.port}"


def _server_identity_check(pair: _Pair, path: str) -> Comparison:
    """On by default, under call-home too. Source: reference/cli.md section 2."""
    wanted, actual = pair.intent.server_identity_check, pair.actual
    if not pair.is_callhome:
        there = actual.intent.server_identity_check is not False
        return _of_transport(_switch(path, "license smart server-identity-check", there, wanted, default=True))
    made = _switch(
        path, "http secure server-identity-check", actual.call_home.server_identity_check, wanted, default=True
    )
    commands, undo = ((("call-home", f" {lines[0]}") if lines else ()) for lines in (made.commands, made.undo))
    return _of_transport(Comparison(path, made.actual, made.wanted, commands, undo, made.evidence))


# --- what reports say and how often ----------------------------------------------------------------------------------


def _hostname_privacy(pair: _Pair, path: str) -> Comparison:
    there = pair.actual.intent.hostname_privacy is True
    return _switch(path, "license smart privacy hostname", there, pair.intent.hostname_privacy, default=False)


def _version_privacy(pair: _Pair, path: str) -> Comparison:
    there = pair.actual.intent.version_privacy is True
    return _switch(path, "license smart privacy version", there, pair.intent.version_privacy, default=False)


def _usage_interval(pair: _Pair, path: str) -> Comparison:
    there, wanted = (each.usage_interval_days for each in (pair.actual.intent, pair.intent))
    texts = (None if days is None else str(days) for days in (there, wanted))
    return _line(path, "license smart usage interval", *texts, default=str(DEFAULT_INTERVAL_DAYS))


def _customer_tag(tag: str, pair: _Pair, path: str) -> Comparison:
    there, wanted = (dict(each.customer_tags or ()).get(tag) for each in (pair.actual.intent, pair.intent))
    return _line(path, f"license smart usage customer-tags {tag}", there, wanted)


def _boot_level(pair: _Pair, path: str) -> Comparison:
    """What the next boot takes; where no line is there, ``show version`` prints it."""
    wanted, reading = pair.intent.boot_level, pair.reading
    if wanted is None:
        found = ", ".join(map(str, pair.actual.boot_levels)) or None
        return Comparison(path, found, None)
    command, configured = command_of(wanted.level), configured_levels(reading, wanted)
    shown_next = next_level(reading.version, wanted)
    levels = configured or ((shown_next,) if shown_next is not None else ())
    evidence = _shown(*(f"{command} {level}" for level in configured)) or (
        Evidence("show version", f"next reload license level: {shown_next or 'not shown'}"),
    )
    found = ", ".join(map(str, levels)) or None
    refusal = level_refusal(wanted, reading)
    if refusal is not None:
        return Comparison(f"{path}.{refusal[0]}", found, str(wanted), evidence=evidence, refusal=refusal[1])
    if wanted in levels:
        return Comparison(path, found, str(wanted), evidence=evidence)
    replaced = configured and not has_packages(reading)
    unknown = running_level(reading.version, wanted) is None and not _technologies(reading)
    undo = f"{command} {configured[-1]}" if replaced else f"no {command} {wanted}"
    return Comparison(path, found, str(wanted), (f"{command} {wanted}",), (undo,), evidence, at_boot=unknown)


def _technologies(reading: LicensingReading) -> bool:
    """Whether ``show version`` has a table of technology packages."""
    return any(each.technology is not None for each in reading.version.packages)


def _not_of_product(pair: _Pair, made: Comparison, expected: str) -> Comparison:
    product = pair.reading.version.platform
    return replace(made, commands=(), undo=(), refusal=(f"given for {product}", expected))


def _packages(pair: _Pair, path: str) -> Comparison:
    """Each technology package has its line; those that are not wanted go. An empty list wants none."""
    wanted, there, prefix = pair.intent.packages, pair.actual.packages, "license boot level"
    found = ", ".join(there) or None
    evidence = _shown(*(f"{prefix} {name}" for name in there)) or _shown(f"no line '{prefix} ...'")
    if wanted is None:
        return Comparison(path, found, None, evidence=evidence)
    add = tuple(f"{prefix} {name}" for name in wanted if name not in there)
    gone = tuple(f"{prefix} {name}" for name in there if name not in wanted)
    commands = (*add, *(f"no {line}" for line in gone))
    undo = (*(f"no {line}" for line in add), *gone)
    made = Comparison(
        path, found, ", ".join(wanted) or "none", commands, undo, evidence, at_boot=not _technologies(pair.reading)
    )
    product = product_of(pair.reading.version.platform)
    if product is not None and not product.has_packages:
        return _not_of_product(pair, made, "boot_level: technology packages are those of ISR 1000 and 4000")
    if product is not None and (unknown := [name for name in wanted if name not in product.levels]):
        found = f"{', '.join(unknown)} on {pair.reading.version.platform}"
        return replace(made, commands=(), undo=(), refusal=(found, f"some of {', '.join(product.levels)}"))
    return made


def _suite(pair: _Pair, path: str) -> Comparison:
    made = replace(
        _line(path, "license boot suite", pair.actual.suite, pair.intent.suite), at_boot=not _technologies(pair.reading)
    )
    product = product_of(pair.reading.version.platform)
    if pair.intent.suite is not None and product is not None and pair.intent.suite not in product.suites:
        return _not_of_product(pair, made, "an ISR 4000")
    return made


def _features(pair: _Pair, path: str) -> Comparison:
    """Features are added; what is not named is left alone. Each needs its SLAC."""
    wanted, there, prefix = pair.intent.features, pair.actual.features, "license feature"
    evidence = _shown(*(f"{prefix} {name}" for name in there)) or _shown(f"no line '{prefix} ...'")
    if wanted is None:
        return Comparison(path, ", ".join(there) or None, None, evidence=evidence)
    missing = [name for name in wanted if name not in there]
    commands, undo = (tuple(f"{no}{prefix} {name}" for name in missing) for no in ("", "no "))
    needs = next((name for name in missing if not is_authorized(pair.reading.state, name)), None)
    found, expected = ", ".join(there) or None, ", ".join(wanted) or "none"
    made = Comparison(path, found, expected, commands, undo, evidence, needs=needs)
    product = product_of(pair.reading.version.platform)
    if product is not None and set(wanted) - set(product.features):
        return _not_of_product(pair, made, "an ISR 1000 or 4000: others have no such command")
    return made


def _throughput(pair: _Pair, path: str) -> Comparison:
    """A tier or Mbps, in the words of the product's command; above 250 Mbps its SLAC comes first."""
    wanted, there, version = pair.intent.throughput, pair.actual.throughput, pair.reading.version
    product = product_of(version.platform)
    known = product.throughput if product is not None else None
    if wanted is None or known is None:
        made = Comparison(path, there, wanted, evidence=_shown(f"throughput {there or 'not configured'}"))
        return made if wanted is None else _not_of_product(pair, made, "a router whose throughput can be set")
    word = known.word(wanted)
    tiers = known.tiers_since is None or release_of(version.release) >= known.tiers_since
    words = [each for each in known.words if tiers or each not in TIERS]
    if word not in words:
        made = Comparison(path, there, wanted, evidence=_shown(f"{known.command} {there or '...'}"))
        return replace(
            made, refusal=(f"{wanted} on {version.platform} {version.release}", f"one of {', '.join(words)}")
        )
    made = _line(path, known.command, there, word, default=known.default)
    needed = made.differs and word is not None and known.needs_code(word)
    needs = "hseck9" if needed and not is_authorized(pair.reading.state, "hseck9") else None
    return replace(made, needs=needs, at_boot=not known.at_once and version.throughput_kbps is None)
