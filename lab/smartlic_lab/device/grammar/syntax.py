"""The language in which commands are written down, and its compiler.

A table is text. A header ``[MODE PRIVILEGE]`` says where the rows below it are understood; a row is a command:

    license smart trust idtoken <token:secret> {local|all} [force]    => license_trust since=17.3.2
    license smart transport = {automatic|callhome|cslu|off|smart}     => set default=cslu

``word`` is a keyword, ``<name:kind>`` an argument, ``{a|b}`` a choice, ``[x]`` may be left out, ``x+`` repeats. In a
configuration row ``=`` parts what names the line from its value: a second line with the same name replaces the first,
and ``no`` needs the name alone. Behind ``=>`` stand the handler and options: ``since`` and ``until`` (releases, the
second excluded) and ``only`` (traits of families) gate a row, the others belong to the handler.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

Version: TypeAlias = tuple[int, ...]


class GrammarError(ValueError):
    """A table is not written as it should be: a mistake of ours."""


@dataclass(frozen=True, slots=True)
class Keyword:
    """A word that stands in the command, and may be abbreviated."""

    text: str


@dataclass(frozen=True, slots=True)
class Argument:
    """A word of the user's; ``kind`` is a key of `arguments.KINDS`, or ``number`` with its bounds."""

    name: str
    kind: str
    low: int = 0
    high: int = 0


Atom: TypeAlias = Keyword | Argument


@dataclass(frozen=True, slots=True)
class Row:
    """One command of a table."""

    mode: str
    privilege: int
    syntax: str
    handler: str
    options: Mapping[str, str] = field(default_factory=dict)

    def offered(self, release: Version, traits: frozenset[str]) -> bool:
        """Whether a device of this release and family knows the command."""
        since, until = self.options.get("since"), self.options.get("until")
        if since and release < version_of(since):
            return False
        if until and release >= version_of(until):
            return False
        wanted = self.options.get("only")
        return wanted is None or any(trait in traits for trait in wanted.split("|"))


def version_of(text: str) -> Version:
    """``17.3.2`` as numbers that compare."""
    return tuple(int(part) for part in text.split("."))


_HEADER: Final = re.compile(r"\[(?P<mode>[\w-]+) (?P<privilege>\d+)\]$")


def read_table(text: str) -> tuple[Row, ...]:
    """The rows of a table; raises `GrammarError`."""
    rows, mode, privilege = [], None, 0
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.split(" #")[0].strip() if not raw.startswith("#") else ""
        if not line:
            continue
        if header := _HEADER.match(line):
            mode, privilege = header["mode"], int(header["privilege"])
            continue
        if mode is None:
            raise GrammarError(f"line {number}: a row before the first [MODE PRIVILEGE]")
        syntax, _, rest = line.partition("=>")
        handler, *options = rest.split() or ["set"]
        if "=" in handler:
            handler, options = "set", [handler, *options]
        rows.append(Row(mode, privilege, syntax.strip(), handler, dict(_option(text) for text in options)))
    return tuple(rows)


def _option(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value.replace("_", " ") if name == "default" else value


# --- the compiler: a row becomes states with edges, as in any textbook on regular expressions ----------------------

_TOKEN: Final = re.compile(r"<[^>]+>|[{}\[\]|=+]|[^\s{}\[\]|=+<>]+")


@dataclass(slots=True)
class State:
    """A point inside a command. ``jumps`` are free moves; the flag says that one passes the ``=``."""

    edges: list[tuple[Atom, int]] = field(default_factory=list)
    jumps: list[tuple[int, bool]] = field(default_factory=list)
    accepts: Row | None = None


class Compiler:
    """Puts rows into one list of states; state 0 is where every command starts."""

    def __init__(self, *, negated: bool = False) -> None:
        self.states: list[State] = [State()]
        self._negated = negated

    def add(self, row: Row) -> None:
        """Compile *row*; in a negated grammar the value behind ``=`` may be left out."""
        self._tokens = _TOKEN.findall(row.syntax)
        self._position = 0
        self._row = row
        start = self._new()
        self.states[0].jumps.append((start, False))
        end = self._sequence(start, closing=None)
        self.states[end].accepts = row

    def _new(self) -> int:
        self.states.append(State())
        return len(self.states) - 1

    def _peek(self) -> str | None:
        return self._tokens[self._position] if self._position < len(self._tokens) else None

    def _sequence(self, start: int, closing: str | None) -> int:
        """Compile up to *closing* or a ``|``; gives back the state behind it."""
        at = start
        while (piece := self._peek()) is not None and piece not in ("|", closing):
            self._position += 1
            begin = at
            if piece in ("{", "["):
                at = self._choice(at, "}" if piece == "{" else "]")
                if piece == "[":
                    self.states[begin].jumps.append((at, False))
            elif piece == "=":
                at = self._new()
                self.states[begin].jumps.append((at, True))
                if self._negated:
                    self.states[at].accepts = self._row
            else:
                at = self._new()
                self.states[begin].edges.append((_atom(piece, self._row), at))
            if self._peek() == "+":
                self._position += 1
                self.states[at].jumps.append((begin, False))
        if closing is not None and piece is None:
            raise GrammarError(f"{self._row.syntax}: no {closing!r}")
        return at

    def _choice(self, start: int, closing: str) -> int:
        end = self._new()
        while True:
            branch = self._new()
            self.states[start].jumps.append((branch, False))
            self.states[self._sequence(branch, closing)].jumps.append((end, False))
            piece = self._peek()
            self._position += 1
            if piece == closing:
                return end
            if piece != "|":
                raise GrammarError(f"{self._row.syntax}: no {closing!r}")


def _atom(piece: str, row: Row) -> Atom:
    if not piece.startswith("<"):
        return Keyword(piece)
    name, _, kind = piece[1:-1].partition(":")
    if bounds := re.fullmatch(r"(\d+)-(\d+)", kind):
        return Argument(name, "number", int(bounds[1]), int(bounds[2]))
    if kind and not re.fullmatch(r"[a-z]+", kind):
        raise GrammarError(f"{row.syntax}: argument kind {kind!r}")
    return Argument(name, kind or "word")
