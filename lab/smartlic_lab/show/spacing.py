"""White space of a saved text, where it differs from the usual: kept apart from the words, and put back."""

from __future__ import annotations

import re
from typing import Final

from smartlic_lab.show.forms import Spacing

_WORDS: Final = re.compile(r"[^\s\xa0]+")


def spacing_met(usual: list[str], met: list[str]) -> Spacing:
    """How the white space of *met* differs from *usual*, line by line as long as the words are the same."""
    lines: list[tuple[int, tuple[str, ...]]] = []
    blanks: list[tuple[int, tuple[str, ...]]] = []
    usual_lines, usual_blanks = _grouped(usual)
    met_lines, met_blanks = _grouped(met)
    for number, (ours, theirs) in enumerate(zip(usual_lines, met_lines, strict=False)):
        if ours != theirs and _WORDS.findall(ours) == _WORDS.findall(theirs):
            lines.append((number, tuple(_WORDS.split(theirs))))
    if len(usual_lines) == len(met_lines):
        for number, (ours_blank, theirs_blank) in enumerate(zip(usual_blanks, met_blanks, strict=True)):
            if ours_blank != theirs_blank:
                blanks.append((number, theirs_blank))
    return Spacing(tuple(lines), tuple(blanks))


def spaced(usual: list[str], spacing: Spacing) -> list[str]:
    """The *usual* lines with the white space that was met."""
    if not spacing.lines and not spacing.blanks:
        return usual
    lines, blanks = _grouped(usual)
    for number, gaps in spacing.lines:
        words = _WORDS.findall(lines[number])
        lines[number] = "".join(gap + word for gap, word in zip(gaps, [*words, ""], strict=True))
    for number, met in spacing.blanks:
        blanks[number] = met
    result = []
    for number, line in enumerate(lines):
        result += [*blanks[number], line]
    return [*result, *blanks[len(lines)]]


def _grouped(lines: list[str]) -> tuple[list[str], list[tuple[str, ...]]]:
    """The lines that have words, and the blank lines before each of them and at the end."""
    worded: list[str] = []
    blanks: list[tuple[str, ...]] = []
    pending: list[str] = []
    for line in lines:
        if _WORDS.search(line):
            worded.append(line)
            blanks.append(tuple(pending))
            pending = []
        else:
            pending.append(line)
    blanks.append(tuple(pending))
    return worded, blanks
