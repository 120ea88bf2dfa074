"""The table of commands and fields in the docs is the one of the code."""

from __future__ import annotations

from tests.parsers.outputs_document import DOCUMENT, document


def test_the_document_of_outputs_is_up_to_date() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: python -m tests.parsers.outputs_document"
