"""Output filters behind ``|``: include, exclude, begin, section, count, redirect, append, tee."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final


class FilterKind(Enum):
    """The words behind ``|``."""

    APPEND = "append"
    BEGIN = "begin"
    COUNT = "count"
    EXCLUDE = "exclude"
    FORMAT = "format"
    INCLUDE = "include"
    REDIRECT = "redirect"
    SECTION = "section"
    TEE = "tee"


HELP: Final = {
    FilterKind.APPEND: "Append redirected output to URL (URLs supporting append operation only)",
    FilterKind.BEGIN: "Begin with the line that matches",
    FilterKind.COUNT: "Count number of lines which match regexp",
    FilterKind.EXCLUDE: "Exclude lines that match",
    FilterKind.FORMAT: "Format the output using the specified spec file",
    FilterKind.INCLUDE: "Include lines that match",
    FilterKind.REDIRECT: "Redirect output to URL",
    FilterKind.SECTION: "Filter a section of output",
    FilterKind.TEE: "Copy output to URL",
}


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter and its operand: a regular expression, or the URL of a file."""

    kind: FilterKind
    operand: str

    @property
    def writes(self) -> bool:
        """Whether the output goes to a file."""
        return self.kind in (FilterKind.REDIRECT, FilterKind.APPEND, FilterKind.TEE)


@dataclass(frozen=True, slots=True)
class BadFilter(Exception):
    """What stands behind ``|`` is no filter; ``offset`` is the column, ``None``: the line is not complete."""

    offset: int | None
    ambiguous: bool = False


def split_filter(line: str) -> tuple[str, Filter | None]:
    """The command of *line* and its filter; raises `BadFilter`."""
    command, bar, rest = line.partition("|")
    if not bar or not command.strip():
        return line, None
    word = rest.split(None, 1)[:1]
    if not word:
        raise BadFilter(None)
    at = len(command) + 1 + rest.index(word[0])
    kinds = [kind for kind in FilterKind if kind.value.startswith(word[0].lower())]
    if len(kinds) != 1:
        raise BadFilter(at, ambiguous=len(kinds) > 1)
    operand = line[at + len(word[0]) :].strip()
    if not operand:
        raise BadFilter(None)
    return command.rstrip(), Filter(kinds[0], operand)


def compiled(expression: str) -> re.Pattern[str]:
    """An IOS regular expression; what Python does not take is searched for as it stands."""
    if len(expression) > 1 and expression[0] == expression[-1] == '"':
        expression = expression[1:-1]
    try:
        return re.compile(expression)
    except re.error:
        return re.compile(re.escape(expression))


def filtered(text: str, filter_: Filter) -> str:
    """*text* as the filter lets it through."""
    lines = text.splitlines()
    if filter_.kind is FilterKind.SECTION:
        return _joined(_sections(lines, filter_.operand))
    pattern = compiled(filter_.operand)
    match filter_.kind:
        case FilterKind.INCLUDE:
            return _joined([line for line in lines if pattern.search(line)])
        case FilterKind.EXCLUDE:
            return _joined([line for line in lines if not pattern.search(line)])
        case FilterKind.BEGIN:
            start = next((number for number, line in enumerate(lines) if pattern.search(line)), len(lines))
            return _joined(lines[start:])
        case FilterKind.COUNT:
            return f"Number of lines which match regexp = {sum(1 for line in lines if pattern.search(line))}\n"
        case _:
            return text


def _sections(lines: list[str], operand: str) -> list[str]:
    """Lines that match, each with the deeper indented lines below it; ``exclude X`` gives the others."""
    word, _, rest = operand.partition(" ")
    wanted = True
    if word in ("include", "exclude") and rest:
        operand, wanted = rest, word == "include"
    pattern = compiled(operand)
    kept: list[str] = []
    depth: int | None = None
    for line in lines:
        indent = len(line) - len(line.lstrip())
        if depth is None or indent <= depth or not line.strip():
            depth = indent if pattern.search(line) else None
        if (depth is not None) is wanted:
            kept.append(line)
    return kept


def _joined(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
