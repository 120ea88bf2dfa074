"""Tokens and trust codes."""

from __future__ import annotations

import pytest

from nornir_smartlic.files import AccountInfo, TrustCodeDocument, is_signed, parse_smart_license
from smartlic_lab.authority import Cssm
from smartlic_lab.world.signing import CSSM_KEY
from smartlic_lab.world.wire import AnswerStatus, MessageKind
from tests.lab.authority.devices import JAN_1, FakeDevice, days, udi


def test_a_token_gives_a_trust_code_and_the_accounts(cssm: Cssm) -> None:
    reply = FakeDevice(cssm).trust(cssm.add_token("example.com", "Branches"))
    trust_code, account = parse_smart_license(reply.documents[0])
    assert isinstance(trust_code, TrustCodeDocument)
    assert isinstance(account, AccountInfo)
    assert (account.smart_account, account.virtual_account) == ("Example Networks", "Branches")
    assert is_signed(trust_code, CSSM_KEY)
    assert is_signed(account, CSSM_KEY)


def test_every_member_gets_a_trust_code_when_asked_for_all(cssm: Cssm) -> None:
    stack = FakeDevice(cssm, udi(1), others=(udi(2), udi(3)))
    reply = stack.trust(cssm.add_token("example.com", "Branches"), all=True)
    codes = [one for one in parse_smart_license(reply.documents[0]) if isinstance(one, TrustCodeDocument)]
    assert [code.udi for code in codes] == [udi(1), udi(2), udi(3)]
    assert len({code.trust_id for code in codes}) == 3


@pytest.mark.parametrize(
    ("options", "age", "reason"),
    [
        ({"expires_after_days": 30}, 31, "The token has expired"),
        ({"max_uses": 1}, 0, "The token has been used the maximum number of times"),
    ],
)
def test_a_token_that_is_over_lets_nobody_in(cssm: Cssm, options: dict[str, int], age: int, reason: str) -> None:
    token = cssm.add_token("example.com", "Branches", **options)
    FakeDevice(cssm, udi(1)).trust(token)
    reply = FakeDevice(cssm, udi(2)).trust(token, JAN_1 + days(age))
    assert (reply.status, reply.reason) == (AnswerStatus.FAILED, reason)


def test_a_device_that_comes_again_is_counted_once(cssm: Cssm) -> None:
    token = cssm.add_token("example.com", "Branches", max_uses=1)
    device = FakeDevice(cssm)
    first, second = device.trust(token), device.trust(token, force=True)
    assert (first.status, second.status) == (AnswerStatus.OK, AnswerStatus.OK)


def test_an_unknown_token_is_refused_and_leaves_nothing_behind(cssm: Cssm) -> None:
    device = FakeDevice(cssm)
    reply = device.trust("no such token")
    assert (reply.status, reply.reason) == (AnswerStatus.FAILED, "The token is not valid")
    assert device.send(MessageKind.TRUST_SYNC, JAN_1).status is AnswerStatus.FAILED


@pytest.mark.parametrize(("offset", "status"), [(59, AnswerStatus.OK), (61, AnswerStatus.FAILED)])
def test_a_clock_more_than_an_hour_off_is_a_timestamp_mismatch(cssm: Cssm, offset: int, status: AnswerStatus) -> None:
    token = cssm.add_token("example.com", "Branches")
    for sign in (1, -1):
        reply = FakeDevice(cssm, clock_offset=sign * days(offset / 1440)).trust(token)
        assert reply.status is status
        assert reply.reason is None or reply.reason.startswith("Timestamp mismatch")
