"""Two runs at one device: the second says who holds it, or waits."""

from __future__ import annotations

import os
from contextlib import ExitStack

import pytest

from nornir_smartlic.errors import Busy, UsageError
from nornir_smartlic.operations.conversation import Answer, Request, Wait
from nornir_smartlic.store import Store
from nornir_smartlic.store.locks import DeviceLocks
from nornir_smartlic.tasks import configure_licensing, verify_compliance
from tests.memory import WANTED, MemoryDoor, memory_lab, one, switch


@pytest.fixture
def other(tmp_path, monkeypatch):
    """Another run, which has begun to change ``sw1``."""
    monkeypatch.setenv("SMARTLIC_STORE", str(tmp_path / "store.db"))
    run = ExitStack()
    run.enter_context(DeviceLocks(Store(tmp_path / "store.db")).held("sw1:22"))
    with run:
        yield run


def nornir_of(**settings):
    nornir = memory_lab(switch()).nornir({"sw1": WANTED})
    nornir.config.user_defined["smartlic"] = settings
    return nornir


def test_without_patience_the_second_run_says_who_holds_the_device(other):
    nornir = nornir_of()
    with pytest.raises(Busy, match=rf"process {os.getpid()}"):
        one(nornir.run(configure_licensing))
    nornir.data.reset_failed_hosts()
    assert one(nornir.run(verify_compliance)).result.findings, "reading needs no lock"


def test_with_patience_it_goes_on_as_soon_as_the_other_has_ended(other, monkeypatch):
    answer, waits = MemoryDoor.answer, []

    def answered(door: MemoryDoor, request: Request) -> Answer:
        if isinstance(request, Wait):
            waits.append(request.span)
            if len(waits) == 3:
                other.close()
        return answer(door, request)

    monkeypatch.setattr(MemoryDoor, "answer", answered)
    assert one(nornir_of(wait=60).run(configure_licensing)).result.saved
    assert len(waits) == 3


def test_patience_ends(other):
    with pytest.raises(Busy):
        one(nornir_of(wait=5).run(configure_licensing))


def test_a_patience_that_is_no_number_of_seconds_is_refused(other):
    with pytest.raises(UsageError, match=r"user_defined\.smartlic\.wait: 'soon' - expected seconds"):
        one(nornir_of(wait="soon").run(configure_licensing))
