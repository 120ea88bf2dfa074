"""Feeding lines into a running configuration: at boot, from a file, from an archive."""

from __future__ import annotations

from collections.abc import Iterable

from smartlic_lab.device.configuration import VERBATIM, reading
from smartlic_lab.device.session import Frame, Session


def merge_lines(
    session: Session, lines: Iterable[str], *, trusted: bool = False, sectioned: bool = False, trial: bool = False
) -> list[str]:
    """Have *session* carry out configuration *lines*; gives back what was refused. As of `Machine.merge`."""
    device, now = session.device, session.now
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
