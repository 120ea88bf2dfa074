"""Configurations, and what PKI says of its own."""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

from nornir_smartlic.model import CryptoThroughput, ThroughputLevel, Trustpoint
from smartlic_lab.device import boot
from smartlic_lab.device.catalogue import PARTITIONS
from smartlic_lab.device.commands.filing import nvram_size
from smartlic_lab.device.commands.registry import Call, Handlers, invalid_behind
from smartlic_lab.device.commands.shows_chassis import boot_variables
from smartlic_lab.device.configuration import Section
from smartlic_lab.device.implied import printed_lines
from smartlic_lab.device.machine import Machine
from smartlic_lab.device.printing import printed
from smartlic_lab.device.session import Session
from smartlic_lab.device.texts import date_text
from smartlic_lab.device.throughput import configured_throughput

handles = Handlers[Session]()


# What "show running-config all" adds, where the line is not there. Source: defaults of reference/cli.md section 2.
_DEFAULTS_SLP = (
    ("license smart transport", "license smart transport cslu"),
    ("license smart server-identity-check", "license smart server-identity-check"),
    ("license smart usage interval", "license smart usage interval 30"),
)
_DEFAULTS = (
    ("ip domain lookup", "ip domain lookup"),
    ("logging console", "logging console debugging"),
    ("logging monitor", "logging monitor debugging"),
    ("file prompt", "file prompt alert"),
)


@handles("show_running_config")
def show_running_config(session: Session, call: Call) -> str:
    device = session.device
    if call.has("all"):
        text = _with_defaults(device)
    elif call.has("brief"):
        text = _without_certificates(device)
    else:
        text = device.running_text()
    head = f"Building configuration...\n\nCurrent configuration : {len(text)} bytes\n"
    return head + _change_lines(device) + text + "\n"


def _change_lines(device: Machine) -> str:
    lines = "!\n"
    if device.changed_at is not None:
        by = f" by {device.changed_by}" if device.changed_by else ""
        lines += f"! Last configuration change at {date_text(device.clock(device.changed_at))}{by}\n"
    if device.saved_at is not None:
        lines += f"! NVRAM config last updated at {date_text(device.clock(device.saved_at))}\n"
    return lines


def _with_defaults(device: Machine) -> str:
    copy = printed_lines(device.running, device.family)
    for key, text in (*_DEFAULTS, *(_DEFAULTS_SLP if device.release.slp else ())):
        if copy.find(*key.split()) is None:
            copy.put(text.split(), key.split())
    version = f"version {device.release.version[0]}.{device.release.version[1]}"
    return "".join(f"{line}\n" for line in ("!", version, *copy.render(), "end"))


def _without_certificates(device: Machine) -> str:
    copy = printed_lines(device.running, device.family)
    for line in copy.under("crypto", "pki", "certificate", "chain"):
        for certificate in (line.section or Section()).lines:
            certificate.section = None
    version = f"version {device.release.version[0]}.{device.release.version[1]}"
    return "".join(f"{line}\n" for line in ("!", version, *copy.render(), "end"))


@handles("show_running_partition")
def show_running_partition(session: Session, call: Call) -> str:
    """The lines of one partition. Source: as of `PARTITIONS`."""
    device, name = session.device, call.match.words[3]
    shown = printed_lines(device.running, device.family)
    shown.lines = [line for line in shown.lines if _partition(line.text) == name]
    text = "".join(f"{line}\n" for line in ("!", *shown.render(), "!", "end"))
    head = f"Building configuration...\n\nCurrent configuration : {len(text)} bytes\n!\n"
    return f"{head}Configuration of Partition - {name}\n!\n{text}\n"


def _partition(line: str) -> str:
    words = f"{line} "
    return next(
        (name for name, starts in PARTITIONS.items() if words.startswith(tuple(f"{one} " for one in starts))), "common"
    )


@handles("show_running_interface")
def show_running_interface(session: Session, call: Call) -> str:
    name = call.required("interface")
    line = printed_lines(session.device.running, session.device.family).find("interface", name)
    if line is None:
        raise invalid_behind(session.prompt, "show running-config interface ")
    text = "".join(f"{one}\n" for one in Section([line]).render())
    return f"Building configuration...\n\nCurrent configuration : {len(text) + 6} bytes\n!\n{text}end\n\n"


@handles("show_startup_config")
def show_startup_config(session: Session, call: Call) -> str:
    startup = session.device.startup
    if startup is None:
        return "startup-config is not present\n"
    return f"Using {len(startup)} out of {nvram_size(session)} bytes\n{_change_lines(session.device)}{startup}\n"


# --- PKI ------------------------------------------------------------------------------------------------------------


@handles("show_trustpoints")
def show_trustpoints(session: Session, call: Call) -> str:
    """Source: show-crypto-pki-trustpoints/genie-sla-trustpoint-and-sudi.txt."""
    wanted = call.argument("name")
    names = [line.words[3] for line in session.device.running.under("crypto", "pki", "trustpoint")]
    found = tuple(_trustpoint(name) for name in names if wanted in (None, name))
    return printed(session.device, "show crypto pki trustpoints", found)


def _trustpoint(name: str) -> Trustpoint:
    if name == boot.TRUSTPOINT:
        return Trustpoint(name, (("cn", "Cisco Licensing Root CA"), ("o", "Cisco")), "01", ("Certificate configured.",))
    if name.startswith(boot.SELF_SIGNED):
        subject = f"{boot.SELF_SIGNED_NAME}{name.removeprefix(boot.SELF_SIGNED)}"
        notes = ("Persistent self-signed certificate trust point", f"Using key label {name}")
        return Trustpoint(name, (("cn", subject),), "01", notes)
    return Trustpoint(name)


@handles("show_certificates")
def show_certificates(session: Session, call: Call) -> str:
    """Unverified: the self-signed certificate and the order of both."""
    wanted, text = call.argument("name"), ""
    for line in session.device.running.under("crypto", "pki", "trustpoint"):
        name = line.words[3]
        if wanted in (None, name):
            text += _certificate(name, session)
    return text


def _certificate(name: str, session: Session) -> str:
    if name.startswith(boot.SELF_SIGNED):
        subject = f"{boot.SELF_SIGNED_NAME}{name.removeprefix(boot.SELF_SIGNED)}"
        start, dated = session.device.clock(session.device.booted_at), "%H:%M:%S %Z %b %-d %Y"
        end = start.replace(year=start.year + 10, day=min(start.day, 28))
        return (
            "Router Self-Signed Certificate\n  Status: Available\n  Certificate Serial Number (hex): 01\n"
            f"  Certificate Usage: General Purpose\n  Issuer: \n    cn={subject}\n"
            f"  Subject:\n    Name: {subject}\n    cn={subject}\n"
            f"  Validity Date: \n    start date: {start:{dated}}\n    end   date: {end:{dated}}\n"
            f"  Associated Trustpoints: {name} \n  Storage: nvram:IOS-Self-Sig#1.cer\n\n"
        )
    if name != boot.TRUSTPOINT:
        return ""
    return (
        "CA Certificate\n  Status: Available\n  Certificate Serial Number (hex): 01\n  Certificate Usage: Signature\n"
        "  Issuer: \n    cn=Cisco Licensing Root CA\n    o=Cisco\n"
        "  Subject: \n    cn=Cisco Licensing Root CA\n    o=Cisco\n"
        "  Validity Date: \n    start date: 19:48:47 UTC May 30 2013\n    end   date: 19:48:47 UTC May 30 2038\n"
        f"  Associated Trustpoints: {boot.TRUSTPOINT} \n\n"
    )


# --- throughput -----------------------------------------------------------------------------------------------------


@handles("show_throughput")
def show_throughput(session: Session, call: Call) -> str:
    device = session.device
    return printed(
        device, "show platform hardware throughput level", ThroughputLevel(device.throughput_kbps(session.now))
    )


@handles("show_throughput_crypto")
def show_throughput_crypto(session: Session, call: Call) -> str:
    """Source: show-platform-hardware-throughput-crypto/genie-c8000-tier-t3.txt."""
    device = session.device
    default = device.family.default_throughput or "T1"
    configured = configured_throughput(device.running) or default
    enforced = device.booted_with.throughput or default
    level = device.booted_with.level
    value = CryptoThroughput(
        configured=configured,
        saved=configured == enforced,
        reboot_required=configured != enforced,
        enforced=_rate(enforced),
        throttling="not throttled" if enforced == "T3" else "throttled",
        default=_rate(default),
        boot_level=level.level if level else "none",
    )
    return printed(device, "show platform hardware throughput crypto", value)


def _rate(level: str) -> str:
    return {"T0": "25M", "T1": "200M", "T2": "1G", "T3": "10G"}.get(level, f"{level}M" if level.isdigit() else level)


@handles("show_ip_http_client")
def show_ip_http_client(session: Session, call: Call) -> str:
    source = session.device.running.value("ip", "http", "client", "source-interface")
    return (
        "HTTP client status: Enabled\nHTTP client application session modules:\n"
        f"HTTP client source interface: {source or 'Not configured'}\n"
    )


@handles("show_boot")
def show_boot(session: Session, call: Call) -> str:
    flash = session.device.family.flash
    if "switch" in session.device.family.traits:
        text = ""
        for number, _ in session.device.build.numbered:
            variable = f"BOOT variable = {flash}:packages.conf;\n"
            text += f"---------------------------\nSwitch {number}\n---------------------------\n"
            text += f"Current Boot Variables:\n{variable}\nBoot Variables on next reload:\n{variable}"
            text += "Manual Boot = no\nEnable Break = no\nBoot Mode = DEVICE\niPXE Timeout = 0\n"
        return text
    return boot_variables(session.device)
