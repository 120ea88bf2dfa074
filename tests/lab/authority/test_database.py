"""The database: migrations make the tables that the models say, and a restart loses nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text

from nornir_smartlic.errors import StoreError
from smartlic_lab.authority import Cssm
from smartlic_lab.authority.migrations import HEAD, configuration, upgrade
from smartlic_lab.authority.models import Base
from tests.lab.authority.conftest import empty_postgresql
from tests.lab.authority.devices import JAN_1, FakeDevice, days, minutes
from tests.lab.authority.test_reports import acknowledged
from tests.postgresql import DATABASES


@pytest.fixture(params=DATABASES)
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database that outlives its CSSM."""
    return f"sqlite:///{tmp_path / 'cssm.db'}" if request.param == "sqlite" else empty_postgresql()


def test_the_migrations_make_the_tables_of_the_models(disk: str) -> None:
    engine = create_engine(disk)
    upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
    engine.dispose()


def test_the_newest_revision_is_known_by_name() -> None:
    assert ScriptDirectory.from_config(configuration(None)).get_current_head() == HEAD


def test_a_restart_loses_nothing_that_was_taken(disk: str) -> None:
    first = Cssm("cssm", database=disk, now=JAN_1)
    first.add_smart_account("example.com")
    device = FakeDevice(first)
    device.trust(first.add_token("example.com", "DEFAULT"))
    pushed = device.push(JAN_1 + days(1))
    first.close()
    second = Cssm("cssm", database=disk, now=JAN_1 + days(1))
    wakeup = second.next_wakeup()
    assert wakeup == JAN_1 + days(1) + minutes(2)
    second.tick(wakeup)
    device.authority = second
    reply = device.poll(pushed.poll_id, JAN_1 + days(1) + minutes(5))
    assert acknowledged(reply) == [device.next_report - 1]
    second.close()


@pytest.mark.parametrize("url", ["sqlite:////no/such/folder/cssm.db", "nonsense", "oracle://nowhere"])
def test_a_database_that_cannot_be_opened_gives_one_line(url: str) -> None:
    with pytest.raises(StoreError, match="the database cannot be opened") as caught:
        Cssm("cssm", database=url, now=JAN_1)
    assert "\n" not in str(caught.value)


def test_a_database_that_fails_is_an_error_without_a_token_in_it(disk: str, caplog: pytest.LogCaptureFixture) -> None:
    cssm = Cssm("cssm", database=disk, now=JAN_1)
    cssm.add_smart_account("example.com")
    token = cssm.add_token("example.com", "DEFAULT")
    with cssm.work() as work:
        work.session.execute(text("DROP TABLE token_uses"))
        work.session.execute(text("DROP TABLE events"))
    try:
        with pytest.raises(ConnectionError, match="500"):
            FakeDevice(cssm).trust(token)
    finally:
        Base.metadata.create_all(cssm.database.engine)  # the other tests use the same PostgreSQL database
        cssm.close()
    assert "the database failed" in caplog.text
    assert token not in caplog.text
