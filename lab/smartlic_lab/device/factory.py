"""The configuration that a staged device has before anybody licenses it: hostname, users, interfaces, lines."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from smartlic_lab.device.passwords import hashed
from smartlic_lab.device.specification import Build
from smartlic_lab.platforms import InterfaceRange, family

# What a configuration has that nobody typed (unverified, without what licensing or clients never look at).
_SWITCH_LINES: Final = [
    "login on-success log", "diagnostic bootup level minimal", "spanning-tree mode rapid-pvst",
    "spanning-tree extend system-id", "redundancy", " mode sso", "transceiver type all", " monitoring",
    "control-plane",
]  # fmt: skip
_ROUTER_LINES: Final = [
    "login on-success log", "subscriber templating", "multilink bundle-name authenticated",
    "memory free low-watermark processor 63680", "diagnostic bootup level minimal", "spanning-tree extend system-id",
    "redundancy", "control-plane",
]  # fmt: skip
# An ISR of 17.9 has the line, a CSR1000V of 16.4 not (running-config-license-lines); the first release is unverified.
_PUNT_KEEPALIVE_SINCE: Final = (16, 9, 0)


def interface_names(build: Build) -> tuple[tuple[str, str | None], ...]:
    """Every interface and the VRF it is born with, in the platform's order."""
    return _interface_names(build.family.name, tuple((number, one.udi.pid) for number, one in build.numbered))


@lru_cache(maxsize=256)
def _interface_names(family_name: str, members: tuple[tuple[int, str], ...]) -> tuple[tuple[str, str | None], ...]:
    found: list[tuple[str, str | None]] = []
    known = family(family_name)
    for interfaces in known.interfaces:
        if not interfaces.per_member:
            found += _expanded(interfaces, 1)
    for number, pid in members:
        for interfaces in (*known.models[pid].interfaces, *(one for one in known.interfaces if one.per_member)):
            found += _expanded(interfaces, number)
    return tuple(dict.fromkeys(found))


def _expanded(interfaces: InterfaceRange, member: int) -> Iterator[tuple[str, str | None]]:
    for port in range(interfaces.first, interfaces.first + interfaces.count):
        yield interfaces.name.format(member=member, port=port), interfaces.vrf


def hardware_lines(build: Build) -> list[str]:
    """What members bring into the configuration: ``switch N provision`` and their interfaces."""
    lines = []
    if "stack" in build.family.traits:
        lines += [f"switch {number} provision {one.udi.pid.lower()}" for number, one in build.numbered]
    for name, born_in in interface_names(build):
        lines.append(f"interface {name}")
        if born_in:
            lines.append(f" vrf forwarding {born_in}")
    return lines


def staged_configuration(build: Build) -> list[str]:
    """The lines, day-0 lines of the specification last, so that they win."""
    spec, kind = build.spec, build.family
    lines = ["service timestamps debug datetime msec", "service timestamps log datetime msec"]
    if build.release.version >= _PUNT_KEEPALIVE_SINCE:
        lines.append("platform punt-keepalive disable-kernel-core")
    lines.append(f"hostname {spec.hostname or spec.name}")
    vrfs = dict.fromkeys(vrf for _, vrf in interface_names(build) if vrf)
    for vrf in vrfs:
        lines += [f"vrf definition {vrf}", " address-family ipv4", " exit-address-family"]
        lines += [" address-family ipv6", " exit-address-family"]
    if spec.enable_secret is not None:
        lines.append(f"enable secret 9 {hashed(spec.enable_secret.reveal(), 'enable')}")
    lines.append(f"username {spec.username} privilege 15 secret 9 {hashed(spec.password.reveal(), spec.username)}")
    zone, offset = spec.timezone
    if zone != "UTC" or offset:
        minutes = int(offset.total_seconds() // 60)
        hours, rest = divmod(abs(minutes), 60)
        lines.append(f"clock timezone {zone} {'-' if minutes < 0 else ''}{hours} {rest}")
    lines += hardware_lines(build)
    if kind.boot.default:
        command = "license air level" if kind.boot.style == "air" else "license boot level"
        lines.append(f"{command} {kind.boot.default}")
    lines += ["ip forward-protocol nd", "ip http server", "ip http authentication local", "ip http secure-server"]
    lines += ["ip ssh version 2", "ip scp server enable"]
    lines += _SWITCH_LINES if "switch" in kind.traits else _ROUTER_LINES
    lines += ["line console 0", " stopbits 1"]
    if "router" in kind.traits:
        lines.append("line aux 0")  # in Cisco's examples for the C8000V; unverified for each family
    lines += ["line vty 0 4", " login local", " transport input ssh"]
    lines += ["line vty 5 15", " login local", " transport input ssh"]
    return [*lines, *spec.day0]
