"""Sessions that are lost at every point of a task that changes something: it ends done, or says what is not known, and
nothing is sent twice that may count twice."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

from nornir_smartlic.errors import StateUnknown, Unreachable
from nornir_smartlic.files import parse_authorization_request
from nornir_smartlic.intent import code_lines, intent_of
from nornir_smartlic.model import AuthorizationStatus
from nornir_smartlic.operations.authorizing import request_authorization, return_authorization
from nornir_smartlic.operations.collecting import collect_usage_reports
from nornir_smartlic.operations.configuring import configure
from nornir_smartlic.operations.conversation import Answer, Configure, Exec, converse
from nornir_smartlic.operations.importing import import_files, import_files_of
from nornir_smartlic.operations.legacy import ReservationFile, register_device, reserve_licenses
from nornir_smartlic.operations.reading import read_state
from nornir_smartlic.operations.resetting import factory_reset
from nornir_smartlic.operations.syncing import sync_usage
from nornir_smartlic.operations.trusting import establish_trust
from smartlic_lab.authority.reservations import reserve
from tests.memory import NAME_SERVER, TOKEN, WANTED, MemoryLab, memory_lab, switch
from tests.operations.test_lost_sessions import NEVER, CutDoor
from tests.tasks.test_further_tasks import buy

POINTS = [(cut, is_done) for cut in range(9) for is_done in (False, True)]
HOUR = timedelta(hours=1)


def online(*, trusted: bool) -> MemoryLab:
    lab = memory_lab(switch())
    converse(configure(intent_of(WANTED), commit=True), lab.door("sw1").answer)
    if trusted:
        converse(establish_trust(TOKEN), lab.door("sw1").answer)
        lab.world.advance(HOUR)
    return lab


def air_gapped() -> MemoryLab:
    lab = memory_lab(switch())
    converse(configure(intent_of({"transport": "off"}), commit=True), lab.door("sw1").answer)
    lab.world.advance(HOUR)
    return lab


def times(lab: MemoryLab, word: str) -> int:
    """How often the device got a command with *word*."""
    return sum(isinstance(request, Exec) and word in request.command for request in lab.asked)


@pytest.mark.parametrize(("cut", "is_done"), POINTS)
def test_trust_uses_a_token_once_whenever_the_session_is_lost(cut, is_done):
    lab = online(trusted=False)
    lab.asked.clear()
    door = CutDoor(lab, cut + 1, is_done=is_done)
    try:
        outcome = converse(establish_trust(TOKEN), door.answer)
    except (StateUnknown, Unreachable):
        assert times(lab, "trust idtoken") == 0, "the device never got it"
    else:
        assert outcome.trust_codes
        assert times(lab, "trust idtoken") == 1


@pytest.mark.parametrize(("cut", "is_done"), POINTS)
def test_sync_reports_once_whenever_the_session_is_lost(cut, is_done):
    lab = online(trusted=True)
    lab.asked.clear()
    try:
        outcome = converse(sync_usage(), CutDoor(lab, cut + 1, is_done=is_done).answer)
    except (StateUnknown, Unreachable):
        assert times(lab, "license smart sync") == 0
    else:
        assert outcome.acknowledged
        assert times(lab, "license smart sync") == 1


def test_a_device_that_does_not_come_back_after_its_token_was_sent_is_of_unknown_state():
    lab = online(trusted=False)
    whole = CutDoor(lab, NEVER)
    before = len(lab.asked)
    converse(establish_trust(TOKEN), whole.answer)
    sent = 1 + next(n for n, request in enumerate(lab.asked[before:]) if isinstance(request, Exec))
    lab = online(trusted=False)
    with pytest.raises(StateUnknown, match="whether it comes is not known; no answer on") as unknown:
        converse(establish_trust(TOKEN), CutDoor(lab, sent, away=None, is_done=True).answer)
    assert TOKEN.reveal() not in str(unknown.value)
    assert times(lab, "trust idtoken") == 1


def keep(file) -> Path:
    kept.append(file.content)
    return Path("kept")


kept: list[bytes] = []


def collected(lab: MemoryLab, cut: int, is_done: bool = False):
    return converse(
        collect_usage_reports(keep, "smartlic-usage-00000000.txt"), CutDoor(lab, cut, is_done=is_done).answer
    )


@pytest.mark.parametrize(("cut", "is_done"), POINTS)
def test_reports_are_collected_whole_whenever_the_session_is_lost(cut, is_done):
    whole = collected(air_gapped(), NEVER)
    lab = air_gapped()
    try:
        outcome = collected(lab, cut + 1, is_done)
    except Unreachable:
        assert times(lab, "save usage") == 0, "it was lost while it was read"
    else:
        assert (outcome.report_ids, outcome.report_count) == (whole.report_ids, whole.report_count)
        assert times(lab, "save usage") == 1
        assert not any("smartlic" in name for name in lab.devices["sw1"].list_files())


@pytest.mark.parametrize(("cut", "is_done"), POINTS)
def test_an_ack_is_imported_whenever_the_session_is_lost(cut, is_done):
    lab = air_gapped()
    collected(lab, NEVER)
    upload = lab.cssm.submit_usage_file(
        kept[-1], domain="example.com", virtual_account="Branches", now=lab.world.clock.now()
    )
    lab.world.advance(lab.cssm.processing_time * 2)
    ack = lab.cssm.acknowledgement(upload, lab.world.clock.now()).content
    files = import_files_of(Path("ack.txt"), ack)
    lab.asked.clear()
    try:
        outcome = converse(
            import_files(files, "smartlic-import-00000000"), CutDoor(lab, cut + 1, is_done=is_done).answer
        )
    except Unreachable:
        assert times(lab, "license smart import") == 0, "it was lost while it was read"
    else:
        assert outcome.files[0].imported
        assert outcome.last_ack is not None
        assert times(lab, "license smart import") == 1
        assert not any("smartlic" in name for name in lab.devices["sw1"].list_files())


# --- authorizations -------------------------------------------------------------------------------------------------


def licensed(*, authorized: bool) -> MemoryLab:
    """A stack of two with trust, whose virtual account has licences for ``hseck9``."""
    lab = memory_lab(switch(members=2))
    buy(lab, "hseck9")
    converse(configure(intent_of(WANTED), commit=True), lab.door("sw1").answer)
    converse(establish_trust(TOKEN), lab.door("sw1").answer)
    if authorized:
        converse(request_authorization("hseck9"), lab.door("sw1").answer)
    return lab


@pytest.mark.parametrize(("cut", "is_done"), POINTS)
def test_an_authorization_is_asked_for_once_whenever_the_session_is_lost(cut, is_done):
    lab = licensed(authorized=False)
    lab.asked.clear()
    try:
        outcome = converse(request_authorization("hseck9"), CutDoor(lab, cut + 1, is_done=is_done).answer)
    except (StateUnknown, Unreachable):
        assert times(lab, "authorization request") == 0
    else:
        assert [line.status for line in outcome.members] == [AuthorizationStatus.SMART_INSTALLED] * 2
        assert times(lab, "authorization request") == 1


def last_codes(lab: MemoryLab) -> list[str | None]:
    """The return codes that the device remembers."""
    state = converse(read_state("show license authorization"), lab.door("sw1").answer)
    return [line.last_return_code for line in code_lines(state)]


@pytest.mark.parametrize(("cut", "is_done"), POINTS)
def test_authorizations_are_given_back_with_their_codes_whenever_the_session_is_lost(cut, is_done):
    lab = licensed(authorized=True)
    converse(configure(intent_of({"transport": "off"}), commit=True), lab.door("sw1").answer)
    lab.asked.clear()
    try:
        outcome = converse(return_authorization(), CutDoor(lab, cut + 1, is_done=is_done).answer)
    except Unreachable:
        assert times(lab, "authorization return") == 0, "it was lost while it was read"
    else:
        assert [code.code for code in outcome.codes] == last_codes(lab)
        assert all(code.udi is not None for code in outcome.codes)
        assert times(lab, "authorization return") == 1


def test_a_device_that_does_not_come_back_from_a_return_is_of_unknown_state_and_the_next_run_reads_it():
    for is_done in (False, True):
        lab = licensed(authorized=True)
        with pytest.raises(
            StateUnknown, match=r"^the authorization codes were to be given back, whether they are is not"
        ):
            converse(return_authorization(), CutDoor(lab, 3, away=None, is_done=is_done).answer)
        assert converse(return_authorization(commit=False), lab.door("sw1").answer).needed is not is_done


def test_return_codes_that_an_offline_device_does_not_print_again_are_not_known():
    lab = licensed(authorized=True)
    converse(configure(intent_of({"transport": "off"}), commit=True), lab.door("sw1").answer)
    cut = CutDoor(lab, 3, is_done=True)

    def answer(request):
        got = cut.answer(request)
        return Answer(re.sub(r"\n +Last return code: .*", "", got.text), got.data)

    with pytest.raises(StateUnknown, match="were given back, the return codes are not known: 'show license authoriz"):
        converse(return_authorization(), answer)


@pytest.mark.parametrize(("cut", "is_done"), POINTS)
def test_a_request_by_file_is_brought_whole_whenever_the_session_is_lost(cut, is_done):
    lab = memory_lab(switch(members=2))
    converse(configure(intent_of({"transport": "off"}), commit=True), lab.door("sw1").answer)
    lab.asked.clear()
    requesting = request_authorization(
        "hseck9", keep=lambda data: kept.append(data) or Path("kept"), name="smartlic-authorization-00000000.txt"
    )
    try:
        outcome = converse(requesting, CutDoor(lab, cut + 1, is_done=is_done).answer)
    except Unreachable:
        assert times(lab, "authorization request") == 0, "it was lost while it was read"
    else:
        assert outcome.requested
        assert len(parse_authorization_request(kept[-1].decode()).members) == 2
        assert not any("smartlic" in name for name in lab.devices["sw1"].list_files())


@pytest.mark.parametrize(("cut", "is_done"), POINTS)
def test_a_reset_is_asked_for_whenever_the_session_is_lost(cut, is_done):
    lab = memory_lab(switch())
    try:
        outcome = converse(factory_reset(), CutDoor(lab, cut + 1, is_done=is_done).answer)
    except Unreachable:
        assert times(lab, "factory reset") == 0, "it was lost while it was read"
    else:
        assert outcome.needs_reload
        assert times(lab, "factory reset") >= 1


# --- the legacy model -----------------------------------------------------------------------------------------------


def legacy() -> MemoryLab:
    lab = memory_lab(switch(release="16.12"))
    lines = (f"ip name-server {NAME_SERVER}", "crypto pki trustpoint SLA-TrustPoint", "revocation-check none")
    lab.door("sw1").answer(Configure(lines))
    lab.asked.clear()
    return lab


@pytest.mark.parametrize(("cut", "is_done"), POINTS)
def test_a_registration_uses_a_token_once_whenever_the_session_is_lost(cut, is_done):
    lab = legacy()
    try:
        outcome = converse(register_device(TOKEN), CutDoor(lab, cut + 1, is_done=is_done).answer)
    except (StateUnknown, Unreachable):
        assert times(lab, "register idtoken") == 0
    else:
        assert outcome.registration.virtual_account == "Branches"
        assert times(lab, "register idtoken") == 1


def request_codes(lab: MemoryLab) -> tuple[str | None, ...]:
    state = converse(read_state(), lab.door("sw1").answer)
    return tuple(member.request_code for member in state.reservation.members)


@pytest.mark.parametrize(("cut", "is_done"), POINTS)
def test_the_request_code_of_a_reservation_is_the_one_of_the_device_whenever_the_session_is_lost(cut, is_done):
    lab = legacy()
    try:
        outcome = converse(reserve_licenses(), CutDoor(lab, cut + 1, is_done=is_done).answer)
    except Unreachable:
        assert times(lab, "reservation request") == 0, "it was lost while it was read"
    else:
        assert outcome.request_codes == request_codes(lab)
        assert times(lab, "reservation request") == 1


@pytest.mark.parametrize(("cut", "is_done"), POINTS)
def test_a_reservation_is_installed_whenever_the_session_is_lost(cut, is_done):
    lab = legacy()
    quantities = buy(lab, "network-advantage")
    (code,) = converse(reserve_licenses(), lab.door("sw1").answer).request_codes
    with lab.cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        text = reserve(work, home, code, quantities).authorization_code
    authorization = ReservationFile(text.encode(), "smartlic-reservation-00000000.txt")
    lab.asked.clear()
    try:
        outcome = converse(reserve_licenses(authorization), CutDoor(lab, cut + 1, is_done=is_done).answer)
    except Unreachable:
        assert times(lab, "reservation install") == 0, "it was lost while it was read"
    else:
        assert outcome.installed
        assert not any("smartlic" in name for name in lab.devices["sw1"].list_files())


def test_a_device_that_does_not_come_back_from_a_reservation_is_of_unknown_state():
    states = (
        (4, "changed, not saved, state unknown: 'license smart"),
        (5, "request codes were asked for"),
        (6, "'license smart reservation' stands, whether it was saved"),
    )
    for cut, state in states:
        lab = legacy()
        with pytest.raises(StateUnknown, match=f"^{state}"):
            converse(reserve_licenses(), CutDoor(lab, cut, away=None, is_done=True).answer)
        assert converse(reserve_licenses(), lab.door("sw1").answer).request_codes == request_codes(lab)
