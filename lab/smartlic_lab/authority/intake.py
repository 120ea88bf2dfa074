"""Usage reports coming in: what becomes of each, then all of them written at once.

A report is known by its device's UDI and its number; see `smartlic_lab.authority.reports` for the theory.
"""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeAlias

from sqlalchemy import bindparam, insert, select

from nornir_smartlic.files import RumReport, check_report
from smartlic_lab.authority.models import (
    MAX_TEXT,
    ProductUdi,
    Report,
    Submission,
    SubmissionItem,
    SubmissionStatus,
    VirtualAccount,
    table_of,
)
from smartlic_lab.authority.product_instances import (
    Sender,
    batched,
    find_instance,
    known_members,
    refresh,
    take_in,
)
from smartlic_lab.authority.work import Work
from smartlic_lab.world.signing import report_key

MAX_RUM_ID: Final = 2**32
"""Source: reference/reports.md section 1.2: a 32-bit number."""

MAX_COUNT: Final = 10**9
_MAX_REASON: Final = 2000

Key: TypeAlias = tuple[str, str, int]
"""PID, serial number, number: no two reports have the same."""

_REPORTS: Final = table_of(Report)

_TAKEN_BEFORE: Final = select(
    _REPORTS.c.id, _REPORTS.c.pid, _REPORTS.c.sn, _REPORTS.c.rum_id, _REPORTS.c.digest, _REPORTS.c.received
).where(  # all three, or the index of these columns is of no use
    _REPORTS.c.pid.in_(bindparam("pids", expanding=True)),
    _REPORTS.c.sn.in_(bindparam("sns", expanding=True)),
    _REPORTS.c.rum_id.in_(bindparam("numbers", expanding=True)),
)
_ADD_SUBMISSION: Final = insert(table_of(Submission))
_ADD_REPORTS: Final = insert(_REPORTS).returning(_REPORTS.c.id, sort_by_parameter_order=True)
_ADD_ITEMS: Final = insert(table_of(SubmissionItem))


@dataclass(frozen=True, slots=True)
class Incoming:
    """One report as it comes in, with what its carrier knows of the device."""

    report: RumReport
    hostname: str | None = None
    member_file: str | None = None  # its file in a bundle


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file of a bundle that holds no report, and why."""

    member_file: str
    reason: str


@dataclass(frozen=True, slots=True)
class Submitted:
    """What was handed in: the number of its `Submission`, and why nothing of it was taken (``None``: something was)."""

    id: int
    refusal: str | None


class Intake(ABC):
    """One submission while it is taken in: first what becomes of each of its reports, then all rows at once."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._known: dict[Key, tuple[str, datetime]] = {}  # digest and receipt of what is not new
        self._ids: dict[Key, int] = {}
        self._fresh: dict[Key, dict[str, Any]] = {}
        self._items: list[tuple[Key | None, dict[str, Any]]] = []  # with the report that was taken, if it was

    @abstractmethod
    def _refusal(self, report: RumReport) -> str | None:
        """Why a sound report is not taken from who brings it."""

    @abstractmethod
    def _device(self, incoming: Incoming) -> int:
        """The number of the device that a new report is of."""

    def submit(self, incoming: Sequence[Incoming | Unreadable], head: Mapping[str, Any]) -> Submitted:
        """Take *incoming* in, under a submission with the values of *head*."""
        self._look_up([one.report for one in incoming if isinstance(one, Incoming)])
        for one in incoming:
            if isinstance(one, Incoming):
                self._take(one)
            else:
                self._note(None, "", 0, one.member_file, one.reason)
        return self._write(head)

    def _look_up(self, reports: Iterable[RumReport]) -> None:
        """Those that were taken before."""
        connection = self._work.connection
        for some in batched(sorted({_key(report) for report in reports if not _out_of_bounds(report)}), 300):
            pids, sns, numbers = (list(dict.fromkeys(column)) for column in zip(*some, strict=True))
            rows = connection.execute(_TAKEN_BEFORE, {"pids": pids, "sns": sns, "numbers": numbers})
            for number, pid, sn, rum_id, digest, received in rows:
                self._ids[pid, sn, rum_id], self._known[pid, sn, rum_id] = number, (digest, received)

    def _take(self, incoming: Incoming) -> None:
        """One report; what is taken becomes known, so that it is a duplicate when it comes again."""
        report, file = incoming.report, incoming.member_file
        number, udi = report.report_id, str(report.udi)[:MAX_TEXT]
        problems = _out_of_bounds(report) or check_report(report, key=report_key(report.software_id or "", report.udi))
        if problems:
            bounded = number if 0 <= number < MAX_RUM_ID else 0
            self._note(None, udi, bounded, file, "; ".join(problems)[:_MAX_REASON])
            return
        refusal = self._refusal(report)
        key, digest = _key(report), hashlib.sha256(report.payload.encode()).hexdigest()
        earlier = self._known.get(key)
        if refusal is not None:
            self._note(None, udi, number, file, f"report {number}: {refusal}")
        elif earlier is None:
            self._known[key] = digest, self._work.now
            self._fresh[key] = self._row(report, self._device(incoming), digest)
            self._note(key, udi, number, file, None)
        elif earlier[0] != digest:
            self._note(None, udi, number, file, f"report {number}: another report with this number was received before")
        else:
            when = f"{earlier[1]:%Y-%m-%d %H:%M:%S} UTC"
            self._note(key, udi, number, file, f"report {number}: duplicate, received before on {when}", again=True)

    def _row(self, report: RumReport, device: int, digest: str) -> dict[str, Any]:
        return {
            "product_instance_id": device,
            "pid": report.udi.pid,
            "sn": report.udi.sn,
            "rum_id": report.report_id,
            "tag": report.entitlement_tag,
            "started": report.start,
            "ended": report.end,
            "digest": digest,
            "payload": report.payload,
            "received": self._work.now,
        }

    def _note(
        self,
        taken: Key | None,
        udi: str,
        rum_id: int,
        member_file: str | None,
        reason: str | None,
        *,
        again: bool = False,
    ) -> None:
        item = {"udi": udi, "rum_id": rum_id, "member_file": member_file, "reason": reason, "duplicate": again}
        self._items.append((taken, item))

    def _write(self, head: Mapping[str, Any]) -> Submitted:
        refusal = None
        if not any(taken for taken, _ in self._items):
            reasons = dict.fromkeys(item["reason"] for _, item in self._items if item["reason"])
            refusal = "; ".join(reasons)[:_MAX_REASON] or "there is no report in it"
            head = {**head, "status": SubmissionStatus.ERRORS, "ready": self._work.now}
        connection = self._work.connection
        primary_key = connection.execute(_ADD_SUBMISSION, head).inserted_primary_key
        assert primary_key is not None  # one row has one
        if self._fresh:
            numbers = connection.execute(_ADD_REPORTS, list(self._fresh.values())).scalars()
            self._ids.update(zip(self._fresh, numbers, strict=True))
        for taken, item in self._items:
            item["submission_id"], item["report_id"] = primary_key[0], None if taken is None else self._ids[taken]
        if self._items:
            connection.execute(_ADD_ITEMS, [item for _, item in self._items])
        return Submitted(primary_key[0], refusal)


class SentIntake(Intake):
    """What a device sends itself."""

    def __init__(self, work: Work, sender: Sender) -> None:
        super().__init__(work)
        self._sender = sender

    def _refusal(self, report: RumReport) -> str | None:
        known = report.udi in self._sender.members
        return None if known else f"it is of {report.udi}, which is not the device that sent it"

    def _device(self, incoming: Incoming) -> int:  # noqa: ARG002  it is of its sender
        return self._sender.id


class CarriedIntake(Intake):
    """What somebody carries, of any devices; those that are not known yet come into his virtual account."""

    def __init__(self, work: Work, home: VirtualAccount) -> None:
        super().__init__(work)
        self._home = home
        self._members: list[ProductUdi] = []  # held, so that each is looked up once for all

    def _look_up(self, reports: Iterable[RumReport]) -> None:
        super()._look_up(reports)
        sound = [report.udi for report in reports if not _out_of_bounds(report)]
        self._members = known_members(self._work, sound)

    def _refusal(self, report: RumReport) -> str | None:
        instance = find_instance(self._work, report.udi)
        if instance is None or instance.virtual_account.smart_account_id == self._home.smart_account_id:
            return None
        return f"{report.udi} belongs to another smart account"

    def _device(self, incoming: Incoming) -> int:
        report = incoming.report
        instance = find_instance(self._work, report.udi) or take_in(self._work, self._home, report.udi)
        refresh(
            self._work,
            instance,
            report.udi,
            members=[udi for _, udi in report.ha_udis],
            hostname=incoming.hostname,
            software=report.software_id,
            software_version=report.software_version,
        )
        return instance.id


def _out_of_bounds(report: RumReport) -> tuple[str, ...]:
    """What cannot be stored; no device sends it."""
    texts = (report.udi.pid, report.udi.sn, report.entitlement_tag or "", report.software_id or "")
    counts = (measurement.count or 0 for measurement in report.measurements)
    if not 0 <= report.report_id < MAX_RUM_ID:
        return (f"report {report.report_id}: the number has more than 32 bits",)
    if any(len(text) > MAX_TEXT or "\0" in text for text in texts) or any(count > MAX_COUNT for count in counts):
        return (f"report {report.report_id}: a UDI, tag or count is out of bounds",)
    return ()


def _key(report: RumReport) -> Key:
    return report.udi.pid, report.udi.sn, report.report_id
