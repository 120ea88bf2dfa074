"""Documents against the schemas that are published beside the code that prints them."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator


@cache
def _validator(name: str) -> Draft202012Validator:
    schema = json.loads((files("nornir_smartlic.outputs") / "schemas" / f"{name}.schema.json").read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def validate(document: dict[str, Any]) -> None:
    """Raises `jsonschema.ValidationError` unless *document* is as the schema of its kind says."""
    if "error" in document:
        kind = "failure"
    elif "hosts" in document and "summary" in document:
        kind = "report"
    elif document.get("command") == "reconcile":
        kind = "reconcile"
    else:
        kind = "list"
    _validator(kind).validate(document)
