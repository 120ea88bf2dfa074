"""``smartlic-lab roundtrip``: saved outputs, held against the lab's rendering of them."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import typer

from nornir_smartlic.errors import SmartLicError


def compare(files: Sequence[Path], command: str | None = None) -> int:
    """Print the difference of each file; 0: no difference, 1: some, 2: a file could not be read or parsed."""
    from smartlic_lab.show import roundtrip

    code = 0
    for file in files:
        try:
            difference = roundtrip(file.read_bytes().decode("utf-8"), command)  # line ends as they are
        except OSError as error:
            typer.echo(f"{file}: {error.strerror}", err=True)
            code = 2
        except (SmartLicError, ValueError) as error:
            reason = "not UTF-8 text" if isinstance(error, UnicodeDecodeError) else error
            typer.echo(f"{file}: {reason}", err=True)
            code = 2
        else:
            if difference:
                typer.echo(f"{file}:")
                sys.stdout.write(difference if difference.endswith("\n") else difference + "\n")
                code = max(code, 1)
    return code
