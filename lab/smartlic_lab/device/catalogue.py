"""Which commands a device knows: the tables of `platforms`, cut down to its release and family."""

from __future__ import annotations

from functools import cache

from smartlic_lab.device.grammar import Grammar, Row, Version, read_table
from smartlic_lab.platforms import command_rows, help_texts

FREE_MODE = "config-any"  # modes without a table of their own take any line
_COMMON = "config-common"


@cache
def _rows() -> tuple[Row, ...]:
    return read_table(command_rows())


@cache
def rows_of(release: Version, traits: frozenset[str]) -> tuple[Row, ...]:
    """The rows that a release and family offer."""
    return tuple(row for row in _rows() if row.offered(release, traits))


class Catalogue:
    """The grammars of one release and family, by mode and privilege; shared by all devices that are alike."""

    def __init__(self, release: Version, traits: frozenset[str]) -> None:
        self._rows = rows_of(release, traits)
        self._modes = {row.mode for row in self._rows}
        self._grammars: dict[tuple[str, int, bool], Grammar] = {}

    def is_free(self, mode: str) -> bool:
        """Whether the mode has no table, so that it takes any line."""
        return mode not in self._modes

    def grammar(self, mode: str, privilege: int, *, negated: bool = False) -> Grammar:
        """What can be typed in *mode*."""
        key = (mode, privilege, negated)
        if key not in self._grammars:
            table = FREE_MODE if self.is_free(mode) else mode
            modes = (table,) if mode == "exec" or negated else (_COMMON, table)
            self._grammars[key] = Grammar(
                [row for name in modes for row in self._rows if row.mode == name and row.privilege <= privilege],
                help_texts(),
                negated=negated,
            )
        return self._grammars[key]


@cache
def catalogue(release: Version, traits: frozenset[str]) -> Catalogue:
    """The catalogue of a release and family."""
    return Catalogue(release, traits)
