from __future__ import annotations

from tests.operations.operations_document import DOCUMENT, document


def test_the_page_on_operations_names_the_commands_that_are_sent():
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "run: python -m tests.operations.operations_document"
