from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from nornir_smartlic.cli.remembering import audit_again, bars
from nornir_smartlic.cli.remembering import record as keep
from nornir_smartlic.compliance import Verdict
from nornir_smartlic.errors import StoreError
from nornir_smartlic.outputs import DeviceFacts, ExitCode, HostError, HostReport, Report
from nornir_smartlic.store import (
    HostRecord,
    Store,
    changes,
    consumption,
    forget_audits,
    last_readings,
    last_states,
    record_audit,
    standing,
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


def kept(store: Store, *hosts: HostReport, day: int = 0, **how) -> Report:
    report = Report("audit", hosts, created=JAN_1 + timedelta(days=day))
    keep(store, report, **how)
    return report


def again(store: Store, *hosts: str, day: int = 0, max_age: int = 7) -> Report:
    return audit_again(store, hosts, max_age=timedelta(days=max_age), now=JAN_1 + timedelta(days=day))


def test_findings_come_back_as_they_were_kept(place):
    with Store(place) as store:
        before = kept(store, host_report("sw1", trust_codes=()), host_report("sw2"))
        after = again(store, "sw1", "sw2")
    assert after.to_mend == before.to_mend
    assert [(each.rule_id, each.verdict, each.message) for each in after.findings] == [
        (each.rule_id, each.verdict, each.message) for each in before.findings
    ]
    assert after.exit_code is ExitCode.FINDINGS


def test_a_host_counts_as_read_only_where_its_last_attempt_succeeded_lately(place):
    with Store(place) as store:
        kept(store, host_report("sw1"), host_report("sw2"), host_report("sw3"))
        kept(store, HostReport("sw2", error=HostError("Unreachable", "no answer")), host_report("sw3"), day=5)
        after = again(store, "sw1", "sw2", "sw3", "sw4", day=8)
    said = {host.host: host.error and host.error.message for host in after.hosts}
    assert said == {
        "sw1": "last read on 2026-01-01, more than 7 days ago (--max-age)",
        "sw2": "not read on 2026-01-06: no answer",
        "sw3": None,
        "sw4": "no audit of it in the store",
    }
    assert after.exit_code is ExitCode.FAILED


def test_what_passed_with_a_deadline_is_unknown_once_that_has_gone_by(place):
    with Store(place) as store:
        report = kept(store, host_report("sw1"))
        due = max(each.deadline for each in report.findings if each.deadline and each.verdict is Verdict.PASS)
        late = again(store, "sw1", day=(due - JAN_1).days + 1, max_age=1000)
    (host,) = late.hosts
    assert any(each.verdict is Verdict.UNKNOWN and "has passed since" in each.message for each in host.findings)
    assert late.exit_code is ExitCode.FINDINGS


def test_a_finding_stands_since_the_audit_after_its_last_absence(place):
    with Store(place) as store:
        for day, codes in enumerate([{"trust_codes": ()}, {}, {"trust_codes": ()}, {"trust_codes": ()}]):
            kept(store, host_report("sw1", **codes), day=day)
        (found,) = [each for each in standing(store) if each.rule_id == "SLP-TRUST"]
        assert standing(store, host="sw2") == ()
    assert (found.since, found.seen) == (JAN_1 + timedelta(days=2), JAN_1 + timedelta(days=3))


def test_old_audits_are_forgotten_where_days_are_set(place):
    with Store(place) as store:
        kept(store, host_report("sw1"))
        kept(store, host_report("sw2"), day=40, keep_days=30)
        assert set(last_states(store)) == {"sw2"}


def test_bars_go_from_nothing_to_the_most():
    assert bars([0, 4, 8]) == "▁▅█"
    assert bars([]) == ""
    assert bars([0, 0]) == "▁▁"
    assert len(bars(list(range(100)))) == 40
