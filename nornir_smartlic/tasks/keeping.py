"""Keeping files on this side: whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from nornir_smartlic.errors import StoreError
from nornir_smartlic.operations.collecting import Keep, UsageFileKept
from nornir_smartlic.operations.keeping import KeepBytes


def keep_in(directory: Path) -> Keep:
    """Keeps usage files in *directory*, named by device and by content, so that the same file is kept once."""

    def keep(file: UsageFileKept) -> Path:
        newest = max((report.report_id for report in file.usage.reports), default=0)
        path = directory / f"{file.udi.pid}_{file.udi.sn}_{newest}_{len(file.usage.reports)}.txt".replace("/", "-")
        write_whole(path, file.content)
        return path

    return keep


def keep_as(path: Path) -> KeepBytes:
    """Keeps a file as *path*."""

    def keep(content: bytes) -> Path:
        write_whole(path, content)
        return path

    return keep


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that there is the whole of it or nothing, also when the disk is full or the power goes.

    Raises:
        StoreError: it could not be written; what was there before is still there.
    """
    temporary = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
        temporary = None
        _sync_folder(path.parent)
    except OSError as error:
        problem = StoreError(f"{path}: not written: {error.strerror or error}")
    else:
        return
    finally:
        if temporary is not None and os.path.exists(temporary):
            os.unlink(temporary)
    raise problem


def _sync_folder(folder: Path) -> None:
    """The name of a file is on the disk only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
