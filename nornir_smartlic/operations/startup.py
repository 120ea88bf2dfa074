"""What a reload would lose: the lines that running-config and startup-config do not share."""

from __future__ import annotations

from typing import Final

from nornir_smartlic.errors import CommandRefused
from nornir_smartlic.model.reading import is_of_licensing
from nornir_smartlic.operations.conversation import Conversation, Show

SHOW_UNSAVED: Final = "show archive config differences nvram:startup-config system:running-config"
"""The device compares, so that nobody carries two whole configurations; it needs no ``archive``.

Source: Cisco, Contextual Configuration Diff Utility, XE 16.10: a plus is in the second file only, a minus in the first
only, and lines without either are the modes that they stand in.
"""
_HEADS: Final = ("contextual config diffs", "no changes were found")


def read_unsaved() -> Conversation[tuple[str, ...] | None]:
    """The lines that are not saved, as `unsaved_lines` has them; ``None`` where the device does not tell."""
    try:
        answer = yield Show(SHOW_UNSAVED)
    except CommandRefused:
        return None
    return unsaved_lines(answer.text)


def unsaved_lines(text: str) -> tuple[str, ...] | None:
    """Each line with its sign, behind the modes that it stands in: ``+call-home: profile x``.

    Of lines that are not licensing's, only the first two words are kept: behind them may stand a password.
    ``None``: the text is not such a comparison.
    """
    heads = [line.strip("! \r").rstrip(":").lower() for line in text.splitlines() if line.strip()]
    if not any(head in _HEADS for head in heads):
        return None
    found: list[str] = []
    modes: list[tuple[int, str]] = []
    for raw in text.splitlines():
        line = raw.rstrip()
        body = line.lstrip(" ")
        if not body or body.startswith("!") or body.rstrip(":").lower() in _HEADS:
            continue
        sign = body[0] if body[0] in "+-" else ""
        inner = body[len(sign) :].lstrip(" ")
        depth = len(line) - len(inner) - len(sign)  # the sign may stand before the margin or behind it
        while modes and modes[-1][0] >= depth:
            modes.pop()
        if sign:
            whole = sign + ": ".join((*(mode for _, mode in modes), inner))
            outermost = modes[0][1] if modes else inner
            found.append(whole if is_of_licensing(whole) else sign + " ".join(outermost.split()[:2]))
        modes.append((depth, inner))
    return tuple(dict.fromkeys(found))
