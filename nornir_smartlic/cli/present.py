"""Where a report goes: standard output, and files."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from nornir_smartlic.cli.failures import os_error, say
from nornir_smartlic.errors import StoreError, UsageError

if TYPE_CHECKING:
    from nornir_smartlic.outputs import Listing, Report

FORMATS: Final = ("table", "json", "csv", "junit", "sarif", "html", "markdown", "prometheus", "calendar")
_BY_SUFFIX: Final = {
    ".txt": "table",
    ".json": "json",
    ".csv": "csv",
    ".xml": "junit",
    ".sarif": "sarif",
    ".html": "html",
    ".htm": "html",
    ".md": "markdown",
    ".prom": "prometheus",
    ".ics": "calendar",
}


def format_of(name: str | None, output: Path | None, *, as_json: bool) -> str:
    """The format that the options ask for.

    Raises:
        UsageError: there is no such format, or the options contradict each other.
    """
    if name is not None and name not in FORMATS:
        raise UsageError(f"--format {name!r}: expected one of {', '.join(FORMATS)}")
    if as_json and output is None and name not in (None, "json"):
        raise UsageError(f"--json and --format {name} both ask for standard output: give -o FILE for one of them")
    if name is not None:
        return name
    if output is not None:
        return _of_suffix(output)
    return "json" if as_json else "table"


def _of_suffix(output: Path) -> str:
    if output.exists() and not output.is_file():  # /dev/stdout, a pipe
        return "json"
    found = _BY_SUFFIX.get(output.suffix.lower())
    if found is None:
        known = ", ".join(_BY_SUFFIX)
        raise UsageError(f"-o {output}: no format ends with {output.suffix or 'nothing'!r}: give --format, or {known}")
    return found


def check_writable(output: Path | None) -> None:
    """Say before the work is done that its result could not be written."""
    if output is None:
        return
    folder = output.parent
    if output.is_dir():
        raise UsageError(f"-o {output}: is a directory")
    if not folder.is_dir():
        raise UsageError(f"-o {output}: no such folder {folder}")
    if not os.access(output if output.exists() else folder, os.W_OK):
        raise UsageError(f"-o {output}: not writable")


def present(report: Report, format_name: str, output: Path | None, *, as_json: bool) -> None:
    """Write *report* to *output*, and show it: JSON with ``--json``, else as a table or in its format."""
    from nornir_smartlic.outputs import render

    if output is not None:
        write(output, render(report, format_name))
        print(f"written: {output} ({format_name})", file=sys.stderr)
        format_name = "table"
    if as_json:
        format_name = "json"
    if format_name == "table":
        _print_tables(report)
    else:
        sys.stdout.write(render(report, format_name))
        sys.stdout.flush()


def _print_tables(report: Report) -> None:
    from rich.console import Console

    from nornir_smartlic.outputs.tables import render_table, tables_of

    console = Console(highlight=False)
    if not console.is_terminal:
        sys.stdout.write(render_table(report))
        sys.stdout.flush()
        return
    for part in tables_of(report):
        console.print(part)


def show(listing: Listing, *, as_json: bool) -> None:
    """Print a list: JSON, or a table."""
    from rich.console import Console

    from nornir_smartlic.outputs.listing import print_listing, render_listing_json, render_listing_table

    for warning in listing.warnings:
        say(f"warning: {warning}")
    console = Console(highlight=False)
    if as_json:
        sys.stdout.write(render_listing_json(listing))
    elif console.is_terminal:
        print_listing(listing, console)
    else:
        sys.stdout.write(render_listing_table(listing))
    sys.stdout.flush()


def write(path: Path, text: str) -> None:
    """Write *text* whole or not at all: a report that was there stays until the new one is complete.

    Raises:
        StoreError: it could not be written, the disk is full.
    """
    from nornir_smartlic.tasks.keeping import write_whole

    try:
        if path.exists() and not path.is_file():  # a pipe, /dev/stdout: there is nothing to replace
            path.write_text(text, encoding="utf-8")
            return
    except OSError as error:
        raise StoreError(os_error(error)) from None
    write_whole(path, text.encode())
