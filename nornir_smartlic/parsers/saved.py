"""Saved outputs: files with one output, or with many as a session or ``show tech-support`` leaves them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final

from nornir_smartlic.errors import ParseError
from nornir_smartlic.model import Secret, UnplacedTime
from nornir_smartlic.model.seldom import is_left_out
from nornir_smartlic.parsers.commands import full_name, parse
from nornir_smartlic.parsers.identification import identify

_TECH: Final = re.compile(r"^-{6,} (show .+?) -{6,}\s*$", re.MULTILINE)
_ECHO: Final = re.compile(r"^(?P<prompt>[A-Za-z0-9_.\-:/()]+[#>]) ?(?:do )?((?:sh|sho|show)\s.*?)\s*$", re.MULTILINE)


def parse_saved(name: str, text: str, command: str | None = None) -> list[dict[str, Any]]:
    """What the file *name* with this *text* tells: ``{file, command, value, unparsed}`` for each output in it.

    The command is found by the text, unless *command* names it. Where a file holds several outputs, those of commands
    that are not read here are left out, and one that is garbled has the key ``error`` and no value.

    Raises:
        ParseError: nothing in the file could be read.
        ValueError: *command* is not known.
    """
    if command is not None:
        full_name(command)  # a command that is not known is refused, not skipped
    found: list[dict[str, Any]] = []
    garbled: list[ParseError] = []
    for asked, part in split_commands(text) if command is None else [(command, text)]:
        known = identify(part) if asked is None else _known(asked)
        if known is None:
            continue
        entry: dict[str, Any] = {"file": name, "command": known, "value": None, "unparsed": []}
        try:
            parsed = parse(known, part)
            entry |= {"command": parsed.command, "value": to_jsonable(parsed.value), "unparsed": list(parsed.unparsed)}
        except ParseError as error:
            garbled.append(error)
            entry["error"] = str(error)
        found.append(entry)
    if garbled and len(garbled) == len(found):
        raise garbled[0]
    if not found:
        raise ParseError(name, "no output of a command that is read here was found")
    return found


def split_commands(text: str) -> Iterator[tuple[str | None, str]]:
    """The outputs in *text*, each with the command before it: the headings of ``show tech-support``, or prompts.

    A text without any is one output, whose command nobody names.
    """
    starts = list(_TECH.finditer(text))
    if starts:
        ends = [match.start() for match in starts[1:]] + [len(text)]
        for match, end in zip(starts, ends, strict=True):
            yield match.group(1), text[match.end() : end]
        return
    starts = list(_ECHO.finditer(text))
    if len(starts) < 2 and not (starts and text[: starts[0].start()].strip()):
        yield None, text
        return
    for match in starts:  # up to the next prompt, whatever was typed there
        following = re.compile(rf"^{re.escape(match['prompt'])}", re.MULTILINE).search(text, match.end())
        yield match.group(2), text[match.end() : len(text) if following is None else following.start()]


def _known(command: str) -> str | None:
    try:
        return full_name(command.partition("(")[0])
    except ValueError:
        return None


_SPARSE: Final = frozenset({"LicensingState", "LicenseUsage", "DeviceVersion", "RunningConfiguration", "Intent"})


def to_jsonable(value: Any) -> Any:
    """*value* as JSON can hold it.

    Times are ISO 8601, spans too (``P30D``); a time whose zone is not known is ``{"wall": ..., "zone": ...}``. Fields
    that an output does not print are left out, facts that it prints as missing are ``null``.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, UnplacedTime):
        return {"wall": value.wall.isoformat(), "zone": value.zone}
    if isinstance(value, Secret):
        return repr(value)
    if isinstance(value, tuple | list | frozenset):
        return [to_jsonable(item) for item in value]
    if is_dataclass(value) and not isinstance(value, type):
        told = {item.name: shown for item in fields(value) if not is_left_out(item, shown := getattr(value, item.name))}
        if type(value).__name__ in _SPARSE:
            told = {name: item for name, item in told.items() if item is not None}
        return {name: to_jsonable(item) for name, item in told.items()}
    raise TypeError(f"{type(value).__name__} has no place in JSON")


def _duration(span: timedelta) -> str:
    """ISO 8601: ``P30D``, ``PT15M``, ``PT6H53M4S``."""
    seconds = int(span.total_seconds())
    sign, seconds = ("-", -seconds) if seconds < 0 else ("", seconds)
    days, seconds = divmod(seconds, 86400)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    parts = "".join(f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if count)
    if not days and not parts:
        return "PT0S"
    return f"{sign}P{f'{days}D' if days else ''}{f'T{parts}' if parts else ''}"
