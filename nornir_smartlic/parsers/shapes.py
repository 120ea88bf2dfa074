"""Parts of outputs that differ only in times, spans, serial numbers and counts, read by where those stand.

The devices of a fleet print the same sections again and again, with other times in them. A `Shape` is what such parts
have in common: the text between their tokens, and the value with the places of the tokens in it. Nobody writes one; it
is *learned* from the functions that own the grammar. The part is read by them with samples in place of its tokens, and
where the samples come back in the value is where the tokens belong. A token that does not come back is no token, but
text that must be equal. The shape is then held against those functions on more samples, among them zeros, equal
tokens and other widths, and given up at the first difference. So a shape gives what they give, or nothing; where it
gives nothing, they read the part themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from enum import Enum
from functools import cache
from itertools import count
from types import FunctionType, NoneType
from typing import Any, Final, Generic, TypeVar

from nornir_smartlic.parsers.instants import instant
from nornir_smartlic.parsers.legacy import span
from nornir_smartlic.parsers.making import maker
from nornir_smartlic.parsers.section import Problem

T = TypeVar("T")

_LONGEST: Final = 10_000  # characters; longer parts have no shape
_MOST_TOKENS: Final = 200
_KEPT: Final = 16  # shapes of one beginning
_MISSES: Final = 5  # until a shape is learned; odd, so that of two kinds in turn it is not always the same one's
_SELDOM: Final = 255  # misses, where that was of no use


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of token."""

    pattern: str  # takes all it can and gives nothing back: so a match is linear
    read: Callable[[str], Any]  # what a token means where it is not kept as printed
    samples: tuple[str, str, str]  # of different width, {} is their number; the last are small, and equal
    before: str = ""
    after: str = ""


_UNIT: Final = r"\d{1,6}+ (?:week|day|hour|minute|second)s?+"
KINDS: Final = {
    "time": Kind(
        r"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} [A-Za-z]++",
        instant,
        ("Aug 17 11:42:13 {:04} UTC", "Feb  3 23:00:59 {:04} IST", "Jan 01 00:00:00 1970 UTC"),
        r"(?<!\w)",
    ),
    "span": Kind(
        rf"{_UNIT}(?:, {_UNIT})*+", span, ("{} days, 3 hours, 1 minute, 7 seconds", "{} hours", "1 second"), r"(?<!\w)"
    ),
    "serial": Kind(r"[A-Z0-9]{4,}+", str, ("QZXK{}", "A{}BZ", "A123"), r"(?<=,SN:|.,S:)", r"(?![\w.-])"),
    "number": Kind(r"\d{1,15}+", int, ("7318{}", "{}", "1"), r"(?<![\w.:/-])", r"(?![\w.:/-])"),
}
_LEAVES: Final = (int, float, datetime, timedelta, Enum, FunctionType, NoneType)
_NONZERO: Final = r"[1-9]\d{0,14}+"


@dataclass(frozen=True, slots=True)
class Token:
    """Where a token stands in a text."""

    kind: Kind
    text: str
    start: int
    end: int

    def sample(self, form: int, number: int) -> str:
        """Something else of the same kind."""
        return self.kind.samples[form].format(2000 + number)


class Shape(Generic[T]):
    """What parts have in common that differ only in their tokens."""

    __slots__ = ("build", "constants", "match", "used")

    def __init__(self, constants: Sequence[str], patterns: Sequence[str], build: Callable[..., T]) -> None:
        gaps = [f"(.{{{len(constant)}}})" for constant in constants]
        tokens = [f"({pattern})" for pattern in patterns]
        alternating = [group for pair in zip(gaps, [*tokens, ""], strict=True) for group in pair]
        self.match = re.compile("".join(alternating), re.DOTALL | re.ASCII).fullmatch
        self.constants = tuple(constants)  # the text before, between and behind the tokens
        self.build = build  # from the text and its tokens to the value
        self.used = False


class Shapes(Generic[T]):
    """The shapes of the parts that begin alike; learned from those that none of them fits."""

    # Set on the class, since most beginnings are met only once. The mappings are never changed, but replaced.
    _shapes: Mapping[tuple[str, ...], Shape[T]] = {}  # by the text around their tokens
    _seen: Mapping[tuple[str, ...], tuple[list[Token], frozenset[int]]] = {}  # by the text around tokens and numbers
    _newest: Shape[T] | None = None
    _last = ""
    _misses = 0
    _patience = _MISSES  # misses until the next is learned

    def __init__(self, read: Callable[[str], T]) -> None:
        self._read = read

    def find(self, text: str) -> T | None:
        """The value of *text*, where a shape fits it."""
        for shape in self._shapes.values():
            found = shape.match(text)
            if found is None:
                continue
            groups = found.groups()
            if groups[::2] != shape.constants:
                continue
            try:
                value = shape.build(text, *groups[1::2])
            except (ValueError, OverflowError):  # 25:61:00 is no time
                continue
            shape.used = True
            return value
        self._misses += 1
        if len(text) > _LONGEST:
            return None
        if self._misses >= self._patience:
            self._misses = 0
            useful = self._newest is not None and self._newest.used
            useful |= self._learn(text)
            self._patience = _MISSES if useful else min(self._patience * 2 + 1, _SELDOM)
        self._last = text
        return None

    def _learn(self, text: str) -> bool:
        """Learn the shape of *text*; whether more is known now of such texts than when one was learned before."""
        self._compare(self._last)
        tokens, changed, more = self._compare(text)
        self._newest = None
        if not 0 < len(tokens) <= _MOST_TOKENS:
            return False
        number = KINDS["number"]
        changing = [token for at, token in enumerate(tokens) if token.kind is not number or at in changed]
        shape = learn(text, changing, self._read)
        if shape is not None:
            self._shapes = _with(self._shapes, shape.constants, shape)
            self._newest = shape
        return more

    def _compare(self, text: str) -> tuple[list[Token], frozenset[int], bool]:
        """The tokens of *text*, the places of those that were seen to change, and whether *text* tells more of them.

        Some numbers never change, such as the days of a policy: a number is a token once it was seen to change.
        """
        tokens = tokens_of(text)
        around = tuple(_around(text, tokens))
        before, known = self._seen.get(around, (tokens, frozenset[int]()))
        changed = known | {at for at, (new, old) in enumerate(zip(tokens, before, strict=True)) if new.text != old.text}
        self._seen = _with(self._seen, around, (tokens, changed))
        return tokens, changed, changed != known


K = TypeVar("K")


def _with(kept: Mapping[K, T], key: K, value: T) -> dict[K, T]:
    """*kept* with *value* in the first place; another dict, since other threads may be going through *kept*."""
    others = [item for item in kept.items() if item[0] != key]
    return dict([(key, value), *others[: _KEPT - 1]])


@cache
def _any_token() -> re.Pattern[str]:
    kinds = (f"{kind.before}(?P<{name}>{kind.pattern}){kind.after}" for name, kind in KINDS.items())
    return re.compile("|".join(kinds), re.ASCII)


def tokens_of(text: str) -> list[Token]:
    """What may be another in the like part of another device."""
    return [
        Token(KINDS[found.lastgroup or ""], found.group(), found.start(), found.end())
        for found in _any_token().finditer(text)
    ]


def _around(text: str, tokens: Iterable[Token]) -> list[str]:
    """The text before, between and behind *tokens*."""
    tokens = list(tokens)
    starts = [0, *(token.end for token in tokens)]
    ends = [*(token.start for token in tokens), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def _filled(constants: Sequence[str], tokens: Iterable[str]) -> str:
    return "".join(part for pair in zip(constants, [*tokens, ""], strict=True) for part in pair)


def learn(text: str, tokens: Sequence[Token], read: Callable[[str], T]) -> Shape[T] | None:
    """The shape of *text* with *tokens* in it, as *read* reads it; ``None``: it has none."""
    try:
        while tokens:
            constants = _around(text, tokens)
            samples = [token.sample(0, number) for number, token in enumerate(tokens)]
            filled = _filled(constants, samples)
            writer = _Writer(filled, tokens, samples)
            build = writer.function(read(filled))
            if len(writer.used) == len(tokens):
                return _proven(constants, tokens, build, read)
            tokens = [token for at, token in enumerate(tokens) if at in writer.used]
    except (Problem, ValueError, OverflowError):
        pass  # not every token of this kind can stand here
    return None


def _proven(
    constants: Sequence[str], tokens: Sequence[Token], build: Callable[..., T], read: Callable[[str], T]
) -> Shape[T] | None:
    """The shape, where *build* gives what *read* gives."""

    def holds(tokens: Sequence[str]) -> bool:
        text = _filled(constants, tokens)
        return repr(build(text, *tokens)) == repr(read(text))  # a repr tells zones apart too, and 1 from True

    printed = [token.text for token in tokens]
    others = [token.sample(1, number) for number, token in enumerate(tokens)]
    equal = [token.sample(2, number) for number, token in enumerate(tokens)]
    if not (holds(printed) and holds(others) and holds(equal)):
        return None
    patterns = [token.kind.pattern for token in tokens]
    for at, token in enumerate(tokens):
        if token.kind is KINDS["number"] and not holds([*others[:at], "0", *others[at + 1 :]]):
            patterns[at] = _NONZERO
    return Shape(constants, patterns, build)


class _Writer:
    """Writes the function that builds a value from its tokens. It is source, since nothing else is as fast."""

    def __init__(self, text: str, tokens: Sequence[Token], samples: Sequence[str]) -> None:
        self.used: set[int] = set()
        self._constants: dict[str, Any] = {name: kind.read for name, kind in KINDS.items()}
        self._arguments = [f"t{at}" for at in range(len(tokens))]
        self._places = {sample: at for at, sample in enumerate(samples)}
        self._splitter = re.compile(f"({'|'.join(map(re.escape, samples))})")
        self._leaves: dict[str, tuple[int, str]] = {}
        for at, (token, sample) in enumerate(zip(tokens, samples, strict=True)):
            reader = next(name for name, kind in KINDS.items() if kind is token.kind)
            self._leaves[repr(token.kind.read(sample))] = (at, f"{reader}(t{at})")
        self._text = text
        self._fresh = count()

    def function(self, value: Any) -> Callable[..., Any]:
        """The function of the text and its tokens that gives a value like *value*."""
        source = f"lambda {', '.join(['text', *self._arguments])}: {self._expression(value) or self._constant(value)}"
        # Nothing in it comes from the text: it consists of names made here.
        return eval(source, self._constants)  # type: ignore[no-any-return]  # noqa: S307

    def _constant(self, value: Any) -> str:
        name = f"k{next(self._fresh)}"
        self._constants[name] = value
        return name

    def _expression(self, value: Any) -> str | None:
        """What gives *value*; ``None``: no token is in it."""
        if isinstance(value, str):
            return self._string(value)
        if isinstance(value, tuple):
            return self._called("", value)
        if (leaf := self._leaves.get(repr(value))) is not None:
            self.used.add(leaf[0])
            return leaf[1]
        if is_dataclass(value) and not isinstance(value, type):
            return self._called(
                self._constant(maker(type(value))), [getattr(value, item.name) for item in fields(value)]
            )
        if not isinstance(value, _LEAVES):
            raise ValueError(f"a {type(value).__name__} may hold a token that does not show")
        return None

    def _called(self, function: str, values: Sequence[Any]) -> str | None:
        told = [self._expression(value) for value in values]
        if not any(told):
            return None
        items = [text or self._constant(value) for text, value in zip(told, values, strict=True)]
        return f"{function}({', '.join(items)},)"

    def _string(self, value: str) -> str | None:
        if value == self._text:
            return "text"
        parts = [part for part in self._splitter.split(value) if part]
        if not any(part in self._places for part in parts):
            return None
        told = []
        for part in parts:
            at = self._places.get(part)
            if at is None:
                told.append(self._constant(part))
            else:
                self.used.add(at)
                told.append(f"t{at}")
        return told[0] if len(told) == 1 else "f'" + "".join(f"{{{name}}}" for name in told) + "'"
