"""One key of the inventory beside what a device has, and the configuration lines that bring the two together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from nornir_smartlic.errors import IntentError


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where on the device a fact stands: a command, and the line as the device spells it."""

    command: str
    line: str

    def __str__(self) -> str:
        return f"{self.command}: {self.line}"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One key of the inventory, as it is wanted and as the device has it. Plan, audit and diagnosis read it.

    ``actual`` and ``wanted`` are as a user writes them; ``None``: not there (``actual``), left alone (``wanted``).
    """

    path: str  # smart_licensing.proxy
    actual: str | None
    wanted: str | None
    commands: tuple[str, ...] = ()  # the configuration lines that bring it about; (): it is as wanted
    undo: tuple[str, ...] = ()  # the lines that bring back what was there
    evidence: tuple[Evidence, ...] = ()
    of_transport: bool = False  # part of the way to CSSM, which is planned and taken back as one
    needs: str | None = None  # the feature whose SLAC must be there before the lines are taken, and is not
    at_boot: bool = False  # the lines count from the next boot on, and no output prints what counts by now
    refusal: tuple[str, str] | None = None  # why this device cannot take it: what was found, and what is expected

    @property
    def differs(self) -> bool:
        """Whether lines are needed; not where the device cannot take what is wanted."""
        return bool(self.commands)

    def check(self) -> None:
        """Raise `IntentError` where the device cannot take what is wanted."""
        if self.refusal is not None:
            raise IntentError(self.path, *self.refusal)

    def __str__(self) -> str:
        return f"-{self.path}: {self.actual or '<none>'}\n+{self.path}: {self.wanted or '<none>'}"


_Tree: TypeAlias = dict[str, "_Tree"]

# In the order in which a device takes them: what the transport needs before the transport, what belongs to it after it.
_ORDER: Final = ("ip domain", "ip name-server", "ip http", "crypto", "service", "call-home", "license smart transport")


def ordered(lines: Iterable[str]) -> tuple[str, ...]:
    """*lines* in the order in which a device takes them, as its own configuration shows them (see `merged`)."""
    tree = _tree(lines)
    return tuple(_rendered({line: tree[line] for line in sorted(tree, key=_rank)}))


def backwards(lines: Iterable[str]) -> tuple[str, ...]:
    """*lines* in their order, but a trustpoint last: in its mode ``ip ...`` is short for ``ip-address``. Unverified."""
    tree = _tree(lines)
    return tuple(_rendered({line: tree[line] for line in sorted(tree, key=lambda line: line.startswith("crypto"))}))


def merged(lines: Iterable[str]) -> tuple[str, ...]:
    """*lines*, indented below their parents, with each parent once and no line twice."""
    return tuple(_rendered(_tree(lines)))


def _rank(line: str) -> int:
    line = line.removeprefix("no ")
    return next((at for at, start in enumerate(_ORDER) if line.startswith(start)), len(_ORDER))


def _tree(lines: Iterable[str]) -> _Tree:
    root: _Tree = {}
    branch = [root]
    for line in lines:
        text = line.lstrip(" ")
        depth = len(line) - len(text)
        branch[depth + 1 :] = [branch[depth].setdefault(text, {})]
    return root


def _rendered(tree: _Tree, depth: int = 0) -> Iterator[str]:
    # Below a parent single lines come first: a block that is open would take the lines behind it.
    for line, children in sorted(tree.items(), key=lambda item: bool(item[1])) if depth else tree.items():
        yield " " * depth + line
        yield from _rendered(children, depth + 1)
