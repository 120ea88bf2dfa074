"""What devices answer when they do not take a line, and what they print beside the point."""

from __future__ import annotations

import re
from typing import Final

_NOTICES: Final = re.compile(
    r"^%\s*(?:"
    r"use 'write' command|"  # license boot level; Source: reference/cli.md section 2
    r"these values don't take effect until the next reboot|"  # platform hardware throughput; unverified wording
    r"warning|info|note|"
    r"reload|"
    r"[A-Z0-9_]+-\d-[A-Z0-9_]+:"  # a log message on the terminal
    r")",
    re.IGNORECASE,
)
_REFUSED_COMMAND: Final = re.compile(
    r"^(?:%\s*(?:Invalid input|Incomplete command|Ambiguous command|Unknown command|Unrecognized command|"
    r"Bad |Error|Authorization failed)|(?:%\s*)?Command authorization failed)",
    re.IGNORECASE,
)
"""Source: reference/cli.md section 3, generic errors of the CLI. Unverified: those of AAA, with % or not."""
_UNAUTHORIZED: Final = re.compile(r"Command authorization failed", re.IGNORECASE)
_LOG_MESSAGE: Final = re.compile(r"%[A-Z0-9_]+-\d-[A-Z0-9_]+: ")


def refused_line(answer: str) -> str | None:
    """The ``% ...`` line with which a configuration line was refused; ``None``: it was taken."""
    for line in answer.splitlines():
        text = line.strip()
        if (text.startswith("%") and not _NOTICES.match(text)) or _UNAUTHORIZED.match(text):
            return text
    return None


def refused_command(answer: str) -> str | None:
    """The ``% ...`` line with which an EXEC command was refused; ``None``: it ran.

    Outputs may have lines that start with ``%`` themselves, so that only the parser's own errors count.
    """
    for line in answer.splitlines():
        text = line.strip()
        if _REFUSED_COMMAND.match(text):
            return text
    return None


def remark(answer: str) -> str | None:
    """What a command printed that says nothing when all goes well; log messages on the terminal do not count."""
    lines = [line.strip() for line in answer.splitlines() if line.strip() and not _LOG_MESSAGE.search(line)]
    return " ".join(lines) or None
