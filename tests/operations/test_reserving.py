"""Reservation mode is configuration: it ends saved, taken back, or left to others as was asked."""

from __future__ import annotations

import pytest

from nornir_smartlic.errors import Refused, StateUnknown
from nornir_smartlic.model import Secret
from nornir_smartlic.operations.conversation import Answer, Configure, Exec, Request, Save, Show, converse
from nornir_smartlic.operations.legacy import reserve_licenses
from tests.memory import MemoryLab, memory_lab, switch

MODE = "license smart reservation"


@pytest.fixture
def lab() -> MemoryLab:
    lab = memory_lab(switch(release="16.12"))
    lab.door("sw1").answer(Save())
    return lab


def has_mode(lab: MemoryLab) -> tuple[bool, bool]:
    """Whether running-config and startup-config have the line."""
    device = lab.devices["sw1"]
    return MODE in device.running_text().splitlines(), MODE in str(device.startup)


def test_reservation_mode_is_saved_and_the_changes_of_others_named(lab):
    lab.door("sw1").answer(Configure(("snmp-server community s3cret-word RO",)))
    outcome = converse(reserve_licenses(), lab.door("sw1").answer)
    assert (outcome.saved, has_mode(lab)) == (True, (True, True))
    assert outcome.warnings == ("saved with it, changed by others before: +snmp-server community",)
    again = converse(reserve_licenses(), lab.door("sw1").answer)
    assert (again.request_codes, again.saved, again.unsaved) == (outcome.request_codes, False, ())


def test_saving_reservation_mode_can_be_left_to_others_and_made_up_for(lab):
    outcome = converse(reserve_licenses(saves=False), lab.door("sw1").answer)
    assert (outcome.saved, outcome.unsaved, has_mode(lab)) == (False, (f"+{MODE}",), (True, False))
    assert "is not saved, as was asked" in outcome.warnings[0]
    dry = converse(reserve_licenses(commit=False), lab.door("sw1").answer)
    assert (dry.unsaved, has_mode(lab)) == ((f"+{MODE}",), (True, False))
    made_up = converse(reserve_licenses(), lab.door("sw1").answer)
    assert (made_up.saved, made_up.request_codes) == (True, outcome.request_codes)
    assert has_mode(lab) == (True, True)


def refusing(lab: MemoryLab, start: str, said: str):
    door = lab.door("sw1")

    def answer(request: Request) -> Answer:
        if isinstance(request, Exec | Show) and request.command.startswith(start):
            return Answer(said)
        if isinstance(request, Save) and start == "write memory":
            return Answer(said)
        return door.answer(request)

    return answer


@pytest.mark.parametrize("code", [None, Secret("not-a-code")])
def test_a_device_that_refuses_leaves_the_mode_that_it_was_brought_into(lab, code):
    said = "% Error: 58 - license reservation is not possible"
    with pytest.raises(Refused, match=f"not possible; '{MODE}' has been taken back"):
        converse(reserve_licenses(code), refusing(lab, f"{MODE} {'install' if code else 'request'}", said))
    assert has_mode(lab) == (False, False)


def test_a_device_that_was_in_the_mode_before_stays_in_it(lab):
    lab.door("sw1").answer(Configure((MODE,)))
    with pytest.raises(Refused, match="no request code was given") as refused:
        converse(reserve_licenses(), refusing(lab, f"{MODE} request", "% Error"))
    assert "taken back" not in str(refused.value)
    assert has_mode(lab) == (True, False)


def test_a_save_that_fails_is_an_error_and_the_next_run_saves(lab):
    with pytest.raises(Refused, match="the configuration was not saved"):
        converse(reserve_licenses(), refusing(lab, "write memory", "startup-config file open failed"))
    assert has_mode(lab) == (True, False)
    assert converse(reserve_licenses(), lab.door("sw1").answer).saved


def test_an_answer_that_nobody_understands_leaves_the_state_named(lab):
    shown = 0
    door = lab.door("sw1")

    def answer(request: Request) -> Answer:
        nonlocal shown
        if request == Show("show license all"):
            shown += 1
            if shown == 2:
                return Answer("gibberish")
        return door.answer(request)

    with pytest.raises(StateUnknown, match=f"^changed, not saved: '{MODE}' stands; show license all"):
        converse(reserve_licenses(Secret("any")), answer)
