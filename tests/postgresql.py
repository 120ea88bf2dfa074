"""PostgreSQL for the tests that run on it too: where SMARTLIC_TEST_POSTGRESQL names a database.

Its user must be allowed to make databases: each worker of the suite has its own.
"""

from __future__ import annotations

import os
from typing import Final

from sqlalchemy import create_engine, make_url, text

POSTGRESQL: Final = os.environ.get("SMARTLIC_TEST_POSTGRESQL")
DATABASES: Final = ["sqlite", *(["postgresql"] if POSTGRESQL else [])]


def own_database(purpose: str) -> str:
    """The URL of this worker's database for *purpose*."""
    assert POSTGRESQL is not None
    given = make_url(POSTGRESQL)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    return given.set(database=f"{given.database}_{purpose}_{worker}").render_as_string(hide_password=False)


def make_empty(url: str) -> None:
    """Make the database of *url* anew, without tables."""
    assert POSTGRESQL is not None
    name = make_url(url).database
    server = create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    server.dispose()
