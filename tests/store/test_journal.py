from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from nornir_smartlic.errors import StoreError
from nornir_smartlic.model import Udi
from nornir_smartlic.store import Journal, ReportState, Store, SubmissionKind, SubmissionState

JAN_1 = datetime(2026, 1, 1, tzinfo=UTC)
SW1, SW2 = Udi("C9300-24T", "FOC00000001"), Udi("C9300-24T", "FOC00000002")


@pytest.fixture
def journal(place: str | Path) -> Iterator[Journal]:
    with Store(place) as store:
        yield Journal(store)


def add(journal: Journal, digest: str, numbers: range, udi: Udi = SW1, account: str = "Branches") -> int:
    return journal.add_file(
        digest=digest,
        path=f"{digest}.txt",
        udi=udi,
        numbers=numbers,
        host="sw1",
        virtual_account=account,
        now=JAN_1,
    )


def submit(journal: Journal):
    return journal.prepare(SubmissionKind.API, journal.waiting(), virtual_account="Branches", stamp="7", now=JAN_1)


def states(journal: Journal) -> dict[ReportState, int]:
    total: dict[ReportState, int] = {}
    for file in journal.files():
        for state, count in file.reports.items():
            total[state] = total.get(state, 0) + count
    return total


def test_the_same_file_and_the_same_reports_are_no_news(journal):
    assert add(journal, "a", range(3)) == 3
    assert add(journal, "a", range(3)) == 0
    assert add(journal, "b", range(5)) == 2  # the next file has the old reports too
    assert [(file.path, file.numbers) for file in journal.waiting()] == [("a.txt", (0, 1, 2)), ("b.txt", (3, 4))]


def test_numbers_of_reports_are_of_their_device(journal):
    add(journal, "a", range(3), SW1)
    assert add(journal, "b", range(3), SW2) == 3


def test_what_is_prepared_is_waiting_no_longer_and_can_be_sent_again(journal):
    add(journal, "a", range(3))
    shipment = submit(journal)
    assert journal.waiting() == ()
    (found,) = journal.shipments(SubmissionState.PREPARED)
    assert found == shipment
    assert found.files[0].numbers == (0, 1, 2)


def test_two_runs_do_not_submit_the_same_report(journal):
    add(journal, "a", range(3))
    waiting = journal.waiting()
    submit(journal)
    with pytest.raises(StoreError, match="another run is submitting"):
        journal.prepare(SubmissionKind.BUNDLE, waiting, virtual_account=None, stamp="8", now=JAN_1)
    assert len(journal.shipments()) == 1


def test_an_ack_acknowledges_the_reports_that_it_names_once(journal):
    add(journal, "a", range(3))
    journal.mark_sent(submit(journal), poll_id=1)
    assert journal.add_ack(digest="k", path="k.txt", udi=SW1, numbers=[0, 1], now=JAN_1) == (True, 2)
    assert journal.add_ack(digest="k", path="k.txt", udi=SW1, numbers=[0, 1], now=JAN_1) == (False, 0)
    assert states(journal) == {ReportState.ACKNOWLEDGED: 2, ReportState.SUBMITTED: 1}


def test_an_ack_that_names_no_reports_stands_for_all_of_its_device(journal):
    add(journal, "a", range(3), SW1)
    add(journal, "b", range(2), SW2)
    journal.mark_sent(submit(journal), poll_id=1)
    journal.add_ack(digest="k", path="k.txt", udi=SW2, numbers=None, now=JAN_1)
    assert states(journal) == {ReportState.SUBMITTED: 3, ReportState.ACKNOWLEDGED: 2}


def test_what_was_refused_can_be_collected_anew(journal):
    add(journal, "a", range(2))
    journal.mark_refused(submit(journal), "signature")
    assert states(journal) == {ReportState.REFUSED: 2}
    assert add(journal, "b", range(2)) == 2
    assert states(journal) == {ReportState.COLLECTED: 2}
    assert journal.shipments(SubmissionState.REFUSED)[0].message == "signature"


def test_an_ack_waits_until_it_is_imported(journal):
    journal.add_ack(digest="k", path="k.txt", udi=SW1, numbers=None, now=JAN_1)
    assert [ack.path for ack in journal.acks(only_waiting=True)] == ["k.txt"]
    journal.mark_imported(["k.txt"], JAN_1 + timedelta(hours=1))
    assert journal.acks(only_waiting=True) == ()
    assert journal.acks()[0].imported == JAN_1 + timedelta(hours=1)
