"""The sections of ``show license status``, which ``show license all`` and ``tech support`` print too.

Source: reference/outputs.md sections 2 and 6, and the captures.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from nornir_smartlic.model import (
    Account,
    Conversion,
    DataPrivacy,
    Instant,
    Member,
    Policy,
    PolicyAttributes,
    PolicyDays,
    PolicyOrigin,
    PolicyV2,
    Proxy,
    TelemetrySummary,
    Transport,
    TransportType,
    TrustCode,
    UsageReporting,
    UsageReportSummary,
)
from nornir_smartlic.parsers.instants import instant, optional_instant
from nornir_smartlic.parsers.product import is_member, member
from nornir_smartlic.parsers.section import (
    NOTHING,
    Problem,
    Section,
    UnknownWord,
    bracketed,
    heading,
    kept,
    number,
    one_of,
    optional,
    text,
    word_of,
)

switch = one_of({"ENABLED": True, "DISABLED": False})
truth = one_of({"True": True, "False": False, "TRUE": True, "FALSE": False})
transport_type = word_of(TransportType)
origin = word_of(PolicyOrigin)


def utility(section: Section) -> tuple[bool, Any]:
    """``Utility:``; where it is enabled, a report and the customer may follow, kept as printed (unverified)."""
    enabled = section.take("Status", switch)
    details = []
    while (key := section.next_key()) in _UTILITY:
        details.append((key or "", section.take(key or "", _detail_of_utility)))
    return enabled, tuple(details) or NOTHING


def _detail_of_utility(value: str) -> str | None:
    """A text; nothing at all where the customer gave none."""
    return optional(value) if value else None


_UTILITY: Final = frozenset(
    {
        "Utility report", "Last success", "Last attempt", "Failure reason", "Next attempt", "Customer Information",
        "Id", "Name", "Street", "City", "State", "Country", "Postal Code",
    }
)  # fmt: skip


def using_policy(section: Section) -> tuple[bool, str | None]:
    """``Smart Licensing Using Policy:``; the reporting mode is there from agent 5.11."""
    return section.take("Status", switch), section.take_optional("Reporting Mode", text)


def conversion(section: Section) -> Conversion:
    """``License Conversion:``, agent 5.10 and later."""
    automatic = section.take("Automatic Conversion Enabled", truth)
    members = []
    while is_member(section):
        members.append((member(section), section.take("Status", text)))
    return Conversion(
        automatic=automatic,
        members=tuple(members),
        status=section.take_optional("Status", optional),
        last_data_push=section.take_optional("Last Data Push", optional_instant),
        last_file_export=section.take_optional("Last File Export", optional_instant),
    )


def data_conversion(section: Section) -> Conversion:
    """``show license data conversion``. Unverified: no output was seen, the lines are those of ``show license all``."""
    if section.next_key() in ("License Conversion", "Data Conversion"):
        section.take_line()
    return conversion(section)


def export_authorization_keys(section: Section) -> tuple[str, ...]:
    """``Export Authorization Key:``; empty where ``<none>`` is printed."""
    section.take("Features Authorized", heading)
    if section.drop_line("<none>"):
        return ()
    keys = []
    while (line := section.next_line()) is not None and not line.startswith("<"):
        keys.append(section.take_line())
    if not keys:
        raise section.missing("<none>")
    return tuple(keys)


def account(section: Section) -> Account:
    """``Account Information:``."""
    name, as_of = section.take("Smart Account", _account_as_of)
    return Account(name, section.take("Virtual Account", optional), as_of)


def _account_as_of(value: str) -> tuple[str | None, Instant | None]:
    """``example.com As of Oct 14 12:10:01 2021 UTC``, or ``<none>``."""
    name, as_of, time = value.rpartition(" As of ")
    return (optional(name), instant(time)) if as_of else (optional(text(value)), None)


def data_privacy(section: Section) -> DataPrivacy:
    """``Data Privacy:``."""
    return DataPrivacy(
        sending_hostname=section.take("Sending Hostname", one_of({"yes": True, "no": False})),
        callhome_hostname_privacy=section.take("Callhome hostname privacy", switch),
        hostname_privacy=section.take("Smart Licensing hostname privacy", switch),
        version_privacy=section.take("Version privacy", switch),
    )


def transport(section: Section) -> Transport:
    """``Transport:``; what follows the type depends on it, and tech support says more."""
    kind = section.take("Type", transport_type)
    registration_url = section.take_optional("Registration URL", optional)
    utility_url = section.take_optional("Utility URL", optional)
    url = section.take_optional("URL", optional)
    cslu_address = section.take_optional("Cslu address", optional)
    proxy = _proxy(section) if section.has("Proxy") else None
    check = section.take_optional("Server Identity Check", truth)
    vrf = _vrf(section) if section.has("VRF") else None
    return Transport(
        type=kind,
        url=url,
        cslu_address=cslu_address,
        proxy=proxy,
        vrf=vrf,
        server_identity_check=check,
        ip_mode=section.take_optional("IP Mode", optional),
        trust_point=section.take_optional("Trust Point", optional),
        registration_url=registration_url,
        utility_url=utility_url,
    )


def _proxy(section: Section) -> Proxy | None:
    first = section.below("Proxy:")
    section.take("Proxy", heading)
    if first == "Not Configured":  # a VRF prints these words too
        section.drop_line(first)
        return None
    address = section.take("Address", optional)
    port = section.take("Port", _port)
    username = section.take_optional("Username", optional)
    section.take_optional("Password", str)  # never kept
    if address is None and port is None and username is None:
        return None
    return Proxy(address=address, port=port, username=username)


def _port(value: str) -> int | None:
    given = optional(value)
    return None if given is None else number(given)


def _vrf(section: Section) -> str | None:
    line = section.below("VRF:")
    if line is None:
        return section.take("VRF", _name_of_vrf)
    section.drop_line("VRF:")  # agents 5.1 to 5.3 print it on a line of its own
    section.drop_line(line)
    try:
        return _name_of_vrf(line)
    except ValueError as error:
        raise Problem(str(error), line) from None


def _name_of_vrf(value: str) -> str | None:
    if value == "Not Configured":
        return None
    if " " in value:
        raise ValueError("expected the name of a VRF")
    return optional(value)


def custom_id(section: Section) -> str | None:
    """``Miscellaneous:``."""
    return section.take("Custom Id", optional)


@kept
def policy_days(value: str) -> PolicyDays:
    """``365 (CISCO default)``; the same few values stand in every output, so they are kept."""
    days, bracket, source = value.partition(" (")
    if not bracket or not source.endswith(")"):
        raise ValueError("expected days and their origin, such as '90 (CISCO default)'")
    count = number(days)
    try:
        return PolicyDays(count, origin(source[:-1]))
    except UnknownWord:
        raise UnknownWord(PolicyDays(count, None)) from None


def _ack_required(value: str) -> tuple[bool, PolicyOrigin | None]:
    word, bracket, source = value.partition(" (")
    if word not in ("yes", "no") or not bracket or not source.endswith(")"):
        raise ValueError("expected 'yes' or 'no' and its origin")
    try:
        return word == "yes", origin(source[:-1])
    except UnknownWord:
        raise UnknownWord((word == "yes", None)) from None


def _attributes(section: Section, title: str) -> PolicyAttributes:
    section.take(title, heading)
    return PolicyAttributes(
        section.take("First report requirement (days)", policy_days),
        section.take("Reporting frequency (days)", policy_days),
        section.take("Report on change (days)", policy_days),
    )


def policy(section: Section) -> Policy:
    """``Policy:``."""
    in_use = section.take("Policy in use", text)
    if in_use == "Merged from multiple sources.":
        installed = None
    elif in_use.startswith("Installed On "):
        try:
            installed = instant(in_use.removeprefix("Installed On "))
        except ValueError as error:
            raise Problem(str(error), f"Policy in use: {in_use}") from None
    else:
        raise Problem(
            "expected 'Merged from multiple sources.' or 'Installed On ' and a time", f"Policy in use: {in_use}"
        )
    name = section.take("Policy name", optional) if section.next_key() == "Policy name" else None
    required, required_origin = section.take("Reporting ACK required", _ack_required)
    return Policy(
        installed=installed,
        name=name,
        ack_required=required,
        ack_required_origin=required_origin,
        perpetual=_attributes(section, "Unenforced/Non-Export Perpetual Attributes"),
        subscription=_attributes(section, "Unenforced/Non-Export Subscription Attributes"),
        enforced=_attributes(section, "Enforced (Perpetual/Subscription) License Attributes"),
        export=_attributes(section, "Export (Perpetual/Subscription) License Attributes"),
    )


def _push_interval(value: str) -> tuple[timedelta | None, int | None, timedelta | None]:
    """``30  days``, ``0 (no reporting)``; tech support adds ``State(2) InPolicy(90)``."""
    words = value.split()
    state = in_policy = None
    if len(words) == 4 and words[2].startswith("State(") and words[3].startswith("InPolicy("):
        state = bracketed(words[2][6:])
        in_policy = timedelta(days=bracketed(words[3][9:]))
        del words[2:]
    if len(words) == 2 and words[1] == "days":
        return timedelta(days=number(words[0])), state, in_policy
    if words == ["0", "(no", "reporting)"]:
        return None, state, in_policy
    if len(words) == 5 and words[:3] == ["0", "(no", "reporting)"] and words[3].startswith("State("):
        return None, bracketed(words[3][6:]), timedelta(days=bracketed(words[4].removeprefix("InPolicy(")))
    raise ValueError("expected '30  days' or '0 (no reporting)'")


def usage_reporting(section: Section) -> UsageReporting:
    """``Usage Reporting:``, as in ``show license status`` and ``show license all``."""
    with_acks = section.next_key() != "Reporting push interval"  # agent 8 says nothing of acknowledgements
    last_ack = section.take("Last ACK received", optional_instant) if with_acks else None
    deadline = section.take("Next ACK deadline", optional_instant) if with_acks else None
    interval, state, in_policy = section.take("Reporting push interval", _push_interval)
    return UsageReporting(
        last_ack=last_ack,
        next_ack_deadline=deadline,
        push_interval=interval,
        next_ack_push_check=section.take("Next ACK push check", optional_instant) if with_acks else None,
        next_report_push=section.take("Next report push", optional_instant),
        last_report_push=section.take("Last report push", optional_instant),
        last_report_file_write=section.take("Last report file write", optional_instant) if with_acks else None,
        state=state,
        in_policy=in_policy,
    )


def policy_v2(section: Section) -> PolicyV2:
    """``PolicyV2:`` of agent 8; the wording of its lines is not known, so they are kept as printed."""
    installed = None
    in_use = section.take("Policy in use", text)
    if in_use.startswith("Installed On "):
        try:
            installed = instant(in_use.removeprefix("Installed On "))
        except ValueError as error:
            raise Problem(str(error), f"Policy in use: {in_use}") from None
    name = section.take_optional("Policy name", optional)
    settings = []
    while (key := section.next_key()) is not None:
        settings.append((key, section.take(key, str)))
    return PolicyV2(installed, name, tuple(settings))


def trust_codes(section: Section) -> tuple[tuple[TrustCode, ...], int | None]:
    """``Trust Code Installed:``, with its title line, and the signing certificate that agent 8 adds.

    None, one time, or a list of members. Agent 6 prints more of each, and its type before the list.
    """
    first = section.take("Trust Code Installed", str)
    certificate = section.take_optional("Secondary Signing Cert", number)
    codes: tuple[TrustCode, ...]
    if first == "<none>":
        codes = ()
    elif first and not first.startswith("Trust Code Type:"):
        codes = (TrustCode(member=None, installed=_time(first, f"Trust Code Installed: {first}")),)
    else:
        codes = _trust_list(section, first.removeprefix("Trust Code Type:").strip())
    return codes, certificate


def _trust_list(section: Section, kind: str) -> tuple[TrustCode, ...]:
    head = _trust_code(section, None, {"type": kind} if kind else {})
    codes = []
    while is_member(section):
        codes.append(_trust_code(section, member(section), {}))
    if not codes:
        if head.installed is None and head.type is None:
            raise section.missing("Active:")
        return (head,)
    return tuple([_with_head(code, head) for code in codes])


def _with_head(code: TrustCode, head: TrustCode) -> TrustCode:
    """*code* with what is printed once before the list."""
    if (code.installed or not head.installed) and (code.type, code.attributes) == (head.type, head.attributes):
        return code
    return replace(
        code,
        installed=code.installed or head.installed,
        type=code.type or head.type,
        attributes=code.attributes or head.attributes,
    )


def _trust_code(section: Section, who: Member | None, parsed: dict[str, Any]) -> TrustCode:
    """The lines of one member, or those before the first; each kind of line at most once."""
    seen = False
    while (line := section.next_line()) is not None:
        key = section.next_key()
        if line[:12].lower() == "installed on" and "installed" not in parsed:
            when, valid, until = line[12:].lstrip(": ").partition("Valid on ")
            parsed["installed"] = _time(when.strip(), line)
            if valid:
                parsed["valid"] = _time(until.strip(), line)
        elif line.startswith("Valid on ") and "valid" not in parsed:
            parsed["valid"] = _time(line[9:].strip(), line)
        elif line.startswith("Expired on ") and "expires" not in parsed:
            parsed["expires"] = _time(line[11:].strip(), line)
        elif key == "Trust Code Type" and "type" not in parsed:
            parsed["type"] = section.take("Trust Code Type", optional)
            seen = True
            continue
        elif key == "Attributes" and "attributes" not in parsed:
            parsed["attributes"] = section.take("Attributes", optional)
            seen = True
            continue
        elif line not in ("NOT INSTALLED", "<none>") or seen:
            break
        section.take_line()
        seen = True
    if who is not None and not seen:
        raise section.missing("INSTALLED on")
    return TrustCode(member=who, **{"installed": None, **parsed})


def _time(value: str, line: str) -> Instant:
    try:
        return instant(value)
    except ValueError as error:
        raise Problem(str(error), line) from None


def _bracketed(value: str) -> tuple[int, int | None]:
    """``344(344)``, or a number alone."""
    head, bracket, tail = value.partition("(")
    return number(head), bracketed(tail) if bracket else None


def _pair(value: str, second: str) -> tuple[str, str]:
    """The two values of ``Total: 12,  Purged: 0`` behind the first key."""
    first, found, rest = value.partition(second)
    if not found:
        raise ValueError(f"expected '{second}'")
    return first.rstrip(" ,"), rest.strip()


def report_summary(section: Section) -> UsageReportSummary:
    """``Usage Report Summary:``; tech support prints numbers in brackets and two lines more."""
    total, purged = section.take("Total", lambda value: _pair(value, "Purged:"))
    acknowledged, waiting = section.take("Total Acknowledged Received", lambda value: _pair(value, "Waiting for Ack:"))
    available, collecting = section.take("Available to Report", lambda value: _pair(value, "Collecting Data:"))
    display = section.take_optional("Maximum Display", lambda value: _pair(value, "In Storage:"))
    module = section.take_optional("Report Module Status", text)
    try:
        purged_number, purged_bracket = _bracketed(purged)
        waiting_number, waiting_bracket = _bracketed(waiting)
        storage: tuple[int | None, int | None] = (None, None)
        mia: tuple[int | None, int | None] = (None, None)
        if display is not None:
            stored, missing = _pair(display[1], "MIA:")
            storage, mia = (number(display[0]), number(stored)), _bracketed(missing)
        return UsageReportSummary(
            total=number(total),
            purged=purged_number,
            acknowledged=number(acknowledged),
            waiting_for_ack=waiting_number,
            available_to_report=number(available),
            collecting_data=number(collecting),
            purged_bracket=purged_bracket,
            waiting_for_ack_bracket=waiting_bracket,
            maximum_display=storage[0],
            in_storage=storage[1],
            mia=mia[0],
            mia_bracket=mia[1],
            module_status=module,
        )
    except ValueError as error:
        raise Problem(f"{error} in the usage report summary", f"Total: {total},  Purged: {purged}") from None


def telemetry(section: Section, title: str) -> TelemetrySummary:
    """``Device Telemetry``, ``Telemetry`` or ``Product Analytics Report Summary:``: keys and values as printed."""
    for needed in _TELEMETRY_LINES[title]:
        if not section.has(needed):
            raise section.missing(f"{needed}:")
    lines = []
    while (key := section.next_key()) is not None:
        lines.append((key, section.take(key, optional)))
    return TelemetrySummary(title=title, lines=tuple(lines))


_TELEMETRY_LINES: Final = {
    "Device Telemetry Report Summary": ("Data Channel", "Reports on disk"),
    "Telemetry Report Summary": ("Device Telemetry", "Total current telemetry reports"),
    "Product Analytics Report Summary": ("Product Analytics", "Total current Product Analytics reports"),
}


def device_enforcement(section: Section) -> str:
    """``Device Enforcement State:``, agent 6.3."""
    return section.take_line()
