"""Images: which release a file is, the one that ``install add`` has unpacked, and the one that a reload boots."""

from __future__ import annotations

import re

from smartlic_lab.device.filesystem import FileSystemError, FileSystems
from smartlic_lab.platforms import Family, PlatformError, Release, release


def _image_release(path: str) -> Release | None:
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


class Installation:
    """The images of one device."""

    def __init__(self, family: Family, files: FileSystems) -> None:
        self.family = family
        self._files = files
        self.added: Release | None = None  # install add was done, activate not yet

    def image(self, path: str) -> Release | None:
        """The release of an image file; ``None``: it is none that this platform boots."""
        found = _image_release(path)
        return self.family.runs(found) if found is not None and self.family.supports(found.version) else None

    def configured(self, startup: str | None, running: Release) -> Release | None:
        """The release of the first ``boot system`` line of *startup* whose file is on flash; ``None``: *running*."""
        for line in (startup or "").splitlines():
            if not line.startswith("boot system "):
                continue
            path = line.split()[-1]
            found = self.image(path)
            try:
                present = self._files.exists(path)
            except FileSystemError:
                continue
            if found is not None and present:
                return None if found == running else found
        return None
