"""The commands of an emulated device: what is typed, and what then happens."""

from collections.abc import Mapping
from typing import Final

from smartlic_lab.device.commands import (
    archives,
    calling_home,
    configuring,
    filing,
    licensing,
    reaching,
    shows_chassis,
    shows_configuration,
    shows_hardware,
    shows_idle,
    shows_licensing,
    shows_network,
    shows_protocols,
    shows_redundancy,
    shows_services,
    shows_switching,
    shows_system,
    shows_traffic,
    systems,
    terminal,
)
from smartlic_lab.device.commands.registry import Handler
from smartlic_lab.device.session import Session

_MODULES: Final = (
    archives,
    calling_home,
    configuring,
    filing,
    licensing,
    reaching,
    shows_chassis,
    shows_configuration,
    shows_hardware,
    shows_idle,
    shows_licensing,
    shows_network,
    shows_protocols,
    shows_redundancy,
    shows_services,
    shows_switching,
    shows_system,
    shows_traffic,
    systems,
    terminal,
)
HANDLERS: Final[Mapping[str, Handler[Session]]] = {
    name: handler for module in _MODULES for name, handler in module.handles.by_name.items()
}
"""Every handler by the name that the command tables give it."""
