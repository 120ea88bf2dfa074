"""The laws of `test_laws`, for an agent before 17.3.2 that is upgraded and goes back, again and again."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from nornir_smartlic.errors import IllegalEvent
from nornir_smartlic.files import AuthorizationDocument, AuthorizedLicense
from nornir_smartlic.model import LicensingModel, Secret, TransportType
from nornir_smartlic.parsers import parse
from smartlic_lab.agent import AgentSettings, SmartAgent
from smartlic_lab.agent.events import (
    Deregistered,
    Registered,
    Renewed,
    ReservationCancelled,
    ReservationInstalled,
    ReservationRequested,
    ReservationReturned,
    Scope,
    SettingsChanged,
    SyncRequested,
    TrustRequested,
)
from smartlic_lab.agent.releases import agent_number
from smartlic_lab.agent.upgrade import transport_after_upgrade
from smartlic_lab.show import Style, render
from smartlic_lab.world.wire import MessageKind
from tests.lab.agent.kit import JAN_1, MEMBERS, NETWORK_ADVANTAGE, SMART, Bench, profile, text

OLD = profile((16, 12, 4), "4.8.5.4_rel/22", standalone=True)
NEW = profile((17, 12, 4), standalone=True)
CALLHOME = AgentSettings(transport=TransportType.CALLHOME, reservation=True)
UDI = MEMBERS[0].udi
EVENTS = [
    Registered(Secret("good")),
    Registered(Secret("good"), force=True),
    Deregistered(),
    Renewed(identity=True),
    Renewed(identity=False),
    ReservationRequested(Scope.LOCAL),
    ReservationRequested(Scope.ALL, universal=True),
    ReservationInstalled("garbage"),
    ReservationReturned(Scope.LOCAL),
    ReservationCancelled(),
    SyncRequested(Scope.ALL),
    TrustRequested(Secret("good"), Scope.ALL),
]


class RegisteredLife(RuleBasedStateMachine):
    """A standalone device of an old release, a token at hand, and an image of a new release on its flash."""

    def __init__(self) -> None:
        super().__init__()
        self.bench = Bench(CALLHOME, of=OLD, members=MEMBERS[:1]).booted((NETWORK_ADVANTAGE, 1))
        self.codes = 0

    def happen(self, event):
        stored, state = self.bench.agent.stored(), self.bench.state
        try:
            self.bench.feed(event)
        except IllegalEvent:
            assert (self.bench.agent.stored(), self.bench.state) == (stored, state)

    @rule(seconds=st.one_of(st.integers(0, 7200), st.integers(0, 100 * 86400)))
    def time_passes(self, seconds):
        self.bench.pass_time(timedelta(seconds=seconds))

    @rule(event=st.sampled_from(EVENTS))
    def a_command_is_typed(self, event):
        self.happen(event)

    @rule(kind=st.sampled_from(["SPECIFIC", "UNIVERSAL", "SMART"]))
    def a_code_is_installed(self, kind):
        self.codes += 1
        license_ = AuthorizedLicense(NETWORK_ADVANTAGE.tag, 1)
        code = AuthorizationDocument(UDI, f"code {self.codes}", JAN_1, (license_,), kind)
        self.happen(ReservationInstalled(text(code)))

    @rule(count=st.integers(0, 2))
    def usage_changes(self, count):
        self.bench.use(NETWORK_ADVANTAGE, count)

    @rule(enabled=st.booleans(), reservation=st.booleans())
    def the_configuration_changes(self, enabled, reservation):
        self.bench.settings = replace(self.bench.settings, legacy_enabled=enabled, reservation=reservation)
        self.happen(SettingsChanged(self.bench.settings))

    @rule(away=st.booleans(), refuses=st.booleans(), short=st.booleans())
    def the_far_end_changes(self, away, refuses, short):
        far_end = self.bench.far_end
        far_end.away = "Fail to send out Call Home HTTP message." if away else None
        far_end.refuses = {MessageKind.REGISTRATION: "the token is used up"} if refuses else {}
        far_end.authorization = "OUT OF COMPLIANCE" if short else "AUTHORIZED"

    @rule()
    def the_device_boots_the_other_release(self):
        slp = self.bench.state.slp
        if not slp:
            after = transport_after_upgrade(self.bench.agent.stored(), self.bench.settings.transport)
            self.bench.settings = replace(SMART, transport=after)
        else:
            self.bench.settings = CALLHOME
        self.bench.reload(of=OLD if slp else NEW)
        assert self.bench.state.slp is not slp

    @invariant()
    def what_is_stored_comes_back(self):
        stored = self.bench.agent.stored()
        assert SmartAgent(self.bench.agent.profile, stored=stored).stored() == stored

    @invariant()
    def the_model_is_one_of_the_three_that_live_here(self):
        state = self.bench.state
        assert state.model is not LicensingModel.CLASSIC
        assert (state.model is LicensingModel.SLP) is state.slp

    def teardown(self):
        state = self.bench.state
        style = Style(agent_number(state.agent_version), "c9300")
        for what in ("status", "summary", "usage", "all"):
            command = f"show license {what}"
            assert parse(command, render(command, state, style)).unparsed == (), command


RegisteredLife.TestCase.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)
TestRegisteredLife = RegisteredLife.TestCase
