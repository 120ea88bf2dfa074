"""The public names of the model: three lists that must agree."""

from __future__ import annotations

import ast
from pathlib import Path

import nornir_smartlic.model as model


def _imported() -> dict[str, str]:
    """Name and module of the imports that only type checkers see."""
    tree = ast.parse(Path(model.__file__).read_text(encoding="utf-8"))
    return {
        alias.name: node.module.removeprefix("nornir_smartlic.model.")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("nornir_smartlic.model.")
        for alias in node.names
    }


def test_type_checkers_see_the_names_that_are_imported_when_asked_for() -> None:
    assert _imported() == model._HOME


def test_every_public_name_can_be_imported() -> None:
    assert sorted(model.__all__) == sorted(model._HOME)
    for name in model.__all__:
        assert getattr(model, name) is not None
