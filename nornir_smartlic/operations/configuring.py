"""Bringing a device's licensing configuration to what is wanted."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

from nornir_smartlic.errors import CommandRefused, Refused
from nornir_smartlic.intent import Difference, Plan, make_plan, undo
from nornir_smartlic.model import Intent, LicensingReading
from nornir_smartlic.operations.conversation import Configure, Conversation, Save
from nornir_smartlic.operations.reading import read_licensing, reread
from nornir_smartlic.operations.refusals import remark


def configure(wanted: Intent, *, commit: bool) -> Conversation[Plan]:
    """Bring one device's licensing configuration to *wanted*; the plan says what differs, also when not committed.

    It is saved to startup-config only after it was read again and nothing differed any more.

    Raises:
        IntentError: the device's release cannot take what is wanted; nothing was sent.
        CommandRefused: the device answered a line with ``% ...``; what was sent before it has been taken back.
        Refused: the lines were taken but something still differs; they have been taken back.
    """
    reading = yield from read_licensing(authorizations=False, messages=False)
    plan = make_plan(wanted, reading)
    if plan.commands and commit:
        yield from _push(plan, wanted, reading)
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
    before, now = ({(d.path, d.actual) for d in each.differences} for each in (plan, found))
    if before == now:
        return "what was sent before it has been taken back"
    changed = ", ".join(sorted({path for path, _ in before ^ now}))
    return f"not all that was sent could be taken back, see {changed}; nothing was saved"
