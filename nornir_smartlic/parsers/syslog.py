"""Log lines of licensing, call-home and PKI, out of ``show logging`` or a syslog file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from nornir_smartlic.model import SyslogLine
from nornir_smartlic.parsers.texts import Text

FACILITIES: Final = ("SMART_LIC", "LICENSE", "CALL_HOME", "PKI", "SMART_LICENSING")
_LINE: Final = re.compile(
    r"(?P<prefix>(?:<\d+>)?(?:\S.*? )??)(?:(?P<sequence>\d+): )?(?P<mark>[*.]?)"
    r"(?:(?P<stamp>[A-Z][a-z]{2} +\d+ (?:\d{4} )?[\d:.]+(?: [A-Za-z]+)?): )?"
    r"%(?P<facility>[A-Z][A-Z0-9_]*(?:-[A-Z0-9_]+)*)-(?P<severity>[0-7])-(?P<mnemonic>[A-Z0-9_]+): (?P<text>.*)"
)


def syslog_lines(lines: Iterable[str]) -> tuple[tuple[SyslogLine, ...], tuple[str, ...]]:
    """The log lines of our facilities among *lines*, and those that name one of them but could not be read."""
    found = []
    unread = []
    for line in lines:
        if "%" not in line:
            continue
        match = _LINE.match(line.strip())
        if match is None:
            if any(f"%{facility}-" in line for facility in FACILITIES):
                unread.append(line.strip())
        elif match["facility"].split("-")[0] in FACILITIES or match["facility"].endswith("SMART_LIC"):
            sequence = match["sequence"]
            found.append(
                SyslogLine(
                    facility=match["facility"],
                    severity=int(match["severity"]),
                    mnemonic=match["mnemonic"],
                    text=match["text"].strip(),
                    stamp=match["stamp"],
                    mark=match["mark"],
                    sequence=None if sequence is None else int(sequence),
                    prefix=match["prefix"].strip() or None,
                )
            )
    return tuple(found), tuple(unread)


def licensing_log(_: str, text: Text) -> tuple[tuple[SyslogLine, ...], tuple[str, ...]]:
    """``show logging``: the log lines of licensing, call-home and PKI; others are of other subjects."""
    return syslog_lines(text.lines)
