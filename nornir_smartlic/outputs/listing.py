"""Lists that are not by host: files, tokens, licences, changes. A table for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import TYPE_CHECKING

from nornir_smartlic.model import UnplacedTime
from nornir_smartlic.outputs.plain import plain
from nornir_smartlic.outputs.report import ExitCode
from nornir_smartlic.outputs.texts import clean

if TYPE_CHECKING:
    from rich.console import Console


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows under one name; every row has a value for each column, ``None`` where there is none."""

    command: str
    name: str  # the key of the rows in JSON
    columns: tuple[str, ...]
    rows: Sequence[Mapping[str, object]]
    exit_code: ExitCode = ExitCode.DONE
    warnings: tuple[str, ...] = ()
    as_records: bool = False  # long texts: each row is a paragraph, not a line of a table


def render_listing_json(listing: Listing) -> str:
    """One JSON document."""
    document = {
        "command": listing.command,
        "exit_code": int(listing.exit_code),
        listing.name: [{column: plain(row.get(column)) for column in listing.columns} for row in listing.rows],
        "warnings": plain(listing.warnings),
    }
    return json.dumps(document, indent=2) + "\n"


def render_listing_table(listing: Listing) -> str:
    """The table as plain text, 140 columns wide."""
    from rich.console import Console

    text = StringIO()
    print_listing(listing, Console(file=text, width=140, color_system=None, highlight=False, legacy_windows=False))
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines()) + "\n"


def print_listing(listing: Listing, console: Console) -> None:
    """The table on a terminal."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    if not listing.rows:
        console.print(f"no {listing.name.replace('_', ' ')}")
        return
    if listing.as_records:
        _print_records(listing, console)
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in listing.columns:
        table.add_column(column.replace("_", " "))
    for row in listing.rows:
        table.add_row(*(Text(clean(_shown(row.get(column)))) for column in listing.columns))
    console.print(table)


def _print_records(listing: Listing, console: Console) -> None:
    """A paragraph for each row; the first column stands over it, what is empty is left out."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    title, *others = listing.columns
    for number, row in enumerate(listing.rows, 1):
        console.print(Text(f"\n{number}. {clean(_shown(row.get(title)))}", style="bold"))
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column()
        for column in others:
            value = row.get(column)
            if value not in (None, "", [], ()):
                lines = value if isinstance(value, list | tuple) else [_shown(value)]
                grid.add_row(column.replace("_", " "), Text(clean("\n".join(map(str, lines)))))
        console.print(Padding(grid, (0, 0, 0, 3)))


def _shown(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M} {value.tzname()}"
    if isinstance(value, UnplacedTime | str | int | float):
        return str(value)
    shown = plain(value)
    if isinstance(shown, dict):
        return ", ".join(f"{name} {count}" for name, count in shown.items())
    if isinstance(shown, Iterable) and not isinstance(shown, str):
        return ", ".join(str(each) for each in shown)
    return str(shown)
