"""The journal of usage reports: where each is on its way, so that every step can be repeated.

The theory. A report is known by its device's UDI and its number and has one state, whatever files it stands in:
collected, submitted, acknowledged, or refused. In a bundle it is collected until the upload is reported. What is
about to be sent is written down first, as a *prepared* submission with everything that the sending needs (stamp and
nonce); then it is sent, and then marked as *sent*. Who is interrupted in between finds the prepared submission and
sends the same again, which CSSM recognises; nothing else is ever put into a second submission. Only what CSSM refused
as a whole can be collected and submitted anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from nornir_smartlic.errors import StoreError
from nornir_smartlic.model import Udi
from nornir_smartlic.store.database import Store
from nornir_smartlic.store.tables import AckEntry, ReportEntry, Submission, UsageFileEntry


class ReportState(Enum):
    """Where a report is."""

    COLLECTED = "collected"
    SUBMITTED = "submitted"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"


class SubmissionKind(Enum):
    """How reports travel to CSSM."""

    API = "api"
    BUNDLE = "bundle"


class SubmissionState(Enum):
    """Where a submission is; ``refused``: CSSM took nothing of it.

    A bundle is ``written`` until somebody says that it was uploaded; ``withdrawn``: its reports went over the API.
    """

    PREPARED = "prepared"
    WRITTEN = "written"
    WITHDRAWN = "withdrawn"
    SENT = "sent"
    COMPLETE = "complete"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class CollectedFile:
    """A usage file, and the numbers of the reports in it that are meant."""

    path: str
    udi: Udi
    host: str | None
    virtual_account: str | None
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Shipment:
    """A submission with what is in it."""

    id: int
    kind: SubmissionKind
    state: SubmissionState
    virtual_account: str | None
    stamp: str
    created: datetime
    files: tuple[CollectedFile, ...]
    path: str | None = None
    poll_id: int | None = None
    poll_action: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class ReceivedAck:
    """An acknowledgement on this side."""

    path: str
    udi: Udi
    received: datetime
    imported: datetime | None


@dataclass(frozen=True, slots=True)
class FileStatus:
    """A collected file and how far its reports are."""

    path: str
    udi: Udi
    host: str | None
    virtual_account: str | None
    collected: datetime
    reports: dict[ReportState, int]


class Journal:
    """The journal in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add_file(
        self,
        *,
        digest: str,
        path: str,
        udi: Udi,
        numbers: Iterable[int],
        host: str | None,
        virtual_account: str | None,
        now: datetime,
    ) -> int:
        """Take a collected file in; gives how many of its reports are new. The same file again is no news."""
        with self._store.begin() as session:
            entry = session.scalar(select(UsageFileEntry).where(UsageFileEntry.digest == digest))
            if entry is None:
                entry = UsageFileEntry(
                    digest=digest,
                    path=path,
                    pid=udi.pid,
                    sn=udi.sn,
                    host=host,
                    virtual_account=virtual_account,
                    collected=now,
                )
                session.add(entry)
                session.flush()
            entry.path = path
            entry.host, entry.virtual_account = host or entry.host, virtual_account or entry.virtual_account
            known = {
                report.number: report
                for report in session.scalars(
                    select(ReportEntry).where(ReportEntry.pid == udi.pid, ReportEntry.sn == udi.sn)
                )
            }
            new = 0
            for number in numbers:
                report = known.get(number)
                if report is None:
                    new += 1
                    session.add(_report(udi, number, entry.id))
                elif report.state == ReportState.REFUSED.value:
                    report.state, report.submission_id, report.file_id = ReportState.COLLECTED.value, None, entry.id
                    new += 1
            return new

    def knows_file(self, digest: str) -> bool:
        """Whether a file with this content was taken in."""
        with self._store.begin() as session:
            return session.scalar(select(UsageFileEntry.id).where(UsageFileEntry.digest == digest)) is not None

    def waiting(self) -> tuple[CollectedFile, ...]:
        """Files with reports that are in no submission yet."""
        with self._store.begin() as session:
            return _by_file(
                session.scalars(
                    select(ReportEntry)
                    .where(ReportEntry.state == ReportState.COLLECTED.value, ReportEntry.submission_id.is_(None))
                    .options(selectinload(ReportEntry.file))
                    .order_by(ReportEntry.file_id, ReportEntry.number)
                )
            )

    def prepare(
        self,
        kind: SubmissionKind,
        files: Sequence[CollectedFile],
        *,
        virtual_account: str | None,
        stamp: str,
        now: datetime,
    ) -> Shipment:
        """Write down that the reports in *files* are about to be sent together.

        Raises:
            StoreError: another process has taken one of them meanwhile.
        """
        with self._store.begin() as session:
            submission = Submission(
                kind=kind.value,
                state=SubmissionState.PREPARED.value,
                virtual_account=virtual_account,
                stamp=stamp,
                created=now,
            )
            session.add(submission)
            session.flush()
            for file in files:
                reports = session.scalars(
                    select(ReportEntry).where(
                        ReportEntry.pid == file.udi.pid,
                        ReportEntry.sn == file.udi.sn,
                        ReportEntry.number.in_(file.numbers),
                        ReportEntry.submission_id.is_(None),
                    )
                ).all()
                if len(reports) != len(file.numbers):
                    raise StoreError(f"{file.path}: another run is submitting its reports")
                for report in reports:
                    report.submission_id = submission.id
            return _shipment(session, submission)

    def shipments(self, *states: SubmissionState, kind: SubmissionKind | None = None) -> tuple[Shipment, ...]:
        """Submissions in one of *states*, the oldest first; of any where none is given."""
        query = select(Submission).order_by(Submission.id)
        if states:
            query = query.where(Submission.state.in_([state.value for state in states]))
        if kind is not None:
            query = query.where(Submission.kind == kind.value)
        with self._store.begin() as session:
            return tuple(_shipment(session, submission) for submission in session.scalars(query).all())

    def mark_sent(self, shipment: Shipment, *, poll_id: int | None = None, poll_action: str | None = None) -> None:
        """It is on its way: the bundle is written, or CSSM has promised an answer."""
        with self._store.begin() as session:
            submission = _submission(session, shipment)
            submission.state = SubmissionState.SENT.value
            submission.poll_id, submission.poll_action = poll_id, poll_action
            for report in submission.reports:
                report.state = ReportState.SUBMITTED.value

    def mark_written(self, shipment: Shipment, path: str) -> None:
        """The bundle is on the disk, for an upload by hand; its reports are not submitted yet."""
        with self._store.begin() as session:
            submission = _submission(session, shipment)
            submission.path = path
            if submission.state == SubmissionState.PREPARED.value:
                submission.state = SubmissionState.WRITTEN.value

    def take_back(self, shipment: Shipment) -> None:
        """It was not sent after all: its reports count as collected; what was acknowledged stays so."""
        with self._store.begin() as session:
            submission = _submission(session, shipment)
            submission.state = SubmissionState.WRITTEN.value
            for report in submission.reports:
                if report.state == ReportState.SUBMITTED.value:
                    report.state = ReportState.COLLECTED.value

    def withdraw(self, shipment: Shipment) -> None:
        """A bundle that nobody uploaded is given up: its reports can go another way."""
        with self._store.begin() as session:
            submission = _submission(session, shipment)
            submission.state = SubmissionState.WITHDRAWN.value
            for report in list(submission.reports):
                if report.state == ReportState.COLLECTED.value:
                    report.submission_id = None

    def mark_refused(self, shipment: Shipment, message: str) -> None:
        """CSSM took nothing of it; its reports can be collected and submitted again."""
        with self._store.begin() as session:
            submission = _submission(session, shipment)
            submission.state, submission.message = SubmissionState.REFUSED.value, message
            for report in submission.reports:
                report.state = ReportState.REFUSED.value

    def mark_complete(self, shipment: Shipment, message: str | None = None) -> None:
        """Its answer is here; what was not acknowledged in it stays submitted."""
        with self._store.begin() as session:
            submission = _submission(session, shipment)
            submission.state, submission.message = SubmissionState.COMPLETE.value, message

    def is_acknowledged(self, shipment: Shipment) -> bool:
        """Whether every report of it is."""
        with self._store.begin() as session:
            states = {report.state for report in _submission(session, shipment).reports}
            return states == {ReportState.ACKNOWLEDGED.value}

    def add_ack(
        self, *, digest: str, path: str, udi: Udi, numbers: Iterable[int] | None, now: datetime
    ) -> tuple[bool, int]:
        """Take an acknowledgement in: whether it is new, and how many reports it acknowledged.

        *numbers* are those that it names; ``None``: it names none that we can read, so that it stands for all that
        was submitted of this device.
        """
        with self._store.begin() as session:
            is_new = session.scalar(select(AckEntry.id).where(AckEntry.digest == digest)) is None
            if is_new:
                session.add(AckEntry(digest=digest, path=path, pid=udi.pid, sn=udi.sn, received=now))
            query = select(ReportEntry).where(
                ReportEntry.pid == udi.pid,
                ReportEntry.sn == udi.sn,
                or_(
                    ReportEntry.state == ReportState.SUBMITTED.value,
                    # an upload that nobody reported: the acknowledgement is the proof
                    and_(ReportEntry.state == ReportState.COLLECTED.value, ReportEntry.submission_id.is_not(None)),
                ),
            )
            reports = session.scalars(query if numbers is None else query.where(ReportEntry.number.in_(list(numbers))))
            count = 0
            for report in reports:
                report.state = ReportState.ACKNOWLEDGED.value
                count += 1
            return is_new, count

    def acks(self, *, only_waiting: bool = False) -> tuple[ReceivedAck, ...]:
        """Acknowledgements, the oldest first; *only_waiting*: those that are not on their device yet."""
        query = select(AckEntry).order_by(AckEntry.id)
        if only_waiting:
            query = query.where(AckEntry.imported.is_(None))
        with self._store.begin() as session:
            return tuple(
                ReceivedAck(ack.path, Udi(ack.pid, ack.sn), ack.received, ack.imported)
                for ack in session.scalars(query)
            )

    def mark_imported(self, paths: Iterable[str], now: datetime) -> None:
        """These acknowledgements are on their devices."""
        with self._store.begin() as session:
            for ack in session.scalars(select(AckEntry).where(AckEntry.path.in_(list(paths)))):
                ack.imported = ack.imported or now

    def files(self) -> tuple[FileStatus, ...]:
        """Every collected file, the oldest first."""
        with self._store.begin() as session:
            counted: dict[int, dict[ReportState, int]] = {}
            for file_id, state, count in session.execute(
                select(ReportEntry.file_id, ReportEntry.state, func.count()).group_by(
                    ReportEntry.file_id, ReportEntry.state
                )
            ):
                counted.setdefault(file_id, {})[ReportState(state)] = count
            return tuple(
                FileStatus(
                    path=entry.path,
                    udi=Udi(entry.pid, entry.sn),
                    host=entry.host,
                    virtual_account=entry.virtual_account,
                    collected=entry.collected,
                    reports=counted.get(entry.id, {}),
                )
                for entry in session.scalars(select(UsageFileEntry).order_by(UsageFileEntry.id))
            )


def _report(udi: Udi, number: int, file_id: int) -> ReportEntry:
    return ReportEntry(pid=udi.pid, sn=udi.sn, number=number, state=ReportState.COLLECTED.value, file_id=file_id)


def _submission(session: Session, shipment: Shipment) -> Submission:
    found = session.get(Submission, shipment.id)
    if found is None:
        raise StoreError(f"submission {shipment.id} is not in the store")
    return found


def _shipment(session: Session, submission: Submission) -> Shipment:
    reports = session.scalars(
        select(ReportEntry)
        .where(ReportEntry.submission_id == submission.id)
        .options(selectinload(ReportEntry.file))
        .order_by(ReportEntry.file_id, ReportEntry.number)
    )
    return Shipment(
        id=submission.id,
        kind=SubmissionKind(submission.kind),
        state=SubmissionState(submission.state),
        virtual_account=submission.virtual_account,
        stamp=submission.stamp,
        created=submission.created,
        files=_by_file(reports),
        path=submission.path,
        poll_id=submission.poll_id,
        poll_action=submission.poll_action,
        message=submission.message,
    )


def _by_file(reports: Iterable[ReportEntry]) -> tuple[CollectedFile, ...]:
    grouped: dict[int, list[ReportEntry]] = {}
    for report in reports:
        grouped.setdefault(report.file_id, []).append(report)
    return tuple(
        CollectedFile(
            path=each[0].file.path,
            udi=Udi(each[0].pid, each[0].sn),
            host=each[0].file.host,
            virtual_account=each[0].file.virtual_account,
            numbers=tuple(report.number for report in each),
        )
        for each in grouped.values()
    )
