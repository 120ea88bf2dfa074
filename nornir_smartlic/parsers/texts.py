"""A saved output made ready: lines without trailing blanks, and apart from them what does not belong to the command.

Taken out and kept: the echoed command, a prompt, the header of ``terminal exec prompt timestamp``, syslog lines.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import Final

from nornir_smartlic.errors import ParseError
from nornir_smartlic.model import ClockHeader
from nornir_smartlic.parsers.instants import clock_instant
from nornir_smartlic.parsers.section import kept

SYSLOG: Final = re.compile(r"%[A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*-[0-7]-[A-Z0-9_]+: ")
_SYSLOG_START: Final = re.compile(
    r"(?:<\d+>)?(?:\d+: )?(?:\S+: )?[*.]?"  # priority, sequence number, host
    r"(?:[A-Z][a-z]{2} +\d+ (?:\d{4} )?[\d:.]+(?: \w+)?: )?"  # time
    r"%[A-Z][A-Z0-9_-]*-[0-7]-[A-Z0-9_]+: "
)
_LOAD: Final = re.compile(r"Load for five secs: (\S+); one minute: (\S+); five minutes: (\S+)")
PAGER: Final = "--More--"
_PAGER: Final = re.compile(r" ?--More-- ?(?:\x08[\x08 ]*|\r *\r)")  # what a terminal wiped out again
_RETURNS: Final = re.compile(r"\r+\n?")
_SEQUENCE: Final = re.compile(  # of a terminal: colours, cursors, titles of windows
    r"\x1b(?:\[[0-?]{0,32}[ -/]{0,8}[@-~]|\][^\x07\x1b\n]{0,256}(?:\x07|\x1b\\)|[()#][0-9A-Za-z]|[0-9<-Z^-~])"
)
PROMPT: Final = re.compile(r"[A-Za-z0-9_.\-:/()]+[#>]")
_ECHO: Final = re.compile(r"(?:[A-Za-z0-9_.\-:/()]+[#>]\s*)?(?:do )?(sh|sho|show)\s+\S.*")


class Text:
    """The output itself, and what was taken out around it."""

    def __init__(
        self,
        body: str,
        *,
        first: int = 1,
        numbers: list[int] | None = None,
        echo: str | None = None,
        header: ClockHeader | None = None,
        syslog: tuple[str, ...] = (),
        prompt: str | None = None,
    ) -> None:
        self.body = body  # its first and its last line are not empty; lines may have blanks behind them
        self.echo = echo  # the command, with the prompt before it
        self.header = header
        self.syslog = syslog
        self.prompt = prompt  # behind the output
        self.partial = False  # what is missing is named below, and is no error
        self.missing: list[str] = []
        self._first = first  # number of the first line, in the text as it was given
        self._numbers = numbers  # of every line, where lines were taken out in between

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the output, without blanks behind them."""
        return [line.rstrip() for line in self.body.split("\n")]

    def below(self, title: str) -> Text:
        """This output as it stands under *title* in another one, where that is printed."""
        numbers = self._numbers
        inner = Text(
            f"{title}\n{self.body}",
            first=self._first - 1,
            numbers=None if numbers is None else [numbers[0] - 1, *numbers],
        )
        inner.partial, inner.missing = self.partial, self.missing
        return inner

    def number(self, index: int) -> int:
        """The number, from 1, of the line at *index* in the text as it was given."""
        return self._first + index if self._numbers is None else self._numbers[index]


def readable(text: str) -> str:
    """*text* without what terminals, pagers and editors leave in it; its lines end with a newline."""
    if "\x1b" in text:
        text = _SEQUENCE.sub("", text)
    if "\0" in text:
        text = text.replace("\0", "")
    if "\x08" in text or "\r" in text:
        text = _RETURNS.sub("\n", _PAGER.sub("", text))
    if text[:1] == "\ufeff":  # byte order mark
        text = text[1:]
    return text.replace("\xa0", " ") if "\xa0" in text else text


def host_of(prompt: str) -> str:
    """The name in a prompt: ``sw1(config)#`` is of ``sw1``."""
    return prompt.rstrip("#>").partition("(")[0]


def prepare(command: str, text: str, *, log: bool = False) -> Text:
    """*text* made ready; log lines are taken out, unless it is a *log*.

    Raises:
        ParseError: the device refused the command, or there is nothing.
    """
    text = readable(text)
    text = text.rstrip()
    if text.endswith(PAGER):
        raise ParseError(command, "the pager stopped the output")
    start, echo, header = _head(text)
    numbers: list[int] | None = None
    syslog: tuple[str, ...] = ()
    with_log = not log and text.find("%", start) >= 0
    if (with_log and SYSLOG.search(text, start)) or PAGER in text:
        text, numbers, syslog = _without(text, log=with_log)
        start, echo, header = _head(text)
    if with_log:
        _refused(command, text[start:])
    end, prompt = _without_prompts(text, start)
    text = text[:end]
    if len(text) <= start:
        raise ParseError(command, "there is no output")
    first = text.count("\n", 0, start)
    body = text[start:]
    return Text(
        _dedented(body) if body[0] == " " else body,  # documents indent a whole output
        first=first + 1,
        numbers=None if numbers is None else numbers[first:],
        echo=echo,
        header=header,
        syslog=syslog,
        prompt=prompt,
    )


def _dedented(body: str) -> str:
    """*body* without the blanks that all its lines begin with."""
    lines = body.split("\n")
    margin = min(len(line) - len(line.lstrip(" ")) for line in lines if line.strip())
    return "\n".join([line[margin:] for line in lines]) if margin else body


def _without_prompts(text: str, start: int) -> tuple[int, str | None]:
    """Where *text* ends before the prompts behind it, and the first of these."""
    end, prompt = len(text), None
    while end > start:
        begin = text.rfind("\n", start, end) + 1 or start
        line = text[begin:end].rstrip()
        if line and (line[-1] not in "#>" or not PROMPT.fullmatch(line)):
            return begin + len(line), prompt
        prompt = line or prompt
        end = max(begin - 1, start)
    return start, prompt


def _without(text: str, *, log: bool) -> tuple[str, list[int], tuple[str, ...]]:
    """*text* without what the pager left behind, and without lines of the *log*; the numbers of its lines, the log."""
    kept: list[str] = []
    numbers: list[int] = []
    taken: list[str] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if PAGER in line and line.strip() == PAGER:
            continue
        if log and "%" in line and _SYSLOG_START.match(line):
            taken.append(line)
        else:
            kept.append(line)
            numbers.append(number)
    while kept and not kept[-1]:
        kept.pop()
    return "\n".join(kept), numbers, tuple(taken)


def _head(text: str) -> tuple[int, str | None, ClockHeader | None]:
    """Where the output begins, behind the echoed command and the clock header, which are given too."""
    echo = header = None
    start = 0
    while True:
        end = text.find("\n", start)
        line = (text[start:] if end < 0 else text[start:end]).rstrip()
        if not line and end >= 0:
            start = end + 1
        elif end > 0 and line.lstrip().startswith("Load for five secs: "):
            second = text.find("\n", end + 1)
            second = len(text) if second < 0 else second
            header = _clock_header(line.lstrip(), text[end + 1 : second].strip())
            if header is None:
                break
            start = second + 1
        elif echo is None and header is None and "sh" in line and _ECHO.fullmatch(line.lstrip()):
            echo = line
            start = end + 1 if end >= 0 else len(text)
        else:
            break
    return start, echo, header


def _clock_header(load: str, source: str) -> ClockHeader | None:
    loads = _loads(load)
    if loads is None:
        return None
    named = source.startswith("Time source is ")
    if not named and not source.startswith("No time source, "):
        return None
    name, _, time = source.removeprefix("Time source is ").partition(", ")
    mark = time[0] if time[:1] in (".", "*") else ""
    try:
        return ClockHeader(loads, name if named else None, clock_instant(time[len(mark) :]), mark)
    except ValueError:
        return None


@kept
def _loads(line: str) -> tuple[str, str, str] | None:
    """The three loads of ``Load for five secs: 1%/0%; one minute: 0%; five minutes: 0%``."""
    found = _LOAD.fullmatch(line)
    return None if found is None else (found[1], found[2], found[3])


def _refused(command: str, body: str) -> None:
    for line in body.split("\n", 6)[:5]:  # of the very beginning
        if line.startswith(("% Invalid", "% Incomplete", "% Ambiguous", "% Unrecognized", "%Error", "% Error")):
            raise ParseError(command, f"the device refused the command: {line}")
