"""The command tables and help texts, read once."""

from __future__ import annotations

from functools import cache
from importlib import resources

from smartlic_lab.platforms.documents import PlatformError


@cache
def command_rows() -> str:
    """All tables ``grammar/*.cli`` in order of their names, as one text."""
    folder = resources.files(__package__).joinpath("grammar")
    files = sorted((entry for entry in folder.iterdir() if entry.name.endswith(".cli")), key=lambda entry: entry.name)
    return "\n".join(entry.read_text(encoding="utf-8") for entry in files)


@cache
def help_texts() -> dict[str, str]:
    """What ``?`` says of a keyword: the path of keywords, or its ending, and the text."""
    found = {}
    text = resources.files(__package__).joinpath("grammar", "help.txt").read_text(encoding="utf-8")
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        path, separator, words = line.partition(": ")
        if not separator:
            raise PlatformError(f"help.txt line {number}: no ':'")
        found[path.strip()] = words.strip()
    return found
