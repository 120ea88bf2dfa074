"""From a state to the text of a show command, and the round trip that holds it to saved outputs."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from nornir_smartlic.model import ClockHeader, LicensingState, SyslogLine
from nornir_smartlic.parsers import full_name, identify, parse
from nornir_smartlic.parsers.syslog import syslog_lines
from nornir_smartlic.parsers.texts import PAGER, Text, prepare
from smartlic_lab.show import legacy, licenses, logging, members, platform, reports, status, techsupport, version
from smartlic_lab.show.forms import ALL, STATUS, TECH, Form, Page, agent_release, form_of, key_of, scan
from smartlic_lab.show.spacing import spaced, spacing_met
from smartlic_lab.show.words import clock

Lines = list[str]
Draw = Callable[[Page], Lines | None]


def _fixed(*lines: str) -> Draw:
    return lambda _: list(lines)


def _enabled(page: Page) -> Lines:
    return [f"Smart Licensing is {'DISABLED' if page.state.enabled is False else 'ENABLED'}"]


_TELEMETRY: Final = "telemetry"  # stands for the title that this agent has for it
SECTIONS: Final[dict[str, Draw]] = {
    "Smart Licensing Tech Support info": _fixed("Smart Licensing Tech Support info"),
    "Smart Licensing Status": _fixed("Smart Licensing Status", "======================"),
    "Smart Licensing is ENABLED": _enabled,
    "License Conversion:": status.conversion,
    "Export Authorization Key:": status.export_keys,
    "License Reservation is ENABLED": status.reservation_mode,
    "License Reservation is DISABLED": status.reservation_mode,
    "Utility:": status.utility,
    "Smart Licensing Using Policy:": status.using_policy,
    "Account Information:": status.account,
    "Registration:": legacy.registration,
    "License Authorization:": legacy.authorization_state,
    "Evaluation Period:": legacy.evaluation_period,
    "Data Privacy:": status.data_privacy,
    "Transport:": status.transport,
    "Miscellaneous:": status.miscellaneous,
    "Policy:": status.policy,
    "PolicyV2:": status.policy_v2,
    "Usage Reporting:": status.usage_reporting,
    "Trust Code Installed:": status.trust_codes,
    "License Usage:": licenses.summary_table,
    "License Usage": licenses.chapter,
    "Product Information": members.product,
    "Agent Version": members.agent_version,
    "License Authorizations": members.authorizations_chapter,
    "Usage Report Summary:": status.report_summary,
    "Device Enforcement State:": status.device_enforcement,
    "Enforcement Status:": status.device_enforcement,
    _TELEMETRY: status.telemetry,
    "Upcoming Scheduled Jobs": techsupport.scheduled_jobs,
    "Communication Statistics:": techsupport.communication,
    "License Certificates": techsupport.certificates,
    "HA Info": techsupport.ha_info,
    "Reservation Info": members.reservation_chapter,
    "Last Reporting Not Required:": techsupport.reporting_not_required,
    "Other Info": techsupport.other_info,
    "Platform Provided Mapping Table": techsupport.mapping_table,
}

_HEAD: Final = (
    "Smart Licensing Status", "Smart Licensing is ENABLED", "License Conversion:", "Export Authorization Key:",
    "Utility:", "Smart Licensing Using Policy:", "Account Information:", "Data Privacy:", "Transport:",
    "Miscellaneous:", "Policy:", "PolicyV2:", "Usage Reporting:", "Trust Code Installed:", "License Usage",
    "Product Information", "Agent Version",
)  # fmt: skip
_ORDER: Final = {
    STATUS: (
        "Utility:", "Smart Licensing Using Policy:", "Account Information:", "Data Privacy:", "Transport:", "Policy:",
        "PolicyV2:", "Miscellaneous:", "Usage Reporting:", "Trust Code Installed:", _TELEMETRY,
    ),
    ALL: (
        *_HEAD, "License Authorizations", "Usage Report Summary:", "Device Enforcement State:", _TELEMETRY,
    ),
    TECH: (
        "Smart Licensing Tech Support info", *_HEAD, "Upcoming Scheduled Jobs", "Communication Statistics:",
        "License Certificates", "HA Info", "Reservation Info", "Last Reporting Not Required:",
        "Device Enforcement State:", "Usage Report Summary:", _TELEMETRY, "Other Info",
        "Platform Provided Mapping Table",
    ),
    "show license summary": ("Account Information:", "License Usage:"),
}  # fmt: skip
_LEGACY_ORDER: Final = {
    STATUS: (
        "Smart Licensing is ENABLED", "License Reservation is ENABLED", "Utility:", "Data Privacy:", "Transport:",
        "Registration:",
        "License Authorization:", "Export Authorization Key:", "Miscellaneous:",
    ),
    ALL: (
        "Smart Licensing Status", "Smart Licensing is ENABLED", "License Reservation is ENABLED", "Registration:",
        "License Authorization:",
        "Export Authorization Key:", "Utility:", "Data Privacy:", "Transport:", "License Usage",
        "Product Information", "Agent Version", "Reservation Info",
    ),
    TECH: (  # recalled: no capture of a legacy agent has it
        "Smart Licensing Tech Support info", "Smart Licensing Status", "Smart Licensing is ENABLED",
        "License Reservation is ENABLED", "Registration:", "License Authorization:", "Export Authorization Key:",
        "Utility:", "Data Privacy:", "Transport:", "Miscellaneous:", "License Usage", "Product Information",
        "Agent Version", "Upcoming Scheduled Jobs", "License Certificates", "HA Info", "Reservation Info",
        "Other Info",
    ),
    "show license summary": (
        "Smart Licensing is ENABLED", "License Reservation is ENABLED", "Registration:", "License Authorization:",
        "License Usage:",
    ),
}  # fmt: skip


def render(command: str, state: Any, form: Form) -> str:
    """What *command* prints of *state* on a device of this *form*; raises `ValueError` for an unknown command.

    The state is a `LicensingState`; of other commands than ``show license ...`` it is what their parser gives.
    """
    name = full_name(command)
    lines = spaced(_usual_lines(name, state, form), form.spacing)
    around = [*form.before, *lines, *form.after]
    for place, line in form.between:
        around.insert(place, line)
    ends = dict(form.ends)
    return form.mark + "".join([line + ends.get(place, form.newline) for place, line in enumerate(around)])


def _usual_lines(command: str, state: Any, form: Form) -> Lines:
    """The lines with their usual white space, the clock header before them if the state has one."""
    if command in _OTHERS:
        return _in_order(_OTHERS[command](state, form), form.keys)
    if command not in _ORDER and command not in _SINGLE:
        raise ValueError(f"'{command}' is not rendered here")
    lines = [] if state.header is None else [*_header(state.header), ""]
    page = Page(state, form, command)
    drawn = _sections(page) if command in _ORDER else _SINGLE[command](page)
    return lines + _in_order(drawn, form.keys)


def _header(header: ClockHeader) -> Lines:
    five, one, fifteen = header.load
    source = "No time source" if header.source is None else f"Time source is {header.source}"
    return [
        f"Load for five secs: {five}; one minute: {one}; five minutes: {fifteen}",
        f"{source}, {header.mark}{clock(header.time)}",
    ]


def _sections(page: Page) -> Lines:
    command, form = page.command, page.form
    order = form.order
    if order is None:
        legacy_state = page.state.slp is False and page.state.registration is not None
        order = _LEGACY_ORDER[command] if legacy_state and command in _LEGACY_ORDER else _ORDER[command]
    lengths = dict(form.underlines)
    lines: Lines = []
    for title in order:
        draw = SECTIONS.get(title)
        if draw is None:
            draw = _enabled if title.startswith("Smart Licensing is ") else SECTIONS[_TELEMETRY]
        drawn = draw(page)
        if not drawn:
            continue
        if title in lengths and len(drawn) > 1 and not drawn[1].strip("="):
            drawn[1] = "=" * lengths[title]
        elif form.met is not None and len(drawn) > 1 and not drawn[1].strip("="):
            del drawn[1]  # met without
        if lines:
            lines += [""] * _blanks(command, title, lines)
        lines += drawn
    return lines


def _in_order(drawn: Lines, met: tuple[str, ...]) -> Lines:
    """The lines in the order in which their keys were met, where they are the same: releases differ in it."""
    worded = [line for line in drawn if line.strip()]
    ours = tuple(map(key_of, worded))
    if ours == met or sorted(ours) != sorted(met):
        return drawn
    left: dict[str, Lines] = {}
    for key, line in zip(reversed(ours), reversed(worded), strict=True):
        left.setdefault(key, []).append(line)
    return [left[key].pop() for key in met]


def _blanks(command: str, title: str, before: Lines) -> int:
    """Empty lines before a section: one, but two behind the purchased licences of tech support."""
    if title.startswith("License Reservation is "):
        return 0
    after_purchased = command == TECH and before[-1] == "  No Purchase Information Available"
    return 2 if after_purchased or (command == ALL and title == "Device Enforcement State:") else 1


def _usage(page: Page) -> Lines:
    order = page.form.order
    usual = page.form.heads_usage or page.state.slp is False
    heads = usual if order is None else "License Authorization:" in order
    lines = [*(legacy.authorization_state(page) or []), ""] if heads else []
    return lines + (licenses.blocks(page) or ["No licenses in use"])


_SINGLE: Final[dict[str, Callable[[Page], Lines]]] = {
    "show license": reports.classic,
    "show license data conversion": reports.data_conversion,
    "show license eventlog": reports.event_log,
    "show license history message": reports.message_history,
    "show license right-to-use": reports.right_to_use,
    "show license rum id all": reports.rum_reports,
    "show license rum id detail": reports.rum_details,
    "show license usage": _usage,
    "show license udi": members.udi,
    "show license authorization": members.authorizations,
    "show license reservation": members.reservation,
}


_OTHERS: Final[dict[str, Callable[[Any, Form], Lines]]] = {  # whose value is no licensing state
    "show call-home profile": platform.call_home_profiles,
    "show call-home smart-licensing": lambda told, _: platform.smart_call_home(told),
    "show crypto pki trustpoints": lambda told, _: platform.trustpoints(told),
    "show logging": lambda told, _: logging.log_lines(told),
    "show platform hardware throughput crypto": lambda told, _: platform.crypto_throughput(told),
    "show platform hardware throughput level": lambda told, _: platform.throughput_level(told),
    "show version": version.device_version,
}


def form_met(command: str, text: str) -> Form:
    """The form of a saved output: what its agent prints, and the white space around it."""
    name = full_name(command)
    parsed = parse(name, text)
    state = parsed.value
    prepared = prepare(name, text, log=name == "show logging")
    agent = state.agent_version if isinstance(state, LicensingState) else None
    form = form_of(agent_release(agent), "c9300")
    form = _indented(scan(form, prepared.lines), prepared.lines)
    if name == "show version":
        form = replace(form, order=version.kinds_met(prepared.lines))
    mark = _MARK if text.startswith(_MARK) else ""
    lines, ends = _lines(text[len(mark) :])
    newline = max(set(ends), key=ends.count, default="\n")
    form, body = _around(form, lines, prepared, state)
    return replace(
        form,
        newline=newline,
        ends=tuple([(place, end) for place, end in enumerate(ends) if end != newline]),
        mark=mark,
        spacing=spacing_met(_usual_lines(name, state, form), body),
    )


_MARK: Final = "\ufeff"


def _lines(text: str) -> tuple[list[str], list[str]]:
    """The lines of a text, and how each ends: the last perhaps with nothing."""
    parts = re.split(r"(\r*\n|\r)", text)
    lines, ends = parts[::2], [*parts[1::2], ""]
    return (lines, ends) if lines[-1] else (lines[:-1], ends[:-1])


def _indented(form: Form, lines: list[str]) -> Form:
    """*form* with the indent of the status lines of members."""
    overall = next((number for number, line in enumerate(lines) if line.strip() == "Overall status:"), len(lines))
    for line in lines[overall:]:
        if line.lstrip().startswith(("Status: ", "Reservation status: ")) and line.startswith("    "):
            return replace(form, member_status_indent=len(line) - len(line.lstrip()))
    return form


def _around(form: Form, lines: list[str], prepared: Text, told: object) -> tuple[Form, list[str]]:
    """*form* with what stands around the output, and what is left: the output itself.

    The clock header belongs to the output where what was *told* holds it.
    """
    log = [(place, line) for place, line in enumerate(lines) if _came_between(line, prepared)]
    if isinstance(told, tuple) and any(isinstance(line, SyslogLine) for line in told):
        others = {place for place, line in enumerate(lines) if line.strip() and not syslog_lines([line])[0]}
        left = [line for place, line in enumerate(lines) if place not in others]
        return replace(form, between=tuple([(place, lines[place]) for place in sorted(others)])), left
    places = {place for place, _ in log}
    body = [line for place, line in enumerate(lines) if place not in places]
    begin, end = 0, len(body)
    if prepared.echo is not None:
        begin = 1 + next(index for index, line in enumerate(body) if line.rstrip() == prepared.echo)
    if prepared.header is not None and not isinstance(told, LicensingState):
        begin = 2 + next(index for index, line in enumerate(body) if "Load for five secs: " in line)
    if prepared.prompt is not None:
        end = max(index for index, line in enumerate(body) if line.rstrip() == prepared.prompt)
        while end > begin and body[end - 1].strip() in ("", prepared.prompt):
            end -= 1
    form = replace(form, between=tuple(log), before=tuple(body[:begin]), after=tuple(body[end:]))
    return form, body[begin:end]


def _came_between(line: str, prepared: Text) -> bool:
    """Whether a line is one of the log, or of the pager."""
    return line.rstrip() in prepared.syslog or line.strip() == PAGER


def roundtrip(text: str, command: str | None = None) -> str:
    """The difference between *text* and the lab's rendering of it, as a unified diff; empty when they are the same.

    Raises:
        ParseError: the text is not what the command prints.
        ValueError: the command is not known, or not found by the text.
    """
    name = full_name(command) if command is not None else identify(text)
    if name is None:
        raise ValueError("no command is known that prints this; name the command")
    rendered = render(name, parse(name, text).value, form_met(name, text))
    return "".join(
        difflib.unified_diff(text.splitlines(keepends=True), rendered.splitlines(keepends=True), "saved", "rendered")
    )
