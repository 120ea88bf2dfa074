"""A saved output made ready: lines without trailing blanks, and apart from them what does not belong to the command.

Taken out and kept: the echoed command, a prompt, the header of ``terminal exec prompt timestamp``, syslog lines.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from nornir_smartlic.errors import ParseError
from nornir_smartlic.model import ClockHeader
from nornir_smartlic.parsers.instants import clock_instant

SYSLOG: Final = re.compile(r"%[A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*-[0-7]-[A-Z0-9_]+: ")
_SYSLOG_START: Final = re.compile(
    r"(?:<\d+>)?(?:\d+: )?(?:\S+: )?[*.]?"  # priority, sequence number, host
    r"(?:[A-Z][a-z]{2} +\d+ (?:\d{4} )?[\d:.]+(?: \w+)?: )?"  # time
    r"%[A-Z][A-Z0-9_-]*-[0-7]-[A-Z0-9_]+: "
)
_PAGER: Final = re.compile(r" ?--More-- ?(?:\x08[\x08 ]*)?")  # what a terminal wiped out again
_PROMPT: Final = re.compile(r"[A-Za-z0-9_.\-:/()]+[#>]")
_ECHO: Final = re.compile(r"(?:[A-Za-z0-9_.\-:/()]+[#>]\s*)?(?:do )?(sh|sho|show)\s+\S.*")


@dataclass(frozen=True, slots=True)
class Text:
    """The lines of one output, and what was taken out around them."""

    lines: list[str]
    numbers: list[int] | None  # of each line, from 1, where lines were taken out; None: they count from `first`
    first: int = 1
    echo: str | None = None
    header: ClockHeader | None = None
    syslog: tuple[str, ...] = ()
    prompt: str | None = None  # behind the output

    def number(self, index: int) -> int:
        """The line number, from 1, in the text as it was given."""
        return self.first + index if self.numbers is None else self.numbers[index]


def prepare(command: str, text: str, *, log: bool = False) -> Text:
    """*text* made ready; log lines are taken out, unless it is a *log*.

    Raises:
        ParseError: the device refused the command, or there is nothing.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "--More--" in text:
        if text.rstrip().endswith("--More--"):
            raise ParseError(command, "the pager stopped the output")
        text = _PAGER.sub("", text)
    if "\xa0" in text:
        text = text.replace("\xa0", " ")
    lines = text.split("\n")
    if " \n" in text or "\t\n" in text or text[-1:] in " \t":
        lines = [line.rstrip() for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    numbers: list[int] | None = None
    syslog: tuple[str, ...] = ()
    if not log and "%" in text and SYSLOG.search(text):
        lines, numbers, syslog = _without_syslog(lines)
    first, echo, header = _head(lines)
    prompt = None
    if lines and _PROMPT.fullmatch(lines[-1]) and len(lines) > first:
        prompt = lines.pop()
        while lines and not lines[-1]:
            lines.pop()
    if first:
        del lines[:first]
        if numbers is not None:
            del numbers[:first]
    if not lines:
        raise ParseError(command, "there is no output")
    if not log and "%" in text:
        _refused(command, lines)
    return Text(lines, numbers, first + 1, echo, header, syslog, prompt)


def _without_syslog(lines: list[str]) -> tuple[list[str], list[int], tuple[str, ...]]:
    kept, numbers, taken = [], [], []
    for number, line in enumerate(lines, start=1):
        if "%" in line and _SYSLOG_START.match(line):
            taken.append(line)
        else:
            kept.append(line)
            numbers.append(number)
    return kept, numbers, tuple(taken)


def _head(lines: list[str]) -> tuple[int, str | None, ClockHeader | None]:
    """How many lines stand before the output, the echoed command, and the clock header."""
    echo = header = None
    index = 0
    while index < len(lines):
        line = lines[index]
        if not line:
            index += 1
        elif line.startswith("Load for five secs: ") and index + 1 < len(lines):
            found = _clock_header(line, lines[index + 1])
            if found is None:
                break
            header = found
            index += 2
        elif echo is None and header is None and _ECHO.fullmatch(line):
            echo = line
            index += 1
        else:
            break
    return index, echo, header


def _clock_header(load: str, source: str) -> ClockHeader | None:
    loads = [part.rpartition(": ")[2] for part in load.split(";")]
    if len(loads) != 3:
        return None
    named = source.startswith("Time source is ")
    if not named and not source.startswith("No time source, "):
        return None
    name, _, time = source.removeprefix("Time source is ").partition(", ")
    mark = time[0] if time[:1] in (".", "*") else ""
    try:
        return ClockHeader(
            (loads[0], loads[1], loads[2]), name if named else None, clock_instant(time[len(mark) :]), mark
        )
    except ValueError:
        return None


def _refused(command: str, lines: list[str]) -> None:
    for line in lines[:5]:
        if line.startswith(("% Invalid", "% Incomplete", "% Ambiguous", "% Unrecognized", "%Error", "% Error")):
            raise ParseError(command, f"the device refused the command: {line}")
