"""White space of a saved text, where it differs from the usual: kept apart from the words, and put back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_WORDS: Final = re.compile(r"[^\s\xa0]+")


@dataclass(frozen=True, slots=True)
class Spacing:
    """White space of a text where it differs from what is usual; never anything but white space."""

    lines: tuple[tuple[int, tuple[str, ...]], ...] = ()  # line that is not blank: white space before, between, behind
    blanks: tuple[tuple[int, tuple[str, ...]], ...] = ()  # blank lines before that line; the last number: at the end


def spacing_of(usual: list[str], saved: list[str]) -> Spacing:
    """How the white space of *saved* differs from *usual*, line by line as long as the words are the same."""
    lines: list[tuple[int, tuple[str, ...]]] = []
    blanks: list[tuple[int, tuple[str, ...]]] = []
    usual_lines, usual_blanks = _grouped(usual)
    saved_lines, saved_blanks = _grouped(saved)
    for number, (ours, theirs) in enumerate(zip(usual_lines, saved_lines, strict=False)):
        if ours != theirs and _WORDS.findall(ours) == _WORDS.findall(theirs):
            lines.append((number, tuple(_WORDS.split(theirs))))
    if len(usual_lines) == len(saved_lines):
        for number, (ours_blank, theirs_blank) in enumerate(zip(usual_blanks, saved_blanks, strict=True)):
            if ours_blank != theirs_blank:
                blanks.append((number, theirs_blank))
    return Spacing(tuple(lines), tuple(blanks))


def spaced(usual: list[str], spacing: Spacing) -> list[str]:
    """The *usual* lines with the white space that was saved."""
    if not spacing.lines and not spacing.blanks:
        return usual
    lines, blanks = _grouped(usual)
    for number, gaps in spacing.lines:
        words = _WORDS.findall(lines[number])
        lines[number] = "".join(gap + word for gap, word in zip(gaps, [*words, ""], strict=True))
    for number, empty in spacing.blanks:
        blanks[number] = empty
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
