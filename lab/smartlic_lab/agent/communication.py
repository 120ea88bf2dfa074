"""How the agent talks: the rhythm of retries, what is on its way, what waits, and the statistics of it all.

Theory. One *errand* is one thing to be done at the far end: push reports, poll for their ACK, get a trust code. While
communication fails, errands wait and one of them is tried at a time in the rhythm of `RETRIES`; when one gets through,
the rest follow. Over cslu each message goes out behind a Hello Message: in
show-license-tech-support/genie-c9410r-ha-agent5.7.6-cslu-trust.txt the 11 hellos are the sum of the other attempts, and
where CSLU is away only hellos are counted (5.9.4, 5.10.3).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import Any, Final

from nornir_smartlic.model import Secret, TransportType
from smartlic_lab.agent.transitions import step
from smartlic_lab.world.wire import AnswerStatus, Message, MessageKind


class Channel(Enum):
    """Whether the far end can be reached, as far as the agent knows."""

    OFF = "off"
    READY = "ready"
    FAILING = "failing"


class ChannelTrigger(Enum):
    """What moves it."""

    SWITCHED_OFF = "transport switched off"
    SWITCHED_ON = "transport switched on"
    DELIVERED = "answer received"
    FAILED = "communication failed"


TRANSITIONS: Final = {
    (Channel.OFF, ChannelTrigger.SWITCHED_OFF): Channel.OFF,
    (Channel.OFF, ChannelTrigger.SWITCHED_ON): Channel.READY,
    (Channel.READY, ChannelTrigger.SWITCHED_OFF): Channel.OFF,
    (Channel.READY, ChannelTrigger.SWITCHED_ON): Channel.READY,
    (Channel.READY, ChannelTrigger.DELIVERED): Channel.READY,
    (Channel.READY, ChannelTrigger.FAILED): Channel.FAILING,
    (Channel.FAILING, ChannelTrigger.SWITCHED_OFF): Channel.OFF,
    (Channel.FAILING, ChannelTrigger.SWITCHED_ON): Channel.FAILING,  # another way; the next success restores
    (Channel.FAILING, ChannelTrigger.DELIVERED): Channel.READY,  # logs COMM_RESTORED
    (Channel.FAILING, ChannelTrigger.FAILED): Channel.FAILING,
    # an answer may come in after the transport was switched off
    (Channel.OFF, ChannelTrigger.DELIVERED): Channel.OFF,
    (Channel.OFF, ChannelTrigger.FAILED): Channel.OFF,
}


class From(Enum):
    """What a pause of the rhythm counts from."""

    FAILURE = "the failure before"
    ATTEMPT = "the start of the attempt before"
    FIRST_ATTEMPT = "the start of the first attempt"


# The pauses after the first, second, ... failure; the last one goes on. Source: syslog/c1117-17.6.4-boot-default-cslu,
# less the 9 s that its resolver takes to give up: +39 s, +9 s, +5 min three times, +44 min; then hourly with the 9 s of
# syslog/cat9k-hourly-comm-failed. An attempt that fails at once is taken as if it had had those 9 s, for the rhythm of
# COMM_FAILED is the same whatever the reason is (reference/policy.md 3.5).
RETRIES: Final = (
    (From.FAILURE, timedelta(seconds=30)),
    (From.FAILURE, timedelta(seconds=0)),
    (From.ATTEMPT, timedelta(minutes=5)),
    (From.FAILURE, timedelta(minutes=5)),
    (From.FAILURE, timedelta(minutes=5)),
    (From.FIRST_ATTEMPT, timedelta(hours=1)),
    (From.FAILURE, timedelta(hours=1)),
)
_USUAL_DURATION: Final = timedelta(seconds=9)

NAME_NOT_RESOLVED: Final = "Unable to resolve server hostname/domain name"
NO_REPLY: Final = "No reply from server"
# Call-home has its own: whatever goes wrong on the way, and its profile without "active" or without HTTP. The second
# goes on in a way that no source shows. Source: reference/cli.md section 5.
HOME_NOT_SENT: Final = "Fail to send out Call Home HTTP message."
HOME_DISABLED: Final = "The action failed because smart license transport is disabled in call-home."
NO_TRANSPORT: Final = "Communications init failure"  # no URL is set for the transport

DEFAULT_CSLU_URL: Final = "http://cslu-local:8182/cslu/v1/pi"  # found by name; Source: reports.md section 6
POLL_INTERVALS: Final = {TransportType.CSLU: timedelta(seconds=60)}  # Source: policy.md section 3.4
DEFAULT_POLL_INTERVAL: Final = timedelta(seconds=300)

PEERS: Final = {TransportType.CSLU: "Cisco Smart License Utility (CSLU)"}
DEFAULT_PEER: Final = "Cisco Smart Software Manager (CSSM)"


@dataclass(slots=True)
class Errand:
    """One thing to be done at the far end. Which reports a push carries is decided when it goes out."""

    kind: MessageKind
    body: Mapping[str, Any] = field(default_factory=dict)
    token: Secret | None = None
    renews_trust: bool = False  # a Trust Sync that is to bring new trust codes

    def __deepcopy__(self, memo: dict[int, Any]) -> Errand:
        """Body and token are never changed: a copy shares them."""
        memo[id(self)] = copied = replace(self)
        return copied


@dataclass(slots=True)
class Poll:
    """An answer that the far end prepares: asked for at ``due`` by its ``poll_id``."""

    poll_id: int
    kind: MessageKind  # what was asked
    due: datetime
    interval: timedelta
    report_ids: tuple[int, ...] = ()


@dataclass(slots=True)
class Flight:
    """A message that is on its way, for the sake of an errand."""

    message: Message
    errand: Errand
    sent: datetime
    report_ids: tuple[int, ...] = ()  # of a push


@dataclass(slots=True)
class NoticedFailure:
    """A failure that the agent learns of later: a resolver takes its time to give up."""

    flight: Flight
    reason: str
    due: datetime


@dataclass(slots=True)
class Statistic:
    """One group of ``Communication Statistics``; they count from the last boot."""

    success: int = 0
    fail: int = 0
    ongoing_overall: int = 0
    ongoing_communication: int = 0
    last_response: str | None = None
    last_response_time: datetime | None = None
    failure_reason: str | None = None
    last_success: datetime | None = None
    last_failure: datetime | None = None

    def answered(self, status: AnswerStatus, reason: str | None, now: datetime) -> None:
        """The far end answered. FAILED is printed INVALID STATUS CODE (5.1.31 capture)."""
        failed = status in (AnswerStatus.FAILED, AnswerStatus.OK_TRY_AGAIN)
        self.last_response = "INVALID STATUS CODE" if status is AnswerStatus.FAILED else status.value
        self.last_response_time = now
        self.failure_reason = reason
        self.ongoing_communication = 0
        if failed:
            self.fail += 1
            self.ongoing_overall += 1
            self.last_failure = now
        else:
            self.success += 1
            self.ongoing_overall = 0
            self.last_success = now

    def unanswered(self, now: datetime) -> None:
        """Nothing came back."""
        self.last_response, self.last_response_time, self.failure_reason = "NO REPLY", now, None
        self.fail += 1
        self.ongoing_overall += 1
        self.ongoing_communication += 1
        self.last_failure = now


@dataclass(slots=True)
class Communication:
    """What is on its way and what waits; a reload forgets it."""

    channel: Channel = Channel.OFF
    flights: dict[int, Flight] = field(default_factory=dict)
    waiting: list[Errand] = field(default_factory=list)
    noticed: list[NoticedFailure] = field(default_factory=list)
    statistics: dict[MessageKind, Statistic] = field(default_factory=dict)
    failures: int = 0
    first_attempt: datetime | None = None
    last_failure: datetime | None = None  # since communication last worked
    failed_up_to: int = 0  # the last message that was on its way then
    retry: datetime | None = None

    def move(self, trigger: ChannelTrigger) -> Channel:
        """Take *trigger*; gives back the state before."""
        before = self.channel
        self.channel = step(TRANSITIONS, before, trigger)
        return before

    @property
    def is_idle(self) -> bool:
        """Whether nothing is on its way and nothing waits."""
        return not (self.flights or self.waiting or self.noticed)

    def statistic(self, kind: MessageKind) -> Statistic:
        """The counters of *kind*."""
        return self.statistics.setdefault(kind, Statistic())

    def failed(self, attempt: datetime, now: datetime, *, up_to: int) -> None:
        """An attempt that began at *attempt* failed: one pause further in the rhythm. *up_to*: the last message."""
        self.move(ChannelTrigger.FAILED)
        if self.first_attempt is None:
            self.first_attempt = attempt
        anchor, pause = RETRIES[min(self.failures, len(RETRIES) - 1)]
        failure = max(now, attempt + _USUAL_DURATION)
        since = {From.FAILURE: failure, From.ATTEMPT: attempt, From.FIRST_ATTEMPT: self.first_attempt}[anchor]
        self.failures += 1
        self.last_failure, self.failed_up_to = now, up_to
        self.retry = max(since + pause, failure)

    def knows(self, flight: Flight, now: datetime) -> bool:
        """Whether a failure is no news: what failed last was noticed when *flight* was on its way, or just now."""
        if self.last_failure is None:
            return False
        return flight.message.message_id <= self.failed_up_to or now == self.last_failure

    def delivered(self) -> bool:
        """An answer came; whether it ends a time of failures."""
        before = self.move(ChannelTrigger.DELIVERED)
        self._start_rhythm_anew()
        return before is Channel.FAILING

    def forget_failures(self) -> list[Errand]:
        """There is another way now; gives back the errands that waited, or were about to fail."""
        self._start_rhythm_anew()
        errands = [*self.waiting, *(noticed.flight.errand for noticed in self.noticed)]
        self.waiting, self.noticed = [], []
        return errands

    def _start_rhythm_anew(self) -> None:
        self.failures, self.first_attempt, self.last_failure, self.retry = 0, None, None, None

    def wait(self, errand: Errand) -> None:
        """Keep *errand* until communication works; an older one of the same purpose makes way."""
        same = [old for old in self.waiting if old.kind is errand.kind and old.body == errand.body]
        for old in same:
            self.waiting.remove(old)
        self.waiting.append(errand)

    def shift(self, change: timedelta) -> None:
        """The clock was moved: pauses last as long as before."""
        for noticed in self.noticed:
            noticed.due += change
        flights = [*self.flights.values(), *(noticed.flight for noticed in self.noticed)]
        for flight in flights:
            flight.sent += change
        if self.first_attempt is not None:
            self.first_attempt += change
        if self.last_failure is not None:
            self.last_failure += change
        if self.retry is not None:
            self.retry += change
