"""Words that only this house knew stay out of code, documents and messages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
INSTEAD = {
    "recalled": "unverified",
    "lives by": "follows",
    "word of a lab": "control file",
    "met and expected": "found",
}
OF_THE_PLUGIN = {
    "told": "given, parsed, printed or reported",
    "tells": "says, prints or shows",
    "met": "found or actual",
    "the word of": "the keyword of",
}


@pytest.mark.parametrize(("word", "instead"), INSTEAD.items())
def test_a_word_that_only_we_know_is_not_used(word: str, instead: str) -> None:
    pages = [
        page for folder in ("nornir_smartlic", "lab", "docs") for page in sorted((ROOT / folder).rglob("*.[pm][yd]"))
    ]
    said = [
        f"{page.relative_to(ROOT)}: {word!r}, say {instead!r}"
        for page in pages
        if re.search(rf"\b{word}\b", page.read_text(encoding="utf-8"), re.IGNORECASE)
    ]
    assert said == []


@pytest.mark.parametrize(("word", "instead"), OF_THE_PLUGIN.items())
def test_the_plugin_and_the_documents_say_it_in_plain_words(word: str, instead: str) -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    pages += [page for page in sorted((ROOT / "nornir_smartlic").rglob("*")) if page.suffix in (".py", ".j2")]
    pages += sorted((ROOT / "docs").rglob("*.md"))
    said = [
        f"{page.relative_to(ROOT)}: {word!r}, say {instead!r}"
        for page in pages
        if re.search(rf"\b_?{word}\b", page.read_text(encoding="utf-8"), re.IGNORECASE)
    ]
    assert said == []
