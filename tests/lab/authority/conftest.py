"""The authority's tests run on SQLite, and on PostgreSQL too (`tests.postgresql`)."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import create_engine, text

from smartlic_lab.authority import Cssm
from smartlic_lab.authority.models import Base
from tests.lab.authority.devices import JAN_1, FakeDevice, udi
from tests.postgresql import DATABASES, make_empty, own_database


def empty_postgresql() -> str:
    """A PostgreSQL database of this worker's own, with nothing in it: first without tables, then with empty ones."""
    own = own_database("authority")
    if not migrated:
        make_empty(own)
        migrated.append(True)
    else:
        engine = create_engine(own)
        with engine.begin() as connection:
            tables = ", ".join(table.name for table in Base.metadata.sorted_tables)
            connection.execute(text(f"TRUNCATE {tables} RESTART IDENTITY CASCADE"))
        engine.dispose()
    return own


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
