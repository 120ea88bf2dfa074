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
    state = page.state.conversion
    if state is None or not page.style.has(5, 10):
        return None
    title = "License Conversion:"
    lines = [title, f"  Automatic Conversion Enabled: {truth(state.automatic)}", *conversion_members(state)]
    if page.style.prints(title, "Status", state.status is not None):
        lines.append(f"  Status: {none(state.status)}")
    if page.style.prints(title, "Last Data Push", True):
        lines.append(f"  Last Data Push: {time_or_none(state.last_data_push)}")
    if page.style.prints(title, "Last File Export", True):
        lines.append(f"  Last File Export: {time_or_none(state.last_file_export)}")
    return lines


def conversion_members(state: Conversion) -> Lines:
    """The status of each member; unverified."""
    return [line for who, status in state.members for line in (f"  {member(who)}", f"    Status: {status}")]


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
    state = page.state.reservation_mode
    if state is None and page.state.slp is False and page.state.reservation is not None:
        state = page.state.reservation.enabled or None
    return None if state is None else [f"License Reservation is {switch(state)}"]


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
    state = page.state.account
    if state is None or not page.style.has(5, 3):
        return None
    as_of = "" if state.as_of is None else f" As of {instant(state.as_of)}"
    return [
        "Account Information:",
        f"  Smart Account: {none(state.smart_account)}{as_of}",
        f"  Virtual Account: {none(state.virtual_account)}",
    ]


def data_privacy(page: Page) -> Lines | None:
    """``Data Privacy:``."""
    state = page.state.privacy
    if state is None:
        return None
    return [
        "Data Privacy:",
        f"  Sending Hostname: {'yes' if state.sending_hostname else 'no'}",
        f"    Callhome hostname privacy: {switch(state.callhome_hostname_privacy)}",
        f"    Smart Licensing hostname privacy: {switch(state.hostname_privacy)}",
        f"  Version privacy: {switch(state.version_privacy)}",
    ]


def transport(page: Page) -> Lines | None:
    """``Transport:``."""
    state = page.state.transport
    if state is None:
        return None
    title = "Transport:"
    networked = state.type in (TransportType.SMART, TransportType.CSLU)
    lines = [title, f"  Type: {word(state.type)}"]
    for key, url in (("Registration URL", state.registration_url), ("Utility URL", state.utility_url)):
        if page.style.prints(title, key, url is not None):
            lines.append(f"  {key}: {empty(url)}")
    if page.style.prints(title, "URL", state.type is TransportType.SMART and state.registration_url is None):
        lines.append(f"  URL: {empty(state.url)}")
    if page.style.prints(title, "Cslu address", state.type is TransportType.CSLU):
        lines.append(f"  Cslu address: {empty(state.cslu_address)}")
    if page.style.prints(title, "Proxy", networked):
        lines.append("  Proxy:")
        proxy = state.proxy
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
        lines.append(f"  Server Identity Check: {truth(state.server_identity_check is not False)}")
    has_vrf = page.style.since(5, 3) or (page.style.since(5) and page.command != TECH)
    if page.style.prints(title, "VRF", networked and has_vrf):
        if page.style.vrf_block and page.command != TECH:
            lines += ["  VRF:", f"    {state.vrf or 'Not Configured'}"]
        else:
            lines.append(f"  VRF: {empty(state.vrf)}")
    if page.style.prints(title, "IP Mode", page.command == TECH and networked and page.style.since(6)):
        lines.append(f"  IP Mode: {state.ip_mode or 'IPv4 ONLY'}")
    if page.style.prints(title, "Trust Point", page.command == TECH and networked and page.style.since(6)):
        lines.append(f"  Trust Point: {state.trust_point or 'SLA-TrustPoint'}")
    return lines


def miscellaneous(page: Page) -> Lines | None:
    """``Miscellaneous:``; inferred: not before agent 4.9, since that of 4.8.5 does not print it."""
    if not page.style.has(4, 9):
        return None
    return ["Miscellaneous:", f"  Custom Id: {empty(page.state.custom_id)}"]


def policy(page: Page) -> Lines | None:
    """``Policy:``."""
    state = page.state.policy
    if state is None:
        return None
    lines = ["Policy:"]
    if state.installed is None:
        lines.append("  Policy in use: Merged from multiple sources.")
    else:
        lines.append(f"  Policy in use: Installed On {instant(state.installed)}")
    if page.style.prints("Policy:", "Policy name", state.installed is not None):
        lines.append(f"  Policy name: {empty(state.name)}")
    required = "yes" if state.ack_required else "no"
    lines.append(f"  Reporting ACK required: {required} ({word(state.ack_required_origin)})")
    lines += _attributes("Unenforced/Non-Export Perpetual Attributes", state.perpetual)
    lines += _attributes("Unenforced/Non-Export Subscription Attributes", state.subscription)
    lines += _attributes("Enforced (Perpetual/Subscription) License Attributes", state.enforced)
    lines += _attributes("Export (Perpetual/Subscription) License Attributes", state.export)
    return lines


def policy_v2(page: Page) -> Lines | None:
    """``PolicyV2:`` of agent 8, as far as it is known."""
    state = page.state.policy_v2
    if state is None:
        return None
    in_use = "Merged from multiple sources." if state.installed is None else f"Installed On {instant(state.installed)}"
    lines = ["PolicyV2:", f"  Policy in use: {in_use}"]
    if state.name is not None:
        lines.append(f"  Policy name: {state.name}")
    return lines + [f"  {key}: {value}" for key, value in state.settings]


def _attributes(title: str, state: PolicyAttributes) -> Lines:
    return [
        f"  {title}:",
        f"    First report requirement (days): {_days(state.first_report)}",
        f"    Reporting frequency (days): {_days(state.reporting_frequency)}",
        f"    Report on change (days): {_days(state.report_on_change)}",
    ]


def _days(state: PolicyDays) -> str:
    return f"{state.days} ({word(state.origin)})"


def usage_reporting(page: Page) -> Lines | None:
    """``Usage Reporting:``; tech support adds the state and the interval of the policy."""
    state = page.state.usage_reporting
    if state is None:
        return None
    interval = "0 (no reporting)" if state.push_interval is None else f"{state.push_interval.days}  days"
    if page.command == TECH and state.state is not None and state.in_policy is not None:
        interval += f" State({state.state}) InPolicy({state.in_policy.days})"
    title = "Usage Reporting:"
    lines = (
        ("Last ACK received", time_or_none(state.last_ack)),
        ("Next ACK deadline", time_or_none(state.next_ack_deadline)),
        ("Reporting push interval", interval),
        ("Next ACK push check", time_or_none(state.next_ack_push_check)),
        ("Next report push", time_or_none(state.next_report_push)),
        ("Last report push", time_or_none(state.last_report_push)),
        ("Last report file write", time_or_none(state.last_report_file_write)),
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
    state = page.state.report_summary
    if state is None or (page.command == TECH and not page.style.has(5, 3)):
        return None
    purged, waiting = str(state.purged), str(state.waiting_for_ack)
    if page.command == TECH:
        purged += f"({state.purged_bracket or 0})"
        waiting += f"({state.waiting_for_ack_bracket or 0})"
    lines = [
        "Usage Report Summary:",
        "=====================",
        f"Total: {state.total},  Purged: {purged}",
        f"Total Acknowledged Received: {state.acknowledged},  Waiting for Ack: {waiting}",
        f"Available to Report: {state.available_to_report}  Collecting Data: {state.collecting_data}  ",
    ]
    if page.command == TECH and page.style.prints("Usage Report Summary:", "Maximum Display", True):
        lines.append(
            f"Maximum Display: {state.maximum_display or 0}  In Storage: {state.in_storage or 0},  "
            f"MIA: {state.mia or 0}({state.mia_bracket or 0})"
        )
    if page.command == TECH and page.style.prints("Usage Report Summary:", "Report Module Status", True):
        lines.append(f"Report Module Status: {state.module_status or 'Ready'}")
    return lines


def device_enforcement(title: str, page: Page) -> Lines | None:
    """``Device Enforcement State:``, from agent 6.3 on."""
    if not page.style.has(6, 3) or page.state.device_enforcement is None:
        return None
    return [title, page.state.device_enforcement]


def telemetry(title: str, page: Page) -> Lines | None:
    """The summary of telemetry reports, if *title* is the name that this agent has for it; from agent 5.7 on."""
    state = page.state.telemetry
    if state is None or title != f"{state.title}:" or not page.style.has(5, 7):
        return None
    length = 32 if title == "Product Analytics Report Summary:" else len(title)
    return [title, "=" * length, *(f"{key}: {empty(value)}" for key, value in state.lines)]
