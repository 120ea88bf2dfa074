"""Any value as plain JSON, parsed, printed or stored: one converter, so that a fact looks the same everywhere."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from nornir_smartlic.model import DeviceVersion, Intent, LicenseUsage, LicensingState, RunningConfiguration, Secret
from nornir_smartlic.model.seldom import is_seldom
from nornir_smartlic.outputs.texts import clean

if TYPE_CHECKING:
    from cattrs import Converter

Plain: TypeAlias = bool | int | float | str | list["Plain"] | dict[str, "Plain"] | None
_SPARSE: Final = (LicensingState, LicenseUsage, DeviceVersion, RunningConfiguration, Intent)  # None: not printed


def plain(value: object) -> Plain:
    """*value* as JSON has it.

    Dataclasses become objects, enums the device's spelling, instants ISO 8601 with their offset, spans ISO 8601
    durations (``P30D``, ``PT15M``). A time in a zone whose offset is unknown is ``{"wall": ..., "zone": ...}``.
    What would act in a text is shown (`texts`). A key is absent where the output that was read does not print the
    field; ``null`` is the fact that nothing is there.

    Raises:
        TypeError: a secret, or a type that has no rule; neither belongs into a result.
    """
    plain_form: Plain = _converter().unstructure(value)
    return plain_form


@cache
def _converter() -> Converter:
    """Made when the first value is printed: the library takes a while to load."""
    from cattrs import Converter

    made = Converter(
        unstruct_collection_overrides={tuple: list, Set: partial(sorted, key=str)},
        unstructure_fallback_factory=_fallback,
    )
    made.register_unstructure_hook(str, clean)
    made.register_unstructure_hook(date, lambda value: value.isoformat())  # a datetime too
    made.register_unstructure_hook(timedelta, duration)
    made.register_unstructure_hook(Secret, _refuse)
    made.register_unstructure_hook(bytes, _refuse)
    made.register_unstructure_hook_factory(is_dataclass, lambda kind: _as_object(made, kind))
    return made


def _as_object(converter: Converter, kind: Any) -> Callable[[Any], dict[str, Plain]]:
    """How values of the dataclass *kind* become objects: without the fields that JSON leaves out."""
    from cattrs.gen import make_dict_unstructure_fn

    whole: Callable[[Any], dict[str, Plain]]
    whole = make_dict_unstructure_fn(kind, converter, _cattrs_use_linecache=False, _cattrs_include_init_false=True)
    seldom = [item for item in fields(kind) if is_seldom(item)]
    if not seldom and kind not in _SPARSE:
        return whole

    def plain_form(value: Any) -> dict[str, Plain]:
        made = whole(value)
        for item in seldom:
            if getattr(value, item.name) == item.default:
                del made[item.name]
        return {name: item for name, item in made.items() if item is not None} if kind in _SPARSE else made

    return plain_form


def _fallback(kind: Any) -> Callable[[Any], Any]:
    return (lambda value: value) if kind in (bool, int, float, type(None)) else _refuse


def _refuse(value: object) -> Plain:
    if isinstance(value, Secret):
        raise TypeError("a secret has no place in a result")
    raise TypeError(f"{type(value).__name__} has no JSON form")


def duration(span: timedelta) -> str:
    """*span* as an ISO 8601 duration."""
    sign, rest = ("-", -span) if span < timedelta(0) else ("", span)
    hours, seconds = divmod(rest.seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    fraction = f".{rest.microseconds:06d}".rstrip("0") if rest.microseconds else ""
    clock = "".join(
        [
            f"{hours}H" if hours else "",
            f"{minutes}M" if minutes else "",
            f"{seconds}{fraction}S" if seconds or fraction else "",
        ]
    )
    if not rest:
        return "PT0S"
    days = f"{rest.days}D" if rest.days else ""
    return f"{sign}P{days}" + (f"T{clock}" if clock else "")
