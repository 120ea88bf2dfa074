"""What happens at boot around licensing: levels that take effect, the trustpoint, and call-home."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from nornir_smartlic.model import TransportType
from smartlic_lab.agent.events import Log
from smartlic_lab.agent.upgrade import transport_after_upgrade
from smartlic_lab.device.configuration import Line
from smartlic_lab.device.settings import agent_settings
from smartlic_lab.device.usage import Booted, boot_level

if TYPE_CHECKING:
    from smartlic_lab.device.device import Device

TRUSTPOINT: Final = "SLA-TrustPoint"
PACKAGES: Final = "#! /usr/binos/bin/packages_conf.sh\n"  # what show version names as the image; recalled


def configured_level(device: Device, *command: str) -> str | None:
    """The value of ``license boot level`` or ``license air level`` in the running configuration."""
    for line in device.running.under(*command):
        return " ".join(line.words[len(command) :])
    return None


def configured_levels(device: Device) -> tuple[str, ...]:
    """The values of every ``license boot level`` line; ISRs have one for each technology package."""
    return tuple(" ".join(line.words[3:]) for line in device.running.under("license", "boot", "level"))


def configured_throughput(device: Device) -> str | None:
    """The throughput level that is configured, as typed."""
    return device.running.value("platform", "hardware", "throughput", "level", "MB") or device.running.value(
        "platform", "hardware", "throughput", "crypto"
    )


def show_udi(device: Device) -> None:
    """Routers and controllers have their UDI among the licence lines. Source: reference/cli.md section 4."""
    if "switch" not in device.family.traits:
        active = device.build.members[0]
        device.running.put(("license", "udi", "pid", active.pid, "sn", active.sn), ("license", "udi"))


def levels(device: Device, now: datetime) -> Booted:
    """The levels of the startup configuration, which is the running one at boot.

    A throughput that needs an authorization code is not enforced without one (recalled: what is then is the highest
    level that needs none).
    """
    throughput = configured_throughput(device)
    if throughput is not None and needs_authorization(device, throughput) and not device.authorized("hseck9", now):
        throughput = _unrestricted(device)
    found = (boot_level(text) for text in configured_levels(device))
    return Booted(
        levels=tuple(level for level in found if level is not None),
        air_level=boot_level(configured_level(device, "license", "air", "level")),
        throughput=throughput,
    )


def _unrestricted(device: Device) -> str | None:
    """The highest throughput level that needs no authorization code."""
    free = [name for name in device.family.throughputs if not needs_authorization(device, name)]
    untiered = [name for name in free if not name.startswith("T")]
    configured = configured_throughput(device) or ""
    candidates = [name for name in free if name.startswith("T")] if configured.startswith("T") else untiered
    return candidates[-1] if candidates else None


def export_licence_in_use(device: Device) -> bool:
    """Whether the throughput is one that needs hseck9."""
    throughput = device.booted_with.throughput
    return throughput is not None and needs_authorization(device, throughput)


def needs_authorization(device: Device, throughput: str) -> bool:
    """Whether a throughput level is more than may be had without a SLAC.

    Source: reference/policy.md section 5: above 250 Mbps; tier T1 holds up to 200 Mbps, T2 is 1 Gbps (recalled).
    """
    if throughput.isdigit():
        return int(throughput) > device.family.unrestricted_throughput
    if throughput.endswith("M") and throughput[:-1].isdigit():
        return int(throughput[:-1]) > device.family.unrestricted_throughput
    return throughput not in ("T0", "T1")


@cache
def _certificate_lines() -> tuple[str, ...]:
    """Hexadecimal lines in the shape of a certificate; ours, no root of Cisco's is copied."""
    digits = "3082032130820209A0030201020201 01".replace(" ", "")
    while len(digits) < 900:
        digits += sha256(digits.encode()).hexdigest().upper()
    words = [digits[at : at + 8] for at in range(0, 900 - 900 % 8, 8)]
    return tuple(" ".join(words[at : at + 9]) for at in range(0, len(words), 9))


def carry_transport_over(device: Device, licensing: Mapping[str, Any], now: datetime) -> None:
    """The first boot of an SLP release configures the transport that follows from the older release's, and saves it.

    Source: reference/policy.md section 6. That the line is saved by itself is recalled.
    """
    if not device.release.slp:
        return
    before = agent_settings(device.running, device.hostname, slp=False).transport
    after = transport_after_upgrade(licensing, before)
    if after is None:
        return
    key = ("license", "smart", "transport")
    device.running.remove(*key)
    if after is not TransportType.CSLU:  # the default has no line
        device.running.put((*key, after.keyword), key)
    device.save(now)


def create_trustpoint(device: Device, now: datetime) -> None:
    """Create SLA-TrustPoint and enable call-home, once the clock can be trusted, and save.

    Source: syslog/c1117-17.6.4-boot-default-cslu, reference/cli.md section 4.
    """
    if not device.running.has("crypto", "pki", "trustpoint", TRUSTPOINT):
        trustpoint = device.running.put(("crypto", "pki", "trustpoint", TRUSTPOINT), opens=True).section
        assert trustpoint is not None
        trustpoint.put(("enrollment", "pkcs12"), ("enrollment",))
        trustpoint.put(("revocation-check", "crl"), ("revocation-check",))
        if device.release.version >= (17, 1, 0):
            trustpoint.put(("hash", "sha256"), ("hash",))
        chain = device.running.put(("crypto", "pki", "certificate", "chain", TRUSTPOINT), opens=True).section
        assert chain is not None
        certificate = chain.put(("certificate", "ca 01"), opens=True).section
        assert certificate is not None
        certificate.lines = [Line((text,), (str(number),)) for number, text in enumerate(_certificate_lines())]
        certificate.lines.append(Line(("\tquit",), ("quit",)))
        device.emit(Log(6, "TRUSTPOINT_CREATE", f"Trustpoint: {TRUSTPOINT} created succesfully", "PKI"), now)
        device.save(now)
        device.emit(Log(6, "CONFIGAUTOSAVE", "Running configuration saved to NVRAM[OK]", "PKI"), now)
    if device.running.find("call-home") is None:
        home = device.running.put(("call-home",), opens=True).section
        assert home is not None
        home.put(("contact-email-addr", "sch-smart-licensing@cisco.com"), ("contact-email-addr",))
        profile = home.put(("profile", '"CiscoTAC-1"'), opens=True).section
        assert profile is not None
        profile.put(("active",))
        profile.put(("destination", "transport-method", "http"))
    device.settle(now)
    device.emit(Log(6, "CALL_HOME_ENABLED", "Call-home is enabled by Smart Agent for Licensing.", "CALL_HOME"), now)
