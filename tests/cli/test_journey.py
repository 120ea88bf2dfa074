"""The steps of usage reports, interrupted at every point: nothing is lost, nothing is sent twice."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from nornir_smartlic.cli.journey import Journey, Owner
from nornir_smartlic.errors import CssmError, StoreError, UsageError
from nornir_smartlic.files import read_bundle
from nornir_smartlic.store import Journal, ReportState, Store, SubmissionState
from smartlic_lab.authority import Cssm
from smartlic_lab.authority.faults import FaultKind
from smartlic_lab.authority.models import Report
from tests.cssm.over_memory import JAN_1, SECRET, Service
from tests.lab.authority.devices import report, udi, usage_file

HOME = Owner("sw1", "My Branches")


@pytest.fixture
def service() -> Iterator[Service]:
    cssm = Cssm("cssm", now=JAN_1)
    cssm.add_smart_account("example.com", "Example Networks")
    cssm.add_virtual_account("example.com", "My Branches")
    cssm.add_api_client("example.com", "smartlic", SECRET)
    yield Service(cssm)
    cssm.close()


@pytest.fixture
def journey(tmp_path, service) -> Iterator[Journey]:
    with Store(tmp_path / "journal.db") as store:
        yield Journey(tmp_path, Journal(store), lambda: service.now)


def collected(journey: Journey, *numbers: int, device: int = 1, owner: Owner = HOME) -> Path:
    """A usage file in the folder, as it was collected."""
    start = JAN_1 - timedelta(days=len(numbers))
    reports = [
        report(udi(device), number, start + timedelta(days=at), start + timedelta(days=at + 1))
        for at, number in enumerate(numbers)
    ]
    path = journey.folder / f"{udi(device).sn}_{numbers[-1]}.txt"
    path.write_bytes(usage_file(reports))
    journey.take_in(path, owner)
    return path


def states(journey: Journey) -> dict[ReportState, int]:
    total: dict[ReportState, int] = {}
    for file in journey.journal.files():
        for state, count in file.reports.items():
            total[state] = total.get(state, 0) + count
    return total


def counted(service: Service) -> int:
    """How many reports CSSM has."""
    with service.cssm.work() as work:
        return work.session.scalar(select(func.count()).select_from(Report)) or 0


def submit(journey: Journey, service: Service):
    client = service.client()
    (account,) = client.accounts()
    return journey.submit(client, account, default=None)


def acks(journey: Journey, service: Service):
    client = service.client()
    (account,) = client.accounts()
    return journey.fetch_acks(client, account)


def test_a_report_goes_all_the_way_and_every_step_again_does_nothing(journey, service):
    collected(journey, 100, 101)
    assert [shipment.state for shipment in submit(journey, service)] == [SubmissionState.SENT]
    assert submit(journey, service) == ()
    taken, waiting = acks(journey, service)
    assert (taken, len(waiting)) == ((), 1)
    service.now += timedelta(minutes=10)
    taken, waiting = acks(journey, service)
    assert [(ack.udi, ack.reports) for ack in taken] == [(udi(), 2)]
    assert acks(journey, service) == ((), ())
    assert states(journey) == {ReportState.ACKNOWLEDGED: 2}
    assert counted(service) == 2


def test_only_what_is_new_is_submitted_when_the_next_file_has_old_reports_too(journey, service):
    collected(journey, 100, 101)
    submit(journey, service)
    collected(journey, 100, 101, 102)
    (shipment,) = submit(journey, service)
    assert [file.numbers for file in shipment.files] == [(102,)]
    assert counted(service) == 3


@pytest.mark.parametrize("fault", [FaultKind.LOSE_ANSWERS, FaultKind.SERVER_ERROR, FaultKind.UNAVAILABLE])
def test_a_submission_that_was_interrupted_is_taken_up_and_counted_once(journey, service, fault):
    collected(journey, 100, 101)
    client = service.client()
    (account,) = client.accounts()
    service.cssm.faults.add(fault, count=5)  # as often as the client tries
    with pytest.raises(CssmError):
        journey.submit(client, account, default=None)
    assert [shipment.state for shipment in journey.journal.shipments()] == [SubmissionState.PREPARED]
    (shipment,) = submit(journey, service)
    assert shipment.state is SubmissionState.SENT
    assert counted(service) == 2
    service.now += timedelta(minutes=10)
    acks(journey, service)
    assert states(journey) == {ReportState.ACKNOWLEDGED: 2}


def test_a_poll_whose_answer_was_lost_is_asked_again(journey, service):
    collected(journey, 100)
    submit(journey, service)
    service.now += timedelta(minutes=10)
    service.cssm.faults.add(FaultKind.LOSE_ANSWERS, count=1)
    taken, waiting = acks(journey, service)
    assert len(taken) == 1
    assert waiting == ()


def test_what_cssm_refuses_is_kept_with_the_reason(journey, service):
    forged = [report(udi(), 100, JAN_1 - timedelta(days=1), JAN_1, key="forged")]
    path = journey.folder / "forged.txt"
    path.write_bytes(usage_file(forged))
    journey.take_in(path, HOME)
    (shipment,) = submit(journey, service)
    assert shipment.state is SubmissionState.REFUSED
    assert shipment.message
    assert states(journey) == {ReportState.REFUSED: 1}


def test_a_lost_journal_costs_no_report(journey, service, tmp_path):
    collected(journey, 100, 101)
    with Store(tmp_path / "another.db") as store:
        found = Journey(tmp_path, Journal(store), lambda: JAN_1)
        assert found.take_in_folder() == ()
        assert [file.numbers for file in found.journal.waiting()] == [(100, 101)]


def test_a_file_that_holds_no_reports_is_a_warning(journey):
    (journey.folder / "notes.txt").write_text("remember the milk")
    (warning,) = journey.take_in_folder()
    assert "notes.txt" in warning


def test_files_of_an_unknown_virtual_account_are_not_sent_anywhere(journey, service):
    collected(journey, 100, owner=Owner())
    with pytest.raises(UsageError, match="give --virtual-account"):
        submit(journey, service)
    collected(journey, 200, device=2, owner=Owner("sw2", "Nowhere"))
    client = service.client()
    (account,) = client.accounts()
    with pytest.raises(UsageError, match=r"'Nowhere' is not in example\.com"):
        journey.submit(client, account, default="My Branches")
    assert journey.journal.shipments() == ()


def test_a_bundle_goes_up_by_hand_and_its_acks_come_back_as_a_bundle(journey, service):
    collected(journey, 100, 101)
    collected(journey, 200, device=2)
    (shipment,) = journey.bundle()
    data = Path(shipment.path or "").read_bytes()
    assert len(read_bundle(data).files) == 2
    home = {"domain": "example.com", "virtual_account": "My Branches"}
    number = service.cssm.submit_usage_file(data, **home, file_name="b.tar.gz", now=service.now)
    answer = service.cssm.acknowledgement(number, service.now + timedelta(minutes=10))
    (journey.folder / "answer.tar.gz").write_bytes(answer.content)
    taken = journey.unpack_acks([journey.folder / "answer.tar.gz"])
    assert {ack.udi for ack in taken} == {udi(1), udi(2)}
    assert states(journey) == {ReportState.ACKNOWLEDGED: 3}
    assert journey.journal.shipments()[0].state is SubmissionState.COMPLETE
    assert [ack.is_new for ack in journey.unpack_acks([journey.folder / "answer.tar.gz"])] == [False, False]


def test_a_bundle_whose_file_is_gone_is_written_again_the_same(journey):
    collected(journey, 100)
    (shipment,) = journey.bundle()
    path = Path(shipment.path or "")
    before = path.read_bytes()
    assert journey.bundle() == ()
    path.unlink()
    (again,) = journey.bundle()
    assert (again.id, path.read_bytes()) == (shipment.id, before)


def test_a_bundle_that_could_not_be_written_is_written_by_the_next_run(journey, monkeypatch):
    collected(journey, 100)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(StoreError, match="No space left on device"):
            journey.bundle()
    (shipment,) = journey.bundle()
    assert shipment.state is SubmissionState.WRITTEN
    assert len(journey.journal.shipments()) == 1


def test_a_bundle_counts_as_submitted_when_somebody_says_so(journey, service):
    collected(journey, 100)
    (shipment,) = journey.bundle()
    assert states(journey) == {ReportState.COLLECTED: 1}
    assert [each.state for each in journey.uploaded()] == [SubmissionState.SENT]
    assert states(journey) == {ReportState.SUBMITTED: 1}
    assert submit(journey, service) == ()
    assert journey.uploaded() == ()
    journey.uploaded([Path(shipment.path or "")], undo=True)
    assert states(journey) == {ReportState.COLLECTED: 1}
    assert journey.bundle() == ()  # it is still in this bundle, and in no other


def test_what_nobody_uploaded_goes_over_the_api_and_its_bundle_is_withdrawn(journey, service):
    collected(journey, 100)
    journey.bundle()
    (shipment,) = submit(journey, service)
    assert shipment.state is SubmissionState.SENT
    assert "do not upload it" in journey.withdrawn[0]
    assert [each.state for each in journey.journal.shipments()] == [SubmissionState.WITHDRAWN, SubmissionState.SENT]
    assert journey.bundle() == ()
    assert counted(service) == 1


def test_only_bundles_of_this_journal_can_be_said_to_be_uploaded(journey):
    with pytest.raises(UsageError, match=r"other\.tar\.gz: no bundle that 'reports bundle' has written"):
        journey.uploaded([Path("other.tar.gz")])
    with pytest.raises(UsageError, match="name the bundles"):
        journey.uploaded(undo=True)


@pytest.mark.parametrize("is_gone", [True, False])
def test_a_file_that_is_gone_or_changed_is_a_problem_and_stops_no_other(journey, service, is_gone):
    path = collected(journey, 100, 101)
    collected(journey, 200, device=2)
    path.unlink() if is_gone else path.write_bytes(usage_file([report(udi(), 100, JAN_1 - timedelta(days=1), JAN_1)]))
    (shipment,) = submit(journey, service)
    assert [file.udi for file in shipment.files] == [udi(2)]
    assert path.name in journey.problems[0]
    assert len(journey.journal.waiting()) == 1
