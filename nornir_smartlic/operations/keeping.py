"""Who keeps what operations bring: the storing is handed in, for operations themselves touch no file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

KeepBytes: TypeAlias = Callable[[bytes], Path]
"""Keeps a file for good and says where, or raises `StoreError`."""
