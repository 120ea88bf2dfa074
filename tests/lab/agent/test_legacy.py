"""Before 17.3.2: evaluation, registration, renewals, reservation; and the ways from there to SLP and back."""

from dataclasses import replace
from datetime import timedelta

import pytest

from nornir_smartlic.errors import IllegalEvent
from nornir_smartlic.files import AuthorizationDocument, AuthorizedLicense
from nornir_smartlic.model import (
    Attempt,
    AuthorizationStatus,
    LicensingModel,
    RegistrationStatus,
    Secret,
    TransportType,
    UsageStatus,
)
from smartlic_lab.agent import AgentSettings
from smartlic_lab.agent.events import (
    AuthorizationReturned,
    Deregistered,
    Registered,
    Renewed,
    ReservationCancelled,
    ReservationInstalled,
    ReservationRequested,
    ReservationReturned,
    Scope,
    SyncRequested,
)
from smartlic_lab.agent.upgrade import transport_after_upgrade
from smartlic_lab.world.wire import MessageKind
from tests.lab.agent.kit import (
    DNA_ADVANTAGE,
    HSECK9,
    JAN_1,
    MEMBERS,
    NETWORK_ADVANTAGE,
    SMART,
    days,
    profile,
    stack,
    text,
)

CALLHOME = AgentSettings(transport=TransportType.CALLHOME)
RESERVING = replace(CALLHOME, reservation=True)
OLD = profile((16, 12, 4), "4.8.5.4_rel/22", standalone=True)
NEW = profile((17, 12, 4), standalone=True)
ALONE = MEMBERS[:1]
UDI = ALONE[0].udi


def old(*, settings=CALLHOME, usage=((NETWORK_ADVANTAGE, 1),), members=ALONE):
    return stack(*usage, settings=settings, of=OLD, members=members).pass_time(timedelta(minutes=3))


def registered():
    bench = old()
    bench.feed(Registered(Secret("good")))
    return bench


def mnemonics(bench):
    return bench.mnemonics()


def test_an_unregistered_device_evaluates_for_90_days():
    bench = old()
    state = bench.state
    assert (state.slp, state.registration.status) == (False, RegistrationStatus.UNREGISTERED)
    assert state.authorization_state.status == "EVAL MODE"
    assert state.usage[0].status is UsageStatus.EVAL_MODE
    assert "EVAL_START" in mnemonics(bench)
    left = bench.pass_time(days(30)).state.authorization_state.evaluation_remaining
    assert days(59) < left < days(61)
    assert "EVAL_EXPIRED" in mnemonics(bench.pass_time(days(61)))
    assert bench.state.authorization_state.status == "EVAL EXPIRED"


def test_the_end_of_the_evaluation_is_announced_and_then_repeated():
    bench = old().pass_time(days(95))
    assert next(log.text for _, log in bench.logged if log.mnemonic == "EVAL_WILL_EXPIRE_WARNING") == (
        "Evaluation period will expire in 30 days."
    )
    assert len(bench.times_of("EVAL_WILL_EXPIRE_WARNING")) == 8
    assert len(bench.times_of("EVAL_EXPIRED_WARNING")) == 5


def test_without_a_licence_in_use_the_evaluation_stands_still():
    bench = old(usage=((NETWORK_ADVANTAGE, 0),)).pass_time(days(400))
    assert bench.state.authorization_state.status == "No Licenses in Use"


def test_registration_says_that_it_is_in_progress_and_succeeds():
    """Source: license-smart-register/xavier-csr1000v-register.txt; spans: reference/cli.md section 7."""
    bench = old()
    (printed,) = bench.feed(Registered(Secret("good")))
    assert printed.text.startswith("Registration process is in progress. Use the 'show license status' command")
    registration, authorization = bench.state.registration, bench.state.authorization_state
    assert registration.status is RegistrationStatus.REGISTERED
    assert (registration.smart_account, registration.virtual_account) == ("example.com", "Branches")
    assert registration.next_renewal == bench.now + days(180)
    assert authorization.status == "AUTHORIZED"
    assert authorization.next_communication == bench.now + days(30)
    assert authorization.communication_deadline == bench.now + days(90)
    assert bench.state.model is LicensingModel.REGISTERED
    assert "AGENT_REG_SUCCESS" in mnemonics(bench)


def test_a_refused_registration_goes_back_to_evaluation():
    bench = old()
    bench.far_end.refuses[MessageKind.REGISTRATION] = "the token is used up"
    bench.feed(Registered(Secret("bad")))
    registration = bench.state.registration
    assert registration.status is RegistrationStatus.REGISTRATION_FAILED
    assert registration.initial == Attempt("FAILED", bench.now, "the token is used up")
    assert bench.logged[-1][1].text.endswith("failed: the token is used up")
    bench.far_end.refuses.clear()
    bench.feed(Registered(Secret("good")))
    assert bench.state.registration.status is RegistrationStatus.REGISTERED
    bench.feed(Deregistered())
    assert bench.state.registration.status is RegistrationStatus.UNREGISTERED


def test_a_second_registration_needs_force():
    bench = registered()
    with pytest.raises(IllegalEvent, match="The agent is already registered"):
        bench.feed(Registered(Secret("good")))
    bench.pass_time(days(1)).feed(Registered(Secret("good"), force=True))
    assert bench.state.registration.initial.time == bench.now


def test_registration_goes_on_until_somebody_answers():
    bench = old()
    bench.far_end.away = "Fail to send out Call Home HTTP message."
    bench.feed(Registered(Secret("good")))
    registration = bench.state.registration
    assert registration.status is RegistrationStatus.REGISTRATION_IN_PROGRESS
    assert registration.initial.failure_reason == bench.far_end.away
    assert registration.next_attempt > bench.now
    bench.far_end.away = None
    bench.pass_time(timedelta(minutes=10))
    assert bench.state.registration.status is RegistrationStatus.REGISTERED


def test_authorization_is_renewed_each_month_and_identity_each_half_year():
    bench = registered().pass_time(days(200))
    asked = [message.kind for message in bench.far_end.messages]
    assert asked.count(MessageKind.AUTHORIZATION_RENEWAL) == 7
    assert asked.count(MessageKind.REGISTRATION) == 2
    assert bench.state.registration.last_renewal.outcome == "SUCCEEDED"


def test_out_of_compliance_is_asked_about_every_12_hours():
    bench = registered().use(DNA_ADVANTAGE, 1)
    bench.far_end.authorization, bench.far_end.short = "OUT OF COMPLIANCE", (NETWORK_ADVANTAGE.tag,)
    bench.feed(Renewed(identity=False))
    authorization = bench.state.authorization_state
    assert (authorization.status, authorization.next_communication) == (
        "OUT OF COMPLIANCE",
        bench.now + timedelta(hours=12),
    )
    assert [used.status for used in bench.state.usage] == [UsageStatus.OUT_OF_COMPLIANCE, UsageStatus.AUTHORIZED]
    assert bench.mnemonics()[-1] == "OUT_OF_COMPLIANCE"
    bench.far_end.authorization = "AUTHORIZED"
    bench.pass_time(timedelta(hours=13))
    assert bench.mnemonics()[-1] == "IN_COMPLIANCE"


def test_an_authorization_that_nobody_renews_expires():
    bench = registered()
    bench.far_end.away = "Fail to send out Call Home HTTP message."
    bench.pass_time(days(91))
    assert bench.state.authorization_state.status == "AUTHORIZATION EXPIRED"
    assert bench.state.authorization_state.last_communication.outcome == "FAILED"
    bench.pass_time(days(300))
    assert bench.state.registration.status is RegistrationStatus.UNREGISTERED


def test_deregistration_reaches_cssm_and_evaluates_again():
    bench = registered()
    bench.feed(Deregistered())
    assert bench.far_end.messages[-1].body["action"] == "deregister"
    assert bench.state.registration.status is RegistrationStatus.UNREGISTERED
    for event in (Deregistered(), Renewed(identity=True)):
        with pytest.raises(IllegalEvent, match="Smart Agent not registered"):
            bench.feed(event)


def test_commands_of_the_other_model_are_refused():
    for bench, event in ((old(), SyncRequested(Scope.ALL)), (stack(), Registered(Secret("good")))):
        with pytest.raises(IllegalEvent, match="not supported"):
            bench.feed(event)


# --- reservation ---


def reserved():
    bench = old(settings=RESERVING)
    bench.feed(ReservationRequested(Scope.LOCAL))
    bench.feed(ReservationInstalled(code()))
    return bench


def code(kind="SPECIFIC", udi=UDI):
    license_ = AuthorizedLicense(NETWORK_ADVANTAGE.tag, 1)
    return text(AuthorizationDocument(udi, "reserved", JAN_1, (license_,), kind))


def test_a_request_code_has_the_form_of_the_capture():
    """Source: license-smart-reservation/c9300-slr-request-return.txt."""
    bench = old(settings=RESERVING)
    (printed,) = bench.feed(ReservationRequested(Scope.LOCAL))
    first, second = printed.text.splitlines()
    assert first == "Enter this request code in the Cisco Smart Software Manager portal:"
    kind, device, random, check = second.split("-", 1)[0], *second.split("-", 1)[1].rsplit("-", 2)
    assert (kind, device, len(random), len(check)) == ("CB", f"Z{UDI.pid}:{UDI.sn}", 9, 2)
    assert bench.state.reservation.members[0].request_code == second


def test_a_reservation_is_installed_shown_and_returned():
    bench = reserved()
    assert bench.state.model is LicensingModel.RESERVED
    assert bench.state.registration.status is RegistrationStatus.REGISTERED_SPECIFIC
    assert bench.state.reservation.members[0].status is AuthorizationStatus.SPECIFIC_INSTALLED
    with pytest.raises(IllegalEvent, match="Already registered"):
        bench.feed(ReservationRequested(Scope.LOCAL))
    (printed,) = bench.feed(ReservationReturned(Scope.LOCAL))
    assert printed.text.splitlines()[0] == "Enter this return code in Cisco Smart Software Manager portal:"
    assert bench.state.reservation.members[0].status is AuthorizationStatus.NOT_INSTALLED


REFUSALS = [
    (CALLHOME, [], ReservationRequested(Scope.LOCAL), "not in license reservation mode"),
    (RESERVING, [], ReservationInstalled(code()), "No license reservation is in progress"),
    (RESERVING, [], ReservationInstalled("garbage"), "Failed to parse reservation authorization code"),
    (RESERVING, [], ReservationReturned(Scope.LOCAL), "No reservation authorization code installed in device"),
    (RESERVING, [], ReservationCancelled(), "No license reservation is in progress"),
    (
        RESERVING,
        [ReservationRequested(Scope.LOCAL)],
        ReservationInstalled(code(udi=MEMBERS[1].udi)),
        "The reservation authorization code does not match the reservation request code",
    ),
]


@pytest.mark.parametrize(("settings", "before", "event", "refusal"), REFUSALS)
def test_a_reservation_that_does_not_fit_is_refused(settings, before, event, refusal):
    bench = old(settings=settings)
    for earlier in before:
        bench.feed(earlier)
    stored = bench.agent.stored()
    with pytest.raises(IllegalEvent, match=refusal):
        bench.feed(event)
    assert bench.agent.stored() == stored


# --- into another release. Source: reference/policy.md section 6 ---


@pytest.mark.parametrize(
    ("make", "before", "after"),
    [
        (registered, TransportType.CALLHOME, TransportType.CALLHOME),
        (registered, TransportType.SMART, TransportType.SMART),
        (old, TransportType.CALLHOME, TransportType.CSLU),
        (old, TransportType.SMART, TransportType.OFF),
        (reserved, TransportType.CALLHOME, TransportType.OFF),
        (reserved, TransportType.SMART, TransportType.OFF),
    ],
)
def test_the_transport_after_an_upgrade_follows_from_what_was_before(make, before, after):
    assert transport_after_upgrade(make().agent.stored(), before) is after


def test_an_slp_release_that_boots_again_keeps_its_transport():
    assert transport_after_upgrade(stack().agent.stored(), TransportType.SMART) is None


def test_an_upgraded_device_that_was_registered_gets_its_trust_code_by_itself():
    bench = registered()
    bench.settings = SMART
    bench.reload(of=NEW).pass_time(timedelta(minutes=10))
    assert bench.state.slp
    assert bench.state.account.smart_account == "example.com"
    assert bench.state.trust_codes[0].installed is not None
    assert bench.reporting.last_ack is not None


def test_an_upgraded_device_that_evaluated_has_the_default_policy():
    bench = old()
    bench.settings = AgentSettings()
    bench.reload(of=NEW)
    assert bench.reporting.next_ack_deadline == bench.now + days(365)
    assert bench.state.usage[0].status is UsageStatus.IN_USE


def test_a_reservation_persists_through_an_upgrade():
    bench = reserved()
    bench.settings = replace(SMART, transport=TransportType.OFF)
    bench.reload(of=NEW)
    assert bench.state.authorizations.members[0].status is AuthorizationStatus.SPECIFIC_INSTALLED
    assert bench.reporting.next_ack_deadline is None
    assert bench.state.reservation.enabled


def test_a_universal_reservation_reports_nothing_after_an_upgrade_and_all_after_its_return():
    """Source: reference/policy.md section 6, PLR as SLR (unverified)."""
    bench = old(settings=RESERVING)
    bench.feed(ReservationRequested(Scope.LOCAL, universal=True))
    bench.feed(ReservationInstalled(text(AuthorizationDocument(UDI, "all", JAN_1, (), "UNIVERSAL"))))
    bench.settings = replace(SMART, transport=TransportType.OFF)
    bench.reload(of=NEW)
    assert bench.state.authorizations.members[0].status is AuthorizationStatus.UNIVERSAL_INSTALLED
    assert bench.reporting.next_ack_deadline is None
    assert bench.agent.is_authorized(HSECK9, bench.now)
    bench.feed(AuthorizationReturned(Scope.LOCAL, online=False))
    assert bench.reporting.next_ack_deadline == bench.now + days(365)


def test_a_device_that_goes_back_registers_by_its_trust_code():
    bench = stack((NETWORK_ADVANTAGE, 1), of=NEW, members=ALONE).trusted().pass_time(timedelta(minutes=10))
    bench.settings = CALLHOME
    bench.reload(of=OLD).pass_time(timedelta(minutes=10))
    assert bench.state.registration.status is RegistrationStatus.REGISTERED
    assert bench.far_end.messages[-2].trust_id == "827"


@pytest.mark.parametrize(
    ("members", "status"),
    [(ALONE, RegistrationStatus.REGISTERED), (MEMBERS, RegistrationStatus.UNREGISTERED)],
)
def test_a_registration_that_became_trust_does_not_come_back_by_itself_on_a_stack(members, status):
    """Source: reference/policy.md section 6, downgrade: standalone re-registers, others need a token."""
    bench = old(members=members)
    bench.feed(Registered(Secret("good")))
    first = bench.now
    bench.settings = SMART
    bench.reload(of=replace(NEW, standalone=members == ALONE)).pass_time(days(1))
    assert bench.state.trust_codes[0].installed is not None
    bench.settings = CALLHOME
    bench.reload(of=replace(OLD, standalone=members == ALONE)).pass_time(timedelta(minutes=10))
    assert bench.state.registration.status is status
    if status is RegistrationStatus.REGISTERED:
        assert bench.state.registration.initial.time > first + days(1)


@pytest.mark.parametrize(("release", "status"), [((16, 12, 3), "UNREGISTERED"), ((16, 12, 4), "REGISTERED")])
def test_a_release_that_is_too_old_does_not_register_by_itself(release, status):
    bench = stack((NETWORK_ADVANTAGE, 1), of=NEW, members=ALONE).trusted().pass_time(timedelta(minutes=10))
    bench.settings = CALLHOME
    bench.reload(of=profile(release, "4.8.5.4_rel/22", standalone=True)).pass_time(timedelta(minutes=10))
    assert bench.state.registration.status.value == status


def test_an_agent_that_is_disabled_takes_no_token():
    bench = old(settings=replace(CALLHOME, legacy_enabled=False))
    with pytest.raises(IllegalEvent, match="Smart Agent not enabled"):
        bench.feed(Registered(Secret("good")))
    assert "EVAL_START" not in mnemonics(bench)
