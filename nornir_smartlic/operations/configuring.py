"""Bringing a device's licensing configuration to what is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from nornir_smartlic.errors import CommandRefused, Refused, TimedOut
from nornir_smartlic.intent import Difference, Plan, make_plan, undo
from nornir_smartlic.model import Instant, Intent, LicensingReading, LicensingState, TransportType
from nornir_smartlic.operations.conversation import Configure, Conversation, Exec, Save
from nornir_smartlic.operations.licensing_log import read_log
from nornir_smartlic.operations.reading import read_configured, read_state, reread
from nornir_smartlic.operations.refusals import remark
from nornir_smartlic.operations.waiting import Expectation, Patience, wait_for


def configure(wanted: Intent, *, commit: bool, confirm: Patience | None = None) -> Conversation[Plan]:
    """Bring one device's licensing configuration to *wanted*; the plan says what differs, also when not committed.

    It is saved to startup-config only after it was read again and nothing differed any more. With *confirm*, a plan
    that changes the way to CSSM is followed by a report, and taken back as that unit where the report does not arrive.

    Raises:
        IntentError: the device's release cannot take what is wanted; nothing was sent.
        CommandRefused: the device answered a line with ``% ...``; what was sent before it has been taken back.
        Refused: the lines were taken but something still differs, or the device does not reach its receiver any more;
            they have been taken back.
    """
    reading = yield from read_configured()
    plan = make_plan(wanted, reading)
    if plan.commands and commit:
        yield from _push(plan, wanted, reading)
        if confirm is not None and any(difference.of_transport for difference in plan.differences):
            plan = yield from _confirmed(plan, wanted, reading, confirm)
        yield from save()
    return plan


def save() -> Conversation[None]:
    """Save to startup-config; raises `Refused` where the device does not say ``[OK]``."""
    answer = yield Save()
    if "[OK]" not in answer.text:
        raise Refused("the configuration was not saved", remark(answer.text) or "no answer", command="write memory")


def _push(plan: Plan, wanted: Intent, reading: LicensingReading) -> Conversation[None]:
    try:
        yield Configure(plan.commands)
    except CommandRefused as error:
        outcome = yield from _take_back(_sent_before(plan, error.command), plan, wanted, reading)
        raise CommandRefused(error.command or "configure", f"{error.answer}; {outcome}", host=error.host) from None
    left = make_plan(wanted, (yield from reread(reading)))
    if not left.is_empty:
        outcome = yield from _take_back(plan.differences, plan, wanted, reading)
        still = ", ".join(difference.path for difference in left.differences)
        raise Refused("the configuration did not come about", f"{still} still differs; {outcome}")


def _confirmed(plan: Plan, wanted: Intent, reading: LicensingReading, patience: Patience) -> Conversation[Plan]:
    """Have the device report, and take the transport's unit back where it cannot; the rest of the plan stays.

    A device that says neither that it arrived nor that it failed, as one without trust, gives a warning.
    """
    before = yield from read_state("show license status")
    if before.transport is not None and before.transport.type is TransportType.OFF:
        return plan
    log = yield from read_log()
    command = "license smart sync local"
    yield Exec(command)
    expected = Expectation("the report", command, lambda now: _last_push(now) not in (None, _last_push(before)))
    try:
        yield from wait_for(expected, log, patience)
    except TimedOut:
        unknown = "the way to CSSM changed, and the device did not report in time: whether it works is not known"
        return replace(plan, warnings=(*plan.warnings, unknown))
    except Refused as error:
        unit = [difference for difference in plan.differences if difference.of_transport]
        outcome = yield from _take_back(unit, Plan(tuple(unit)), wanted, reading)
        raise Refused("the device does not reach its receiver any more", f"{error.reason}; {outcome}") from None
    return plan


def _last_push(state: LicensingState) -> Instant | None:
    return state.usage_reporting.last_report_push if state.usage_reporting is not None else None


def _sent_before(plan: Plan, refused: str | None) -> Sequence[Difference]:
    """The differences of which lines were sent: all up to the one with the refused line, the transport's unit whole."""
    hit = next(
        (
            difference
            for difference in plan.differences
            if refused is not None and refused.strip() in map(str.strip, difference.commands)
        ),
        None,
    )
    if hit is None:
        return plan.differences
    return [*takewhile(lambda difference: difference is not hit, plan.differences), hit]


def _take_back(sent: Sequence[Difference], plan: Plan, wanted: Intent, reading: LicensingReading) -> Conversation[str]:
    """Take *sent* back and look whether the device is as it was; a line that undoes nothing may be refused."""
    try:
        yield Configure(undo(sent))
    except CommandRefused:
        for line_up in (difference.undo for difference in reversed(sent)):
            try:
                yield Configure(line_up)
            except CommandRefused:
                continue
    found = make_plan(wanted, (yield from reread(reading)))
    paths = {difference.path for difference in plan.differences}
    before, now = ({(d.path, d.actual) for d in each.differences if d.path in paths} for each in (plan, found))
    if before == now:
        return "what was sent before it has been taken back"
    changed = ", ".join(sorted({path for path, _ in before ^ now}))
    return f"not all that was sent could be taken back, see {changed}; nothing was saved"
