"""``show clock``: the device's time, and whether it is to be trusted."""

from __future__ import annotations

from nornir_smartlic.errors import ParseError
from nornir_smartlic.model import DeviceClock
from nornir_smartlic.parsers.instants import clock_instant
from nornir_smartlic.parsers.texts import Text


def device_clock(command: str, text: Text) -> tuple[DeviceClock, tuple[str, ...]]:
    """``*11:02:55.123 UTC Tue Nov 24 2026``: a star or a dot before it says that nobody vouches for it.

    The star: never synchronised; the dot: synchronised once, lost since.
    """
    line = text.lines[0].strip()
    try:
        clock = DeviceClock(time=clock_instant(line.lstrip("*.")), synchronised=line[0] not in "*.")
    except ValueError as error:
        raise ParseError(command, str(error), line_number=text.number(0), line=line) from None
    rest = [other.strip() for other in text.lines[1:] if other and not other.startswith("Time source is")]
    return clock, tuple(rest)
