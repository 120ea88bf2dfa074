"""Usage reports by file: saved on the device, fetched, checked, kept, and only then deleted there."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from nornir_smartlic.errors import LOST, DeviceError, FileRejected, Refused, SmartLicError
from nornir_smartlic.files import UsageFile, check_report, parse_usage_file
from nornir_smartlic.model import LicensingState, Udi
from nornir_smartlic.operations.conversation import Conversation, Exec, Fetch, Show
from nornir_smartlic.operations.reading import read_state, why_not_ours
from nornir_smartlic.operations.recovery import over_lost_sessions
from nornir_smartlic.operations.refusals import remark
from nornir_smartlic.operations.results import CollectedReports
from nornir_smartlic.operations.waiting import Patience

FLASH: Final = "flash:"
NOTHING_TO_SAVE: Final = "The requested item was not found"
"""Source: reference/cli.md section 3, what ``save usage`` prints when no report matches."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which reports, in the words of ``license smart save usage``: all, unreported, days N, rum-Id N."""

    words: str = "unreported"

    @classmethod
    def days(cls, days: int) -> Selection:
        """The reports of the last *days* days."""
        return cls(f"days {days}")

    @classmethod
    def report(cls, report_id: int) -> Selection:
        """One report."""
        return cls(f"rum-Id {report_id}")


@dataclass(frozen=True, slots=True)
class UsageFileKept:
    """A file that passed its check, for the one who keeps it."""

    udi: Udi
    content: bytes
    usage: UsageFile


Keep = Callable[[UsageFileKept], Path]
"""Keeps a file for good, or raises `StoreError`; it is called before the file on the device is deleted."""


def collect_usage_reports(
    keep: Keep, name: str, *, selection: Selection | None = None, commit: bool = True
) -> Conversation[CollectedReports]:
    """Have the device save its usage reports to the file *name* on its flash, and bring that here.

    *name* is one that no other file there has; the file is deleted again, also when something fails on the way. After
    a lost session it is looked for before it is saved again: nobody knows whether reports that were saved count as
    unreported still.

    Raises:
        FileRejected: the file is not one of usage reports, or not of this device.
        StoreError: it could not be kept; the reports stay on the device and can be collected again.
        Refused: the device did not save it.
    """
    state = yield from read_state()
    if (reason := (yield from why_not_ours(state))) is not None:
        return CollectedReports(None, not_applicable=reason)
    if not commit:
        return _would_collect(state)
    yield from clear_flash()
    path = FLASH + name
    words = (selection or Selection()).words
    said = yield from over_lost_sessions(lambda: save_file(f"license smart save usage {words} file {path}", name))
    if said is not None and NOTHING_TO_SAVE in said:
        return CollectedReports(None, udi=state.udi, explanation=f"the device has no reports to save ({words})")
    if said is not None:
        raise Refused("usage reports were not saved", said, command=f"license smart save usage {words}")
    try:
        kept, warnings = checked((yield from over_lost_sessions(lambda: fetch_file(path))), state)
        where = keep(kept)
    except SmartLicError:
        yield from delete(path)
        raise
    yield from delete(path)
    return CollectedReports(
        path=where,
        report_count=len(kept.usage.reports),
        report_ids=tuple(report.report_id for report in kept.usage.reports),
        udi=kept.udi,
        digest=hashlib.sha256(kept.content).hexdigest(),
        size_bytes=len(kept.content),
        warnings=warnings,
    )


def save_file(command: str, name: str) -> Conversation[str | None]:
    """Have *command* write the file *name*, unless it is there; what the device remarked on it."""
    there = yield from _listed()
    if name in there:
        return None
    return remark((yield Exec(command)).text)


def fetch_file(path: str) -> Conversation[bytes]:
    """What is in the file at *path* on the device."""
    return (yield Fetch(path)).data


def _would_collect(state: LicensingState) -> CollectedReports:
    """What a run would bring, by the device's own count; it does not show which reports went up already by file."""
    summary = state.report_summary
    count = None if summary is None else summary.available_to_report + summary.waiting_for_ack
    if count is None:
        return CollectedReports(None, udi=state.udi, needed=True, explanation="would ask for reports")
    if not count:
        return CollectedReports(None, udi=state.udi, explanation="the device has no reports to save")
    wording = f"would collect {count} report" + ("" if count == 1 else "s")
    return CollectedReports(None, udi=state.udi, needed=True, report_count=count, explanation=wording)


def checked(content: bytes, state: LicensingState) -> tuple[UsageFileKept, tuple[str, ...]]:
    """*content* as a file of usage reports of this device, and what its check found."""
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise FileRejected(f"usage file: byte {error.start} is not UTF-8") from None
    usage = parse_usage_file(text)
    ours = {udi for udi in (state.udi, *(member.udi for member in state.members or ())) if udi is not None}
    if ours and usage.udi not in ours:
        raise FileRejected(f"usage file of {usage.udi} - expected one of {', '.join(map(str, sorted(ours)))}")
    warnings = [problem for report in usage.reports for problem in check_report(report)]
    return UsageFileKept(usage.udi, content, usage), tuple(warnings)


OURS: Final = re.compile(r"\bsmartlic-(?:usage|import|authorization|reservation)-[0-9a-f]{8}(?:-\d+)?\.txt\b")
"""The names of files that our tasks put on a device's flash."""


def clear_flash() -> Conversation[None]:
    """Delete what runs that were killed left on the flash; no other run works on this device, for ours has its lock.

    A device that does not list its flash keeps them.
    """
    for name in (yield from _listed()):
        yield from delete(FLASH + name)


def _listed() -> Conversation[tuple[str, ...]]:
    """Our files on the flash; none where the device does not list it."""
    try:
        answer = yield Show(f"dir {FLASH} | include smartlic-")
    except LOST:
        raise
    except DeviceError:
        return ()
    return tuple(dict.fromkeys(OURS.findall(answer.text)))


def delete(path: str) -> Conversation[None]:
    """Delete a file of ours on the device; one that cannot be deleted is no reason to fail: the next run does it."""

    def step() -> Conversation[None]:
        yield Exec(f"delete /force {path}")

    try:
        yield from over_lost_sessions(step, _DELETING)
    except DeviceError:
        return


_DELETING: Final = Patience(timedelta(minutes=1))
