"""What a printer of a command is; each module has the table ``PRINTERS`` of the commands that it prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeAlias

from nornir_smartlic.model import ClockHeader, LicensingState
from smartlic_lab.show.style import Page, Style
from smartlic_lab.show.words import clock

Lines = list[str]
Printer: TypeAlias = Callable[[Any, Style], Lines]
"""From the value of a command, as its parser gives it, and a style to the lines."""


def of_states(draws: Mapping[str, Callable[[Page], Lines]]) -> dict[str, Printer]:
    """The printers of commands of the Smart Agent: each draws a part of its state, below its clock header."""
    return {command: partial(_of_state, command, draw) for command, draw in draws.items()}


def _of_state(command: str, draw: Callable[[Page], Lines], state: LicensingState, style: Style) -> Lines:
    header = [] if state.header is None else [*header_lines(state.header), ""]
    return header + draw(Page(state, style, command))


def header_lines(header: ClockHeader) -> Lines:
    """The two lines of ``terminal exec prompt timestamp``."""
    five, one, fifteen = header.load
    source = "No time source" if header.source is None else f"Time source is {header.source}"
    return [
        f"Load for five secs: {five}; one minute: {one}; five minutes: {fifteen}",
        f"{source}, {header.mark}{clock(header.time)}",
    ]
