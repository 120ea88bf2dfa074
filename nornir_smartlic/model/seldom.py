"""Fields of lines that few devices print."""

from __future__ import annotations

from dataclasses import Field, field
from typing import Any, Final

_SELDOM: Final = "seldom"


def seldom(default: Any) -> Any:
    """A field that JSON leaves out while it has its *default*: hardly any output prints what it tells."""
    return field(default=default, metadata={_SELDOM: True})


def is_left_out(item: Field[Any], value: object) -> bool:
    """Whether *value* is what the field has where nothing is printed."""
    return _SELDOM in item.metadata and value == item.default
