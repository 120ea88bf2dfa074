"""Lines for a device, from the templates; and differences made of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from nornir_smartlic.intent.plan import Difference


@cache
def _environment() -> Environment:
    return Environment(  # noqa: S701  lines for a device, not HTML
        loader=PackageLoader("nornir_smartlic.intent"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,  # read once: a plan touches no file
    )


def lines(template: str, **values: Any) -> tuple[str, ...]:
    """The lines of a template; each takes what is to be removed and what is to be added."""
    values.setdefault("before", [])
    return tuple(_environment().get_template(f"{template}.j2").render(values).splitlines())


def setting(
    path: str, template: str, there: str | int | None, wanted: str | int, *, of_transport: bool = False
) -> Difference:
    """One value that replaces another on the device."""
    return Difference(
        path,
        None if there is None else str(there),
        str(wanted),
        commands=lines(template, remove=[], add=[wanted]),
        undo=lines(template, remove=[wanted] if there is None else [], add=[] if there is None else [there]),
        of_transport=of_transport,
    )


def collection(
    path: str, template: str, remove: list[str], add: list[str], there: str | None, wanted: str | None
) -> Difference:
    """Values that stand beside others on the device: what is no longer wanted is taken out."""
    return Difference(
        path,
        there,
        wanted,
        commands=lines(template, remove=remove, add=add),
        undo=lines(template, remove=add, add=remove),
        of_transport=True,
    )


def flag(
    path: str, template: str, there: bool, wanted: bool | None, item: str, *, unit: bool = False
) -> Iterable[Difference]:
    """A setting that is on or off; none where it is as wanted, or left alone."""
    if wanted is None or wanted is there:
        return
    on, off = lines(template, remove=[], add=[item]), lines(template, remove=[item], add=[])
    commands, undo = (on, off) if wanted else (off, on)
    yield Difference(path, yes(there), yes(wanted), commands, undo, of_transport=unit)


def yes(value: bool) -> str:
    """A flag as the inventory spells it."""
    return "true" if value else "false"
