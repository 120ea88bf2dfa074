"""From a value of the model to the text of the show command that prints it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from nornir_smartlic.model import ClockHeader
from smartlic_lab.show import legacy, licenses, logging, members, platform, reports, version
from smartlic_lab.show.sections import COMMANDS, sections
from smartlic_lab.show.style import Page, Style
from smartlic_lab.show.words import clock

Lines = list[str]


def render(command: str, state: Any, style: Style) -> str:
    """What *command*, in full, prints of *state* on a device of this *style*.

    The state is a `LicensingState`; of other commands than ``show license ...`` it is what their parser gives.

    Raises:
        ValueError: the command is not printed here.
    """
    return "".join([f"{line}\n" for line in lines_of(command, state, style)])


def lines_of(command: str, state: Any, style: Style) -> Lines:
    """The lines of `render`, the clock header before them if the state has one."""
    if command in _OTHERS:
        return _OTHERS[command](state, style)
    if command not in COMMANDS and command not in _SINGLE:
        raise ValueError(f"'{command}' is not rendered here")
    page = Page(state, style, command)
    lines = [] if state.header is None else [*header_lines(state.header), ""]
    return lines + (sections(page) if command in COMMANDS else _SINGLE[command](page))


def header_lines(header: ClockHeader) -> Lines:
    """The two lines of ``terminal exec prompt timestamp``."""
    five, one, fifteen = header.load
    source = "No time source" if header.source is None else f"Time source is {header.source}"
    return [
        f"Load for five secs: {five}; one minute: {one}; five minutes: {fifteen}",
        f"{source}, {header.mark}{clock(header.time)}",
    ]


def _usage(page: Page) -> Lines:
    title = "License Authorization:"
    heads = title in page.style.order((title,) if page.style.heads_usage or page.state.slp is False else ())
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


_OTHERS: Final[dict[str, Callable[[Any, Style], Lines]]] = {  # whose value is no licensing state
    "show call-home profile": platform.call_home_profiles,
    "show call-home smart-licensing": lambda told, _: platform.smart_call_home(told),
    "show clock": lambda told, _: logging.device_clock(told),
    "show crypto pki trustpoints": lambda told, _: platform.trustpoints(told),
    "show logging": lambda told, _: logging.log_lines(told),
    "show platform hardware throughput crypto": lambda told, _: platform.crypto_throughput(told),
    "show platform hardware throughput level": lambda told, _: platform.throughput_level(told),
    "show version": version.device_version,
}
