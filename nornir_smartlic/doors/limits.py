"""How long a door waits, and how much it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from nornir.core.inventory import Group, Host

from nornir_smartlic.errors import UsageError

KEY: Final = "smartlic_limits"
MEGABYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of one host, in seconds and megabytes; the host data ``smartlic_limits`` has these names.

    Times are those of the whole step, however much comes meanwhile: a device that drips is no better than one that
    is silent.
    """

    connect: float = 30.0  # the TCP connection
    login: float = 60.0  # from there to the first prompt
    prompt: float = 30.0  # a short step: enable, a configuration line
    command: float = 90.0  # a command; a loaded device takes half a minute for tech support or to save
    copy: float = 120.0  # a file, with the connection of its own that it goes over
    overall: float = 3600.0  # one operation with the host from its first to its last word, waiting included
    answer_mb: float = 16.0  # what a command prints
    file_mb: float = 16.0  # a file that is fetched

    @property
    def answer_bytes(self) -> int:
        return int(self.answer_mb * MEGABYTE)

    @property
    def file_bytes(self) -> int:
        return int(self.file_mb * MEGABYTE)


_NAMES: Final = tuple(field.name for field in fields(Limits))


def limits_of(host: Host) -> Limits:
    """The limits of *host*: each name from the nearest of host, groups and defaults that has it.

    Raises:
        UsageError: a name that is none, or no positive number.
    """
    chosen: dict[str, float] = {}
    for data in _data(host):
        wanted = data.get(KEY)
        if wanted is None:
            continue
        if not isinstance(wanted, Mapping):
            raise UsageError(f"{host.name}: {KEY}: {wanted!r} - expected names and numbers, such as command: 300")
        for name, value in wanted.items():
            chosen.setdefault(name, _number(host.name, name, value))
    return replace(Limits(), **chosen)


def set_limits(host: Host, wanted: Sequence[str]) -> None:
    """Let *host* have the limits that texts such as ``command=300`` name, whatever its data say.

    Raises:
        UsageError: a text is something else.
    """
    own = host.data.get(KEY)
    chosen: dict[str, Any] = dict(own) if isinstance(own, Mapping) else {}
    for text in wanted:
        name, separator, value = text.partition("=")
        try:
            chosen[name] = float(value) if separator else None
        except ValueError:
            chosen[name] = value
        _number("--limit", name, chosen[name])
    if wanted:
        host.data[KEY] = chosen


def _number(host: str, name: Any, value: Any) -> float:
    if name not in _NAMES:
        raise UsageError(f"{host}: {KEY}: no limit {name!r} - expected one of {', '.join(_NAMES)}")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < float("inf"):
        raise UsageError(f"{host}: {KEY}.{name}: {value!r} - expected a number above 0")
    return float(value)


def _data(host: Host) -> Iterator[Mapping[str, Any]]:
    """Host data, nearest first, as Nornir inherits it."""

    def of_groups(groups: list[Group]) -> Iterator[Mapping[str, Any]]:
        for group in groups:
            yield group.data
            yield from of_groups(group.groups)

    yield host.data
    yield from of_groups(host.groups)
    yield host.defaults.data
