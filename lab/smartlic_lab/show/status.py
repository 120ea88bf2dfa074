"""The sections of ``show license status``, ``all`` and ``tech support``, as lines."""

from __future__ import annotations

from nornir_smartlic.model import (
    Conversion,
    PolicyAttributes,
    PolicyDays,
    TransportType,
    TrustCode,
)
from smartlic_lab.show.style import STATUS, TECH, Page
from smartlic_lab.show.words import empty, instant, member, none, switch, time_or_none, truth, word

Lines = list[str]


def enabled(page: Page) -> Lines:
    """``Smart Licensing is ENABLED``."""
    return [f"Smart Licensing is {'DISABLED' if page.state.enabled is False else 'ENABLED'}"]


def conversion(page: Page) -> Lines | None:
    """``License Conversion:``, from agent 5.10 on."""
    told = page.state.conversion
    if told is None or not page.style.has(5, 10):
        return None
    title = "License Conversion:"
    lines = [title, f"  Automatic Conversion Enabled: {truth(told.automatic)}", *conversion_members(told)]
    if page.style.prints(title, "Status", told.status is not None):
        lines.append(f"  Status: {none(told.status)}")
    if page.style.prints(title, "Last Data Push", True):
        lines.append(f"  Last Data Push: {time_or_none(told.last_data_push)}")
    if page.style.prints(title, "Last File Export", True):
        lines.append(f"  Last File Export: {time_or_none(told.last_file_export)}")
    return lines


def conversion_members(told: Conversion) -> Lines:
    """The status of each member; unverified."""
    return [line for who, status in told.members for line in (f"  {member(who)}", f"    Status: {status}")]


def export_keys(page: Page) -> Lines | None:
    """``Export Authorization Key:``; unverified: not before agent 4.3."""
    if page.state.export_authorization_keys is None or not page.style.has(4, 3):
        return None
    keys = page.state.export_authorization_keys or ("<none>",)
    return ["Export Authorization Key:", "  Features Authorized:", *(f"    {key}" for key in keys)]


def utility(page: Page) -> Lines | None:
    """``Utility:``; what may follow the status is unverified."""
    if page.state.utility is None:
        return None
    lines = ["Utility:", f"  Status: {switch(page.state.utility)}"]
    customer = False
    for key, value in page.state.utility_details or ():
        if key in ("Utility report", "Customer Information"):
            lines.append(f"  {key}:")
            customer = key == "Customer Information"
        elif key == "Failure reason":
            lines.append(f"      {key}: {none(value)}")
        else:
            lines.append(f"    {key}: {empty(value) if customer else none(value)}")
    return lines


def reservation_mode(page: Page) -> Lines | None:
    """``License Reservation is ENABLED``, of a legacy device; unverified."""
    told = page.state.reservation_mode
    if told is None and page.state.slp is False and page.state.reservation is not None:
        told = page.state.reservation.enabled or None
    return None if told is None else [f"License Reservation is {switch(told)}"]


def using_policy(page: Page) -> Lines | None:
    """``Smart Licensing Using Policy:``; the reporting mode from agent 5.11 on, but not in the status."""
    if not page.state.slp:
        return None
    title = "Smart Licensing Using Policy:"
    lines = [title, "  Status: ENABLED"]
    if page.style.prints(title, "Reporting Mode", page.style.since(5, 11) and page.command != STATUS):
        lines.append(f"  Reporting Mode: {page.state.reporting_mode or 'STANDARD'}")
    return lines


def account(page: Page) -> Lines | None:
    """``Account Information:``, from agent 5.3 on."""
    told = page.state.account
    if told is None or not page.style.has(5, 3):
        return None
    as_of = "" if told.as_of is None else f" As of {instant(told.as_of)}"
    return [
        "Account Information:",
        f"  Smart Account: {none(told.smart_account)}{as_of}",
        f"  Virtual Account: {none(told.virtual_account)}",
    ]


def data_privacy(page: Page) -> Lines | None:
    """``Data Privacy:``."""
    told = page.state.privacy
    if told is None:
        return None
    return [
        "Data Privacy:",
        f"  Sending Hostname: {'yes' if told.sending_hostname else 'no'}",
        f"    Callhome hostname privacy: {switch(told.callhome_hostname_privacy)}",
        f"    Smart Licensing hostname privacy: {switch(told.hostname_privacy)}",
        f"  Version privacy: {switch(told.version_privacy)}",
    ]


def transport(page: Page) -> Lines | None:
    """``Transport:``."""
    told = page.state.transport
    if told is None:
        return None
    title = "Transport:"
    networked = told.type in (TransportType.SMART, TransportType.CSLU)
    lines = [title, f"  Type: {word(told.type)}"]
    for key, url in (("Registration URL", told.registration_url), ("Utility URL", told.utility_url)):
        if page.style.prints(title, key, url is not None):
            lines.append(f"  {key}: {empty(url)}")
    if page.style.prints(title, "URL", told.type is TransportType.SMART and told.registration_url is None):
        lines.append(f"  URL: {empty(told.url)}")
    if page.style.prints(title, "Cslu address", told.type is TransportType.CSLU):
        lines.append(f"  Cslu address: {empty(told.cslu_address)}")
    if page.style.prints(title, "Proxy", networked):
        lines.append("  Proxy:")
        proxy = told.proxy
        if page.style.prints(title, "Address", page.command == TECH or proxy is not None):
            lines += [
                f"    Address: {empty(proxy.address if proxy else None)}",
                f"    Port: {empty(proxy.port if proxy else None)}",
            ]
            if page.style.prints(title, "Username", True):
                lines.append(f"    Username: {empty(proxy.username if proxy else None)}")
            if page.style.prints(title, "Password", True):
                lines.append("    Password: <empty>")
        else:
            lines.append("    Not Configured")
    if page.style.prints(title, "Server Identity Check", page.command == TECH and networked):
        lines.append(f"  Server Identity Check: {truth(told.server_identity_check is not False)}")
    has_vrf = page.style.since(5, 3) or (page.style.since(5) and page.command != TECH)
    if page.style.prints(title, "VRF", networked and has_vrf):
        if page.style.vrf_block and page.command != TECH:
            lines += ["  VRF:", f"    {told.vrf or 'Not Configured'}"]
        else:
            lines.append(f"  VRF: {empty(told.vrf)}")
    if page.style.prints(title, "IP Mode", page.command == TECH and networked and page.style.since(6)):
        lines.append(f"  IP Mode: {told.ip_mode or 'IPv4 ONLY'}")
    if page.style.prints(title, "Trust Point", page.command == TECH and networked and page.style.since(6)):
        lines.append(f"  Trust Point: {told.trust_point or 'SLA-TrustPoint'}")
    return lines


def miscellaneous(page: Page) -> Lines | None:
    """``Miscellaneous:``; inferred: not before agent 4.9, since that of 4.8.5 does not print it."""
    if not page.style.has(4, 9):
        return None
    return ["Miscellaneous:", f"  Custom Id: {empty(page.state.custom_id)}"]


def policy(page: Page) -> Lines | None:
    """``Policy:``."""
    told = page.state.policy
    if told is None:
        return None
    lines = ["Policy:"]
    if told.installed is None:
        lines.append("  Policy in use: Merged from multiple sources.")
    else:
        lines.append(f"  Policy in use: Installed On {instant(told.installed)}")
    if page.style.prints("Policy:", "Policy name", told.installed is not None):
        lines.append(f"  Policy name: {empty(told.name)}")
    required = "yes" if told.ack_required else "no"
    lines.append(f"  Reporting ACK required: {required} ({word(told.ack_required_origin)})")
    lines += _attributes("Unenforced/Non-Export Perpetual Attributes", told.perpetual)
    lines += _attributes("Unenforced/Non-Export Subscription Attributes", told.subscription)
    lines += _attributes("Enforced (Perpetual/Subscription) License Attributes", told.enforced)
    lines += _attributes("Export (Perpetual/Subscription) License Attributes", told.export)
    return lines


def policy_v2(page: Page) -> Lines | None:
    """``PolicyV2:`` of agent 8, as far as it is known."""
    told = page.state.policy_v2
    if told is None:
        return None
    in_use = "Merged from multiple sources." if told.installed is None else f"Installed On {instant(told.installed)}"
    lines = ["PolicyV2:", f"  Policy in use: {in_use}"]
    if told.name is not None:
        lines.append(f"  Policy name: {told.name}")
    return lines + [f"  {key}: {value}" for key, value in told.settings]


def _attributes(title: str, told: PolicyAttributes) -> Lines:
    return [
        f"  {title}:",
        f"    First report requirement (days): {_days(told.first_report)}",
        f"    Reporting frequency (days): {_days(told.reporting_frequency)}",
        f"    Report on change (days): {_days(told.report_on_change)}",
    ]


def _days(told: PolicyDays) -> str:
    return f"{told.days} ({word(told.origin)})"


def usage_reporting(page: Page) -> Lines | None:
    """``Usage Reporting:``; tech support adds the state and the interval of the policy."""
    told = page.state.usage_reporting
    if told is None:
        return None
    interval = "0 (no reporting)" if told.push_interval is None else f"{told.push_interval.days}  days"
    if page.command == TECH and told.state is not None and told.in_policy is not None:
        interval += f" State({told.state}) InPolicy({told.in_policy.days})"
    title = "Usage Reporting:"
    lines = (
        ("Last ACK received", time_or_none(told.last_ack)),
        ("Next ACK deadline", time_or_none(told.next_ack_deadline)),
        ("Reporting push interval", interval),
        ("Next ACK push check", time_or_none(told.next_ack_push_check)),
        ("Next report push", time_or_none(told.next_report_push)),
        ("Last report push", time_or_none(told.last_report_push)),
        ("Last report file write", time_or_none(told.last_report_file_write)),
    )
    few = page.style.since(8)  # Unverified: an agent 8 has only these
    kept = ("Reporting push interval", "Next report push", "Last report push")
    return [
        title,
        *(f"  {key}: {value}" for key, value in lines if page.style.prints(title, key, not few or key in kept)),
    ]


def trust_codes(page: Page) -> Lines | None:
    """``Trust Code Installed:``; tech support has it from agent 5.10 on."""
    codes = page.state.trust_codes
    if codes is None or (page.command == TECH and not page.style.has(5, 10)):
        return None
    title = "Trust Code Installed:"
    if page.style.trust_wording is not None:
        return _as_worded(page.style.trust_wording, codes, page.state.secondary_signing_cert)
    if not codes:
        return [f"{title} <none>"]
    first = codes[0]
    if page.style.since(8) and first.installed is not None:
        return _of_agent_8(title, codes)
    if first.member is None and first.type is None and first.installed is not None:
        return [f"{title} {instant(first.installed)}"]
    if first.type is None:
        lines = [title]
        for code in codes:
            lines += _trust_code(code)
        return lines
    lines = [f"{title}    Trust Code Type: {first.type}", f"    Attributes: {none(first.attributes)}", ""]
    for code in codes:
        lines += [*_trust_code(code), ""]
    return lines


def _of_agent_8(title: str, codes: tuple[TrustCode, ...]) -> Lines:
    """Installed and type once, above the members; unverified."""
    first = codes[0]
    kind = [f"Trust Code Type: {none(first.type)}", f"Attributes: {none(first.attributes)}"]
    lines = [title, f"  Installed on: {time_or_none(first.installed)}", *(f"  {line}" for line in kind)]
    for code in codes:
        if code.member is not None:
            times = [f"Valid on {time_or_none(code.valid)}", f"Expired on {time_or_none(code.expires)}"]
            lines += ["", f"  {member(code.member)}", *(f"    {line}" for line in (*times, *kind))]
    return lines


def _as_worded(wording: tuple[str, ...], codes: tuple[TrustCode, ...], certificate: int | None) -> Lines:
    """The lines on trust codes in the wording that was saved, with the values of *codes*."""
    code = codes[0] if codes else TrustCode(member=None, installed=None)
    later = iter(codes)
    lines = []
    for words in wording:
        if "{member}" in words:
            code = next(later, code)
        lines.append(
            words.replace("{member}", "" if code.member is None else member(code.member))
            .replace("{installed}", time_or_none(code.installed))
            .replace("{valid}", time_or_none(code.valid))
            .replace("{expires}", time_or_none(code.expires))
            .replace("{type}", none(code.type))
            .replace("{attributes}", none(code.attributes))
            .replace("{certificate}", str(certificate))
        )
    return lines


def _trust_code(code: TrustCode) -> Lines:
    lines = [] if code.member is None else [f"  {member(code.member)}"]
    if code.installed is None:
        return [*lines, "    NOT INSTALLED"]
    valid = "" if code.valid is None else f"    Valid on {instant(code.valid)}"
    lines.append(f"    INSTALLED on {instant(code.installed)}{valid}")
    if code.expires is not None:
        lines.append(f"    Expired on {instant(code.expires)}")
    if code.type is not None and code.member is not None:  # unverified: a device that is alone has its type once, above
        lines += [f"    Trust Code Type: {code.type}", f"    Attributes: {none(code.attributes)}"]
    return lines


def report_summary(page: Page) -> Lines | None:
    """``Usage Report Summary:``; not there in tech support of agent 5.1."""
    told = page.state.report_summary
    if told is None or (page.command == TECH and not page.style.has(5, 3)):
        return None
    purged, waiting = str(told.purged), str(told.waiting_for_ack)
    if page.command == TECH:
        purged += f"({told.purged_bracket or 0})"
        waiting += f"({told.waiting_for_ack_bracket or 0})"
    lines = [
        "Usage Report Summary:",
        "=====================",
        f"Total: {told.total},  Purged: {purged}",
        f"Total Acknowledged Received: {told.acknowledged},  Waiting for Ack: {waiting}",
        f"Available to Report: {told.available_to_report}  Collecting Data: {told.collecting_data}  ",
    ]
    if page.command == TECH and page.style.prints("Usage Report Summary:", "Maximum Display", True):
        lines.append(
            f"Maximum Display: {told.maximum_display or 0}  In Storage: {told.in_storage or 0},  "
            f"MIA: {told.mia or 0}({told.mia_bracket or 0})"
        )
    if page.command == TECH and page.style.prints("Usage Report Summary:", "Report Module Status", True):
        lines.append(f"Report Module Status: {told.module_status or 'Ready'}")
    return lines


def device_enforcement(title: str, page: Page) -> Lines | None:
    """``Device Enforcement State:``, from agent 6.3 on."""
    if not page.style.has(6, 3) or page.state.device_enforcement is None:
        return None
    return [title, page.state.device_enforcement]


def telemetry(title: str, page: Page) -> Lines | None:
    """The summary of telemetry reports, if *title* is the name that this agent has for it; from agent 5.7 on."""
    told = page.state.telemetry
    if told is None or title != f"{told.title}:" or not page.style.has(5, 7):
        return None
    length = 32 if title == "Product Analytics Report Summary:" else len(title)
    return [title, "=" * length, *(f"{key}: {empty(value)}" for key, value in told.lines)]
