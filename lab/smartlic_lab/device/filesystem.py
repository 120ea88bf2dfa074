"""The file systems of a device: flash with folders, and the names by which commands reach files."""

from __future__ import annotations

import base64
import posixpath
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from nornir_smartlic.errors import SmartLicError


class FileSystemError(SmartLicError):
    """What a file command answers: ``%Error opening flash:x (No such file or directory)``."""


@dataclass(slots=True)
class StoredFile:
    """A file on flash."""

    data: bytes
    modified: datetime


_CONFIGURATIONS: Final = {
    "running-config": "running-config",
    "system:running-config": "running-config",
    "startup-config": "startup-config",
    "nvram:startup-config": "startup-config",
}


def configuration_of(url: str) -> str | None:
    """``running-config`` or ``startup-config``, where *url* is a name of it; ``None`` for a file."""
    return _CONFIGURATIONS.get(url.replace(":/", ":"))


class FileSystems:
    """Flash (also called by its other names), and folders in it."""

    def __init__(
        self,
        flash: str,
        clock: Callable[[datetime], datetime] = lambda now: now,
        *,
        size: int = 11_353_194_496,
        others: Mapping[str, int] | None = None,
    ) -> None:
        """*clock* is the device's: what files are dated by; *others* are its disks beside flash, by size: all empty."""
        self._clock = clock
        self.flash = flash
        self.size = size
        self.others = dict(others or {})
        self._files: dict[str, StoredFile] = {}
        self._folders: set[str] = set()

    # --- names ---------------------------------------------------------------------------------------------------

    def path_of(self, url: str) -> str:
        """The path on flash that *url* names; raises `FileSystemError` for other file systems."""
        system, colon, path = url.partition(":")
        if not colon:
            system, path = self.flash, url
        if system.lower() not in self.names:
            raise FileSystemError(f"%Error opening {url} (Invalid device name)")
        clean = posixpath.normpath("/" + path).lstrip("/")
        return "" if clean == "." else clean

    @property
    def names(self) -> tuple[str, ...]:
        """The prefixes that mean this flash. Unverified: that each name is known to each family."""
        return (self.flash, "flash", "bootflash", f"{self.flash}-1")

    # --- files ---------------------------------------------------------------------------------------------------

    def read(self, url: str) -> bytes:
        """The bytes of a file."""
        found = self._files.get(self.path_of(url))
        if found is None:
            raise FileSystemError(f"%Error opening {url} (No such file or directory)")
        return found.data

    def write(self, url: str, data: bytes, now: datetime) -> None:
        """Write a file; raises `FileSystemError` where flash is full or a folder is missing."""
        path = self.path_of(url)
        folder = posixpath.dirname(path)
        if not path or path in self._folders or (folder and folder not in self._folders):
            raise FileSystemError(f"%Error opening {url} (No such file or directory)")
        if self.used() - len(self._files.get(path, StoredFile(b"", now)).data) + len(data) > self.size:
            raise FileSystemError(f"%Error writing {url} (No space left on device)")
        self._files[path] = StoredFile(bytes(data), self._clock(now))

    def delete(self, url: str, *, recursive: bool = False) -> None:
        """Delete a file, or a folder with all that is in it."""
        path = self.path_of(url)
        if path in self._files:
            del self._files[path]
        elif path in self._folders and recursive:
            self._folders = {folder for folder in self._folders if not _within(folder, path)}
            self._files = {name: file for name, file in self._files.items() if not _within(name, path)}
        else:
            raise FileSystemError(f"%Error deleting {url} (No such file or directory)")

    def rename(self, url: str, target: str) -> None:
        """Give a file another name."""
        path = self.path_of(url)
        if path not in self._files:
            raise FileSystemError(f"%Error renaming {url} (No such file or directory)")
        self._files[self.path_of(target)] = self._files.pop(path)

    def make_folder(self, url: str) -> None:
        """Make a folder."""
        path = self.path_of(url)
        if path in self._folders or path in self._files:
            raise FileSystemError(f"%Error Creating dir {url} (Can't create a file that exists)")
        self._folders.add(path)

    def exists(self, url: str) -> bool:
        """Whether there is a file of that name."""
        return self.path_of(url) in self._files

    def is_folder(self, url: str) -> bool:
        """Whether there is a folder of that name; flash itself is one."""
        path = self.path_of(url)
        return not path or path in self._folders

    def entries(self, url: str = "") -> Iterator[tuple[str, StoredFile | None]]:
        """Names and files of a folder, ``None`` for a folder in it."""
        path = self.path_of(url or f"{self.flash}:")
        for name in sorted([*self._files, *self._folders]):
            if posixpath.dirname(name) == path:
                yield posixpath.basename(name), self._files.get(name)

    def paths(self) -> tuple[str, ...]:
        """The path of every file."""
        return tuple(sorted(self._files))

    def used(self) -> int:
        """Bytes in use."""
        return sum(len(file.data) for file in self._files.values())

    # --- keeping -------------------------------------------------------------------------------------------------

    def stored(self) -> dict[str, Any]:
        """All of it, JSON-able."""
        return {
            "folders": sorted(self._folders),
            "files": {
                path: {"data": base64.b64encode(file.data).decode(), "modified": file.modified.isoformat()}
                for path, file in self._files.items()
            },
        }

    def restore(self, state: Mapping[str, Any]) -> None:
        """What `stored` gave back."""
        self._folders = set(state["folders"])
        self._files = {
            path: StoredFile(base64.b64decode(file["data"]), datetime.fromisoformat(file["modified"]).astimezone(UTC))
            for path, file in state["files"].items()
        }


def _within(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")
