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
PLAIN = {
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


EXEMPT = (
    "tests/test_words.py",
    "lab/smartlic_lab/authority/migrations/",  # the name of a column
)
OUTPUT = ("minimum links not met", 'mapped_column("told")')  # of a device; of the database


@pytest.mark.parametrize(("word", "instead"), PLAIN.items())
def test_code_tests_and_documents_say_it_in_plain_words(word: str, instead: str) -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    for folder in ("nornir_smartlic", "lab", "docs", "tests"):
        pages += [page for page in sorted((ROOT / folder).rglob("*")) if page.suffix in (".py", ".j2", ".md")]
    said = [
        f"{name}: {word!r}, say {instead!r}"
        for page in pages
        if not (name := page.relative_to(ROOT).as_posix()).startswith(EXEMPT)
        and re.search(rf"(?<![a-z]){word}(?![a-z])", _plain(page.read_text(encoding="utf-8")), re.IGNORECASE)
    ]
    assert said == []


def _plain(text: str) -> str:
    for words in OUTPUT:
        text = text.replace(words, "")
    return text
