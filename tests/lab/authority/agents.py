"""The lab's real Smart Agent in front of an authority, in memory: time passes by their wakeups alone."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from nornir_smartlic.model import (
    EnforcementType,
    Entitlement,
    LicenseType,
    LicensingState,
    Member,
    Role,
    TransportType,
    Udi,
)
from smartlic_lab.agent import AgentProfile, AgentSettings, SmartAgent
from smartlic_lab.agent.events import (
    Action,
    Booted,
    ClockChanged,
    CommunicationFailed,
    Event,
    MembersChanged,
    Print,
    Reloading,
    ReplyReceived,
    Send,
    SettingsChanged,
    Tick,
    UsageChanged,
    WriteFile,
)
from smartlic_lab.world.network import HttpRequest
from smartlic_lab.world.wire import decode_reply, encode_message
from tests.lab.authority.devices import DNA_TAG, HSEC_TAG, JAN_1, NETWORK_TAG, SOFTWARE, udi

NETWORK = Entitlement("network-advantage", "C9300-24 Network Advantage", NETWORK_TAG, "C9300-24 Network Advantage")
DNA = Entitlement(
    "dna-advantage", "C9300-24 DNA Advantage", DNA_TAG, "C9300-24 DNA Advantage", LicenseType.SUBSCRIPTION
)
HSEC = Entitlement("hseck9", "Cat9K HSEC", HSEC_TAG, "HSEC Key", enforcement=EnforcementType.EXPORT_RESTRICTED)
DIRECT = AgentSettings(
    transport=TransportType.SMART, smart_url="https://cssm.example.com/licservice/license", hostname="switch"
)
OVER_CSLU = AgentSettings(cslu_url="http://cslu.example.com:8182/cslu/v1/pi", hostname="switch")


class AgentDevice:
    """A device that is nothing but its Smart Agent."""

    def __init__(
        self,
        authority: Any,
        settings: AgentSettings = DIRECT,
        *,
        members: Iterable[Udi] = (udi(),),
        count: int = 1,
        now: datetime = JAN_1,
        entitlements: Iterable[Entitlement] = (NETWORK, DNA),
        release: tuple[int, int, int] = (17, 12, 4),
    ) -> None:
        self.authority = authority
        profile = AgentProfile(
            release=release,
            software_version="{}.{:02}.{:02}".format(*release),
            agent_version="5.11.3_rel/76" if release >= (17, 3, 2) else "4.9.6_rel/46",
            software_id=SOFTWARE,
            entitlements=(NETWORK, DNA, HSEC),
        )
        self.agent, self.settings = SmartAgent(profile), settings
        self.clock_offset = timedelta(0)  # by how much its clock is ahead
        self.count, self.entitlements = count, tuple(entitlements)
        roles = [Role.ACTIVE, Role.STANDBY, *([Role.MEMBER] * 6)]
        self.members = tuple(Member(role, one) for role, one in zip(roles, members, strict=False))
        self._boot(now)

    def _boot(self, now: datetime) -> None:
        self.happen(Booted(self.members, self.settings), now)
        for entitlement in self.entitlements:
            self.happen(UsageChanged(entitlement, self.count), now)

    def reload(self, now: datetime) -> None:
        """Down and up at once, with what the licensing store keeps."""
        self.happen(Reloading(), now)
        self.agent = SmartAgent(self.agent.profile, stored=json.loads(json.dumps(self.agent.stored())))
        self._boot(now)

    def happen(self, event: Event, now: datetime) -> list[Action]:
        """Let *event* happen, and carry what the agent wants to send; what is printed and written comes back."""
        shown: list[Action] = []
        actions = self.agent.handle(event, now + self.clock_offset)
        while actions:
            action = actions.pop(0)
            if isinstance(action, Send):
                actions.extend(self.agent.handle(self._carry(action, now), now + self.clock_offset))
            elif isinstance(action, Print | WriteFile):
                shown.append(action)
        return shown

    def _carry(self, action: Send, now: datetime) -> Event:
        target = urlsplit(action.url)
        request = HttpRequest("POST", target.path, target.hostname or "", body=encode_message(action.message))
        response = self.authority.handle(request, now)
        if response.status != 200:
            return CommunicationFailed(action.message, "Received empty response from server")
        return ReplyReceived(action.message, decode_reply(response.body))

    def state(self, now: datetime) -> LicensingState:
        return self.agent.state(now + self.clock_offset)

    def next_wakeup(self) -> datetime | None:
        """When it needs a tick, by the time of the world."""
        due = self.agent.next_wakeup()
        return None if due is None else due - self.clock_offset

    def set_clock(self, change: timedelta, now: datetime) -> None:
        """Somebody sets its clock."""
        self.clock_offset += change
        self.happen(ClockChanged(synchronised=False, change=change), now)

    def configure(self, settings: AgentSettings, now: datetime) -> None:
        """Another licensing configuration."""
        self.settings = settings
        self.happen(SettingsChanged(settings), now)

    def switch_over(self, now: datetime) -> None:
        """The standby becomes active."""
        (first, second, *others) = self.members
        self.members = (Member(Role.ACTIVE, second.udi), Member(Role.STANDBY, first.udi), *others)
        self.happen(MembersChanged(self.members), now)


def live(until: datetime, *participants: Any) -> None:
    """Let time pass up to *until*: devices and authorities wake up in the order in which they asked for it."""
    while True:
        due = [(wakeup, number) for number, one in enumerate(participants) if (wakeup := one.next_wakeup()) is not None]
        if not due or min(due)[0] > until:
            return
        now, number = min(due)
        one = participants[number]
        if isinstance(one, AgentDevice):
            one.happen(Tick(), now)
        else:
            one.tick(now)
