"""Text from outside, made harmless: what a device, CSSM or an inventory named acts on no terminal and in no file.

The one place for it. Every format passes through here: tables and lists cell by cell, all others as a whole.
"""

from __future__ import annotations

import re
from typing import Final

_ACTING: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but tab and newline, delete, and C1, in which 0x9b begins a sequence
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # turn the direction of what follows
    "\u2028\u2029"  # end a line where nobody sees it
    "\ud800-\udfff\ufffe\uffff]"  # in no encoding, and in no XML
)
_FORMULA: Final = re.compile(r"^\s*[=+\-@]")
_NUMBER: Final = re.compile(r"^[+-]?\d+(?:\.\d+)?$")


def clean(text: str) -> str:
    r"""*text* with every character that would act shown instead: an escape is the four characters ``\x1b``."""
    if text.isascii() and text.isprintable():
        return text
    return _ACTING.sub(_shown, text.replace("\r\n", "\n"))


def clean_line(text: str) -> str:
    r"""*text* as one line: also its newlines and tabs are shown, as ``\n`` and ``\t``."""
    return clean(text).replace("\n", "\\n").replace("\t", "\\t")


def clean_cell(text: str) -> str:
    """*text* for a spreadsheet: what it would calculate begins with an apostrophe, and is text.

    Source: OWASP, CSV Injection.
    """
    shown = clean(text)
    return f"'{shown}" if _FORMULA.match(shown) and not _NUMBER.match(shown) and shown.strip() != "-" else shown


def _shown(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
