"""Usage reports over the devices' own transport: each is counted once and acknowledged once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from nornir_smartlic.files import Ack, PolicyDocument, is_signed, parse_smart_license
from nornir_smartlic.model import Policy, PolicyAttributes, PolicyDays, PolicyOrigin
from smartlic_lab.authority import Cssm
from smartlic_lab.authority.models import Acknowledgement, Consumption, Report, SubmissionItem
from smartlic_lab.world.signing import CSSM_KEY
from smartlic_lab.world.wire import AnswerStatus, Reply
from tests.lab.authority.devices import DNA_TAG, JAN_1, FakeDevice, days, minutes, report, udi

Maker = Callable[..., FakeDevice]
LATER = JAN_1 + days(1)


def rows(cssm: Cssm, table: type) -> int:
    with cssm.work() as work:
        return work.session.scalar(select(func.count()).select_from(table)) or 0


def acknowledged(reply: Reply) -> list[int]:
    documents = [one for text in reply.documents for one in parse_smart_license(text)]
    return [number for one in documents if isinstance(one, Ack) for number in one.report_ids]


def test_a_report_is_acknowledged_when_it_has_been_processed(cssm: Cssm, trusted: Maker) -> None:
    device = trusted()
    pushed = device.push(LATER)
    assert pushed.status is AnswerStatus.OK_POLL
    assert pushed.poll_interval == minutes(5)
    assert device.poll(pushed.poll_id, LATER + minutes(1)).status is AnswerStatus.OK_TRY_AGAIN
    answer = device.poll(pushed.poll_id, LATER + minutes(5))
    (ack,) = parse_smart_license(answer.documents[0])
    assert isinstance(ack, Ack)
    assert is_signed(ack, CSSM_KEY)
    assert (ack.udi, ack.smart_account, ack.virtual_account) == (device.udi, "Example Networks", "Branches")
    assert ack.report_ids == (device.next_report - 1,)


def test_a_lost_ack_is_given_again_and_nothing_is_counted_twice(cssm: Cssm, trusted: Maker) -> None:
    device = trusted()
    pushed = device.push(LATER)
    cssm.faults.add("lose-next-ack")
    with pytest.raises(ConnectionError):
        device.poll(pushed.poll_id, LATER + minutes(5))
    first = device.poll(pushed.poll_id, LATER + minutes(10))
    second = device.poll(pushed.poll_id, LATER + minutes(15))
    assert first.documents == second.documents
    assert (rows(cssm, Report), rows(cssm, Acknowledgement), rows(cssm, Consumption)) == (1, 1, 1)


def test_a_push_whose_answer_was_lost_can_be_repeated(cssm: Cssm, trusted: Maker) -> None:
    device = trusted()
    made = device.new_report(LATER)
    cssm.faults.add("lose-answers", count=1)
    with pytest.raises(ConnectionError):
        device.push(LATER, made)
    again = device.push(LATER + minutes(10), made)
    answer = device.poll(again.poll_id, LATER + minutes(15))
    assert acknowledged(answer) == [made.report_id]
    assert (rows(cssm, Report), rows(cssm, Acknowledgement), rows(cssm, Consumption)) == (1, 1, 1)


def test_a_message_that_arrives_twice_counts_once(cssm: Cssm, trusted: Maker) -> None:
    device = trusted()
    cssm.faults.add("deliver-twice")
    pushed = device.push(LATER)
    assert acknowledged(device.poll(pushed.poll_id, LATER + minutes(5))) == [device.next_report - 1]
    assert (rows(cssm, Report), rows(cssm, Acknowledgement)) == (1, 1)


def test_without_trust_no_report_is_taken(cssm: Cssm) -> None:
    reply = FakeDevice(cssm).push(LATER)
    assert reply.status is AnswerStatus.FAILED
    assert reply.reason == "Trust is not established: the product instance has no trust code"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ({"key": "stranger"}, "the signature does not fit the payload"),
        ({"device": udi(2)}, "which is not the device that sent it"),
    ],
)
def test_a_report_that_is_not_sound_is_refused_with_its_reason(
    trusted: Maker, cssm: Cssm, spoil: dict[str, object], reason: str
) -> None:
    device = trusted()
    made = report(**{"device": device.udi, "number": 1, "start": JAN_1, "end": LATER, **spoil})  # type: ignore[arg-type]
    reply = device.push(LATER, made)
    assert reply.status is AnswerStatus.FAILED
    assert reason in (reply.reason or "")
    assert rows(cssm, Report) == 0


def test_of_a_push_the_sound_reports_are_acknowledged(trusted: Maker, cssm: Cssm) -> None:
    device = trusted()
    good = device.new_report(LATER)
    pushed = device.push(LATER, good, report(device.udi, 7, JAN_1, LATER, key="stranger"))
    assert acknowledged(device.poll(pushed.poll_id, LATER + minutes(5))) == [good.report_id]


def test_another_report_under_a_known_number_is_refused(trusted: Maker, cssm: Cssm) -> None:
    device = trusted()
    device.push(LATER, report(device.udi, 7, JAN_1, LATER, count=1))
    reply = device.push(LATER, report(device.udi, 7, JAN_1, LATER, count=5))
    assert reply.reason == "report 7: another report with this number was received before"


@pytest.mark.parametrize(("start", "word"), [(JAN_1 + days(2), "gap"), (JAN_1 + days(0.5), "overlap")])
def test_gaps_and_overlaps_are_noticed_and_taken(trusted: Maker, cssm: Cssm, start: object, word: str) -> None:
    device = trusted()
    device.push(LATER, report(device.udi, 1, JAN_1, JAN_1 + days(1)))
    cssm.tick(LATER + minutes(5))
    device.push(LATER + days(3), report(device.udi, 2, start, JAN_1 + days(4)))  # type: ignore[arg-type]
    cssm.tick(LATER + days(4))
    with cssm.work() as work:
        reasons = work.session.scalars(select(SubmissionItem.reason).where(SubmissionItem.reason.is_not(None))).all()
    assert len(reasons) == 1
    assert f"a {word} of" in str(reasons[0])


def test_a_custom_policy_goes_out_with_the_next_ack_and_only_once(cssm: Cssm, trusted: Maker) -> None:
    device = trusted()
    cssm.set_policy("example.com", "Branches", custom_policy())
    found = []
    for day in (1, 2):
        pushed = device.push(JAN_1 + days(day))
        texts = device.poll(pushed.poll_id, JAN_1 + days(day) + minutes(5)).documents
        found.append([one for text in texts for one in parse_smart_license(text) if isinstance(one, PolicyDocument)])
    assert [document.policy for document in found[0]] == [custom_policy()]
    assert found[1] == []


def test_the_next_report_is_due_by_the_policy(cssm: Cssm, trusted: Maker) -> None:
    device = trusted()
    pushed = device.push(LATER, device.new_report(LATER), report(device.udi, 9, JAN_1, LATER, tag=DNA_TAG))
    device.poll(pushed.poll_id, LATER + minutes(5))
    with cssm.work() as work:
        due = work.session.scalars(select(Report)).first().product_instance.report_due  # type: ignore[union-attr]
    assert due is not None
    assert days(90) <= due - LATER <= days(90) + minutes(5)


def custom_policy() -> Policy:
    def of(first: int, frequency: int, change: int) -> PolicyAttributes:
        return PolicyAttributes(*(PolicyDays(days, PolicyOrigin.CUSTOMER) for days in (first, frequency, change)))

    return Policy(
        installed=None,
        name="Branch Policy",
        ack_required=True,
        ack_required_origin=PolicyOrigin.CUSTOMER,
        perpetual=of(30, 60, 60),
        subscription=of(120, 111, 111),
        enforced=of(30, 90, 60),
        export=of(30, 30, 30),
    )
