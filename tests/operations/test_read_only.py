"""An account of privilege 1 audits what it may read, on a device of the lab."""

from __future__ import annotations

import pytest

from nornir_smartlic.compliance import Verdict, verify
from nornir_smartlic.errors import CommandRefused
from nornir_smartlic.intent import intent_of
from nornir_smartlic.operations.configuring import configure
from nornir_smartlic.operations.conversation import Answer, Request, Show, converse
from nornir_smartlic.operations.reading import read_licensing
from tests.memory import WANTED, MemoryDoor, MemoryLab, memory_lab, switch


@pytest.fixture
def lab() -> MemoryLab:
    return memory_lab(switch())


def read_only(lab: MemoryLab) -> MemoryDoor:
    door = lab.door("sw1")
    with lab.world.at("sw1") as now:
        door.session = lab.devices["sw1"].open_session(now, username="auditor", privilege=1)
    return door


def test_what_it_may_not_read_is_unknown_with_the_reason_and_the_rest_is_judged(lab: MemoryLab):
    reading = converse(read_licensing(), read_only(lab).answer)
    findings = {found.rule_id: found for found in verify(reading, intent_of(WANTED), host="sw1")}
    for rule_id in ("SLP-NAME-RESOLUTION", "SLP-TRUST", "SLP-ACK-OVERDUE", "SLP-UNSAVED"):
        assert findings[rule_id].verdict is Verdict.UNKNOWN
    assert findings["SLP-TRUST"].why == "show license all: the device refused it to this account"
    assert findings["SLP-CLOCK"].verdict is Verdict.PASS


def test_a_refused_configuration_alone_leaves_the_other_rules_their_verdicts(lab: MemoryLab):
    door = lab.door("sw1")

    def answer(request: Request) -> Answer:
        if isinstance(request, Show) and request.command.startswith("show running-config"):
            raise CommandRefused(request.command, "% Authorization failed.")
        return door.answer(request)

    reading = converse(read_licensing(), answer)
    findings = {found.rule_id: found for found in verify(reading, intent_of(WANTED), host="sw1")}
    assert findings["SLP-NAME-RESOLUTION"].why == "show running-config: % Authorization failed."
    assert findings["SLP-TRUST"].verdict is Verdict.FAIL


def test_it_configures_nothing_and_plans_nothing_from_what_it_did_not_see(lab: MemoryLab):
    with pytest.raises(CommandRefused, match="show running-config"):
        converse(configure(intent_of(WANTED), commit=False), read_only(lab).answer)
