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
