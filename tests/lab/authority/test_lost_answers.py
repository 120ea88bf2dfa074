"""The far end acted and its answer was lost: the device asks again, and it has happened once, on both sides."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from nornir_smartlic.files import TrustCodeDocument, parse_smart_license
from nornir_smartlic.model import Entitlement, Secret
from smartlic_lab.agent.events import (
    AuthorizationRequested,
    AuthorizationReturned,
    Deregistered,
    Event,
    Registered,
    Renewed,
    Scope,
    SyncRequested,
    TrustRequested,
)
from smartlic_lab.authority import Cssm, product_instances, reservations
from smartlic_lab.authority.catalogue import find_license
from smartlic_lab.authority.errors import Refusal
from smartlic_lab.authority.licenses import Position, position
from smartlic_lab.authority.models import ProductUdi, TokenUse
from smartlic_lab.world.signing import return_code
from smartlic_lab.world.wire import AnswerStatus, MessageKind
from tests.lab.authority.agents import DNA, HSEC, NETWORK, AgentDevice, live
from tests.lab.authority.devices import JAN_1, FakeDevice, days, minutes, udi

TOKEN, OTHER = Secret("a-token-for-one-device"), Secret("another-token")
SLP, LEGACY = (17, 12, 4), (16, 12, 4)
HOUR = timedelta(hours=1)

TRUST = TrustRequested(TOKEN, Scope.ALL)
REGISTER = Registered(TOKEN)
ADD = AuthorizationRequested("hseck9", Scope.ALL)
GIVE_BACK = AuthorizationReturned(Scope.ALL, online=True)


@dataclass
class Cut:
    """What came before, what is then asked for, and how many licences of hseck9 CSSM holds for the device after it."""

    release: tuple[int, int, int]
    before: Sequence[Event]
    asked: Event
    reserved: int = 0


CUTS = {
    "trust request": Cut(SLP, [], TRUST),
    "trust request with force": Cut(SLP, [TRUST], TrustRequested(OTHER, Scope.ALL, True)),
    "trust request with force and the same token": Cut(SLP, [TRUST], TrustRequested(TOKEN, Scope.ALL, True)),
    "SLAC request": Cut(SLP, [TRUST], ADD, 1),
    "SLAC request for more": Cut(SLP, [TRUST, ADD], AuthorizationRequested("hseck9", Scope.ALL, count=2), 2),
    "SLAC return": Cut(SLP, [TRUST, ADD], GIVE_BACK),
    "usage report": Cut(SLP, [TRUST], SyncRequested(Scope.ALL)),
    "registration": Cut(LEGACY, [], REGISTER),
    "registration with force": Cut(LEGACY, [REGISTER], Registered(OTHER, force=True)),
    "renewal of the identity": Cut(LEGACY, [REGISTER], Renewed(identity=True)),
    "renewal of the authorization": Cut(LEGACY, [REGISTER], Renewed(identity=False)),
}


def account(cssm: Cssm) -> None:
    cssm.add_licenses([NETWORK, DNA, HSEC])
    for text in (TOKEN, OTHER):
        cssm.add_token("example.com", "Branches", max_uses=1, text=text.reveal())
    for licence, quantity in ((NETWORK, 5), (DNA, 5), (HSEC, 3)):
        cssm.add_pool("example.com", "Branches", licence.tag, quantity)


def standing(cssm: Cssm, licence: Entitlement) -> Position:
    with cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        return position(work, home, find_license(work, licence.tag))


def identity_of(device: AgentDevice) -> str | None:
    stored = device.agent.stored()
    code = stored["trust"]["codes"].get(str(device.members[0].udi))
    return stored["legacy"]["certificate"] or (None if code is None else code["trust_id"])


def works(device: AgentDevice, cssm: Cssm, since: datetime, now: datetime) -> bool:
    """CSSM answers what the device asks next: an acknowledgement, or an authorization."""
    legacy = device.agent.profile.release < (17, 3, 2)
    device.happen(Renewed(identity=False) if legacy else SyncRequested(Scope.ALL), now)
    live(now + HOUR, device, cssm)
    state = device.state(now + HOUR)
    if legacy:
        return state.authorization_state is not None and state.authorization_state.status == "AUTHORIZED"
    acked = None if state.usage_reporting is None else state.usage_reporting.last_ack
    return acked is not None and acked > since


@pytest.mark.parametrize("times", [1, 4])
@pytest.mark.parametrize("cut", CUTS.values(), ids=CUTS.keys())
def test_what_was_done_and_not_heard_of_is_asked_for_again_and_done_once(cssm: Cssm, cut: Cut, times: int) -> None:
    account(cssm)
    device = AgentDevice(cssm, release=cut.release)
    now = JAN_1
    for event in cut.before:
        now += HOUR
        live(now, device, cssm)
        device.happen(event, now)
    now += HOUR
    live(now, device, cssm)
    cssm.faults.add("lose-answers", count=times)
    device.happen(cut.asked, now)
    live(now + 6 * HOUR, device, cssm)
    assert cssm.faults.listed() == ()
    assert works(device, cssm, now, now + 6 * HOUR)
    with cssm.work() as work:
        own = work.session.get_one(ProductUdi, (udi().pid, udi().sn))
        assert own.trust_code == identity_of(device)
        uses = select(func.count()).select_from(TokenUse)
        tokens = {
            one.token.reveal() for one in (*cut.before, cut.asked) if isinstance(one, TrustRequested | Registered)
        }
        assert work.session.scalar(uses) == len(tokens)
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        assert product_instances.list_instances(work, [home])[0] == 1
    assert standing(cssm, HSEC).reserved == cut.reserved
    assert standing(cssm, NETWORK).in_use == 1
    assert device.agent.is_authorized(HSEC, now) is bool(cut.reserved)
    summary = device.state(now + 7 * HOUR).report_summary
    assert summary is None or summary.waiting_for_ack == 0


def test_a_return_that_comes_again_leaves_the_code_that_was_asked_for_since(cssm: Cssm) -> None:
    account(cssm)
    device = AgentDevice(cssm)
    for event in (TRUST, ADD):
        device.happen(event, JAN_1 + HOUR)
    live(JAN_1 + 2 * HOUR, device, cssm)
    cssm.faults.add("lose-answers", count=1)
    device.happen(GIVE_BACK, JAN_1 + 2 * HOUR)
    device.happen(ADD, JAN_1 + 2 * HOUR)
    live(JAN_1 + 6 * HOUR, device, cssm)
    assert device.agent.is_authorized(HSEC, JAN_1 + 6 * HOUR)
    assert standing(cssm, HSEC).reserved == 1


def test_a_device_that_deregistered_is_forgotten_and_comes_to_rest(cssm: Cssm) -> None:
    account(cssm)
    device = AgentDevice(cssm, release=LEGACY)
    device.happen(REGISTER, JAN_1 + HOUR)
    cssm.faults.add("lose-answers", count=1)
    device.happen(Deregistered(), JAN_1 + 2 * HOUR)
    live(JAN_1 + 5 * HOUR, device, cssm)
    device.happen(REGISTER, JAN_1 + 5 * HOUR)
    assert works(device, cssm, JAN_1, JAN_1 + 6 * HOUR)


def test_a_trust_code_that_was_renewed_and_lost_is_given_again(cssm: Cssm, trusted: Callable[..., FakeDevice]) -> None:
    device = trusted()
    device.send(MessageKind.TRUST_SYNC, JAN_1)
    late = JAN_1 + days(8 * 365)
    cssm.faults.add("lose-answers", count=1)
    with pytest.raises(ConnectionError):
        device.send(MessageKind.TRUST_SYNC, late)
    assert device.send(MessageKind.TELEMETRY, late).status is AnswerStatus.OK, "the one before is good still"
    again = device.send(MessageKind.TRUST_SYNC, late + minutes(5))
    (code,) = [one for one in parse_smart_license(again.documents[0]) if isinstance(one, TrustCodeDocument)]
    before, device.trust_id = device.trust_id, code.trust_id
    assert device.send(MessageKind.TELEMETRY, late + minutes(6)).status is AnswerStatus.OK
    device.trust_id = before
    assert device.send(MessageKind.TELEMETRY, late + minutes(7)).status is AnswerStatus.FAILED, "and then no more"


def test_a_reservation_that_is_asked_for_again_is_the_same(cssm: Cssm) -> None:
    account(cssm)
    request = f"CB-Z{udi().pid}:{udi().sn}-A1b2C3d4E-5f"
    codes = []
    for _ in range(2):
        with cssm.work() as work:
            home = work.virtual_account(work.smart_account("example.com"), "Branches")
            codes.append(reservations.reserve(work, home, request, {HSEC.tag: 1}).authorization_code)
    assert codes[0] == codes[1]
    assert standing(cssm, HSEC).reserved == 1
    with cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        with pytest.raises(Refusal, match="has a reservation already"):
            reservations.reserve(work, home, request, {HSEC.tag: 2})


def test_a_reservation_that_is_returned_again_is_returned_once(cssm: Cssm) -> None:
    account(cssm)
    code = return_code(udi(), "of the reservation")
    with cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        reservations.reserve(work, home, f"CB-Z{udi().pid}:{udi().sn}-A1b2C3d4E-5f", {HSEC.tag: 1})
    for _ in range(2):
        with cssm.work() as work:
            home = work.virtual_account(work.smart_account("example.com"), "Branches")
            reservations.return_reservation(work, home, udi(), code)
    assert standing(cssm, HSEC).balance == 3
