"""What happens at boot around licensing: levels that take effect, the trustpoint, and call-home.

Each function works on a running configuration; the device that owns it saves, logs and settles.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any, Final

from nornir_smartlic.model import TransportType
from smartlic_lab.agent.upgrade import transport_after_upgrade
from smartlic_lab.device.configuration import Line, Section
from smartlic_lab.device.settings import agent_settings
from smartlic_lab.device.specification import Build
from smartlic_lab.device.throughput import enforced_throughput
from smartlic_lab.device.usage import Booted, boot_level
from smartlic_lab.platforms import Family, Release

TRUSTPOINT: Final = "SLA-TrustPoint"
SELF_SIGNED: Final = "TP-self-signed-"
SELF_SIGNED_NAME: Final = "IOS-Self-Signed-Certificate-"
PACKAGES: Final = "#! /usr/binos/bin/packages_conf.sh\n"  # what show version names as the image; unverified


def configured_level(running: Section, *command: str) -> str | None:
    """The value of ``license boot level`` or ``license air level``."""
    for line in running.under(*command):
        return " ".join(line.words[len(command) :])
    return None


def configured_levels(running: Section) -> tuple[str, ...]:
    """The values of every ``license boot level`` line; ISRs have one for each technology package."""
    return tuple(" ".join(line.words[3:]) for line in running.under("license", "boot", "level"))


def show_udi(running: Section, build: Build) -> None:
    """Routers and controllers have their UDI among the licence lines. Source: reference/cli.md section 4."""
    if "switch" not in build.family.traits:
        active = build.members[0]
        running.put(("license", "udi", "pid", active.pid, "sn", active.sn), ("license", "udi"))


def levels(running: Section, family: Family, *, authorized: bool) -> Booted:
    """The levels of the startup configuration, which is the running one at boot.

    A throughput that needs an authorization code is not enforced unless the device is *authorized*.
    """
    found = (boot_level(text) for text in configured_levels(running))
    return Booted(
        levels=tuple(level for level in found if level is not None),
        suite=running.value("license", "boot", "suite"),
        air_level=boot_level(configured_level(running, "license", "air", "level")),
        throughput=enforced_throughput(running, family, authorized=authorized),
    )


@cache
def _certificate_lines(digits: str = "3082032130820209A003020102020101") -> tuple[str, ...]:
    """Hexadecimal lines in the shape of a certificate that begins so; ours, no root of Cisco's is copied."""
    while len(digits) < 900:
        digits += sha256(digits.encode()).hexdigest().upper()
    words = [digits[at : at + 8] for at in range(0, 900 - 900 % 8, 8)]
    return tuple(" ".join(words[at : at + 9]) for at in range(0, len(words), 9))


def carry_transport_over(running: Section, hostname: str, licensing: Mapping[str, Any]) -> bool:
    """Configure the transport that follows from the older release's, as the first boot of an SLP release does; whether
    there was anything to carry over.

    Source: reference/policy.md section 6.
    """
    after = transport_after_upgrade(licensing, agent_settings(running, hostname, slp=False).transport)
    if after is None:
        return False
    key = ("license", "smart", "transport")
    running.remove(*key)
    if after is not TransportType.CSLU:  # the default has no line
        running.put((*key, after.keyword), key)
    return True


def create_trustpoint(running: Section, release: Release) -> bool:
    """Configure SLA-TrustPoint; whether it was not there.

    Source: syslog/c1117-17.6.4-boot-default-cslu, reference/cli.md section 4.
    """
    if running.has("crypto", "pki", "trustpoint", TRUSTPOINT):
        return False
    trustpoint = running.put(("crypto", "pki", "trustpoint", TRUSTPOINT), opens=True).section
    assert trustpoint is not None
    trustpoint.put(("enrollment", "pkcs12"), ("enrollment",))
    trustpoint.put(("revocation-check", "crl"), ("revocation-check",))
    if release.version >= (17, 1, 0):
        trustpoint.put(("hash", "sha256"), ("hash",))
    _put_certificate(running, TRUSTPOINT, "ca 01", _certificate_lines())
    return True


def _put_certificate(running: Section, trustpoint: str, name: str, lines: tuple[str, ...]) -> None:
    chain = running.put(("crypto", "pki", "certificate", "chain", trustpoint), opens=True).section
    assert chain is not None
    certificate = chain.put(("certificate", name), opens=True).section
    assert certificate is not None
    certificate.lines = [Line((text,), (str(number),)) for number, text in enumerate(lines)]
    certificate.lines.append(Line(("\tquit",), ("quit",)))


def create_self_signed(running: Section, build: Build) -> bool:
    """Configure the certificate of ``ip http secure-server``; whether there was none.

    Source: running-config-license-lines/genielibs-isr4351-17.9.8-suite and labval-csr1000v-a (without ``hash``, 16.4).
    """
    if any(line.words[3].startswith(SELF_SIGNED) for line in running.under("crypto", "pki", "trustpoint")):
        return False
    number = int(sha256(build.members[0].sn.encode()).hexdigest()[:8], 16)
    name = f"{SELF_SIGNED}{number}"
    trustpoint = running.put(("crypto", "pki", "trustpoint", name), opens=True).section
    assert trustpoint is not None
    trustpoint.put(("enrollment", "selfsigned"), ("enrollment",))
    trustpoint.put(("subject-name", f"cn={SELF_SIGNED_NAME}{number}"), ("subject-name",))
    trustpoint.put(("revocation-check", "none"), ("revocation-check",))
    trustpoint.put(("rsakeypair", name), ("rsakeypair",))
    if build.release.version >= (17, 1, 0):
        trustpoint.put(("hash", "sha256"), ("hash",))
    _put_certificate(
        running,
        name,
        "self-signed 01",
        _certificate_lines(f"30820330308202 18A0030201020201 01{number:08X}".replace(" ", "")),
    )
    return True


def enable_callhome(running: Section) -> None:
    """Turn call-home on, and configure it where it is not. Source: as of `create_trustpoint`."""
    running.put(("service", "call-home"))
    if running.find("call-home") is not None:
        return
    home = running.put(("call-home",), opens=True).section
    assert home is not None
    home.put(("contact-email-addr", "sch-smart-licensing@cisco.com"), ("contact-email-addr",))
    profile = home.put(("profile", '"CiscoTAC-1"'), opens=True).section
    assert profile is not None
    profile.put(("active",))
    profile.put(("destination", "transport-method", "http"))
