"""``smartlic parse``: saved outputs to JSON."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from nornir_smartlic.cli.failures import os_error
from nornir_smartlic.errors import ParseError, UsageError
from nornir_smartlic.outputs import ExitCode
from nornir_smartlic.parsers import full_name, parse_saved


def parse_files(paths: Sequence[Path], command: str | None) -> int:
    """Print one JSON list of what *paths* hold; a file that cannot be read is one line, and the others go on.

    Raises:
        UsageError: a path does not exist, or *command* is not one that is read.
    """
    if command is not None:
        try:
            full_name(command)
        except ValueError as error:
            raise UsageError(f"--command: {error}") from None
    found, code = [], ExitCode.DONE
    for name, text in _texts(paths):
        try:
            found += parse_saved(name, text, command)
        except ParseError as error:
            message = str(error)
            print(f"smartlic: {message if message.startswith(name) else f'{name}: {message}'}", file=sys.stderr)
            code = ExitCode.FAILED
    for entry in found:
        if "error" in entry:  # of several outputs in one file, this one
            print(f"smartlic: {entry['file']}: {entry['error']}", file=sys.stderr)
            code = ExitCode.FAILED
        for line in entry["unparsed"]:
            print(f"smartlic: warning: {entry['file']}: a line that is not understood: {line!r}", file=sys.stderr)
    json.dump(found, sys.stdout, indent=2)
    print()
    return int(code)


def _texts(paths: Sequence[Path]) -> Iterator[tuple[str, str]]:
    """Name and text of each file; those of a folder in order, hidden ones left out."""
    if not paths:
        yield "standard input", sys.stdin.read()
    for path in paths:
        if path.is_dir():
            files = sorted(each for each in path.rglob("*") if each.is_file() and not each.name.startswith("."))
        else:
            files = [path]
        for file in files:
            try:
                yield str(file), file.read_text(encoding="utf-8", errors="replace")
            except OSError as error:
                raise UsageError(os_error(error)) from None
