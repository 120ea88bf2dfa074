"""Typed lines against a grammar: parsing, abbreviation, the three refusals, ``?`` and the Tab key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeAlias

from smartlic_lab.device.grammar.arguments import KINDS, Token, shown, take
from smartlic_lab.device.grammar.syntax import Argument, Atom, Compiler, Keyword, Row


@dataclass(frozen=True, slots=True)
class Match:
    """A line that is a command: its words written out, and those that name it (see `syntax`, ``=``)."""

    row: Row
    words: tuple[str, ...]
    key: tuple[str, ...]
    arguments: Mapping[str, str]
    keywords: frozenset[str]
    secrets: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(self.words)


class Fault(Enum):
    """Why a line is no command."""

    INVALID = "% Invalid input detected at '^' marker."
    INCOMPLETE = "% Incomplete command."
    AMBIGUOUS = "% Ambiguous command:  "


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line that is no command, and the column where it stops being one."""

    fault: Fault
    offset: int
    depth: int  # how many words were understood


@dataclass(frozen=True, slots=True)
class _Path:
    """One way through the grammar so far."""

    state: int
    words: tuple[str, ...] = ()
    key_length: int | None = None
    arguments: tuple[tuple[str, str], ...] = ()
    keywords: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of ``?``."""

    word: str
    help: str


Closure: TypeAlias = tuple[tuple[tuple[Atom, int, bool], ...], tuple[Row, ...]]
_KEPT: Final = 2_000  # lines per grammar
_WORD: Final = re.compile(r"\S+")


def tokens_of(line: str) -> list[Token]:
    """The words of *line* with their columns."""
    return [Token(found.group(), found.start()) for found in _WORD.finditer(line)]


class Grammar:
    """The commands that one mode of one release understands."""

    def __init__(self, rows: Iterable[Row], helps: Mapping[str, str], *, negated: bool = False) -> None:
        compiler = Compiler(negated=negated)
        for row in rows:
            compiler.add(row)
        self._states = compiler.states
        self._helps = helps
        self._closures: dict[int, Closure] = {}
        self._known: dict[str, Match | Refusal] = {}

    # --- the machine ---------------------------------------------------------------------------------------------

    def _closure(self, state: int) -> Closure:
        """What can be reached by free moves: edges, with whether ``=`` was passed on the way, and commands that end."""
        known = self._closures.get(state)
        if known is not None:
            return known
        edges: list[tuple[Atom, int, bool]] = []
        ends: list[Row] = []
        seen: set[int] = set()
        open_ = [(state, False)]
        while open_:
            at, crossed = open_.pop()
            if at in seen:
                continue
            seen.add(at)
            here = self._states[at]
            edges += [(atom, target, crossed) for atom, target in here.edges]
            if here.accepts is not None:
                ends.append(here.accepts)
            open_ += [(target, crossed or marked) for target, marked in reversed(here.jumps)]
        self._closures[state] = (tuple(edges), tuple(ends))
        return self._closures[state]

    def _edges(self, paths: Sequence[_Path]) -> list[tuple[_Path, Atom, int, bool]]:
        return [
            (path, atom, target, crossed) for path in paths for atom, target, crossed in self._closure(path.state)[0]
        ]

    def _step(
        self, paths: Sequence[_Path], tokens: Sequence[Token], at: int, line: str
    ) -> tuple[list[_Path], int] | Fault:
        """One word further: the new paths and how many tokens were taken, or why there are none."""
        typed = tokens[at].text.lower()
        edges = self._edges(paths)
        named = {
            atom.text for _, atom, _, _ in edges if isinstance(atom, Keyword) and atom.text.lower().startswith(typed)
        }
        exact = {text for text in named if text.lower() == typed}
        strict = [
            (edge, got)
            for edge in edges
            if isinstance(edge[1], Argument)
            and edge[1].kind not in ("word", "line", "secret", "path", "url")
            and (got := take(edge[1], tokens, at, line))
        ]
        if not exact and strict:
            named = set()
        elif exact:
            named = exact
        if len(named) > 1:
            return Fault.AMBIGUOUS
        if named:
            (word,) = named
            return [
                _grown(path, target, crossed, word, keyword=word)
                for path, atom, target, crossed in edges
                if isinstance(atom, Keyword) and atom.text == word
            ], 1
        loose = strict or [
            (edge, got) for edge in edges if isinstance(edge[1], Argument) and (got := take(edge[1], tokens, at, line))
        ]
        if not loose:
            return Fault.INVALID
        taken = loose[0][1][1]
        return [
            _grown(path, target, crossed, value, argument=atom)
            for (path, atom, target, crossed), (value, count) in loose
            if count == taken and isinstance(atom, Argument)
        ], taken

    def match(self, line: str) -> Match | Refusal:
        """What *line* is. Thousands of devices read the same lines, so findings are kept, but none with a secret."""
        known = self._known.get(line)
        if known is not None:
            return known
        found = self._match(line)
        if len(self._known) < _KEPT and not (isinstance(found, Match) and found.secrets):
            self._known[line] = found
        return found

    def _match(self, line: str) -> Match | Refusal:
        tokens = tokens_of(line)
        paths, at = [_Path(0)], 0
        while at < len(tokens):
            stepped = self._step(paths, tokens, at, line)
            if isinstance(stepped, Fault):
                return Refusal(stepped, tokens[at].offset, at)
            paths, taken = stepped
            at += taken
        for path in paths:
            for row in self._closure(path.state)[1]:
                return Match(
                    row,
                    path.words,
                    path.words[: path.key_length],  # None: the whole line is its name
                    dict(path.arguments),
                    frozenset(path.keywords),
                    path.secrets,
                )
        return Refusal(Fault.INCOMPLETE, len(line), at)

    # --- help ----------------------------------------------------------------------------------------------------

    def _walk(self, line: str) -> tuple[list[_Path], str] | Refusal:
        """The paths behind all finished words of *line*, and the word that is still being typed."""
        tokens = tokens_of(line)
        partial = tokens.pop().text if tokens and not line.endswith((" ", "\t")) else ""
        paths, at = [_Path(0)], 0
        while at < len(tokens):
            stepped = self._step(paths, tokens, at, line)
            if isinstance(stepped, Fault):
                return Refusal(stepped, tokens[at].offset, at)
            paths, taken = stepped
            at += taken
        return paths, partial

    def choices(self, line: str) -> tuple[Choice, ...] | Refusal:
        """What may stand next, or how the word that is being typed may go on; ``<cr>`` where the line may end."""
        walked = self._walk(line)
        if isinstance(walked, Refusal):
            return walked
        paths, partial = walked
        found: dict[str, str] = {}
        for path, atom, _, _ in self._edges(paths):
            if isinstance(atom, Keyword):
                if atom.text.lower().startswith(partial.lower()):
                    found.setdefault(atom.text, self._help((*path.keywords, atom.text)))
            elif not partial:
                found.setdefault(shown(atom), self._help((*path.keywords, f"<{atom.name}>")) or _kind_help(atom))
        words = sorted(found, key=lambda word: (not word[:1].islower(), word.lower()))
        choices = [Choice(word, found[word]) for word in words]
        if not partial and any(self._closure(path.state)[1] for path in paths):
            choices.append(Choice("<cr>", "<cr>"))
        return tuple(choices)

    def complete(self, line: str) -> str | None:
        """*line* with its last word written out; ``None`` where that is not one keyword."""
        walked = self._walk(line)
        if isinstance(walked, Refusal) or not walked[1]:
            return None
        paths, partial = walked
        words = {
            atom.text
            for _, atom, _, _ in self._edges(paths)
            if isinstance(atom, Keyword) and atom.text.lower().startswith(partial.lower())
        }
        return line[: len(line) - len(partial)] + words.pop() + " " if len(words) == 1 else None

    def _help(self, path: tuple[str, ...]) -> str:
        """The help of the longest ending of *path* that has one."""
        for start in range(len(path)):
            if text := self._helps.get(" ".join(path[start:])):
                return text
        return ""


def _kind_help(argument: Argument) -> str:
    return "" if argument.kind == "number" else KINDS[argument.kind].help


def _grown(
    path: _Path, state: int, crossed: bool, word: str, *, keyword: str | None = None, argument: Argument | None = None
) -> _Path:
    return _Path(
        state,
        (*path.words, word),
        len(path.words) if crossed and path.key_length is None else path.key_length,
        path.arguments if argument is None else (*path.arguments, (argument.name, word)),
        path.keywords if keyword is None else (*path.keywords, keyword),
        (*path.secrets, word) if argument is not None and argument.kind == "secret" else path.secrets,
    )
