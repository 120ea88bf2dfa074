"""Feeding lines into a running configuration: at boot, from a file, from an archive."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from smartlic_lab.device.configuration import VERBATIM, reading
from smartlic_lab.device.session import Frame, Session

if TYPE_CHECKING:
    from smartlic_lab.device.device import Device


def merge_lines(
    device: Device,
    lines: Iterable[str],
    now: datetime,
    *,
    trusted: bool = False,
    sectioned: bool = False,
    trial: bool = False,
) -> list[str]:
    """Carry out configuration *lines*; gives back what was refused, one line each.

    A text with indentation means by it where sections end; one without is read as if it were typed, unless it is
    known to be *sectioned*. *trusted* lines are those that this device wrote itself. A *trial* only tells what would be
    refused: the lines go into a copy.
    """
    session = Session(device, now, username="", privilege=15, kind="system", number=-1)
    root = device.running.copy() if trial else device.running
    session.frames = [Frame("config", root)]
    session.restores, session.tries = trusted, trial
    kept = list(reading(lines))
    indented = sectioned or any(indent > 0 for indent, _ in kept)
    problems = []
    for indent, text in kept:
        if indent == VERBATIM:
            session.execute(text, now)
            continue
        if text == "end" and not indent:
            break
        if indented and not indent:
            del session.frames[1:]
        reply = session.execute(text, now)
        fault = next(
            (line for line in reply.output.splitlines() if line.startswith("%") and " use 'write'" not in line), None
        )
        if fault is not None and not trusted:
            problems.append(f"{text!r}: {fault}")
        if not session.frames:
            session.frames = [Frame("config", root)]
    return problems
