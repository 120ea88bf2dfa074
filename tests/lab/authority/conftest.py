"""The authority's tests run on SQLite, and on PostgreSQL too where SMARTLIC_TEST_POSTGRESQL names one.

Its user must be allowed to make databases: each worker of the suite has its own.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine, make_url, text

from smartlic_lab.authority import Cssm
from smartlic_lab.authority.models import Base
from tests.lab.authority.devices import JAN_1, FakeDevice, udi

POSTGRESQL = os.environ.get("SMARTLIC_TEST_POSTGRESQL")
DATABASES = ["sqlite", *(["postgresql"] if POSTGRESQL else [])]


def empty_postgresql() -> str:
    """A PostgreSQL database of this worker's own, with nothing in it: first without tables, then with empty ones."""
    assert POSTGRESQL is not None
    given = make_url(POSTGRESQL)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    own = given.set(database=f"{given.database}_{worker}")
    if not migrated:
        server = create_engine(given, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{own.database}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{own.database}"'))
        server.dispose()
        migrated.append(True)
    else:
        engine = create_engine(own)
        with engine.begin() as connection:
            tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
        engine.dispose()
    return own.render_as_string(hide_password=False)


migrated: list[bool] = []


@pytest.fixture(params=DATABASES)
def database(request: pytest.FixtureRequest) -> str:
    """The URL of an empty database."""
    return "sqlite://" if request.param == "sqlite" else empty_postgresql()


@pytest.fixture
def cssm(database: str) -> Iterator[Cssm]:
    """A CSSM with one smart account and two virtual accounts beside the default one."""
    made = Cssm("cssm", database=database, now=JAN_1)
    made.add_smart_account("example.com", "Example Networks")
    made.add_virtual_account("example.com", "Branches")
    made.add_virtual_account("example.com", "Campus")
    yield made
    made.close()


@pytest.fixture
def trusted(cssm: Cssm) -> Callable[..., FakeDevice]:
    """Makes devices that CSSM trusts, in the virtual account Branches."""
    token = cssm.add_token("example.com", "Branches")

    def make(number: int = 1) -> FakeDevice:
        device = FakeDevice(cssm, udi(number))
        device.trust(token)
        return device

    return make
