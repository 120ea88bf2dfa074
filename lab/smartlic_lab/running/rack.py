"""What a person does at the rack, asked for by name: members come and go, supervisors change, access points join."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from nornir_smartlic.errors import UsageError
from smartlic_lab.device import Device, MemberSpec, redundancy
from smartlic_lab.device.specification import SpecificationError
from smartlic_lab.platforms import PlatformError, release


def act(device: Device, action: str, asked: Mapping[str, Any], now: datetime) -> None:
    """Carry out one action; raises `UsageError` where the device cannot do it, and nothing has changed.

    Raises:
        KeyError: something that the action needs was not said.
    """
    if not device.is_up(now):
        raise UsageError(f"{device.name} boots - try again when it is up")
    try:
        match action:
            case "join":
                member = MemberSpec(asked.get("pid") or device.family.default_pid, asked.get("sn"))
                device.join(member, now)
            case "leave":
                device.leave(str(asked["sn"]), now)
            case "switchover":
                device.switch_over(now, redundancy.ACTIVE_FAILED)
            case "access-points":
                device.set_access_points(int(asked["count"]), now)
            case "reload":
                _reload(device, asked.get("release"), now)
            case _:
                raise UsageError(f"no action {action!r} - expected join, leave, switchover, access-points or reload")
    except SpecificationError as error:
        raise UsageError(f"{device.name}: {error.problem}") from error


def _reload(device: Device, wanted: str | None, now: datetime) -> None:
    """What was not saved is gone, as after ``reload``; *wanted* is the release of another image."""
    if wanted is None:
        device.reload(now)
        return
    try:
        into = release(wanted)
    except PlatformError as error:
        raise UsageError(str(error)) from error
    if not device.family.supports(into.version):
        raise UsageError(f"{wanted!r} does not run on {device.family.name}")
    device.reload(now, into=into)
