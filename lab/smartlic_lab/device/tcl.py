"""The Tcl shell of IOS-XE, as far as clients use it: they write files with ``puts [open URL w+] {...}``.

Source: netmiko's and scrapli-cfg's transfers in line; prompts and the texts of errors are unverified.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_OPENED: Final = re.compile(r"puts\s+(?:-nonewline\s+)?\[open\s+(\"[^\"]*\"|\S+)\s+(w\+?|a\+?)\]\s+(.*)", re.DOTALL)
_PUTS: Final = re.compile(r"puts\s+(.*)", re.DOTALL)
_LEAVING: Final = ("tclquit", "exit", "quit")


class TclShell:
    """One ``tclsh``: lines are collected until their braces and quotes are closed.

    Args:
        execute: carries out an EXEC command, which is what Tcl does with words that it does not know.
        write: takes a URL, the text, and whether it is put behind what the file holds.
    """

    def __init__(self, execute: Callable[[str], str], write: Callable[[str, str, bool], None]) -> None:
        self._execute = execute
        self._write = write
        self._lines: list[str] = []
        self.closed = False

    @property
    def is_open(self) -> bool:
        """Whether a word is not closed yet, so that the prompt is ``+>``."""
        return bool(self._lines)

    def take(self, line: str) -> str:
        """One typed line; gives its output."""
        if not self._lines and line.strip() in _LEAVING:
            self.closed = True
            return ""
        self._lines.append(line)
        script = "\n".join(self._lines)
        if not _is_whole(script):
            return ""
        self._lines.clear()
        return self._run(script.strip())

    def _run(self, script: str) -> str:
        if not script or script.startswith("#"):
            return ""
        opened = _OPENED.fullmatch(script)
        if opened is not None:
            end = "" if "-nonewline" in script.partition("[")[0] else "\n"
            self._write(opened[1].strip('"'), _word(opened[3]) + end, opened[2].startswith("a"))
            return ""
        said = _PUTS.fullmatch(script)
        if said is not None:
            return f"{_word(said[1])}\n"
        return self._execute(script)


def _word(text: str) -> str:
    """A Tcl word without its braces or quotes."""
    text = text.strip()
    return text[1:-1] if text[:1] + text[-1:] in ("{}", '""') else text


def _is_whole(script: str) -> bool:
    """Whether every brace is closed; one behind a backslash does not count."""
    bare = re.sub(r"\\.", "", script, flags=re.DOTALL)
    return bare.count("{") <= bare.count("}")
