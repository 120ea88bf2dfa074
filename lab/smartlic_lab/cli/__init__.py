"""The command ``smartlic-lab``."""

from __future__ import annotations

import sys

from nornir_smartlic.errors import SmartLicError


def main() -> None:
    """Run the command; an error is one line on standard error and exit code 2."""
    from smartlic_lab.cli.app import app

    try:
        app()
    except SmartLicError as error:
        for line in getattr(error, "problems", str(error).splitlines()):  # a topology has all of its problems listed
            print(f"smartlic-lab: {line}", file=sys.stderr)
        sys.exit(2)
    except BrokenPipeError:
        sys.exit(1)


__all__ = ["main"]
