"""Authorization codes for export-controlled and enforced licences, online and by file; reservations."""

from datetime import timedelta

import pytest

from nornir_smartlic.errors import IllegalEvent
from nornir_smartlic.files import AuthorizationDocument, AuthorizedLicense, parse_authorization_request
from nornir_smartlic.model import AuthorizationStatus, UsageStatus
from smartlic_lab.agent.events import (
    AuthorizationRequested,
    AuthorizationRequestSaveRequested,
    AuthorizationReturned,
    FactoryResetRequested,
    FileImported,
    Scope,
)
from smartlic_lab.world.wire import MessageKind
from tests.lab.agent.kit import HSECK9, JAN_1, MEMBERS, NETWORK_ADVANTAGE, OFF, days, stack, text

MINUTES_10 = timedelta(minutes=10)
UDI = MEMBERS[0].udi


def slac(udi=UDI, code="one", count=1, kind="SMART", tag=HSECK9.tag, end=None):
    license_ = AuthorizedLicense(tag, count, "PERPETUAL" if end is None else "TERM", end=end)
    return AuthorizationDocument(udi, code, JAN_1, (license_,), kind)


def authorized():
    bench = stack(settings=OFF)
    bench.feed(FileImported(text(slac())))
    return bench


def test_a_request_is_saved_and_its_code_imported_and_confirmed():
    bench = stack(settings=OFF)
    bench.feed(AuthorizationRequested("hseck9", Scope.LOCAL))
    (written,) = bench.feed(AuthorizationRequestSaveRequested())
    (member,) = parse_authorization_request(written.content).members
    assert (member.udi, member.keys[0].tag, member.keys[0].count) == (UDI, HSECK9.tag, 1)
    (printed,) = bench.feed(FileImported(text(slac())))
    first, second, third = printed.text.splitlines()
    assert (first, second) == ("Import Data Successful", f"Last Confirmation code UDI: {UDI}")
    shown = bench.state.authorizations.members[0]
    assert shown.status is AuthorizationStatus.SMART_INSTALLED
    assert shown.installed == JAN_1
    assert third == f"    Confirmation code: {shown.last_confirmation_code}"
    assert len(shown.last_confirmation_code) == 8
    assert bench.state.authorizations.members[1].status is AuthorizationStatus.NOT_INSTALLED


def test_what_is_authorized_is_listed_with_its_term():
    bench = authorized()
    (authorization,) = bench.state.authorizations.authorizations
    assert (authorization.name, authorization.total_count) == ("hseck9", 1)
    assert authorization.terms[0].license_type == "PERPETUAL"
    assert any(log.text == "Usage of export controlled features is allowed" for _, log in bench.logged)


def test_online_a_code_is_asked_for_installed_and_confirmed():
    bench = stack().trusted()
    bench.far_end.authorizes = True
    bench.feed(AuthorizationRequested("hseck9", Scope.ALL))
    assert {member.status for member in bench.state.authorizations.members} == {AuthorizationStatus.SMART_INSTALLED}
    kinds = [message.kind for message in bench.far_end.messages]
    assert kinds[-2:] == [MessageKind.AUTHORIZATION_REQUEST, MessageKind.AUTHORIZATION_CONFIRMATION]


def test_a_refused_request_is_logged():
    bench = stack().trusted()
    bench.far_end.refuses[MessageKind.AUTHORIZATION_REQUEST] = "no licence is free"
    bench.feed(AuthorizationRequested("hseck9", Scope.LOCAL))
    assert bench.logged[-1][1].text == (
        f"The install of a new licensing authorization code has failed on {UDI}: no licence is free."
    )


def test_an_unknown_feature_was_not_found():
    """Source: exec-command-responses/genielibs-config_smart_authorisation_request.txt."""
    with pytest.raises(IllegalEvent, match="The requested item was not found"):
        stack().feed(AuthorizationRequested("test", Scope.LOCAL))


def test_without_a_code_there_is_nothing_to_return():
    """Source: exec-command-responses/genielibs-enable_license_smart_authorization_return.txt."""
    with pytest.raises(IllegalEvent, match="No reservation authorization code installed in device"):
        stack().feed(AuthorizationReturned(Scope.ALL, online=False))


def test_a_returned_code_is_gone_and_its_return_code_is_printed():
    bench = authorized()
    (printed,) = bench.feed(AuthorizationReturned(Scope.LOCAL, online=False))
    shown = bench.state.authorizations.members[0]
    assert shown.status is AuthorizationStatus.NOT_INSTALLED
    assert printed.text.splitlines()[-1] == f"    Return code: {shown.last_return_code}"
    assert [len(group) for group in shown.last_return_code.split("-")] == [6] * 8 + [3]
    assert bench.state.authorizations.authorizations == ()


def test_a_return_can_be_written_to_a_file():
    (written,) = authorized().feed(AuthorizationReturned(Scope.LOCAL, online=False, to_file=True))
    (member,) = parse_authorization_request(written.content).members
    assert (member.udi, member.keys) == (UDI, ())
    assert member.remove_code is not None


def test_what_is_in_use_cannot_be_returned():
    bench = authorized().use(HSECK9, 1)
    before = bench.agent.stored()
    with pytest.raises(IllegalEvent, match="The requested operation is not supported"):
        bench.feed(AuthorizationReturned(Scope.LOCAL, online=False))
    assert bench.agent.stored() == before


def test_use_without_a_code_is_not_authorized():
    bench = stack(settings=OFF).use(HSECK9, 1)
    assert not bench.agent.is_authorized(HSECK9, bench.now)
    used = bench.state.usage[-1]
    assert (used.status, used.export_status) == (UsageStatus.NOT_AUTHORIZED, "RESTRICTED - NOT ALLOWED")


def test_a_term_ends():
    bench = stack(settings=OFF)
    bench.feed(FileImported(text(slac(end=JAN_1 + days(10)))))
    assert bench.agent.is_authorized(HSECK9, JAN_1 + days(9))
    assert not bench.agent.is_authorized(HSECK9, JAN_1 + days(10))


def test_a_code_survives_a_reload_and_not_a_factory_reset():

    bench = authorized().reload()
    assert bench.agent.is_authorized(HSECK9, bench.now)
    (printed,) = bench.feed(FactoryResetRequested())
    assert printed.text == '%Warning: reload required after "license smart factory reset" command\n'
    assert bench.agent.is_authorized(HSECK9, bench.now)
    bench.reload()
    assert not bench.agent.is_authorized(HSECK9, bench.now)
    assert bench.reporting.next_ack_deadline == bench.now + days(90)


def test_what_is_reserved_needs_no_report():
    bench = stack((NETWORK_ADVANTAGE, 0), settings=OFF)
    bench.feed(FileImported(text(slac(kind="SPECIFIC", tag=NETWORK_ADVANTAGE.tag, count=3))))
    bench.use(NETWORK_ADVANTAGE, 3)
    assert bench.reporting.next_ack_deadline is None
    assert bench.state.tech_support.reporting_not_required == (NETWORK_ADVANTAGE.tag,)
    bench.use(NETWORK_ADVANTAGE, 4)
    assert bench.reporting.next_ack_deadline == JAN_1 + days(365)
