"""A titled part of an output, whose lines are taken one by one until none is left."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from enum import Enum
from functools import lru_cache
from typing import Any, Final, TypeVar, cast

T = TypeVar("T")
E = TypeVar("E", bound=Enum)
AHEAD: Final = 200  # lines in which a key is looked for, so that a long list is read in linear time
NOTHING: Final = object()  # what a function gives for a field that its section does not tell


class Problem(Exception):
    """What is wrong with a line, before anybody has counted which line it is.

    It never leaves the package: `parse` makes a `ParseError` of it, with the line number.
    """

    def __init__(self, problem: str, line: str | None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.line = line  # stripped; None: the text ends where more was expected


class UnknownWord(ValueError):
    """A word that is not of its closed set, where a newer or an older release may have one more.

    ``known`` is what the value is without it. `Section.take` gives that, and leaves the line unparsed.
    """

    def __init__(self, known: Any = None) -> None:
        super().__init__("a word that is not known")
        self.known = known


class Section:
    """The lines of one section, cut at their first colon. `take` removes what it gives."""

    __slots__ = ("_entries", "_unknown")

    def __init__(self, lines: Iterable[str]) -> None:
        self._entries = [stripped.partition(":") for line in lines if (stripped := line.strip())]
        self._entries.reverse()  # the next line is the last entry, so that taking it is cheap
        self._unknown: list[str] = []

    def take(self, key: str, convert: Callable[[str], T]) -> T:
        """The value of the line ``key: value``; raises `Problem` when there is none or it cannot be converted.

        Where a word of it is not known, that part is ``None``, and the line is left unparsed.
        """
        entries = self._entries
        if entries and entries[-1][0] == key:
            entry = entries.pop()
        elif (found := self._find(key)) is not None:
            entry = found
        else:
            raise self.missing(f"{key}:")
        if not entry[1]:
            raise Problem("expected a colon; the line seems to be cut", entry[0])
        try:
            return convert(entry[2].strip())
        except UnknownWord as unknown:
            self.leave("".join(entry))
            return cast("T", unknown.known)
        except ValueError as error:
            raise Problem(str(error), "".join(entry)) from None
        except OverflowError:
            raise Problem("expected a number that is not as large", "".join(entry)) from None

    def take_optional(self, key: str, convert: Callable[[str], T]) -> T | None:
        """Like `take`; ``None`` where the section has no such line."""
        entries = self._entries
        if (entries and entries[-1][0] == key) or self.has(key):
            return self.take(key, convert)
        return None

    def take_rest(self) -> list[tuple[str, str]]:
        """Key and value of every line that is left."""
        rest = [(key, value.strip()) for key, _, value in reversed(self._entries)]
        self._entries.clear()
        return rest

    def has(self, key: str) -> bool:
        """Whether a line ``key: ...`` is left, not far ahead."""
        return any(entry[0] == key for entry in self._entries[-AHEAD:])

    def take_line(self) -> str:
        """The next line as a whole; raises `Problem` at the end."""
        if not self._entries:
            raise self.missing("another line")
        return "".join(self._entries.pop())

    def drop_line(self, line: str) -> bool:
        """Remove the first line that is equal to *line*; whether there was one, not far ahead."""
        entries = self._entries
        for index in range(len(entries) - 1, max(len(entries) - AHEAD, 0) - 1, -1):
            if "".join(entries[index]) == line:
                del entries[index]
                return True
        return False

    def next_line(self) -> str | None:
        """The next line, left where it is; ``None`` at the end."""
        return "".join(self._entries[-1]) if self._entries else None

    def next_key(self) -> str | None:
        """The key of the next line; ``None`` at the end."""
        return self._entries[-1][0] if self._entries else None

    def below(self, heading: str) -> str | None:
        """The line that follows *heading*, left where it is; ``None`` where it or the heading is not there."""
        entries = self._entries
        for index in range(len(entries) - 1, max(len(entries) - AHEAD, 1) - 1, -1):
            if "".join(entries[index]) == heading:
                return "".join(entries[index - 1])
        return None

    def take_lines(self) -> list[str]:
        """Every line that is left."""
        lines = ["".join(entry) for entry in reversed(self._entries)]
        self._entries.clear()
        return lines

    def leave(self, line: str) -> None:
        """*line* was taken, but not understood in full."""
        self._unknown.append(line)

    def put_back(self, lines: Iterable[str]) -> None:
        """Leave *lines*, which nobody knows, before those that are left."""
        self._entries += [line.partition(":") for line in reversed(list(lines))]

    def rest(self) -> tuple[str, ...]:
        """The lines that nobody took, in their order."""
        return (*self._unknown, *("".join(entry) for entry in reversed(self._entries)))

    def missing(self, expected: str) -> Problem:
        """The problem that *expected* is not there, pointing to the line that stands in its place."""
        if self._entries:
            return Problem(f"expected '{expected}'", "".join(self._entries[-1]))
        return Problem(f"the output ends where '{expected}' was expected", None)

    def _find(self, key: str) -> tuple[str, str, str] | None:
        entries = self._entries
        for index in range(len(entries) - 2, max(len(entries) - AHEAD, 0) - 1, -1):
            if entries[index][0] == key:
                return entries.pop(index)
        return None


def heading(value: str) -> str:
    """Nothing: the line heads those below it."""
    if value:
        raise ValueError("expected nothing behind the colon")
    return value


def text(value: str) -> str:
    """The text itself, which must not be empty."""
    if not value:
        raise ValueError("expected a value")
    return value


def optional(value: str) -> str | None:
    """A text, or ``<none>``, ``<empty>`` or ``None``: ``None``. Nothing at all says nothing; the line is unparsed."""
    if value in ("<none>", "<empty>", "None"):
        return None
    if not value:
        raise UnknownWord
    if value[0] == "<" and not _PLACEHOLDER.fullmatch(value):
        raise ValueError("expected '<none>'; the line seems to be cut")
    return value


_PLACEHOLDER: Final = re.compile(r"<[A-Za-z -]+>")


def number(value: str) -> int:
    """A number without sign."""
    if not value.isascii() or not value.isdigit():
        raise ValueError("expected a number")
    return int(value)


def one_of(words: dict[str, T]) -> Callable[[str], T]:
    """A converter for a closed set of words."""

    def convert(value: str) -> T:
        try:
            return words[value]
        except KeyError:
            raise ValueError(f"expected one of {', '.join(words)}") from None

    return convert


def whole(*words: str) -> Callable[[str], str]:
    """A converter for a text that is mostly one of *words*: their beginnings were cut, and are refused."""

    def convert(value: str) -> str:
        if value not in words and any(word.startswith(value) for word in words):
            raise ValueError(f"expected a word such as {', '.join(words)}; the line seems to be cut")
        return value

    return convert


def bracketed(value: str) -> int:
    """``90)``: a number, what follows its opening bracket."""
    if not value.endswith(")"):
        raise ValueError("expected a closing bracket; the line seems to be cut")
    return number(value[:-1])


def word_of(kind: type[E]) -> Callable[[str], E | None]:
    """A converter for the words of *kind*, of which a release may have more: `UnknownWord` for those.

    What ends within a known word was cut, and is refused as such.
    """
    words = {word.value: word for word in kind}

    def convert(value: str) -> E | None:
        found = words.get(value)
        if found is None:
            if any(word.startswith(value) and word[len(value)] != " " for word in words):
                raise ValueError(f"expected one of {', '.join(words)}")
            raise UnknownWord
        return found

    return convert


def kept(read: Callable[[str], T]) -> Callable[[str], T]:
    """*read*, which does not read again what is short and was read lately; what is kept is bounded in bytes."""
    lately = lru_cache(maxsize=4096)(read)

    def read_or_remember(value: str) -> T:
        return lately(value) if len(value) <= _SHORT else read(value)

    return read_or_remember


_SHORT: Final = 100  # characters
