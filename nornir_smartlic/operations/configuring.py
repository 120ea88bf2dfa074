"""Bringing a device's licensing configuration to what is wanted.

Every way through it ends in one of three: done and saved, taken back, or an error that says what is not known. A
session that is lost on the way is no end: the device is read again over a new one, and what then differs is sent once
more, or taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from nornir_smartlic.errors import (
    LOST,
    CommandRefused,
    DeviceError,
    Interrupted,
    Refused,
    StateUnknown,
    TimedOut,
    Unreachable,
)
from nornir_smartlic.intent import Difference, Plan, make_plan, undo, way_of
from nornir_smartlic.model import Instant, Intent, LicensingModel, LicensingReading, LicensingState, TransportType
from nornir_smartlic.operations.authorizing import request_authorization
from nornir_smartlic.operations.conversation import Configure, Conversation, Exec
from nornir_smartlic.operations.licensing_log import read_log
from nornir_smartlic.operations.reading import read_configured, read_state, reread
from nornir_smartlic.operations.recovery import COMEBACK_PATIENCE, come_back, state_unknown
from nornir_smartlic.operations.refusals import remark
from nornir_smartlic.operations.saving import LEFT_TO_OTHERS, not_saved_before, save
from nornir_smartlic.operations.waiting import Expectation, Patience, wait_for

PUSHES: Final = 3
"""How often a plan is sent: a session that is lost each time is not the device's only trouble."""


@dataclass(frozen=True, slots=True)
class Safety:
    """How a change is made sure of."""

    save: bool = True  # False: somebody else saves the configuration
    revert_minutes: int | None = None  # the device itself goes back unless it is confirmed in time; needs ``archive``
    confirm: Patience | None = None  # a changed way to CSSM must bring a report in this time
    comeback: Patience = COMEBACK_PATIENCE  # how long a lost device is waited for


def configure(wanted: Intent, *, commit: bool, safety: Safety = Safety()) -> Conversation[Plan]:
    """Bring one device's licensing configuration to *wanted*; the plan says what differs, also when not committed.

    It is saved to startup-config only after it was read again and nothing differed any more; also where running-config
    is as wanted and only startup-config is not. With ``safety.confirm``, a plan that changes the way to CSSM is
    followed by a report, and taken back as that unit where the report does not arrive.

    Raises:
        IntentError: the device's release cannot take what is wanted; nothing was sent.
        CommandRefused: the device answered a line with ``% ...``; what was sent before it has been taken back.
        Refused: the lines were taken but something still differs, or the device does not reach its receiver any more;
            they have been taken back.
        StateUnknown: the session was lost and the device did not come back.
    """
    reading = yield from read_configured()
    plan = make_plan(wanted, reading)
    if plan.not_applicable is not None:
        return plan
    plan = replace(plan, unsaved=reading.unsaved_licensing)
    if not (plan.commands or plan.unsaved):
        return plan
    if not commit:
        named = not_saved_before(reading, commit=False) if safety.save else ()
        return replace(plan, warnings=(*plan.warnings, *named))
    if plan.codes:
        return (yield from _with_codes(plan, wanted, reading, safety))
    if plan.commands:
        change = _Change(plan, wanted, reading, safety)
        yield from change.push()
        if safety.confirm is not None and any(difference.of_transport for difference in plan.differences):
            plan = yield from change.confirmed(safety.confirm)
        yield from change.keep()
    if not safety.save:
        return replace(plan, warnings=(*plan.warnings, LEFT_TO_OTHERS))
    yield from _saved(reading, len(plan.commands), safety.comeback)
    return replace(plan, saved=True, warnings=(*plan.warnings, *not_saved_before(reading, commit=True)))


def _with_codes(plan: Plan, wanted: Intent, reading: LicensingReading, safety: Safety) -> Conversation[Plan]:
    """*plan*, whose throughput or feature is taken only with a SLAC: the rest first, then the codes, then those lines.

    Where the device reaches nobody, they wait for a code by file, and the plan says so.
    """
    rest = yield from configure(replace(wanted, throughput=None, features=None), commit=True, safety=safety)
    transport = way_of(reading, wanted).transport
    if transport is TransportType.OFF:
        waiting = ", ".join(each.path for each in plan.differences if each.needs is not None)
        how = "; ".join(f"smartlic authorize {name} -d DIRECTORY" for name in plan.codes)
        left = f"{waiting} waits for a SLAC, which comes by file: {how}, then apply again"
        return replace(rest, warnings=(*rest.warnings, left))
    for feature in plan.codes:
        try:
            yield from request_authorization(feature)
        except (Refused, TimedOut) as error:
            done = "the rest of the plan is done" if rest.commands else "nothing was changed"
            raise Refused(f"no SLAC for {feature}", f"{error}; {done}") from None
    if make_plan(wanted, (yield from read_configured())).codes:
        raise Refused("the configuration did not come about", f"no SLAC for {', '.join(plan.codes)} is installed")
    last = yield from configure(wanted, commit=True, safety=safety)
    return replace(plan, saved=last.saved, warnings=last.warnings, needs_reload=plan.needs_reload or last.needs_reload)


def _saved(reading: LicensingReading, total: int, comeback: Patience) -> Conversation[None]:
    """Save, and where the session is lost meanwhile, look whether it was, and save again."""
    for number in range(1, PUSHES + 1):
        try:
            return (yield from save())
        except LOST as error:
            if number == PUSHES or (yield from come_back(reading, comeback)) is None:
                made = "changed" if total else "not changed"
                raise state_unknown(error, total, state=f"{made}, whether it was saved is not known") from None


class _Change:
    """One plan on its way into one device, and back where it fails."""

    def __init__(self, plan: Plan, wanted: Intent, reading: LicensingReading, safety: Safety) -> None:
        self.plan, self.wanted, self.reading, self.safety = plan, wanted, reading, safety
        self.timer_runs = False

    @property
    def total(self) -> int:
        return len(self.plan.commands)

    def push(self) -> Conversation[None]:
        """Send the plan, and read that it came about."""
        if self.safety.revert_minutes is not None:
            yield from self._start_timer(self.safety.revert_minutes)
        todo = self.plan
        for number in range(1, PUSHES + 1):
            try:
                yield Configure(todo.commands)
                found = yield from reread(self.reading)
            except CommandRefused as error:
                outcome = yield from self._take_back(_sent_before(self.plan, error.command))
                raise CommandRefused(
                    error.command or "configure", f"{error.answer}; {outcome}", host=error.host
                ) from None
            except LOST as error:
                back = yield from come_back(self.reading, self.safety.comeback)
                if back is None:
                    raise self._unknown(error, before=self.total - len(todo.commands)) from None
                found, is_whole = back, False
            except DeviceError as error:  # it answers, and nobody understands what
                outcome = yield from self._take_back(self.plan.differences)
                raise Refused("what came about could not be read", f"{error}; {outcome}") from None
            else:
                is_whole = True
            todo = make_plan(self.wanted, found)
            if todo.is_empty:
                return
            if is_whole or number == PUSHES:
                break
        outcome = yield from self._take_back(self.plan.differences)
        still = ", ".join(difference.path for difference in todo.differences)
        raise Refused("the configuration did not come about", f"{still} still differs; {outcome}")

    def confirmed(self, patience: Patience) -> Conversation[Plan]:
        """Have the device report, and take the transport's unit back where it cannot; the rest of the plan stays.

        A device that says neither that it arrived nor that it failed, as one without trust, gives a warning.
        """
        plan = self.plan
        unknown = replace(
            plan,
            warnings=(
                *plan.warnings,
                "the way to CSSM changed, and the device did not report in time: whether it works is not known",
            ),
        )
        try:
            before = yield from read_state("show license status")
            is_off = before.transport is not None and before.transport.type is TransportType.OFF
            if is_off or before.model is not LicensingModel.SLP:  # before it nothing reports at a command
                return plan
            log = yield from read_log()
            command = "license smart sync local"
            yield Exec(command)
            expected = Expectation("the report", command, lambda now: _last_push(now) not in (None, _last_push(before)))
            yield from wait_for(expected, log, patience)
        except (TimedOut, Interrupted):
            return unknown
        except LOST as error:
            if (yield from come_back(self.reading, self.safety.comeback)) is None:
                raise self._unknown(error) from None
            return unknown
        except Refused as error:
            unit = [difference for difference in plan.differences if difference.of_transport]
            outcome = yield from self._take_back(unit)
            raise Refused("the device does not reach its receiver any more", f"{error.reason}; {outcome}") from None
        return plan

    def keep(self) -> Conversation[None]:
        """Have the device no longer wait for a confirmation."""
        if not self.timer_runs:
            return
        try:
            answer = yield Exec(_CONFIRM)
        except LOST as error:
            if (yield from come_back(self.reading, self.safety.comeback)) is None:
                raise self._unknown(error) from None
            answer = yield Exec(_CONFIRM)
        if (said := remark(answer.text)) is not None and _NOTHING_PENDING not in said:
            raise Refused("the change was not confirmed, the device will take it back", said, command=_CONFIRM)
        self.timer_runs = False

    def _start_timer(self, minutes: int) -> Conversation[None]:
        command = f"configure terminal revert timer {minutes}"
        try:
            answer = yield Exec(command, replies=((r"\(config\)#\s*$", "end"),))
        except CommandRefused as error:
            reason = f"{error.answer}; nothing was sent"
            raise Refused("the device cannot take changes back by itself", reason, command=command) from None
        if _TIMER_RUNS not in answer.text:
            reason = f"{remark(answer.text) or 'no answer'}; nothing was sent"
            raise Refused("the device cannot take changes back by itself", reason, command=command)
        self.timer_runs = True

    def _unknown(self, error: Unreachable | TimedOut, *, before: int = 0) -> StateUnknown:
        also = f"; the device takes it back after {self.safety.revert_minutes} minutes" if self.timer_runs else ""
        return state_unknown(error, self.total, before=before, also=also)

    def _take_back(self, sent: Sequence[Difference]) -> Conversation[str]:
        """Take *sent* back and look whether the device is as it was; a line that undoes nothing may be refused."""
        for number in range(1, PUSHES + 1):
            try:
                yield from _undone(sent)
                found = yield from reread(self.reading)
                break
            except LOST as error:
                back = yield from come_back(self.reading, self.safety.comeback)
                if back is None or number == PUSHES:
                    raise self._unknown(error) from None
                found = back
                if not self._changed(found):
                    break
            except DeviceError as error:
                return f"the lines that take it back were sent, and could not be checked ({error}); nothing was saved"
        if not (changed := self._changed(found)):
            yield from self.keep()  # what the device would take back is no longer there
            return "what was sent before it has been taken back"
        return f"not all that was sent could be taken back, see {', '.join(changed)}; nothing was saved" + (
            f"; the device takes it back after {self.safety.revert_minutes} minutes" if self.timer_runs else ""
        )

    def _changed(self, found: LicensingReading) -> list[str]:
        """The keys of the plan that are not as they were before it."""
        paths = {difference.path for difference in self.plan.differences}
        now = make_plan(self.wanted, found)
        before, after = (
            {(each.path, each.actual) for each in plan.differences if each.path in paths} for plan in (self.plan, now)
        )
        return sorted({path for path, _ in before ^ after})


_CONFIRM: Final = "configure confirm"
_TIMER_RUNS: Final = "Rollback Confirmed Change"
_NOTHING_PENDING: Final = "No Rollback Confirmed Change pending"
"""Source: Cisco, Configuration Rollback Confirmed Change, XE 17; the last text is unverified."""


def _undone(sent: Sequence[Difference]) -> Conversation[None]:
    try:
        yield Configure(undo(sent))
    except CommandRefused:
        for line_up in (difference.undo for difference in reversed(sent)):
            try:
                yield Configure(line_up)
            except CommandRefused:
                continue


def _last_push(state: LicensingState) -> Instant | None:
    return state.usage_reporting.last_report_push if state.usage_reporting is not None else None


def _sent_before(plan: Plan, refused: str | None) -> Sequence[Difference]:
    """The differences of which lines were sent: those with a line up to the refused one."""
    texts = [line.strip() for line in plan.commands]
    if refused is None or refused.strip() not in texts:
        return plan.differences
    sent = set(texts[: texts.index(refused.strip()) + 1])
    return [each for each in plan.differences if any(line.strip() in sent for line in each.commands)]
