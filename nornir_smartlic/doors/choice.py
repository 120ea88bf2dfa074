"""Which door a host has. Libraries are imported only where they are used: netmiko costs 0.4 s to import."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from nornir.core.configuration import Config
from nornir.core.exceptions import PluginNotRegistered
from nornir.core.inventory import Group, Host

from nornir_smartlic.errors import UsageError
from nornir_smartlic.operations.conversation import Door

DATA_KEY: Final = "smartlic_door"
_KNOWN: Final = ("netmiko", "scrapli")


def door_of(host: Host, configuration: Config | None = None) -> Door:
    """The door to *host*, over its Nornir connection, which is opened if it is not open yet.

    The host's data ``smartlic_door`` names it: ``netmiko``, ``scrapli``, or any other connection plugin whose
    connection is a `Door` itself. Without it the connection that is open, or that the host has options for, is taken,
    and netmiko where there is none.

    Raises:
        Unreachable: the connection could not be opened.
        UsageError: ``smartlic_door`` names no connection that is a door, or one whose library is not installed.
    """
    configuration = configuration or Config()
    name = door_name(host)
    if name == "netmiko":
        from nornir_smartlic.doors.over_netmiko import netmiko_door

        return netmiko_door(host, configuration)
    if name == "scrapli":
        try:
            from nornir_smartlic.doors.over_scrapli import scrapli_door
        except ModuleNotFoundError as error:
            raise UsageError(
                f"{host.name}: {DATA_KEY} is scrapli, but {error.name} is not installed - "
                "expected nornir-smartlic with the extra scrapli"
            ) from None

        return scrapli_door(host, configuration)
    is_open = name in host.connections
    if name == "asyncssh" and not is_open:
        from nornir_smartlic.doors.over_asyncssh import target_of

        host.open_connection(name, configuration, extras={"target": target_of(host)})
    try:
        door = host.get_connection(name, configuration)
    except PluginNotRegistered:
        door = None
    if is_open and callable(getattr(door, "meet", None)):
        door.meet()  # another task may have used it meanwhile
    if not callable(getattr(door, "answer", None)):
        raise UsageError(
            f"{host.name}: {DATA_KEY} {name!r} - expected netmiko, scrapli, asyncssh or a plugin that has 'answer'"
        )
    return door  # type: ignore[no-any-return]  # it has been asked whether it is one


def door_name(host: Host) -> str:
    """The name of the connection that is the door to *host*; nothing is opened or imported."""
    return str(host.get(DATA_KEY) or _by_connection(host))


def _by_connection(host: Host) -> str:
    """The open connection, or the one with options: the host's own before those of its groups and the defaults."""
    if (name := _one_of(host.connections)) is not None:
        return name
    for options in _options(host):
        if (name := _one_of(options)) is not None:
            return name
    return "netmiko"


def _one_of(names: Mapping[str, object]) -> str | None:
    return next((name for name in _KNOWN if name in names), None)


def _options(host: Host) -> Iterator[Mapping[str, object]]:
    """Connection options, nearest first, as Nornir inherits them."""

    def of_groups(groups: Iterable[Group]) -> Iterator[Mapping[str, object]]:
        for group in groups:
            yield group.connection_options
            yield from of_groups(group.groups)

    yield host.connection_options
    yield from of_groups(host.groups)
    yield host.defaults.connection_options
