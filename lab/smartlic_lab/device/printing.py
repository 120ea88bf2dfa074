"""From values to what a device prints of them: `smartlic_lab.show` in the style of this device."""

from __future__ import annotations

from smartlic_lab.device.machine import Machine
from smartlic_lab.show import Style, render


def printed(device: Machine, command: str, value: object) -> str:
    """What *command*, in full, prints of *value* on *device*."""
    return render(command, value, Style(device.release.agent_number, device.family.name))
