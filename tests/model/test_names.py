"""The public names of the model."""

from __future__ import annotations

import ast
from pathlib import Path

import nornir_smartlic.model as model


def test_every_name_that_is_imported_is_public_and_the_other_way_round() -> None:
    tree = ast.parse(Path(model.__file__).read_text(encoding="utf-8"))
    imported = {alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert imported == set(model.__all__)
