from __future__ import annotations

from pathlib import Path

import pytest

from tests.postgresql import DATABASES, make_empty, own_database


@pytest.fixture(params=DATABASES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str | Path:
    """Where a store may be that nobody has made yet."""
    if request.param == "sqlite":
        return tmp_path / "sub" / "store.db"
    url = own_database("store")
    make_empty(url)
    return url
