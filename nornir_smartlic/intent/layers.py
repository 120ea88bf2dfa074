"""``smart_licensing`` from several layers of an inventory - host, groups, defaults - made one, key by key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from nornir_smartlic.errors import IntentError
from nornir_smartlic.intent.inventory import KEY

_NESTED: Final = ("privacy", "customer_tags", "account")
"""Keys whose own keys are each a setting of its own; the others (``proxy``, ``boot_level``) are one value."""


@dataclass(frozen=True, slots=True)
class MergedData:
    """The data of a host with all that it inherits, and the layer that each key is from (``privacy.hostname``)."""

    data: dict[str, Any]
    origins: dict[str, str]


def merge_intent_data(layers: Iterable[tuple[str, Any]], key: str = KEY) -> MergedData:
    """The data of *layers*, each a name and its value, the nearest first: for every key the nearest layer counts.

    ``null`` is a value too: it leaves alone what a farther layer asks for. A layer of ``None`` has nothing. A URL goes
    with its transport: where a nearer layer names another transport, it is not taken, nor are VRF and proxy under off.

    Raises:
        IntentError: a layer is no mapping.
    """
    merged = MergedData({}, {})
    for name, layer in layers:
        if layer is None:
            continue
        if not isinstance(layer, Mapping):
            raise IntentError(f"{key} of {name}", type(layer).__name__, "a mapping of keys to values")
        foreign = _foreign(merged.data.get("transport"), layer)
        for word, value in layer.items():
            if word not in foreign:
                _take(merged, str(word), value, name)
    return merged


def _foreign(transport: Any, layer: Mapping[Any, Any]) -> tuple[str, ...]:
    """The keys of *layer* that belong to another transport than the one that nearer layers name; ``None``: none."""
    if transport is None:
        return ()
    if transport in ("off", False):  # an unquoted ``off`` is ``False`` to readers of YAML 1.1
        return ("url", "vrf", "proxy")
    return ("url",) if layer.get("transport", transport) != transport else ()


def _take(merged: MergedData, word: str, value: Any, name: str) -> None:
    there = merged.data.get(word)
    if word in _NESTED and isinstance(value, Mapping) and (word not in merged.data or isinstance(there, dict)):
        nested = merged.data.setdefault(word, {})
        for inner, inner_value in value.items():
            if inner not in nested:
                nested[inner] = inner_value
                merged.origins[f"{word}.{inner}"] = name
    elif word not in merged.data:
        merged.data[word] = value
        merged.origins[word] = name
