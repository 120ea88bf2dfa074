"""What the parts of an emulated IOS-XE act on: its configuration, clock, files, log and Smart Agent.

It knows no terminal, no command and no NETCONF: `Device` adds those, and boots it. It has no socket and reads no clock;
``now`` is handed in, aware and in UTC.
"""

from __future__ import annotations

import heapq
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import Any, Final, Protocol

from nornir_smartlic.model import ClockHeader, EnforcementType, Entitlement, Member, TransportType, Udi
from smartlic_lab.agent import SmartAgent
from smartlic_lab.agent.events import (
    Action,
    AgentProfile,
    AgentSettings,
    CallHomeFailed,
    ClockChanged,
    CommunicationFailed,
    Event,
    Log,
    MembersChanged,
    Reloading,
    ReplyReceived,
    Send,
    SettingsChanged,
    StopCallProcessing,
    UsageChanged,
)
from smartlic_lab.device import boot, redundancy, routing, settings, throughput, usage
from smartlic_lab.device.archive import Archive
from smartlic_lab.device.callhome import Calls, error_of
from smartlic_lab.device.catalogue import Catalogue, catalogue, words_of
from smartlic_lab.device.configuration import Section
from smartlic_lab.device.filesystem import FileSystems, configuration_of
from smartlic_lab.device.implied import printed_lines
from smartlic_lab.device.installation import Installation
from smartlic_lab.device.redundancy import Redundancy
from smartlic_lab.device.reload import Reload
from smartlic_lab.device.specification import DeviceSpec, SpecificationError, check, roles
from smartlic_lab.device.syslog import LogBuffer, LogMessage
from smartlic_lab.device.texts import clock_text
from smartlic_lab.platforms import Family, Release
from smartlic_lab.show import header_lines
from smartlic_lab.world.network import DeliveryFailed, Network, Origin
from smartlic_lab.world.wire import WireError, decode_reply, encode_message

_NTP_DELAY: Final = timedelta(seconds=92)  # Source: syslog/c1117-17.6.4-boot-default-cslu: 14:53:07 to 14:54:40


class Terminal(Protocol):
    """A user's session, as far as the machine and other users see it."""

    number: int
    kind: str
    username: str
    source: str
    monitors: bool

    def log(self, message: str) -> None:
        """Show a log message."""

    def close(self) -> None:
        """The machine goes down."""


class Machine(ABC):
    """One device without its users. Its licensing state is in ``agent`` alone."""

    agent: SmartAgent

    def __init__(self, spec: DeviceSpec, network: Network, *, now: datetime) -> None:
        """As it comes out of its box; raises `SpecificationError`."""
        self.spec = spec
        self.name = spec.name
        self.build = check(spec)
        self.network = network
        disks = {name: size for name, size in self.family.file_systems.items() if name != "nvram"}
        self.files = FileSystems(
            self.family.flash, self.clock, size=disks.pop(self.family.flash, 11_353_194_496), others=disks
        )
        self.log = LogBuffer()
        self.running = Section(top=True)
        self.startup: str | None = None
        self.archive = Archive()
        self.installation = Installation(self.family, self.files)
        self.reloading = Reload()
        self.redundancy = Redundancy()
        self.sessions: list[Terminal] = []
        self.netconf_users: dict[int, tuple[str, str]] = {}  # user and address of each NETCONF session
        self.debugging: set[str] = set()  # what "debug" turned on
        self.calls_stopped = False  # by the Smart Agent: no ACK came
        self.clock_offset = spec.clock_offset
        self.synchronised = spec.clock_authoritative
        self.clock_source = "hardware calendar" if spec.clock_authoritative else None
        self.booted_with = usage.Booted()
        self.booted_at = now
        self.changed_at: datetime | None = None  # last configuration change
        self.changed_by: str | None = None
        self.unsaved = False  # something was configured since the configuration was saved
        self.saved_at: datetime | None = None
        self.access_points = spec.access_points
        self.controller_managed = spec.controller_managed
        self._licensing: Mapping[str, Any] | None = None
        self._schedule: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._numbers = count()
        self._usage: dict[Entitlement, int] = {}
        self._usage_for: object = None
        self._settings: AgentSettings | None = None  # what the agent was given
        self.called_home = Calls()  # since the boot
        self._origin: Origin | None = None  # where its messages start, until something is configured

    # --- what its terminals do for it ----------------------------------------------------------------------------

    @abstractmethod
    def merge(
        self,
        lines: Iterable[str],
        now: datetime,
        *,
        trusted: bool = False,
        sectioned: bool = False,
        trial: bool = False,
    ) -> list[str]:
        """Carry out configuration *lines*; gives back what was refused, one line each.

        A text with indentation means by it where sections end; one without is read as if it were typed, unless it is
        known to be *sectioned*. *trusted* lines are those that this device wrote itself. A *trial* only finds what
        would be refused: the lines go into a copy.
        """

    @abstractmethod
    def close_netconf(self) -> None:
        """End the NETCONF sessions."""

    # --- what it is ----------------------------------------------------------------------------------------------

    @property
    def family(self) -> Family:
        return self.build.family

    @property
    def release(self) -> Release:
        return self.build.release

    @property
    def members(self) -> tuple[Member, ...]:
        return roles(self.build.members)

    @property
    def catalogue(self) -> Catalogue:
        """The commands it knows; ``service internal`` uncovers more, and so does controller mode."""
        traits = self.family.traits
        if self.running.has("service", "internal"):
            traits |= {"internal"}
        if self.controller_managed:
            traits |= {"controller-managed"}
        return catalogue(self.release.command_version, traits, words_of(self.family.name, self.release.command_version))

    @property
    def hostname(self) -> str:
        return self.running.value("hostname") or self.family.hostname

    # --- time ----------------------------------------------------------------------------------------------------

    @property
    def zone(self) -> timezone:
        """The time zone of the configuration."""
        return settings.time_zone(self.running)

    def clock(self, now: datetime) -> datetime:
        """The device's own time, in its zone: what its outputs and its agent go by."""
        return (now + self.clock_offset).astimezone(self.zone)

    def clock_text(self, now: datetime) -> str:
        """What ``show clock`` prints."""
        return clock_text(self.clock(now), trusted=self.synchronised)

    def clock_header(self, now: datetime) -> str:
        """The two lines of ``terminal exec prompt timestamp``."""
        mark = "" if self.synchronised else "*"
        header = ClockHeader(("1%/0%", "0%", "0%"), self.clock_source or None, self.clock(now), mark)
        return "".join([f"{line}\n" for line in (*header_lines(header), "")])

    def set_clock(self, wanted: datetime, now: datetime) -> None:
        """``clock set``: by hand, which makes the clock authoritative."""
        self._clock_set(wanted.astimezone(UTC) - now, "user configuration", now)

    def _clock_set(self, offset: timedelta, source: str, now: datetime) -> None:
        was_trusted, change = self.synchronised, offset - self.clock_offset
        self.clock_offset, self.clock_source, self.synchronised = offset, source, True
        if not was_trusted:
            self.emit(Log(6, "AUTHORITATIVE_CLOCK", "The system clock has been set.", "PKI"), now)
        self.feed(ClockChanged(synchronised=True, change=change), now)
        self._trust_clock(now)

    def _trust_clock(self, now: datetime) -> None:
        """The trustpoint and call-home are made once the clock can be trusted, and saved."""
        if boot.create_trustpoint(self.running, self.release):
            name = boot.TRUSTPOINT
            self.emit(Log(6, "TRUSTPOINT_CREATE", f"Trustpoint: {name} created succesfully", "PKI"), now)
            self.save(now)
            self.emit(Log(6, "CONFIGAUTOSAVE", "Running configuration saved to NVRAM[OK]", "PKI"), now)
        boot.enable_callhome(self.running)
        self.settle(now)
        self.emit(Log(6, "CALL_HOME_ENABLED", "Call-home is enabled by Smart Agent for Licensing.", "CALL_HOME"), now)

    def watch_ntp(self, now: datetime) -> None:
        """With a time server configured, the clock becomes right and authoritative after a while."""
        if any(True for _ in self.running.under("ntp", "server")) and self.clock_source != "NTP":
            self.schedule(max(now, self.booted_at) + _NTP_DELAY, self._ntp_synchronised)

    def _ntp_synchronised(self, now: datetime) -> None:
        if self.clock_source != "NTP" and any(True for _ in self.running.under("ntp", "server")):
            self._clock_set(timedelta(0), "NTP", now)

    def schedule(self, when: datetime, what: Callable[[datetime], None]) -> None:
        """Do *what* at *when*, unless the device reloads before."""
        heapq.heappush(self._schedule, (when, next(self._numbers), what))

    # --- the Smart Agent -----------------------------------------------------------------------------------------

    def feed(self, event: Event, now: datetime) -> list[Action]:
        """Give the agent an event and do what it asks; what is for a terminal or a file is given back.

        Raises:
            IllegalEvent: the agent does not accept it; nothing has changed.
        """
        kept: list[Action] = []
        actions = list(self.agent.handle(event, self.clock(now)))
        while actions:
            action = actions.pop(0)
            match action:
                case Send():
                    actions += self.agent.handle(self._delivered(action, now), self.clock(now))
                case Log():
                    self.emit(action, now)
                case CallHomeFailed():
                    self._called_home_in_vain(action, now)
                case StopCallProcessing():
                    self.calls_stopped = action.stopped  # no calls are emulated: SIP says so
                case _:
                    kept.append(action)
        return kept

    def _delivered(self, send: Send, now: datetime) -> Event:
        """What became of a message; call-home counts its own."""
        event = self._exchanged(send, now)
        over_home = (self._settings or self.settings()).transport is TransportType.CALLHOME
        if over_home and isinstance(event, ReplyReceived):  # of a failure the agent learns in its own time
            self.called_home.licensing(send.message.kind).succeed(self.clock(now))
        return event

    def _called_home_in_vain(self, failure: CallHomeFailed, now: datetime) -> None:
        """Source of the message: field notices on its root certificate (ERR 205, ERR 207) have it as printed."""
        count = self.called_home.licensing(failure.message.kind)
        if failure.reason is None:
            count.dropped += 1
            return
        count.failed += 1
        url = settings.callhome_url(self.running) or settings.CALLHOME_URL
        text = f"Fail to send out Smart Licensing message to: {url} ({error_of(failure.reason)})"
        self.emit(Log(5, "SL_MESSAGE_FAILED", text, "CALL_HOME"), now)

    def _exchanged(self, send: Send, now: datetime) -> Event:
        if self._origin is None:
            transport = (self._settings or self.settings()).transport
            self._origin = routing.licensing_origin(self.name, self.running, self.clock(now), transport)
        origin = replace(self._origin, clock=self.clock(now))
        headers = {"content-type": "application/json"}
        try:
            answer = self.network.send(origin, send.url, encode_message(send.message), headers)
            return ReplyReceived(send.message, decode_reply(answer))
        except DeliveryFailed as failure:
            return CommunicationFailed(send.message, failure.reason)
        except WireError:
            return CommunicationFailed(send.message, "Received empty response from server")

    def settings(self) -> AgentSettings:
        """The licensing part of the running configuration."""
        return settings.agent_settings(self.running, self.hostname, slp=self.release.slp)

    def profile(self) -> AgentProfile:
        """What its agent is."""
        return AgentProfile(
            release=self.release.version,
            slp=self.release.slp,
            software_version=self.release.long_number,
            agent_version=self.release.agent_version,
            software_id=self.family.software_id,
            standalone=len(self.build.members) == 1,
            entitlements=tuple(  # those of its own class first, for a name may stand for one in each class
                entitlement
                for own in (True, False)
                for license_class, entitlement in self.family.entitlements
                if (license_class in ("", self._license_class)) is own
            ),
            idle={
                entitlement.tag: self.family.idle[entitlement.name]
                for _, entitlement in self.family.entitlements
                if entitlement.name in self.family.idle
            },
            cube="voice" in self.family.traits,
        )

    def authorized(self, feature: str, now: datetime) -> bool:
        """Whether an authorization code for the feature is installed.

        Unverified: before 17.3.2, where there is none, what counts is that the registration allows export control.
        """
        if not self.release.slp:
            registration = self.agent.state(self.clock(now)).registration
            return registration is not None and bool(registration.export_controlled_allowed)
        known = self.family.entitlement(feature, self._license_class)
        return known is not None and self.agent.is_authorized(known, self.clock(now))

    @property
    def _license_class(self) -> str:
        """The class by which the licences of the active member go."""
        return self.family.models[self.build.members[0].pid].license_class

    @property
    def usage_in_force(self) -> Mapping[Entitlement, int]:
        """What the agent was last given."""
        return self._usage

    def report_usage(self, now: datetime) -> None:
        """Tell the agent which licences are in use by now."""
        wanted = usage.licenses_in_use(
            self.build,
            self.booted_with,
            access_points=self.access_points,
            extras=self._extras(now),
            export=self._exports(now),
        )
        for entitlement in [*wanted, *(gone for gone in self._usage if gone not in wanted)]:
            number, before = wanted.get(entitlement, 0), self._usage.get(entitlement, 0)
            if number == before:
                continue
            joined: tuple[Udi, ...] | None = None
            left: tuple[Udi, ...] = ()
            if self.family.usage_counts == "access-points":
                joined = usage.access_points(self.name, before + 1, number)
                left = usage.access_points(self.name, number + 1, before)
            self.feed(UsageChanged(entitlement, number, joined, left), now)
        self._list_idle(wanted, now)
        self._usage = wanted
        self._usage_for = self._usage_depends_on(now)

    def _list_idle(self, wanted: Mapping[Entitlement, int], now: datetime) -> None:
        """What has a code and is not in use is listed at 0. Unverified: that it is the code which has it listed."""
        for _, entitlement in self.family.entitlements:
            held = entitlement.name in self.family.idle and self.release.slp
            if held and self.agent.is_authorized(entitlement, self.clock(now)):
                self.feed(UsageChanged(entitlement, wanted.get(entitlement, 0)), now)

    def _exports(self, now: datetime) -> bool:
        """Whether the export-controlled licence is in use: for throughput, or for the feature with its code."""
        if throughput.needs_authorization(self.family, self.booted_with.throughput):
            return True
        return self.running.has("license", "feature", "hseck9") and self.authorized("hseck9", now)

    def throughput_kbps(self, now: datetime) -> int | None:
        """The enforced throughput; ``None`` where it is not throttled or the family has none."""
        udi = self.build.members[0]
        level = self.booted_with.throughput or throughput.default_throughput(self.family, udi)
        if level is None:
            return None
        if self.controller_managed and self.family.throughputs:
            # Source: a public output of a C8000V on 17.6.1a; unverified: what it prints with a SLAC
            return self.family.unrestricted_throughput * 1_000
        authorized = self.authorized("hseck9", now)
        return throughput.rate_kbps(self.family, self.release, level, authorized=authorized)

    def _settle_throughput(self, now: datetime) -> None:
        """A virtual router takes another throughput at once, a physical one at the next boot.

        Source: reference/policy.md section 5; the message is that of a CSR1000V's boot, in public configurations.
        """
        if "virtual" not in self.family.traits or not self.family.throughputs:
            return
        found = throughput.enforced_throughput(self.running, self.family, authorized=self.authorized("hseck9", now))
        if found != self.booted_with.throughput:
            self.booted_with = replace(self.booted_with, throughput=found)
            text = f"Throughput level has been set to {self.throughput_kbps(now)} kbps"
            self.emit(Log(6, "LEVEL", text, "VXE_THROUGHPUT"), now)

    def _extras(self, now: datetime) -> Mapping[str, int]:
        """What is in use besides the levels; an enforced licence needs its code first. Source: policy.md section 1."""
        found = {name: self.family.entitlement(name) for name in self.spec.licenses}
        return {
            name: number
            for name, number in self.spec.licenses.items()
            if (known := found[name]) is None
            or known.enforcement is not EnforcementType.ENFORCED
            or self.agent.is_authorized(known, self.clock(now))
        }

    # --- configuration -------------------------------------------------------------------------------------------

    def configuration_changed(self, now: datetime) -> None:
        """A user's configuration command was carried out."""
        if self._settings is not None:  # it has booted
            self.changed_at = now
            self.unsaved = True
            if not self.serves_netconf:
                self.close_netconf()
        self.settle(now)

    def settle(self, now: datetime) -> None:
        """The running configuration may be another one: the agent hears of what concerns it."""
        self._origin = None
        if self._settings is None:
            return
        found = self.settings()
        if found != self._settings:
            self._settings = found
            self.feed(SettingsChanged(found), now)
        self._settle_throughput(now)
        self.settle_usage(now)

    def settle_usage(self, now: datetime) -> None:
        """Licences may have come in use, or gone, without a boot: by another throughput, a feature, or a code."""
        if self._usage_depends_on(now) != self._usage_for:
            self.report_usage(now)

    def _usage_depends_on(self, now: datetime) -> object:
        """What of a running configuration changes the licences in use without a boot."""
        return self.booted_with.throughput, self._exports(now), self.authorized("hseck9", now)

    def running_text(self) -> str:
        """The running configuration from ``version`` to ``end``."""
        version = f"version {self.release.version[0]}.{self.release.version[1]}"
        lines = ["!", version, *printed_lines(self.running, self.family).render()]
        if lines[-1] != "!":
            lines.append("!")
        return "".join(f"{line}\n" for line in [*lines, "end"])

    def save(self, now: datetime) -> None:
        """Running to startup configuration."""
        self.startup = self.running_text()
        self.saved_at = now
        self.unsaved = False

    # --- users ---------------------------------------------------------------------------------------------------

    def authenticate(self, username: str, password: str) -> int | None:
        """The privilege level of a local user; ``None``: refused."""
        return settings.privilege_of(self.running, username, password)

    def authorize_key(self, username: str, blob: bytes) -> int | None:
        """The privilege level of the user whose public key this is; ``None``: refused."""
        return settings.privilege_of_key(self.running, username, blob)

    def banner(self, kind: str, line_name: str = "") -> str:
        """The text of ``banner login``, ``motd`` or ``exec``; empty where there is none."""
        return settings.banner(self.running, kind, line_name)

    def forget(self, session: Terminal) -> None:
        """A session has ended."""
        if session in self.sessions:
            self.sessions.remove(session)

    @property
    def serves_netconf(self) -> bool:
        """Whether ``netconf-yang`` stands in the configuration."""
        return self.running.has("netconf-yang")

    def emit(self, log: Log, now: datetime) -> None:
        """Log a message: to the buffer, and to terminals that monitor."""
        message = LogMessage(self.clock(now), self.synchronised, log.facility, log.severity, log.mnemonic, log.text)
        self.log.add(message)
        for session in self.sessions:
            silenced = session.kind == "console" and self.running.denied("logging", "console")
            if session.monitors and not silenced:
                session.log(str(message))

    # --- down and up ---------------------------------------------------------------------------------------------

    def reload(self, now: datetime, *, reason: str = "Reload Command", into: Release | None = None) -> None:
        """Go down; sessions end, and what is not in startup-config, flash or the licensing store is gone."""
        self.feed(Reloading(), now)
        self._licensing = self.agent.stored()
        into = into or self.installation.configured(self.startup, self.release)
        if into is not None:
            self.build = replace(self.build, release=self.family.runs(into))
        for session in list(self.sessions):
            session.close()
        self.close_netconf()
        self._schedule.clear()
        self.called_home = Calls()
        self.installation.added = None
        seconds = self.spec.boot_seconds if self.spec.boot_seconds is not None else self.family.boot_seconds
        self.reloading.begin(reason, now + timedelta(seconds=seconds))

    def reload_later(self, when: datetime) -> None:
        """Go down at *when*, unless that is cancelled or another time is set."""
        self.reloading.planned = when
        self.schedule(when, lambda now: self.reload(now) if self.reloading.planned == when else None)

    def switch_over(self, now: datetime, reason: str = redundancy.USER_FORCED) -> None:
        """The standby becomes active, sessions end; raises `SpecificationError` where there is no standby.

        The member that was active comes up again: as the standby, or in a stack of three and more as a member, for
        another one is standby by then.
        """
        if len(self.build.members) < 2:
            raise SpecificationError("members", f"{self.name} has no standby")
        (former, active), (standby, udi), *others = zip(self.build.member_numbers, self.build.members, strict=True)
        for session in list(self.sessions):
            session.close()
        self.redundancy.switched_over(now, reason, former, standby)
        stacked = self.family.arrangement == "stack"
        back = [*others, (former, active)] if stacked else [(former, active), *others]
        logs = redundancy.switched_over(removed=False)
        if stacked:
            logs += redundancy.member_removed(standby, former) + redundancy.active_elected(standby)
            logs += redundancy.member_added(standby, former) + redundancy.standby_elected(standby, back[0][0])
        logs += redundancy.standby_found(back[0][0])
        for log in logs:
            self.emit(log, now)
        self._replace_members([(standby, udi), *back], now)

    def _replace_members(self, members: Sequence[tuple[int, Udi]], now: datetime) -> None:
        """*members* with their numbers, in order of role."""
        numbers, udis = tuple(number for number, _ in members), tuple(udi for _, udi in members)
        self.build = replace(self.build, members=udis, numbers=numbers)
        self.feed(MembersChanged(self.members), now)
        self.report_usage(now)

    # --- files for SCP -------------------------------------------------------------------------------------------

    @property
    def serves_files(self) -> bool:
        """Whether ``ip scp server enable`` stands in the configuration."""
        return self.running.has("ip", "scp", "server", "enable")

    def read_file(self, path: str) -> bytes:
        """The bytes of a file on flash, or of a configuration; raises `FileSystemError`."""
        match configuration_of(path):
            case "running-config":
                return self.running_text().encode()
            case "startup-config" if self.startup is not None:
                return self.startup.encode()
        return self.files.read(path)

    def write_file(self, path: str, data: bytes, now: datetime | None = None) -> None:
        """Write a file on flash, merge into the running configuration, or replace that of startup; raises
        `FileSystemError`."""
        now = now or self.booted_at
        text = data.decode(errors="replace")
        match configuration_of(path):
            case "running-config":
                self.merge(text.splitlines(), now)
            case "startup-config":
                self.startup = text
            case _:
                self.files.write(path, data, now)

    def delete_file(self, path: str) -> None:
        """Delete a file on flash; raises `FileSystemError`."""
        self.files.delete(path)

    def make_folder(self, path: str) -> None:
        """Make a folder on flash; raises `FileSystemError`."""
        self.files.make_folder(path)

    def is_folder(self, path: str) -> bool:
        """Whether *path* is a folder on flash; raises `FileSystemError` for other file systems."""
        return configuration_of(path) is None and self.files.is_folder(path)

    def list_files(self, path: str = "") -> tuple[str, ...]:
        """The names in a folder; raises `FileSystemError`."""
        return tuple(name for name, _ in self.files.entries(path))
