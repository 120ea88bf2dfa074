"""Files on this side: whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nornir_smartlic.errors import StoreError
from nornir_smartlic.tasks.keeping import write_whole


def test_a_file_is_there_as_a_whole(tmp_path: Path):
    write_whole(tmp_path / "new" / "usage.txt", b"reports")
    assert (tmp_path / "new" / "usage.txt").read_bytes() == b"reports"
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["usage.txt"]


def test_a_full_disk_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    (tmp_path / "usage.txt").write_bytes(b"before")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StoreError, match=r"usage\.txt: not written: No space left on device"):
        write_whole(tmp_path / "usage.txt", b"after")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"before"]


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StoreError, match="not written"):
        write_whole(tmp_path / "file" / "usage.txt", b"x")
