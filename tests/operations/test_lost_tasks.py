"""Sessions that are lost at every point of trust, sync, collect and import: they end done, and nothing is sent twice
that may count twice."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from nornir_smartlic.errors import StateUnknown, Unreachable
from nornir_smartlic.intent import intent_of
from nornir_smartlic.operations.collecting import collect_usage_reports
from nornir_smartlic.operations.configuring import configure
from nornir_smartlic.operations.conversation import Exec, converse
from nornir_smartlic.operations.importing import import_files, import_files_of
from nornir_smartlic.operations.syncing import sync_usage
from nornir_smartlic.operations.trusting import establish_trust
from tests.memory import TOKEN, WANTED, MemoryLab, memory_lab, switch
from tests.operations.test_lost_sessions import NEVER, CutDoor

POINTS = [(cut, is_done) for cut in range(9) for is_done in (False, True)]
HOUR = timedelta(hours=1)


def online(*, trusted: bool) -> MemoryLab:
    lab = memory_lab(switch())
    converse(configure(intent_of(WANTED), commit=True), lab.door("sw1").answer)
    if trusted:
        converse(establish_trust(TOKEN), lab.door("sw1").answer)
        lab.world.advance(HOUR)
    return lab


def air_gapped() -> MemoryLab:
    lab = memory_lab(switch())
    converse(configure(intent_of({"transport": "off"}), commit=True), lab.door("sw1").answer)
    lab.world.advance(HOUR)
    return lab


def times(lab: MemoryLab, word: str) -> int:
    """How often the device got a command with *word*."""
    return sum(isinstance(request, Exec) and word in request.command for request in lab.asked)


@pytest.mark.parametrize(("cut", "is_done"), POINTS)
def test_trust_uses_a_token_once_whenever_the_session_is_lost(cut, is_done):
    lab = online(trusted=False)
    lab.asked.clear()
    door = CutDoor(lab, cut + 1, is_done=is_done)
    try:
        outcome = converse(establish_trust(TOKEN), door.answer)
    except (StateUnknown, Unreachable):
        assert times(lab, "trust idtoken") == 0, "the device never got it"
    else:
        assert outcome.trust_codes
        assert times(lab, "trust idtoken") == 1


@pytest.mark.parametrize(("cut", "is_done"), POINTS)
def test_sync_reports_once_whenever_the_session_is_lost(cut, is_done):
    lab = online(trusted=True)
    lab.asked.clear()
    try:
        outcome = converse(sync_usage(), CutDoor(lab, cut + 1, is_done=is_done).answer)
    except (StateUnknown, Unreachable):
        assert times(lab, "license smart sync") == 0
    else:
        assert outcome.acknowledged
        assert times(lab, "license smart sync") == 1


def test_a_device_that_does_not_come_back_after_its_token_was_sent_is_of_unknown_state():
    lab = online(trusted=False)
    whole = CutDoor(lab, NEVER)
    before = len(lab.asked)
    converse(establish_trust(TOKEN), whole.answer)
    sent = 1 + next(n for n, request in enumerate(lab.asked[before:]) if isinstance(request, Exec))
    lab = online(trusted=False)
    with pytest.raises(StateUnknown, match="whether it comes is not known; no answer on") as unknown:
        converse(establish_trust(TOKEN), CutDoor(lab, sent, away=None, is_done=True).answer)
    assert TOKEN.reveal() not in str(unknown.value)
    assert times(lab, "trust idtoken") == 1


def keep(file) -> Path:
    kept.append(file.content)
    return Path("kept")


kept: list[bytes] = []


def collected(lab: MemoryLab, cut: int, is_done: bool = False):
    return converse(
        collect_usage_reports(keep, "smartlic-usage-00000000.txt"), CutDoor(lab, cut, is_done=is_done).answer
    )


@pytest.mark.parametrize(("cut", "is_done"), POINTS)
def test_reports_are_collected_whole_whenever_the_session_is_lost(cut, is_done):
    whole = collected(air_gapped(), NEVER)
    lab = air_gapped()
    try:
        outcome = collected(lab, cut + 1, is_done)
    except Unreachable:
        assert times(lab, "save usage") == 0, "it was lost while it was read"
    else:
        assert (outcome.report_ids, outcome.report_count) == (whole.report_ids, whole.report_count)
        assert times(lab, "save usage") == 1
        assert not any("smartlic" in name for name in lab.devices["sw1"].list_files())


@pytest.mark.parametrize(("cut", "is_done"), POINTS)
def test_an_ack_is_imported_whenever_the_session_is_lost(cut, is_done):
    lab = air_gapped()
    collected(lab, NEVER)
    upload = lab.cssm.submit_usage_file(
        kept[-1], domain="example.com", virtual_account="Branches", now=lab.world.clock.now()
    )
    lab.world.advance(lab.cssm.processing_time * 2)
    ack = lab.cssm.acknowledgement(upload, lab.world.clock.now()).content
    files = import_files_of(Path("ack.txt"), ack)
    lab.asked.clear()
    try:
        outcome = converse(
            import_files(files, "smartlic-import-00000000"), CutDoor(lab, cut + 1, is_done=is_done).answer
        )
    except Unreachable:
        assert times(lab, "license smart import") == 0, "it was lost while it was read"
    else:
        assert outcome.files[0].imported
        assert outcome.last_ack is not None
        assert times(lab, "license smart import") == 1
        assert not any("smartlic" in name for name in lab.devices["sw1"].list_files())
