"""Fields of lines that few devices print."""

from __future__ import annotations

from dataclasses import Field, field
from typing import Any, Final

_SELDOM: Final = "seldom"


def seldom(default: Any) -> Any:
    """A field that JSON leaves out while it has its *default*: hardly any output prints it."""
    return field(default=default, metadata={_SELDOM: True})


def is_seldom(item: Field[Any]) -> bool:
    """Whether JSON leaves the field out while it has its default."""
    return _SELDOM in item.metadata
