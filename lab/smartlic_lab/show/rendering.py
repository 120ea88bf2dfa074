"""From a value of the model to the text of the show command that prints it."""

from __future__ import annotations

from typing import Any, Final

from smartlic_lab.show import licenses, logging, members, platform, reports, sections, version
from smartlic_lab.show.printer import Printer
from smartlic_lab.show.style import Style

PRINTERS: Final[dict[str, Printer]] = {
    **sections.PRINTERS,
    **licenses.PRINTERS,
    **members.PRINTERS,
    **reports.PRINTERS,
    **platform.PRINTERS,
    **logging.PRINTERS,
    **version.PRINTERS,
}


def render(command: str, state: Any, style: Style) -> str:
    """What *command*, in full, prints of *state* on a device of this *style*.

    The state is a `LicensingState`; of other commands than ``show license ...`` it is what their parser gives.

    Raises:
        ValueError: the command is not printed here.
    """
    return "".join([f"{line}\n" for line in lines_of(command, state, style)])


def lines_of(command: str, state: Any, style: Style) -> list[str]:
    """The lines of `render`."""
    if command not in PRINTERS:
        raise ValueError(f"'{command}' is not printed here")
    return PRINTERS[command](state, style)
