"""State machines as tables: ``{(state, trigger): next state}``. A pair that is not in a table is illegal."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import TypeVar

from nornir_smartlic.errors import IllegalEvent

S = TypeVar("S", bound=Enum)
T = TypeVar("T", bound=Enum)


def step(table: Mapping[tuple[S, T], S], state: S, trigger: T, refusal: str | None = None) -> S:
    """The state after *trigger*; raises `IllegalEvent` with *refusal*, the text that the device prints."""
    after = table.get((state, trigger))
    if after is None:
        raise IllegalEvent(refusal or f"{trigger.value} is not accepted in the state {state.value}")
    return after
