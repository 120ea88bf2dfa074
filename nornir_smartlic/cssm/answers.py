"""Members of the JSON that CSSM answers, whatever kind they are of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from nornir_smartlic.errors import CssmError


def objects(data: Mapping[str, Any], key: str) -> Iterator[dict[str, Any]]:
    """The objects of the list under *key*."""
    listed = data.get(key)
    yield from (entry for entry in (listed if isinstance(listed, list) else ()) if isinstance(entry, dict))


def object_in(data: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The object under *key*; {} where there is none."""
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def text(data: Mapping[str, Any], key: str) -> str:
    """The text under *key*; "" where there is none."""
    value = data.get(key)
    return value if isinstance(value, str) else "" if value is None else str(value)


def number(data: Mapping[str, Any], key: str) -> int:
    """The number under *key*, also one that is sent as text; raises `CssmError`."""
    found = optional_number(data, key)
    if found is None:
        raise CssmError(f"the answer has no number {key}")
    return found


def optional_number(data: Mapping[str, Any], key: str) -> int | None:
    """The number under *key*; ``None`` where there is none."""
    value = data.get(key)
    if isinstance(value, bool) or value is None:
        return None
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


def instant(value: Any) -> datetime | None:
    """A time of the API, of UTC where it names no zone (unverified); other spellings than ISO 8601 are left out."""
    try:
        at = datetime.fromisoformat(str(value)) if value else None
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at is not None and at.tzinfo is None else at
