"""Configurations, and what call-home and PKI say of theirs."""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

from nornir_smartlic.model import CallHomeProfile, CryptoThroughput, SmartCallHome, ThroughputLevel, Trustpoint
from smartlic_lab.device import boot, settings
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


# --- call-home ------------------------------------------------------------------------------------------------------


@handles("show_call_home_licensing")
def show_call_home_licensing(session: Session, call: Call) -> str:
    running = session.device.running
    url = settings.callhome_url(running)
    value = SmartCallHome(
        messages_enabled=url is not None,
        profile="CiscoTAC-1",
        profile_active=settings.callhome_profile(running).has("active"),
        urls=(url or settings.CALLHOME_URL,),
    )
    return printed(session.device, "show call-home smart-licensing", value)


@handles("show_call_home_licensing_statistics")
def show_call_home_licensing_statistics(session: Session, call: Call) -> str:
    """What the Smart Agent sent over call-home since the boot. Unverified: all of the texts."""
    text = "Success: Successfully sent and response received.\n"
    text += "Failed : Failed to send or response indicated error occurred.\n"
    text += "Inqueue: In queue waiting to be sent.\nDropped: Dropped due to incorrect call-home configuration.\n\n"
    text += f"Msg Subtype      Success  Failed   Inqueue  Dropped  Last-sent\n{'-' * 72}\n"
    for kind, count in session.device.called_home.items():
        sent = "n/a" if count.last_sent is None else f"{count.last_sent:%Y-%m-%d %H:%M:%S}"
        name = kind.upper().replace(" ", "_")[:16]
        text += f"{name:<16} {count.success:<8} {count.failed:<8} {0:<8} {0:<8} {sent}\n"
    return text + "\n"


@handles("show_call_home_profile")
def show_call_home_profile(session: Session, call: Call) -> str:
    """What is not configured is as in show-call-home-profile-all/genie-ciscotac1-plus-inactive.txt."""
    running = session.device.running
    profile = settings.callhome_profile(running)
    http = profile.has("destination", "transport-method", "http")
    value = CallHomeProfile(
        name="CiscoTAC-1",
        active=profile.has("active"),
        mode="Full Reporting",
        reporting=("Smart Call Home", "Smart Licensing"),
        message_format="xml",
        size_limit_bytes=3_145_728,
        transport="http" if http else "email",
        http_addresses=(settings.callhome_url(running) or settings.CALLHOME_URL,) if http else (),
        email_addresses=() if http else ("callhome@cisco.com",),
        other_addresses=("default",) if http else (),
        schedules=(
            ("configuration", "every 1 day of the month at 09:15"),
            ("inventory", "every 1 day of the month at 09:00"),
        ),
        alert_groups=(
            ("crash", "debugging"),
            ("diagnostic", "minor"),
            ("environment", "warning"),
            ("inventory", "normal"),
        ),
        syslog_patterns=(("APF-.-WLC_.*", "warning"), (".*", "major")),
    )
    return printed(session.device, "show call-home profile", (value,)) + "\n"


_ALERT_GROUPS = (
    ("configuration", "configuration info"),
    ("crash", "crash and traceback info"),
    ("diagnostic", "diagnostic info"),
    ("environment", "environmental info"),
    ("inventory", "inventory info"),
    ("snapshot", "snapshot info"),
    ("syslog", "syslog info"),
)


@handles("show_call_home_detail")
def show_call_home_detail(session: Session, call: Call) -> str:
    """``show call-home`` with the profile written out."""
    settings_text, _, _ = str(show_call_home(session, call)).partition("Profiles:\n")
    return f"{settings_text}Profiles:\n\n{show_call_home_profile(session, call)}"


@handles("show_call_home")
def show_call_home(session: Session, call: Call) -> str:
    """Source: the lines that genieparser's ShowCallHome names; their order and margins are unverified."""
    running = session.device.running
    home = running.section("call-home")
    unset = "Not yet set up"

    def word(*key: str) -> str:
        return home.value(*key) or unset

    active = "ACTIVE" if settings.callhome_profile(running).has("active") else "INACTIVE"
    profile = f"    Profile: CiscoTAC-1 (status: {active})\n"
    privacy = next((line.text.removeprefix("data-privacy level ") for line in home.under("data-privacy")), "normal")
    groups = "".join(f"    {name:<24} Enable  {text}\n" for name, text in _ALERT_GROUPS)
    return (
        "Current call home settings:\n"
        f"    call home feature : {'enable' if running.has('service', 'call-home') else 'disable'}\n"
        "    call home message's from address: Not yet set up\n"
        "    call home message's reply-to address: Not yet set up\n\n"
        f"    vrf for call-home messages: {word('vrf')}\n\n"
        f"    contact person's email address: {word('contact-email-addr')}\n\n"
        f"    contact person's phone number: {word('phone-number')}\n"
        f"    street address: {word('street-address')}\n"
        f"    customer ID: {word('customer-id')}\n"
        f"    contract ID: {word('contract-id')}\n"
        f"    site ID: {word('site-id')}\n\n"
        "    source ip address: Not yet set up\n"
        f"    source interface: {word('source-interface')}\n"
        f"{_mail_servers(home)}"
        f"    http proxy: {word('http-proxy')}\n"
        "    http secure:\n"
        "        server identity check: "
        f"{'disabled' if home.denied('http', 'secure', 'server-identity-check') else 'enabled'}\n"
        "    http resolve-hostname: default\n\n"
        f"    Diagnostic signature: enabled\n{profile}\n"
        f"    Smart licensing messages: {'enabled' if settings.callhome_url(running) else 'disabled'}\n{profile}\n"
        "    aaa-authorization: disable\n"
        "    aaa-authorization username: callhome (default)\n"
        f"    data-privacy: {privacy}\n"
        f"    syslog throttling: {'disable' if home.denied('syslog-throttling') else 'enable'}\n\n"
        f"    Rate-limit: {home.value('rate-limit') or 20} message(s) per minute\n\n"
        "    Snapshot command: Not yet set up\n\n"
        "Available alert groups:\n"
        "    Keyword                  State   Description\n"
        f"    {'-' * 24} {'-' * 7} {'-' * 31}\n"
        f"{groups}\n"
        "Profiles:\n"
        "    Profile Name: CiscoTAC-1\n"
    )


def _mail_servers(home: Section) -> str:
    """``mail-server ADDRESS priority N``, numbered by priority."""
    lines = [line.text.split() for line in home.under("mail-server")]
    found = sorted((int(words[-1]), words[1]) for words in lines if words[-1].isdecimal())
    return (
        "".join(
            f"    Mail-server[{number}]: Address: {address} Priority: {priority} Secure: none\n"
            for number, (priority, address) in enumerate(found, 1)
        )
        or "    Mail-server: Not yet set up\n"
    )


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
