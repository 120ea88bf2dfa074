"""Saved texts: with one output, or with many of several devices, as sessions or ``show tech-support`` leave them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from nornir_smartlic.errors import ParseError
from nornir_smartlic.parsers.commands import Parsed, full_name, parse
from nornir_smartlic.parsers.identification import identify
from nornir_smartlic.parsers.texts import host_of, readable

_BOUNDARY: Final = re.compile(  # of bounded parts, so that a text of any kind is searched in linear time
    r"^(?:(?P<prompt>[A-Za-z0-9][A-Za-z0-9_.\-:/()]{0,99}[#>])(?P<typed>.*)"
    r"|-{6,} (?P<heading>show .+?) -{6,}[ \t]*)$",
    re.MULTILINE,
)
_SHOW: Final = re.compile(r" *(?:do )?(?:show|sho|sh) ")
_STAMP: Final = re.compile(  # of a terminal program that writes the time before every line
    r"^\[?(?:\d{4}-\d\d-\d\d[ T]|[A-Z][a-z]{2} [ \d]\d )?\d\d:\d\d:\d\d(?:[.,:]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?\]?[:|]?"
    r"(?:[ \t]|$)",
    re.MULTILINE,
)
_LOGGED: Final = re.compile(r"%[A-Z0-9_-]{1,80}: | SAEVT_")  # lines whose time is the device's
_LONGEST: Final = 200  # characters of a command
_SAMPLE: Final = 200  # lines that decide whether a text has stamps


@dataclass(frozen=True, slots=True)
class SavedOutput:
    """One output of a saved text."""

    command: str  # in full
    host: str | None  # the name in the prompt; None: no prompt was saved
    parsed: Parsed[Any] | None  # None: it is garbled
    error: ParseError | None = None


def parse_saved(name: str, text: str, command: str | None = None, *, partial: bool = False) -> Iterator[SavedOutput]:
    """Each output in *text*, which is called *name* in messages, one after the other.

    The command is found by the text, unless *command* names it. Where there are several outputs, those of commands
    that are not read here are left out, as are filtered ones (``| include``) of which too little is left.

    Raises:
        ParseError: there is no output of a command that is read here.
        ValueError: *command* is not known.
    """
    if command is not None:
        full_name(command)  # a command that is not known is refused, not skipped
    text = without_stamps(readable(text))
    is_empty = True
    for host, asked, part in split_commands(text) if command is None else [(None, command, text)]:
        known = identify(part) if asked is None else _known(asked[:_LONGEST])
        if known is None:
            continue
        try:
            parsed = parse(known, part, partial=partial)
        except ParseError as error:
            if asked is not None and command is None and "|" in asked:
                continue
            is_empty = False
            yield SavedOutput(known, host, None, error)
        else:
            is_empty = False
            yield SavedOutput(parsed.command, host or parsed.host, parsed)
    if is_empty:
        raise ParseError(name, "no output of a command that is read here was found")


def split_commands(text: str) -> Iterator[tuple[str | None, str | None, str]]:
    """The outputs in *text*, each with the host's name and the command: behind prompts, or headings of a show tech.

    An output ends at the next prompt of any device that was asked for something in this text. A text without prompts
    and headings is one output, whose command nobody names.
    """
    hosts = {host_of(found["prompt"]) for found in _BOUNDARY.finditer(text) if _is_show(found)}
    host = asked = None
    start = 0
    is_one = True
    for found in _BOUNDARY.finditer(text):
        if found["heading"] is None and host_of(found["prompt"]) not in hosts:
            continue
        is_one = False
        if asked is not None:
            yield host, asked, text[start : found.start()]
        start = found.end()
        if found["heading"] is not None:
            asked = found["heading"]
            continue
        host = host_of(found["prompt"])
        asked = found["typed"].strip().removeprefix("do ") if _is_show(found) else None
    if is_one:
        yield None, None, text
    elif asked is not None:
        yield host, asked, text[start:]


def _is_show(found: re.Match[str]) -> bool:
    return found["prompt"] is not None and _SHOW.match(found["typed"]) is not None


def without_stamps(text: str) -> str:
    """*text* without the times that a terminal program wrote before its lines; most lines must have one."""
    sample = [line for line in text[: _SAMPLE * 200].split("\n", _SAMPLE)[:_SAMPLE] if line.strip()]
    stamped = [line for line in sample if _STAMP.match(line) and not _LOGGED.search(line)]
    if len(stamped) < 3 or len(stamped) < 0.9 * len(sample):
        return text
    return _STAMP.sub("", text)


@lru_cache(maxsize=256)
def _known(command: str) -> str | None:
    try:
        return full_name(command.partition("(")[0])
    except ValueError:
        return None
