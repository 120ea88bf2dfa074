"""Files from CSSM brought to the device that they are for: ACK, policy, trust code, authorization code."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from nornir_smartlic.errors import LOST, FileRejected, Refused, SmartLicError
from nornir_smartlic.files import Ack, Budget, parse_smart_license, read_bundle
from nornir_smartlic.model import LicensingState, Udi
from nornir_smartlic.operations.collecting import FLASH, clear_flash, delete
from nornir_smartlic.operations.conversation import Answer, Conversation, Exec, Put
from nornir_smartlic.operations.reading import read_state, why_not_ours
from nornir_smartlic.operations.recovery import over_lost_sessions
from nornir_smartlic.operations.refusals import remark
from nornir_smartlic.operations.results import ImportedFile, ImportOutcome

ALREADY_THERE: Final = "already there: no report of the device waits for an ACK, and it had one since"
SUCCESS: Final = "Import Data Successful"
"""Source: reference/cli.md section 3."""
_KINDS: Final = {
    "Ack": "ACK",
    "PolicyDocument": "policy",
    "TrustCodeDocument": "trust code",
    "AuthorizationDocument": "authorization code",
    "ConversionAck": "conversion ACK",
    "AccountInfo": "account",
}


@dataclass(frozen=True, slots=True)
class ImportFile:
    """One file to import: whose it is, and what is in it. ``udis`` is empty where it names no device: for any."""

    path: Path
    content: bytes
    kinds: tuple[str, ...]
    udis: frozenset[Udi]
    acknowledged: datetime | None = None  # of a file with ACKs alone: when the last was issued


def import_files_of(path: Path, content: bytes, budget: Budget | None = None) -> tuple[ImportFile, ...]:
    """The files in *content*: itself, or those of a bundle of ACKs; *budget* is what all bundles of a command share.

    Raises:
        FileRejected: neither of the two.
    """
    if content.startswith(b"\x1f\x8b"):
        bundle = read_bundle(content, budget)
        if not bundle.is_ack:
            raise FileRejected(f"{path.name}: a bundle of usage reports - expected one of ACKs")
        return tuple(_import_file(path / file.name, file.content) for file in bundle.files)
    return (_import_file(path, content),)


def _import_file(path: Path, content: bytes) -> ImportFile:
    """What a file says of itself. The inner fields of Cisco's documents are not known to us for sure (see `files`), so
    that a file which is a ``smartLicense`` but not of our reading is recognised by the UDIs that stand in it."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        raise FileRejected(f"{path.name}: not a text file") from None
    try:
        documents = parse_smart_license(text)
    except FileRejected as error:
        kinds = tuple(dict.fromkeys(re.findall(r"<smartLicense(RumAck|Policy|Authorization|Trust\w*)\b", text)))
        udis = frozenset(Udi(pid, sn) for pid, sn in _UDI.findall(text))
        if not kinds or not udis:
            raise FileRejected(f"{path.name}: {error}") from None
        return ImportFile(path, content, kinds, udis)
    kinds = tuple(dict.fromkeys(_KINDS.get(type(document).__name__, type(document).__name__) for document in documents))
    udis = frozenset(document.udi for document in documents if document.udi is not None)
    acks = [document.issued for document in documents if isinstance(document, Ack)]
    return ImportFile(path, content, kinds, udis, max(acks) if len(acks) == len(documents) else None)


_UDI: Final = re.compile(r'"udi_pid"\s*:\s*"([^"]+)"\s*,\s*"udi_serial_number"\s*:\s*"([^"]+)"')


def import_files(files: Sequence[ImportFile], name: str, *, commit: bool = True) -> Conversation[ImportOutcome]:
    """Bring those of *files* that are for this device to it, and import them one by one.

    *name* is the start of a file name that nothing on the device's flash has. Nothing is sent before it is known
    which of the files are for this device.

    Raises:
        Refused: the device did not take a file; ``reason`` is its answer. Files before it are imported.
    """
    state = yield from read_state()
    if (reason := (yield from why_not_ours(state))) is not None:
        return ImportOutcome(not_applicable=reason)
    if commit and files:
        yield from clear_flash()
    results: list[ImportedFile] = []
    for number, file in enumerate(files):
        result = _for_device(file, state)
        if result.applies and commit:
            path = f"{FLASH}{name}-{number}.txt"
            if any(each.imported for each in results):
                state = yield from over_lost_sessions(read_state)
            result = replace(result, answer=(yield from _import(file, path, state)), imported=True)
        elif result.applies:
            result = replace(result, explanation="dry run")
        results.append(result)
    if any(result.imported for result in results):
        state = yield from over_lost_sessions(read_state)
    reporting = state.usage_reporting
    return ImportOutcome(
        files=tuple(results),
        last_ack=reporting.last_ack if reporting is not None else None,
        next_ack_deadline=reporting.next_ack_deadline if reporting is not None else None,
        account=state.account,
    )


def _for_device(file: ImportFile, state: LicensingState) -> ImportedFile:
    ours = {udi for udi in (state.udi, *(member.udi for member in state.members or ())) if udi is not None}
    explanation = None
    if file.udis and not file.udis & ours:
        explanation = f"for {'; '.join(map(str, sorted(file.udis)))}, not for this device"
    elif _is_there(file, state):
        return ImportedFile(file.path, file.kinds, state.udi, applies=False, imported=False, explanation=ALREADY_THERE)
    udi = next(iter(sorted(file.udis & ours or file.udis)), None)
    return ImportedFile(
        file.path, file.kinds, udi, applies=explanation is None, imported=False, explanation=explanation
    )


def _is_there(file: ImportFile, state: LicensingState) -> bool:
    """Whether the device has this ACK: no report waits for one, and the last came after this one was issued."""
    last = state.usage_reporting.last_ack if state.usage_reporting is not None else None
    waiting = state.report_summary.waiting_for_ack if state.report_summary is not None else None
    return file.acknowledged is not None and isinstance(last, datetime) and last >= file.acknowledged and waiting == 0


def _taken_in(state: LicensingState) -> tuple[object, ...]:
    """What imports change."""
    last_ack = state.usage_reporting.last_ack if state.usage_reporting is not None else None
    return last_ack, state.policy, state.trust_codes, state.account, state.authorizations


def _import(file: ImportFile, path: str, before: LicensingState) -> Conversation[str]:
    """The device's answer to the import. After a lost session its state shows whether the file was taken; where it
    does not, the file is imported again, which changes nothing where it was."""
    command, lost = f"license smart import {path}", False

    def step() -> Conversation[Answer]:
        nonlocal lost
        if lost and _taken_in(before) != _taken_in((yield from read_state())):
            return Answer(SUCCESS)
        try:
            yield Put(path, file.content)
            return (yield Exec(command))
        except LOST:
            lost = True
            raise

    try:
        answer = yield from over_lost_sessions(step)
    except SmartLicError:
        yield from delete(path)
        raise
    yield from delete(path)
    if SUCCESS not in answer.text:
        reason = remark(answer.text) or "no answer"
        raise Refused(f"{file.path.name} was not imported", reason, command=f"license smart import {path}")
    return remark(answer.text) or SUCCESS
