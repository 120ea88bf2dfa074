"""Images: which release a file is, and which one the next reload boots."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from smartlic_lab.device.filesystem import FileSystemError
from smartlic_lab.platforms import PlatformError, Release, release

if TYPE_CHECKING:
    from smartlic_lab.device.device import Device


def image_release(path: str) -> Release | None:
    """The release of an image file, by its name: ``cat9k_iosxe.17.12.04.SPA.bin``."""
    found = re.search(r"(?<!\d)(1[67]|2\d)\.(\d{1,2})\.(\d{1,2})([a-z]?)", path)
    if not found:
        return None
    text = f"{int(found[1])}.{int(found[2])}.{int(found[3])}{found[4]}"
    for name in (text, f"{int(found[1])}.{int(found[2])}"):
        try:
            return release(name)
        except PlatformError:
            continue
    return None


def configured_image(device: Device) -> Release | None:
    """The release of the first ``boot system`` line whose file is on flash; ``None``: it is the one that runs."""
    for line in (device.startup or "").splitlines():
        if not line.startswith("boot system "):
            continue
        path = line.split()[-1]
        found = image_release(path)
        try:
            present = device.files.exists(path)
        except FileSystemError:
            continue
        if found is not None and present and device.family.supports(found.version):
            return None if found == device.release else found
    return None
