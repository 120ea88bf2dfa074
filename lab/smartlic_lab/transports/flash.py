# ruff: noqa: ARG002  the signatures are asyncssh's
"""A device's file systems as SCP sees them, behind the interface that asyncssh has for files."""

from __future__ import annotations

import errno
import os
import posixpath
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import asyncssh
from asyncssh import SFTPAttrs, SFTPName

from nornir_smartlic.errors import SmartLicError

_CONFIGURATIONS = ("running-config", "startup-config")
MAX_FILE: int = 512 * 1024 * 1024  # what a client may put; a flash has its own limit


class FlashOwner(Protocol):
    """What of a device the transfer needs."""

    def read_file(self, path: str) -> bytes: ...
    def write_file(self, path: str, data: bytes, now: datetime) -> None: ...
    def delete_file(self, path: str) -> None: ...
    def make_folder(self, path: str) -> None: ...
    def is_folder(self, path: str) -> bool: ...
    def list_files(self, path: str) -> tuple[str, ...]: ...


@dataclass(slots=True)
class _OpenFile:
    path: str
    data: bytearray = field(default_factory=bytearray)
    written: bool = False

    def seek(self, offset: int, whence: int) -> int:
        """Where data and where holes begin, which asyncssh asks: a flash file has no holes."""
        if offset >= len(self.data):
            raise OSError(errno.ENXIO, "behind the end")
        return len(self.data) if whence == os.SEEK_HOLE else offset


class FlashServer(asyncssh.SFTPServer):
    """Serves one device's files; ``flash:usage.txt``, ``/flash:/usage.txt`` and ``/flash/usage.txt`` are one file."""

    def __init__(
        self,
        channel: asyncssh.SSHServerChannel[bytes],
        owner: FlashOwner,
        at: Callable[[], AbstractContextManager[datetime]],
    ) -> None:
        super().__init__(channel)
        self._owner = owner
        self._at = at

    def realpath(self, path: bytes) -> bytes:
        """Keep ``flash:...`` as it is: the client joins what follows with it."""
        return posixpath.normpath(b"/" + path.lstrip(b"/"))

    def open(self, path: bytes, pflags: int, attrs: SFTPAttrs) -> object:
        """Open a whole file in memory; what was written reaches the device on close."""
        opened = _OpenFile(_device_path(path))
        if pflags & asyncssh.FXF_WRITE:
            opened.written = True
            if not pflags & (asyncssh.FXF_TRUNC | asyncssh.FXF_CREAT):
                opened.data = bytearray(self._read(opened.path))
        else:
            opened.data = bytearray(self._read(opened.path))
        return opened

    def _read(self, path: str) -> bytes:
        try:
            with self._at():
                return self._owner.read_file(path)
        except SmartLicError as error:
            raise asyncssh.SFTPNoSuchFile(str(error)) from error

    def read(self, file_obj: object, offset: int, size: int) -> bytes:
        """A piece of an open file."""
        assert isinstance(file_obj, _OpenFile)
        return bytes(file_obj.data[offset : offset + size])

    def write(self, file_obj: object, offset: int, data: bytes) -> int:
        """Put a piece into an open file."""
        assert isinstance(file_obj, _OpenFile)
        if offset + len(data) > MAX_FILE:
            raise asyncssh.SFTPNoSpaceOnFilesystem("the file is larger than the lab takes")
        if len(file_obj.data) < offset:
            file_obj.data.extend(bytes(offset - len(file_obj.data)))
        file_obj.data[offset : offset + len(data)] = data
        return len(data)

    def close(self, file_obj: object) -> None:
        """Store what was written."""
        assert isinstance(file_obj, _OpenFile)
        if file_obj.written:
            try:
                with self._at() as now:
                    self._owner.write_file(file_obj.path, bytes(file_obj.data), now)
            except SmartLicError as error:
                raise asyncssh.SFTPFailure(str(error)) from error

    def stat(self, path: bytes) -> SFTPAttrs:
        """Size and kind of a file; a file system is a folder."""
        return self._attributes(_device_path(path))

    lstat = stat

    def fstat(self, file_obj: object) -> SFTPAttrs:
        """Size of an open file."""
        assert isinstance(file_obj, _OpenFile)
        return _attributes(len(file_obj.data))

    def setstat(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Times and modes are not kept by a device's flash."""

    def fsetstat(self, file_obj: object, attrs: SFTPAttrs) -> None:
        """Times and modes are not kept by a device's flash."""

    def remove(self, path: bytes) -> None:
        """Delete a file."""
        try:
            with self._at():
                self._owner.delete_file(_device_path(path))
        except SmartLicError as error:
            raise asyncssh.SFTPNoSuchFile(str(error)) from error

    async def scandir(self, path: bytes) -> AsyncIterator[SFTPName]:
        """The files of a file system."""
        place = _device_path(path)
        try:
            with self._at():
                names = self._owner.list_files(place or "flash:")
        except SmartLicError as error:
            raise asyncssh.SFTPNoSuchFile(str(error)) from error
        for name in names:
            yield SFTPName(name.encode(), attrs=self._attributes(_joined(place or "flash:", name)))

    def mkdir(self, path: bytes, attrs: SFTPAttrs) -> None:
        """Make a folder."""
        try:
            with self._at():
                self._owner.make_folder(_device_path(path))
        except SmartLicError as error:
            raise asyncssh.SFTPFailure(str(error)) from error

    def _attributes(self, place: str) -> SFTPAttrs:
        try:
            with self._at():
                is_folder = not place or self._owner.is_folder(place)
        except SmartLicError as error:
            raise asyncssh.SFTPNoSuchFile(str(error)) from error
        if is_folder:
            return SFTPAttrs(type=asyncssh.FILEXFER_TYPE_DIRECTORY, permissions=stat.S_IFDIR | 0o755)
        return _attributes(len(self._read(place)))


def _joined(place: str, name: str) -> str:
    return name if ":" in name else f"{place.rstrip('/')}{'' if place.endswith(':') else '/'}{name}"


def _attributes(size: int) -> SFTPAttrs:
    return SFTPAttrs(type=asyncssh.FILEXFER_TYPE_REGULAR, size=size, permissions=stat.S_IFREG | 0o644)


def _device_path(path: bytes) -> str:
    """The path as the device's CLI writes it: ``flash:usage.txt``."""
    text = posixpath.normpath(path.decode(errors="replace")).lstrip("/")
    if text == ".":
        return ""
    head, colon, rest = text.partition(":")
    if colon:
        return f"{head}:{rest.lstrip('/')}"
    first, slash, rest = text.partition("/")
    if slash and first in ("flash", "bootflash", "nvram"):
        return f"{first}:{rest}"
    return text if text in _CONFIGURATIONS else f"flash:{text}"
