from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from nornir_smartlic.errors import StoreError
from nornir_smartlic.outputs import DeviceFacts
from nornir_smartlic.store import (
    HostRecord,
    Store,
    changes,
    consumption,
    forget_audits,
    last_readings,
    record_audit,
)
from nornir_smartlic.store.tables import REVISION, Base
from tests.compliance.readings import reading
from tests.outputs.reports import host_report

JAN_1 = datetime(2026, 1, 1, tzinfo=UTC)


def record(host: str, error: str | None = None, **read) -> HostRecord:
    if error is not None:
        return HostRecord(host, error=error)
    facts = DeviceFacts.of(reading(**read))
    columns = {name: getattr(facts, name) for name in ("release", "transport", "virtual_account")}
    return HostRecord(host, facts=columns, licenses=facts.licenses_in_use, findings=host_report(host, **read).findings)


def audited(store: Store, day: int, *records: HostRecord) -> None:
    record_audit(store, JAN_1 + timedelta(days=day), "0.1.0", records)


def test_migrations_make_the_tables_that_the_code_has(place):
    Store(place).close()
    with create_engine(place if isinstance(place, str) else f"sqlite:///{place}").connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Base.metadata) == []
        assert context.get_current_revision() == REVISION


def test_a_store_is_found_again(place):
    with Store(place) as store:
        audited(store, 0, record("sw1"))
    with Store(place) as store:
        assert {line.license for line in consumption(store)} == {"network-advantage", "dna-advantage"}


def test_the_last_reading_of_a_host_is_the_last_that_succeeded(place):
    with Store(place) as store:
        audited(store, 0, record("sw1"), record("sw2", error="no answer"))
        audited(store, 1, record("sw1", error="no answer"))
        (last,) = last_readings(store)
    assert (last.host, last.taken, last.virtual_account) == ("sw1", JAN_1, "Branches")
    assert ("network-advantage", 1, "C9300-24 Network Advantage") in last.licenses


def test_what_changed_between_audits_is_listed_by_host(place):
    with Store(place) as store:
        audited(store, 0, record("sw1"), record("sw2"))
        audited(store, 1, record("sw1", trust_codes=()), record("sw2"))
        audited(store, 2, record("sw1"))
        found = [(change.taken.day, change.host, change.what, change.before, change.after) for change in changes(store)]
    assert found == [
        (2, "sw1", "rule SLP-TRUST", "pass", "fail"),
        (3, "sw1", "rule SLP-TRUST", "fail", "pass"),
    ]


def test_a_host_that_was_not_read_is_compared_with_its_last_reading(place):
    with Store(place) as store:
        audited(store, 0, record("sw1"))
        audited(store, 1, record("sw1", error="no answer"))
        audited(store, 2, record("sw1"))
        found = [(change.what, change.before, change.after) for change in changes(store)]
    assert found == [("error", None, "no answer"), ("error", "no answer", None)]


def test_consumption_is_summed_over_hosts(place):
    with Store(place) as store:
        audited(store, 0, record("sw1"), record("sw2"))
        (line,) = consumption(store, license="network-advantage")
    assert (line.count, line.hosts) == (2, 2)


def test_old_audits_are_forgotten_with_all_that_hangs_on_them(place):
    with Store(place) as store:
        audited(store, 0, record("sw1"))
        audited(store, 9, record("sw1"))
        assert forget_audits(store, JAN_1 + timedelta(days=5)) == 1
        assert len({line.taken for line in consumption(store)}) == 1


@pytest.mark.parametrize("place", ["postgresql+psycopg://user:hunter2@/x?host=/nonexistent", "what://x"])
def test_a_store_that_cannot_be_opened_is_one_line_without_its_password(place):
    with pytest.raises(StoreError) as caught:
        Store(place)
    assert "hunter2" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_no_database_is_an_error_of_ours(tmp_path):
    (tmp_path / "store.db").write_text("this is no database, and long enough to be read as one" * 10)
    with pytest.raises(StoreError, match="not a database"):
        Store(tmp_path / "store.db")
