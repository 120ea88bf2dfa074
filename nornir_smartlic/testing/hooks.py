"""The hook through which another package gives devices to YAML checks."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from nornir.core import Nornir


@pytest.hookspec(firstresult=True)
def pytest_smartlic_source(source: Mapping[str, Any], folder: Path) -> AbstractContextManager[Nornir] | None:
    """The devices of a file of checks, opened when the first check runs and left after the last.

    *source* is what the file has beside ``checks`` and ``waivers``, *folder* where the file is. ``None``: it is
    another plugin's. Called at collection: whatever is wrong in *source* is a `UsageError` already here.
    """
