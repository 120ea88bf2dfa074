"""Sessions that are lost at every point of a change, on a device of the lab: it ends done and saved, or taken back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from nornir_smartlic.errors import CommandRefused, Refused, SessionLost, StateUnknown, Unreachable
from nornir_smartlic.intent import intent_of
from nornir_smartlic.operations.configuring import Safety, configure
from nornir_smartlic.operations.conversation import Answer, Configure, Exec, Request, Save, Show, Wait, converse
from nornir_smartlic.operations.waiting import Patience
from tests.memory import WANTED, MemoryLab, memory_lab, switch

MINUTES = timedelta(minutes=1)
INTENT = intent_of({key: value for key, value in WANTED.items() if key not in ("trust", "account")})
REFUSED = intent_of({"transport": "smart", "url": "default", "customer_tags": {"tag1": "ok", "tag2": "two words"}})


@dataclass
class CutDoor:
    """A door whose link is cut at the *cut*-th thing that goes over it, a line of configuration being one; it is back
    after *away*, and every request connects anew. ``answers``: the device had done it, and only the answer is lost."""

    lab: MemoryLab
    cut: int
    away: timedelta | None = timedelta(seconds=30)  # None: for ever
    is_done: bool = False
    seen: int = 0
    back_at: object = None
    saves: int = field(default=0)

    def answer(self, request: Request) -> Answer:
        if isinstance(request, Wait):
            self.lab.world.advance(request.span)
            return Answer()
        now = self.lab.world.clock.now()
        if self.seen >= self.cut and (self.back_at is None or now < self.back_at):
            raise Unreachable("no answer on 192.0.2.1 port 22")
        self.saves += isinstance(request, Save)
        door = self.lab.door("sw1")
        if isinstance(request, Configure):
            return self._configure(door, request)
        if self._is_cut():
            if self.is_done:
                door.answer(request)
            raise Unreachable("Connection lost")
        return door.answer(request)

    def _configure(self, door, request: Configure) -> Answer:
        for number, _ in enumerate(request.lines):
            if self._is_cut():
                done = request.lines[: number + self.is_done]
                door.answer(Configure(done))
                raise SessionLost("Connection lost", lines_sent=number, lines_total=len(request.lines), lines_unknown=1)
            if number == len(request.lines) - 1:
                door.answer(request)
        return Answer()

    def _is_cut(self) -> bool:
        self.seen += 1
        if self.seen != self.cut:
            return False
        self.back_at = None if self.away is None else self.lab.world.clock.now() + self.away
        return True


NEVER = 10**6


def whole_run() -> int:
    """How many things go over the link in a run that nothing disturbs, and how many before the first change."""
    lab = memory_lab(switch())
    door = CutDoor(lab, NEVER)
    converse(configure(INTENT, commit=True), door.answer)
    return door.seen


def reading() -> int:
    lab = memory_lab(switch())
    door = CutDoor(lab, NEVER)
    converse(configure(INTENT, commit=False), door.answer)
    return door.seen


BEFORE, ALL = reading(), whole_run()
POINTS = [(cut, is_done) for cut in range(BEFORE + 1, ALL + 1) for is_done in (False, True)]


@pytest.mark.parametrize(("cut", "is_done"), POINTS)
def test_a_session_cut_at_any_point_ends_done_and_saved(cut, is_done):
    lab = memory_lab(switch())
    plan = converse(configure(INTENT, commit=True), CutDoor(lab, cut, is_done=is_done).answer)
    again = converse(configure(INTENT, commit=False), lab.door("sw1").answer)
    assert plan.saved
    assert (again.is_empty, again.unsaved) == (True, ())


@pytest.mark.parametrize("cut", range(1, BEFORE + 1))
def test_a_session_cut_while_it_reads_has_changed_nothing(cut):
    lab = memory_lab(switch())
    before = lab.devices["sw1"].running_text()
    with pytest.raises(Unreachable, match="Connection lost"):
        converse(configure(INTENT, commit=True), CutDoor(lab, cut).answer)
    assert lab.devices["sw1"].running_text() == before


@pytest.mark.parametrize("cut", range(BEFORE + 1, ALL))
def test_a_device_that_does_not_come_back_is_of_unknown_state_and_the_next_run_finishes(cut):
    lab = memory_lab(switch())
    startup = lab.devices["sw1"].startup
    total = len(converse(configure(INTENT, commit=False), lab.door("sw1").answer).commands)
    with pytest.raises(StateUnknown, match="state unknown: ") as lost:
        converse(configure(INTENT, commit=True), CutDoor(lab, cut, away=None).answer)
    sent = min(cut - BEFORE, total)
    assert lost.value.lines_sent == sent
    assert lost.value.lines_total == total
    assert lab.devices["sw1"].startup == startup
    assert converse(configure(INTENT, commit=True), lab.door("sw1").answer).saved


def test_the_unknown_state_names_the_lines_that_were_sent():
    lab = memory_lab(switch())
    with pytest.raises(StateUnknown, match=r"^changed, not saved, state unknown: lines 1 to 4 of \d+ sent; Connection"):
        converse(configure(INTENT, commit=True), CutDoor(lab, BEFORE + 4, away=None).answer)


def test_a_save_of_which_nobody_knows_says_that():
    lab = memory_lab(switch())
    with pytest.raises(StateUnknown, match=r"^changed, whether it was saved is not known"):
        converse(configure(INTENT, commit=True), CutDoor(lab, ALL, away=None).answer)


def test_a_session_lost_while_a_refused_plan_is_taken_back_ends_as_it_was():
    lab = memory_lab(switch())
    before = lab.devices["sw1"].running_text()
    door = CutDoor(lab, NEVER)
    with pytest.raises(CommandRefused):
        converse(configure(REFUSED, commit=True), door.answer)
    first, last = BEFORE + 1, door.seen
    for cut in range(first, last + 1):
        with pytest.raises((CommandRefused, Refused), match="has been taken back"):
            converse(configure(REFUSED, commit=True), CutDoor(lab, cut).answer)
        assert lab.devices["sw1"].running_text() == before, cut


# --- the device itself goes back ------------------------------------------------------------------------------------


def with_archive(lab: MemoryLab) -> None:
    lab.door("sw1").answer(Configure(("archive", " path flash:archive", " exit")))
    lab.door("sw1").answer(Save())


def test_a_change_is_confirmed_to_a_device_that_would_take_it_back():
    lab = memory_lab(switch())
    with_archive(lab)
    lab.asked.clear()
    converse(configure(INTENT, commit=True, safety=Safety(revert_minutes=5)), lab.door("sw1").answer)
    typed = [request.command for request in lab.asked if isinstance(request, Exec)]
    assert typed == ["configure terminal revert timer 5", "configure confirm"]
    lab.world.advance(10 * MINUTES)
    assert converse(configure(INTENT, commit=False), lab.door("sw1").answer).is_empty


def test_a_device_that_is_lost_goes_back_by_itself():
    lab = memory_lab(switch())
    with_archive(lab)
    before = lab.devices["sw1"].running_text()
    safety = Safety(revert_minutes=5, comeback=Patience(timedelta(minutes=1)))
    with pytest.raises(StateUnknown, match="the device takes it back after 5 minutes"):
        converse(
            configure(INTENT, commit=True, safety=safety), CutDoor(lab, BEFORE + 1 + 4, away=None, is_done=True).answer
        )
    assert sorted(lab.devices["sw1"].running_text().splitlines()) != sorted(before.splitlines())
    lab.world.advance(10 * MINUTES)
    assert sorted(lab.devices["sw1"].running_text().splitlines()) == sorted(before.splitlines())


def test_a_device_without_archive_is_not_changed():
    lab = memory_lab(switch())
    before = lab.devices["sw1"].running_text()
    with pytest.raises(Refused, match=r"cannot take changes back by itself: .*; nothing was sent"):
        converse(configure(INTENT, commit=True, safety=Safety(revert_minutes=5)), lab.door("sw1").answer)
    assert lab.devices["sw1"].running_text() == before


# --- saved means saved ----------------------------------------------------------------------------------------------


def changed_by_hand(lab: MemoryLab, *lines: str) -> None:
    lab.door("sw1").answer(Configure(lines))


def test_what_fits_and_is_not_saved_is_saved():
    lab = memory_lab(switch())
    converse(configure(INTENT, commit=True, safety=Safety(save=False)), lab.door("sw1").answer)
    plan = converse(configure(INTENT, commit=False), lab.door("sw1").answer)
    assert plan.is_empty
    assert "+license smart transport smart" in plan.unsaved
    assert converse(configure(INTENT, commit=True), lab.door("sw1").answer).saved
    assert converse(configure(INTENT, commit=False), lab.door("sw1").answer).unsaved == ()


def test_saving_can_be_left_to_others():
    lab = memory_lab(switch())
    startup = lab.devices["sw1"].startup
    plan = converse(configure(INTENT, commit=True, safety=Safety(save=False)), lab.door("sw1").answer)
    assert "is not saved, as was asked" in plan.warnings[-1]
    assert lab.devices["sw1"].startup == startup


def test_what_others_had_not_saved_is_named_without_its_secrets():
    lab = memory_lab(switch())
    changed_by_hand(lab, "snmp-server community s3cret-word RO", "interface Vlan1", " description mine")
    plan = converse(configure(INTENT, commit=True), lab.door("sw1").answer)
    (named,) = [text for text in plan.warnings if "by others" in text]
    assert "+snmp-server community" in named
    assert "+interface Vlan1" in named
    assert "s3cret-word" not in named


def test_what_would_be_saved_too_is_named_before_it_is():
    lab = memory_lab(switch())
    converse(configure(INTENT, commit=True), lab.door("sw1").answer)
    changed_by_hand(lab, "snmp-server community s3cret-word RO", "no license smart server-identity-check")
    named = (
        "saved with it, changed by others before: +snmp-server community",
        "saved with it, of licensing, not saved before: +no license smart server-identity-check",
    )
    for commit in (False, True):
        plan = converse(configure(INTENT, commit=commit), lab.door("sw1").answer)
        assert plan.warnings[-2:] == tuple(text if commit else f"would be {text}" for text in named)
    left = converse(configure(INTENT, commit=False, safety=Safety(save=False)), lab.door("sw1").answer)
    assert not any("saved with it" in text for text in left.warnings)


def test_a_device_that_does_not_compare_is_not_known_to_be_saved():
    lab = memory_lab(switch())
    door = lab.door("sw1")

    def answer(request: Request) -> Answer:
        if isinstance(request, Show) and request.command.startswith("show archive"):
            raise CommandRefused(request.command, "% Invalid input detected at '^' marker.")
        return door.answer(request)

    assert converse(configure(INTENT, commit=False), answer).unsaved is None
    assert converse(configure(INTENT, commit=True), answer).saved
