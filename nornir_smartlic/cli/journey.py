"""The journey of usage reports by file: every step takes up what an interrupted run has left, and does nothing twice.

Files are kept in one folder: usage files in it, ``bundles/`` and ``acks/`` below. The journal knows where each report
is; what lies in the folder and is not in the journal is taken in, so that a lost journal costs no report.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nornir_smartlic.cssm import CssmClient, PollTicket, SmartAccount, VirtualAccountNumber
from nornir_smartlic.errors import FileRejected, ReportRejected, StoreError, UsageError
from nornir_smartlic.files import (
    Ack,
    UsageFile,
    parse_smart_license,
    parse_usage_file,
    render_usage_file,
    usage_bundle,
    write_bundle,
)
from nornir_smartlic.model import Udi
from nornir_smartlic.store import CollectedFile, Journal, Shipment, SubmissionKind, SubmissionState
from nornir_smartlic.tasks.import_files import files_at
from nornir_smartlic.tasks.keeping import write_whole

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a usage file is: the host in the inventory and its virtual account; ``None``: not known."""

    host: str | None = None
    virtual_account: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """An acknowledgement that came in."""

    udi: Udi
    path: Path
    is_new: bool
    reports: int  # that it acknowledged


class Journey:
    """The steps, over one folder."""

    def __init__(self, folder: Path, journal: Journal, now: Clock) -> None:
        self.folder = folder
        self.journal = journal
        self._now = now
        self.withdrawn: list[str] = []  # bundles of which the reports went over the API
        self.problems: list[str] = []  # files that cannot be sent: gone, or changed since they were collected

    # --- collected ---------------------------------------------------------------------------------------------------

    def take_in(self, path: Path, owner: Owner = Owner()) -> int:
        """Take a usage file into the journal; gives how many of its reports are new. Raises `FileRejected`."""
        content = _read(path)
        usage = _usage(content, path.name)
        return self.journal.add_file(
            digest=hashlib.sha256(content).hexdigest(),
            path=str(path),
            udi=usage.udi,
            numbers=[report.report_id for report in usage.reports],
            host=owner.host,
            virtual_account=owner.virtual_account,
            now=self._now(),
        )

    def take_in_folder(self) -> tuple[str, ...]:
        """Take in what lies in the folder and is not known; gives a warning for each file that is none of reports."""
        warnings = []
        for path in sorted(self.folder.glob("*.txt")):
            if self.journal.knows_file(hashlib.sha256(_read(path)).hexdigest()):
                continue
            try:
                self.take_in(path)
            except FileRejected as error:
                warnings.append(f"{path}: {error}")
        return tuple(warnings)

    # --- bundled -----------------------------------------------------------------------------------------------------

    def bundle(self, accounts: frozenset[str | None] | None = None) -> tuple[Shipment, ...]:
        """Write a bundle for each virtual account with reports that are in none yet, for an upload to CSSM.

        Bundles whose writing was interrupted, or whose file is gone, are written again, the same.
        """
        written = [
            self._write_bundle(shipment)
            for shipment in self.journal.shipments(
                SubmissionState.PREPARED, SubmissionState.WRITTEN, SubmissionState.SENT, kind=SubmissionKind.BUNDLE
            )
            if shipment.state is SubmissionState.PREPARED or not Path(shipment.path or "").is_file()
        ]
        for number, (account, files) in enumerate(self._waiting(accounts), start=len(self.journal.shipments()) + 1):
            stamp = f"{self._now():%Y%m%d%H%M%S}{number:03d}"
            shipment = self.journal.prepare(
                SubmissionKind.BUNDLE, files, virtual_account=account, stamp=stamp, now=self._now()
            )
            written.append(self._write_bundle(shipment))
        return tuple(written)

    def _write_bundle(self, shipment: Shipment) -> Shipment:
        contents = [render_usage_file(usage) for usage in map(selected, shipment.files)]
        bundle = usage_bundle(
            contents,
            stamp=shipment.stamp,
            created_by=str(uuid.uuid5(uuid.NAMESPACE_URL, f"smartlic:{shipment.stamp}")),  # the same when written again
            virtual_account=shipment.virtual_account,
        )
        path = self.folder / "bundles" / bundle.name
        write_whole(path, write_bundle(bundle))
        self.journal.mark_written(shipment, str(path))
        return self._again(shipment)

    def uploaded(self, paths: Sequence[Path] = (), *, undo: bool = False) -> tuple[Shipment, ...]:
        """Note that bundles were uploaded by hand, all that are written or those at *paths*; with *undo* that they
        were not.

        Raises:
            UsageError: one of *paths* is no bundle that the journal knows.
        """
        state = SubmissionState.SENT if undo else SubmissionState.WRITTEN
        every = self.journal.shipments(kind=SubmissionKind.BUNDLE)
        named = {path.name for path in paths}
        if unknown := named - {Path(shipment.path or "").name for shipment in every}:
            raise UsageError(f"{', '.join(sorted(unknown))}: no bundle that 'reports bundle' has written")
        if undo and not named:
            raise UsageError("--undo: name the bundles that were not uploaded")
        chosen = [
            shipment
            for shipment in every
            if shipment.state is state and (not named or Path(shipment.path or "").name in named)
        ]
        for shipment in chosen:
            if undo:
                self.journal.take_back(shipment)
            else:
                self.journal.mark_sent(shipment)
        return tuple(map(self._again, chosen))

    # --- submitted ---------------------------------------------------------------------------------------------------

    def submit(
        self,
        client: CssmClient,
        account: SmartAccount,
        *,
        default: str | None,
        accounts: frozenset[str | None] | None = None,
    ) -> tuple[Shipment, ...]:
        """Hand reports to CSSM, one request for each virtual account; *default* is that of files whose is not known.

        Raises:
            UsageError: a virtual account is not known, or not there; nothing has been sent.
            CssmError: CSSM did not answer; what was about to be sent is sent by the next run.
        """
        for shipment in self.journal.shipments(SubmissionState.WRITTEN, kind=SubmissionKind.BUNDLE):
            if accounts is None or shipment.virtual_account in accounts:
                self.journal.withdraw(shipment)
                self.withdrawn.append(f"{shipment.path}: do not upload it, its reports go over the API")
        groups: dict[str, list[CollectedFile]] = {}
        for name, files in self._waiting(accounts):
            groups.setdefault(_named(name or default, files[0]), []).extend(files)
        prepared = self.journal.shipments(SubmissionState.PREPARED, kind=SubmissionKind.API)
        for name in (*groups, *(shipment.virtual_account or "" for shipment in prepared)):
            virtual_account(account, name)
        for number, (name, files) in enumerate(groups.items()):
            nonce = f"{self._now():%Y%m%d%H%M%S%f}{number}"
            self.journal.prepare(SubmissionKind.API, files, virtual_account=name, stamp=nonce, now=self._now())
        shipments = self.journal.shipments(SubmissionState.PREPARED, kind=SubmissionKind.API)
        return tuple(self._send(client, account, shipment) for shipment in shipments)

    def _send(self, client: CssmClient, account: SmartAccount, shipment: Shipment) -> Shipment:
        home = virtual_account(account, shipment.virtual_account or "")
        try:
            ticket = client.report_usage(
                [selected(file) for file in shipment.files],
                account,
                home,
                nonce=shipment.stamp,
                timestamp_ms=_milliseconds(shipment.created),
            )
        except ReportRejected as error:
            self.journal.mark_refused(shipment, error.reason)
        else:
            self.journal.mark_sent(shipment, poll_id=ticket.poll_id, poll_action=ticket.action)
        return self._again(shipment)

    # --- acknowledged ------------------------------------------------------------------------------------------------

    def fetch_acks(
        self, client: CssmClient, account: SmartAccount
    ) -> tuple[tuple[Taken, ...], tuple[tuple[Shipment, PollTicket], ...]]:
        """Ask CSSM for the acknowledgements of what was submitted: those that came, and what is still processed."""
        taken: list[Taken] = []
        waiting: list[tuple[Shipment, PollTicket]] = []
        for shipment in self.journal.shipments(SubmissionState.SENT, kind=SubmissionKind.API):
            home = virtual_account(account, shipment.virtual_account or "")
            answer = client.poll(_ticket(shipment), account, home)
            if isinstance(answer, PollTicket):
                waiting.append((shipment, answer))
                continue
            for document in answer.documents:
                taken.append(self._keep_ack(document.text.encode(), document.udi))
            refused = "; ".join(f"{refusal.udi}: {refusal.reason}" for refusal in answer.refusals)
            self.journal.mark_complete(shipment, refused or None)
        return tuple(taken), tuple(waiting)

    def unpack_acks(self, paths: Sequence[Path]) -> tuple[Taken, ...]:
        """Take in acknowledgements that somebody downloaded: files or bundles.

        Raises:
            UsageError: one cannot be read, or is no such file.
        """
        taken: list[Taken] = []
        for path in paths:
            try:
                files = files_at(path)
            except (StoreError, FileRejected) as error:
                raise UsageError(str(error)) from None
            taken += [self._keep_ack(file.content, udi) for file in files for udi in sorted(file.udis)]
        self._complete_bundles()
        return tuple(taken)

    def _keep_ack(self, content: bytes, udi: Udi) -> Taken:
        digest = hashlib.sha256(content).hexdigest()
        path = self.folder / "acks" / f"ACK_{udi.pid}_{udi.sn}_{digest[:12]}.txt".replace("/", "-")
        write_whole(path, content)
        is_new, count = self.journal.add_ack(
            digest=digest, path=str(path), udi=udi, numbers=_acknowledged(content), now=self._now()
        )
        return Taken(udi, path, is_new, count)

    def _complete_bundles(self) -> None:
        """A bundle all of whose reports are acknowledged is done."""
        for shipment in self.journal.shipments(
            SubmissionState.WRITTEN, SubmissionState.SENT, kind=SubmissionKind.BUNDLE
        ):
            if self.journal.is_acknowledged(shipment):
                self.journal.mark_complete(shipment)

    # --- inside ------------------------------------------------------------------------------------------------------

    def _waiting(self, accounts: frozenset[str | None] | None) -> Iterable[tuple[str | None, list[CollectedFile]]]:
        """Files with reports in no submission, by virtual account; one that cannot be sent does not stop the others."""
        groups: dict[str | None, list[CollectedFile]] = {}
        for file in self.journal.waiting():
            if accounts is not None and file.virtual_account not in accounts:
                continue
            try:
                selected(file)
            except (StoreError, FileRejected) as error:
                self.problems.append(str(error))
            else:
                groups.setdefault(file.virtual_account, []).append(file)
        return sorted(groups.items(), key=lambda group: group[0] or "")

    def _again(self, shipment: Shipment) -> Shipment:
        return next(each for each in self.journal.shipments() if each.id == shipment.id)


def selected(file: CollectedFile) -> UsageFile:
    """The usage file with those of its reports that are meant; each payload stays as it is."""
    path = Path(file.path)
    usage = _usage(_read(path), path.name)
    wanted = set(file.numbers)
    reports = tuple(report for report in usage.reports if report.report_id in wanted)
    if len(reports) != len(wanted):
        raise StoreError(f"{path}: has been changed since it was collected")
    return UsageFile(reports, usage.system_info)


def virtual_account(account: SmartAccount, name: str) -> VirtualAccountNumber:
    """The virtual account *name* of *account*; raises `UsageError`."""
    found = next((each for each in account.virtual_accounts if each.name.lower() == name.lower()), None)
    if found is None:
        seen = ", ".join(each.name for each in account.virtual_accounts) or "none"
        raise UsageError(f"virtual account {name!r} is not in {account.domain}: there are {seen}")
    return found


def _named(name: str | None, file: CollectedFile) -> str:
    if name is None:
        raise UsageError(f"{file.path}: the virtual account of {file.udi} is not known: give --virtual-account")
    return name


def _acknowledged(content: bytes) -> tuple[int, ...] | None:
    """The numbers of the reports that an ACK names; ``None`` where it is not of our reading."""
    try:
        documents = parse_smart_license(content.decode())
    except (FileRejected, UnicodeDecodeError):
        return None
    return tuple(number for document in documents if isinstance(document, Ack) for number in document.report_ids)


def _ticket(shipment: Shipment) -> PollTicket:
    return PollTicket(
        poll_id=shipment.poll_id or 0,
        interval_seconds=0,
        action=shipment.poll_action or "acknowledgements",
        nonce=shipment.stamp,
        timestamp_ms=_milliseconds(shipment.created),
    )


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path}: not read: {error.strerror or error}") from None


def _usage(content: bytes, name: str) -> UsageFile:
    try:
        return parse_usage_file(content.decode())
    except UnicodeDecodeError:
        raise FileRejected(f"{name}: not a text file") from None
