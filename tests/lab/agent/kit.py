"""An agent on a table: a C9300 stack, a clock that is moved by hand, and a far end that answers what the test says."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from nornir_smartlic.files import (
    Ack,
    AuthorizationDocument,
    AuthorizedLicense,
    Document,
    PolicyDocument,
    TrustCodeDocument,
    render_smart_license,
    report_of,
    signed,
)
from nornir_smartlic.model import (
    CISCO_DEFAULT_POLICY,
    EnforcementType,
    Entitlement,
    LicenseType,
    Member,
    Policy,
    PolicyAttributes,
    PolicyDays,
    PolicyOrigin,
    Role,
    Secret,
    TransportType,
    Udi,
)
from smartlic_lab.agent import AgentProfile, AgentSettings, SmartAgent
from smartlic_lab.agent.events import (
    Action,
    Booted,
    CommunicationFailed,
    Event,
    Log,
    Reloading,
    ReplyReceived,
    Scope,
    Send,
    Tick,
    TrustRequested,
    UsageChanged,
)
from smartlic_lab.world.signing import CSSM_KEY
from smartlic_lab.world.wire import AnswerStatus, Message, MessageKind, Reply

JAN_1 = datetime(2025, 1, 1, tzinfo=UTC)
CSSM_URL = "https://smartreceiver.example.com/licservice/license"
NETWORK_ADVANTAGE = Entitlement(
    "network-advantage", "C9300-24 Network Advantage", "regid.a,1.0_1", "C9300-24 Network Advantage"
)
DNA_ADVANTAGE = Entitlement(
    "dna-advantage", "C9300-24 DNA Advantage", "regid.b,1.0_2", "C9300-24 DNA Advantage", LicenseType.SUBSCRIPTION
)
HSECK9 = Entitlement("hseck9", "Cat9K HSEC", "regid.c,1.0_3", "HSEC Key", enforcement=EnforcementType.EXPORT_RESTRICTED)
MRP = Entitlement("mrp-client", "MRP Client", "regid.d,1.0_4", "MRP Client", enforcement=EnforcementType.ENFORCED)
MEMBERS = (
    Member(Role.ACTIVE, Udi("C9300-24T", "FOC00000001")),
    Member(Role.STANDBY, Udi("C9300-24T", "FOC00000002")),
    Member(Role.MEMBER, Udi("C9300-24T", "FOC00000003")),
)
SMART = AgentSettings(transport=TransportType.SMART, smart_url=CSSM_URL, hostname="branch-17")
OFF = AgentSettings(transport=TransportType.OFF)
CSLU = AgentSettings()


def days(number: float) -> timedelta:
    return timedelta(days=number)


def profile(release=(17, 12, 4), agent_version="5.11.3_rel/76", **more) -> AgentProfile:
    return AgentProfile(
        release=release,
        software_version=f"{release[0]}.{release[1]:02}.{release[2]:02}",
        agent_version=agent_version,
        software_id="regid.2017-05.com.cisco.C9300,v1_727af1d9-6c39-4444-b301-863f81445b72",
        entitlements=(NETWORK_ADVANTAGE, DNA_ADVANTAGE, HSECK9, MRP),
        **more,
    )


def custom_policy(name: str = "Custom Policy", **classes: tuple[int, int, int]) -> Policy:
    """A customer's policy; a class that is not named has the Cisco default."""

    def attributes(first: int, frequency: int, change: int) -> PolicyAttributes:
        return PolicyAttributes(*(PolicyDays(number, PolicyOrigin.CUSTOMER) for number in (first, frequency, change)))

    return replace(CISCO_DEFAULT_POLICY, name=name, **{key: attributes(*value) for key, value in classes.items()})


class FarEnd:
    """CSSM as a test needs it: polls bring an ACK of all that was pushed, trust comes for the token ``good``."""

    def __init__(self) -> None:
        self.away: str | None = None  # a reason: nothing gets there
        self.refuses: dict[MessageKind, str] = {}
        self.keeps_polling = False
        self.tries_again = False  # it answers nothing but OK_TRY_AGAIN
        self.loses_answers = False  # it takes messages in, and what it says is lost
        self.authorizes = False
        self.authorization = "AUTHORIZED"
        self.short: tuple[str, ...] = ()  # tags of what is out of compliance
        self.renews_trust_for: timedelta | None = None  # None: a sync brings no trust code
        self.policy: Policy | None = None
        self.messages: list[Message] = []
        self.polls: dict[int, tuple[int, ...]] = {}
        self.payloads: dict[int, str] = {}  # of every report that ever came in

    def answer(self, message: Message, now: datetime) -> Reply:
        self.messages.append(message)
        if message.kind in self.refuses:
            return Reply(AnswerStatus.FAILED, message.message_id, reason=self.refuses[message.kind])
        if self.tries_again:
            return Reply(AnswerStatus.OK_TRY_AGAIN, message.message_id)
        match message.kind:
            case MessageKind.USAGE_REPORTING:
                poll_id = len(self.messages)
                self.polls[poll_id] = tuple(self._take(raw) for raw in message.body["reports"])
                return Reply(AnswerStatus.OK_POLL, message.message_id, poll_id=poll_id)
            case MessageKind.RESULT_POLLING if self.keeps_polling:
                return Reply(AnswerStatus.OK_TRY_AGAIN, message.message_id)
            case MessageKind.RESULT_POLLING:
                ids = self.polls[message.body["poll_id"]]
                ack = Ack(message.udi, now, ids, "example.com", "Branches")
                return Reply(AnswerStatus.OK, message.message_id, documents=(text(ack, *self._policy(now)),))
            case MessageKind.TRUST_ESTABLISHMENT:
                udis = message.members if message.body["all"] else message.members[:1]
                codes = [
                    TrustCodeDocument(udi, "827", now, now + days(2922), "example.com", "Branches") for udi in udis
                ]
                return Reply(AnswerStatus.OK, message.message_id, documents=(text(*codes, *self._policy(now)),))
            case MessageKind.AUTHORIZATION_REQUEST if self.authorizes:
                asked = [
                    (Udi(**key["udi"]), AuthorizedLicense(key["tag"], key["count"])) for key in message.body["keys"]
                ]
                slacs = [AuthorizationDocument(udi, f"code {udi}", now, (license_,)) for udi, license_ in asked]
                return Reply(AnswerStatus.OK, message.message_id, documents=(text(*slacs),))
            case MessageKind.REGISTRATION:
                body = {"certificate": "c1", "smart_account": "example.com", "virtual_account": "Branches"}
                return Reply(AnswerStatus.OK, message.message_id, body=body)
            case MessageKind.AUTHORIZATION_RENEWAL:
                return Reply(
                    AnswerStatus.OK,
                    message.message_id,
                    body={"status": self.authorization, "out_of_compliance": list(self.short)},
                )
            case MessageKind.TRUST_SYNC if self.renews_trust_for is not None:
                expires = now + self.renews_trust_for
                codes = [TrustCodeDocument(udi, "828", now, expires) for udi in message.members]
                return Reply(AnswerStatus.OK, message.message_id, documents=(text(*codes),))
            case _:
                return Reply(AnswerStatus.OK, message.message_id)

    def _take(self, raw) -> int:
        """The number of a report; when it comes again it must be the same, byte for byte."""
        report = report_of(raw)
        assert self.payloads.setdefault(report.report_id, report.payload) == report.payload
        return report.report_id

    def _policy(self, now: datetime) -> list[Document]:
        return [] if self.policy is None else [PolicyDocument(self.policy, now)]


def text(*documents: Document) -> str:
    return render_smart_license([signed(document, CSSM_KEY) for document in documents])


class Bench:
    """The owner of one agent: keeps the clock, carries messages, collects what the agent says."""

    def __init__(self, settings=SMART, *, of=None, now=JAN_1, members=MEMBERS, stored=None) -> None:
        self.now = now
        self.far_end = FarEnd()
        self.settings = settings
        self.members = members
        self.kept: list[Action] = []
        self.usage: dict[Entitlement, int] = {}
        self.logged: list[tuple[datetime, Log]] = []
        self.agent = SmartAgent(of or profile(), stored=stored)

    def booted(self, *usage: tuple[Entitlement, int]) -> "Bench":
        self.usage = {}
        self.feed(Booted(self.members, self.settings))
        for entitlement, count in usage:
            self.use(entitlement, count)
        return self

    def feed(self, event: Event) -> list[Action]:
        actions = list(self.agent.handle(event, self.now))
        kept = []
        while actions:
            action = actions.pop(0)
            match action:
                case Send(message):
                    actions += self.agent.handle(self._deliver(message), self.now)
                case Log():
                    self.logged.append((self.now, action))
                case _:
                    kept.append(action)
        self.kept += kept
        return kept

    def _deliver(self, message: Message) -> Event:
        if self.far_end.away is not None:
            return CommunicationFailed(message, self.far_end.away)
        reply = self.far_end.answer(message, self.now)
        if self.far_end.loses_answers:
            return CommunicationFailed(message, "No reply from server")
        return ReplyReceived(message, reply)

    def pass_time(self, span: timedelta) -> "Bench":
        end = self.now + span
        at_once = 0
        while (due := self.agent.next_wakeup()) is not None and due <= end:
            at_once = at_once + 1 if due <= self.now else 0
            assert at_once < 50, f"the agent does not come to rest at {self.now}"
            self.now = max(due, self.now)
            self.feed(Tick())
        self.now = end
        return self

    def trusted(self) -> "Bench":
        self.feed(TrustRequested(Secret("good"), Scope.ALL))
        return self

    def use(self, entitlement: Entitlement, count: int) -> "Bench":
        self.feed(UsageChanged(entitlement, count))
        self.usage[entitlement] = count
        return self

    def reload(self, *, usage=None, of=None) -> "Bench":
        """Down and up at once, with what the licensing store keeps; by default with the same licences in use."""
        self.feed(Reloading())
        return self.power_cycle(usage=usage, of=of)

    def power_cycle(self, *, usage=None, of=None) -> "Bench":
        """As `reload`, without a warning."""
        stored = json.loads(json.dumps(self.agent.stored()))
        self.agent = SmartAgent(of or self.agent.profile, stored=stored)
        return self.booted(*(tuple(self.usage.items()) if usage is None else usage))

    @property
    def state(self):
        return self.agent.state(self.now)

    @property
    def reporting(self):
        return self.state.usage_reporting

    def mnemonics(self) -> list[str]:
        return [log.mnemonic for _, log in self.logged]

    def times_of(self, mnemonic: str) -> list[datetime]:
        return [when for when, log in self.logged if log.mnemonic == mnemonic]

    def statistic(self, kind: MessageKind):
        return next(group for group in self.state.tech_support.statistics if group.name == kind.value)


def stack(*usage: tuple[Entitlement, int], settings=SMART, **more) -> Bench:
    """A booted stack; by default both licences of an Advantage stack of three are in use."""
    return Bench(settings, **more).booted(*(usage or ((NETWORK_ADVANTAGE, 3), (DNA_ADVANTAGE, 3))))
