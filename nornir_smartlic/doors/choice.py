"""Which door a host has. Libraries are imported only where they are used: netmiko costs 0.4 s to import."""

from __future__ import annotations

from typing import Final

from nornir.core.configuration import Config
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
        UsageError: ``smartlic_door`` names no connection that is a door.
    """
    configuration = configuration or Config()
    name = str(host.get(DATA_KEY) or _by_connection(host))
    if name == "netmiko":
        from nornir_smartlic.doors.over_netmiko import netmiko_door

        return netmiko_door(host, configuration)
    if name == "scrapli":
        from nornir_smartlic.doors.over_scrapli import scrapli_door

        return scrapli_door(host, configuration)
    door = host.get_connection(name, configuration)
    if not callable(getattr(door, "answer", None)):
        raise UsageError(f"{host.name}: {DATA_KEY} {name!r} - expected netmiko, scrapli or a connection that is a door")
    return door  # type: ignore[no-any-return]  # it has been asked whether it is one


def _by_connection(host: Host) -> str:
    for name in _KNOWN:
        if name in host.connections:
            return name
    return next((name for name in _KNOWN if _has_options(host, name)), "netmiko")


def _has_options(host: Host, name: str) -> bool:
    def in_groups(groups: list[Group]) -> bool:
        return any(name in group.connection_options or in_groups(list(group.groups)) for group in groups)

    return name in host.connection_options or in_groups(list(host.groups)) or name in host.defaults.connection_options
