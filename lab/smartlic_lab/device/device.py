"""An emulated IOS-XE device around one Smart Agent: boot, configuration, clock, files, sessions. It has no socket and
reads no clock; ``now`` is handed in, aware and in UTC."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import count
from typing import Any, Final

from nornir_smartlic.model import EnforcementType, Entitlement, Member, Udi
from smartlic_lab.agent import SmartAgent
from smartlic_lab.agent.events import (
    Action,
    AgentProfile,
    AgentSettings,
    Booted,
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
    Tick,
    UsageChanged,
)
from smartlic_lab.device import boot, images, settings, usage
from smartlic_lab.device.catalogue import Catalogue, catalogue, words_of
from smartlic_lab.device.commands import (  # noqa: F401  they register what they handle
    archives,
    configuring,
    filing,
    licensing,
    reaching,
    shows_chassis,
    shows_configuration,
    shows_hardware,
    shows_licensing,
    shows_network,
    shows_services,
    systems,
    terminal,
)
from smartlic_lab.device.configuration import Section
from smartlic_lab.device.factory import staged_configuration
from smartlic_lab.device.filesystem import FileSystems, configuration_of
from smartlic_lab.device.merge import merge_lines
from smartlic_lab.device.session import Session
from smartlic_lab.device.specification import (
    DeviceSpec,
    MemberSpec,
    SpecificationError,
    check,
    roles,
    serial_number,
)
from smartlic_lab.device.syslog import LogBuffer, LogMessage
from smartlic_lab.device.texts import clock_text
from smartlic_lab.device.yang import NetconfServer, NetconfSession
from smartlic_lab.platforms import Family, Release, release
from smartlic_lab.world.network import DeliveryFailed, Network, Origin
from smartlic_lab.world.wire import WireError, decode_reply, encode_message

_NTP_DELAY: Final = timedelta(seconds=92)  # Source: syslog/c1117-17.6.4-boot-default-cslu: 14:53:07 to 14:54:40


class Device:
    """One device of the lab. Its licensing state lives in ``agent`` alone."""

    def __init__(
        self, spec: DeviceSpec, network: Network, *, now: datetime, state: Mapping[str, Any] | None = None
    ) -> None:
        """Boot it: as new, or with what `stored` gave back. Raises `SpecificationError`."""
        self.spec = spec
        self.name = spec.name
        self.build = check(spec)
        self.network = network
        self.files = FileSystems(self.family.flash)
        self.log = LogBuffer()
        self.running = Section(top=True)
        self.startup: str | None = None
        self.sessions: list[Session] = []
        self._netconf = NetconfServer(self)
        self.clock_offset = spec.clock_offset
        self.synchronised = spec.clock_authoritative
        self.clock_source = "hardware calendar" if spec.clock_authoritative else None
        self.booted_with = usage.Booted()
        self.booted_at = now
        self.reload_reason = "Reload Command"
        self.changed_at: datetime | None = None  # last configuration change
        self.changed_by: str | None = None
        self.unsaved = False  # something was configured since the configuration was saved
        self.saved_at: datetime | None = None
        self.calls_stopped = False
        self.access_points = spec.access_points
        self.installing: Release | None = None  # what the next reload boots, where it is another image
        self.installing_added: Release | None = None  # install add was done, activate not yet
        self.reload_at: datetime | None = None  # reload in ...
        self.archived: list[str] = []  # archive config
        self.revert_to: tuple[datetime, str] | None = None  # configure replace ... timer: when, and to what
        self._licensing: Mapping[str, Any] | None = None
        self._schedule: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._numbers = count()
        self._up_at: datetime | None = None  # while it is down
        self._usage: dict[Entitlement, int] = {}
        self._settings: AgentSettings | None = None  # what the agent was told
        self._origin: Origin | None = None  # where its messages start, until something is configured
        if state is not None:
            self._restore(state)
        else:
            problems = merge_lines(self, staged_configuration(self.build), now)
            if problems:
                raise SpecificationError("day0", problems[0])
            boot.show_udi(self)
            self.startup = self.running_text()
            self.files.write("packages.conf", boot.PACKAGES.encode(), now)
        self._boot(now)

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
        """The commands it knows; ``service internal`` uncovers more."""
        traits = self.family.traits
        if self.running.has("service", "internal"):
            traits |= {"internal"}
        return catalogue(self.release.version, traits, words_of(self.family.name, self.release.version))

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
        source = f"Time source is {self.clock_source}" if self.clock_source else "No time source"
        return f"Load for five secs: 1%/0%; one minute: 0%; five minutes: 0%\n{source}, {self.clock_text(now)}\n\n"

    def set_clock(self, wanted: datetime, now: datetime) -> None:
        """``clock set``: by hand, which makes the clock authoritative."""
        self._clock_set(wanted.astimezone(UTC) - now, "user configuration", now)

    def _clock_set(self, offset: timedelta, source: str, now: datetime) -> None:
        was_trusted, change = self.synchronised, offset - self.clock_offset
        self.clock_offset, self.clock_source, self.synchronised = offset, source, True
        if not was_trusted:
            self.emit(Log(6, "AUTHORITATIVE_CLOCK", "The system clock has been set.", "PKI"), now)
        self.feed(ClockChanged(synchronised=True, change=change), now)
        boot.create_trustpoint(self, now)

    def schedule(self, when: datetime, what: Callable[[datetime], None]) -> None:
        """Do *what* at *when*, unless the device reloads before."""
        heapq.heappush(self._schedule, (when, next(self._numbers), what))

    def tick(self, now: datetime) -> None:
        """Do what is due by *now*."""
        if self._up_at is not None:
            if now < self._up_at:
                return
            self._boot(self._up_at)
        while self._schedule and self._schedule[0][0] <= now:
            when, _, what = heapq.heappop(self._schedule)
            what(when)
        if self._up_at is None:
            due = self.agent.next_wakeup()
            if due is not None and due <= self.clock(now):
                self.feed(Tick(), now)

    def next_wakeup(self) -> datetime | None:
        """When `tick` is next needed."""
        if self._up_at is not None:
            return self._up_at
        due = self.agent.next_wakeup()
        times = [when for when, _, _ in self._schedule[:1]]
        if due is not None:
            times.append((due - self.clock_offset).astimezone(UTC))
        return min(times, default=None)

    def is_up(self, now: datetime) -> bool:
        """False while it boots after a reload."""
        return self._up_at is None or now >= self._up_at

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
                case StopCallProcessing():
                    self.calls_stopped = action.stopped
                case _:
                    kept.append(action)
        return kept

    def _delivered(self, send: Send, now: datetime) -> Event:
        """What became of a message."""
        if self._origin is None:
            transport = (self._settings or self.settings()).transport
            self._origin = settings.origin(self.name, self.running, self.clock(now), transport)
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
            software_version=self.release.long_number,
            agent_version=self.release.agent_version,
            software_id=self.family.software_id,
            standalone=len(self.build.members) == 1,
            entitlements=tuple(entitlement for _, entitlement in self.family.entitlements),
            cube="voice" in self.family.traits,
        )

    def boot_levels(self, *, air: bool = False) -> Mapping[str, tuple[str, ...]]:
        """The licence levels it can boot with, and the add-ons of each."""
        if air == (self.family.boot.style == "air"):
            return self.family.boot.levels
        return {}

    def authorized(self, feature: str, now: datetime) -> bool:
        """Whether an authorization code for the feature is installed.

        Before 17.3.2 there is none: what counts is that the token of the registration allows export control (recalled).
        """
        state = self.agent.state(self.clock(now))
        if state.registration is not None:
            return bool(state.registration.export_controlled_allowed)
        known = self.family.entitlement(feature)
        return known is not None and self.agent.is_authorized(known, self.clock(now))

    @property
    def usage_in_force(self) -> Mapping[Entitlement, int]:
        """What the agent was last told."""
        return self._usage

    def report_usage(self, now: datetime) -> None:
        """Tell the agent which licences are in use by now."""
        wanted = usage.licenses_in_use(
            self.build,
            self.booted_with,
            access_points=self.access_points,
            extras=self._extras(now),
            export=boot.export_licence_in_use(self),
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
        self._usage = wanted

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
                self._netconf.close()
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

    def running_text(self) -> str:
        """The running configuration from ``version`` to ``end``."""
        lines = ["!", f"version {self.release.version[0]}.{self.release.version[1]}", *self.running.render()]
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

    def open_session(
        self, now: datetime, *, username: str, privilege: int, kind: str = "vty", source: str = ""
    ) -> Session:
        """A terminal for a user who has logged in."""
        self.tick(now)
        used = {session.number for session in self.sessions}
        number = next(free for free in count() if free not in used)
        session = Session(self, now, username=username, privilege=privilege, kind=kind, number=number, source=source)
        line = self.running.find("line", "vty" if kind == "vty" else "console", "0")
        if line is not None and line.section is not None:
            session.terminal_length = int(line.section.value("length") or session.terminal_length)
            session.terminal_width = int(line.section.value("width") or session.terminal_width)
        self.sessions.append(session)
        return session

    def forget(self, session: Session) -> None:
        """A session has ended."""
        if session in self.sessions:
            self.sessions.remove(session)

    @property
    def serves_netconf(self) -> bool:
        """Whether ``netconf-yang`` stands in the configuration."""
        return self.running.has("netconf-yang")

    def open_netconf(self, now: datetime, *, username: str, privilege: int, source: str = "") -> NetconfSession:
        """A NETCONF session for a user who has logged in."""
        self.tick(now)
        return self._netconf.open_session(now, username=username, privilege=privilege, source=source)

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
        self.reload_reason = reason
        into = into or images.configured_image(self)
        if into is not None:
            self.build = replace(self.build, release=into)
        for session in list(self.sessions):
            session.close()
        self._netconf.close()
        self._schedule.clear()
        self.reload_at = self.installing = self.installing_added = None
        seconds = self.spec.boot_seconds if self.spec.boot_seconds is not None else self.family.boot_seconds
        self._up_at = now + timedelta(seconds=seconds)

    def _boot(self, now: datetime) -> None:
        first = self._up_at is None and self._licensing is None
        self._up_at = None
        self.booted_at = now
        self._usage = {}
        self._settings = self._origin = None
        self.calls_stopped = False
        self.log = LogBuffer()
        if not first:
            self.running = Section(top=True)
            merge_lines(self, (self.startup or "").splitlines() or _bare(self), now, trusted=True)
            boot.show_udi(self)
        if self._licensing is not None:
            boot.carry_transport_over(self, self._licensing, now)
        self._settings = self.settings()
        self.agent = SmartAgent(self.profile(), stored=self._licensing)
        self.feed(Booted(self.members, self._settings, clock_synchronised=self.synchronised), now)
        self.booted_with = boot.levels(self, now)
        self.report_usage(now)
        self.changed_at = None
        self.unsaved = False
        if self.synchronised:
            boot.create_trustpoint(self, now)
        self.watch_ntp(now)

    def watch_ntp(self, now: datetime) -> None:
        """With a time server configured, the clock becomes right and authoritative after a while."""
        if any(True for _ in self.running.under("ntp", "server")) and self.clock_source != "NTP":
            self.schedule(max(now, self.booted_at) + _NTP_DELAY, self._ntp_synchronised)

    def _ntp_synchronised(self, now: datetime) -> None:
        if self.clock_source != "NTP" and any(True for _ in self.running.under("ntp", "server")):
            self._clock_set(timedelta(0), "NTP", now)

    def switch_over(self, now: datetime) -> None:
        """The standby becomes active, sessions end; raises `SpecificationError` where there is no standby."""
        if len(self.build.members) < 2:
            raise SpecificationError("members", f"{self.name} has no standby")
        active, standby, *others = self.build.members
        self._replace_members((standby, active, *others), now)
        for session in list(self.sessions):
            session.close()

    def join(self, member: MemberSpec, now: datetime) -> None:
        """A member joins the stack; raises `SpecificationError` where it cannot."""
        present = tuple(MemberSpec(udi.pid, udi.sn) for udi in self.build.members)
        if member.sn is None and self.family.arrangement != "chassis":
            used = {udi.sn for udi in self.build.members}
            made = (serial_number(self.family.serial_prefix, self.name, number) for number in count(1))
            member = replace(member, sn=next(sn for sn in made if sn not in used))
        joined = check(replace(self.spec, members=(*present, member), release=self.release.name))
        self._replace_members(joined.members, now)

    def leave(self, sn: str, now: datetime) -> None:
        """The member with that serial number leaves; the next one takes the role of an active that is gone."""
        left = tuple(udi for udi in self.build.members if udi.sn != sn)
        if not left or len(left) == len(self.build.members):
            raise SpecificationError("members", f"{sn!r} cannot leave {self.name}")
        self._replace_members(left, now)

    def set_access_points(self, number: int, now: datetime) -> None:
        """That many access points are joined from now on; raises `SpecificationError` where none can be."""
        check(replace(self.spec, access_points=number, release=self.release.name))
        self.access_points = number
        self.report_usage(now)

    def _replace_members(self, members: Iterable[Udi], now: datetime) -> None:
        self.build = replace(self.build, members=tuple(members))
        self.feed(MembersChanged(self.members), now)
        self.report_usage(now)

    # --- files for SCP and SFTP ----------------------------------------------------------------------------------

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
                merge_lines(self, text.splitlines(), now)
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

    # --- keeping -------------------------------------------------------------------------------------------------

    def stored(self) -> dict[str, Any]:
        """What survives a restart of the lab: startup configuration, flash, licensing store, image, clock."""
        return {
            "release": self.release.name,
            "startup": self.startup,
            "flash": self.files.stored(),
            "licensing": dict(self._licensing or {}) if self._up_at is not None else self.agent.stored(),
            "clock_offset": self.clock_offset.total_seconds(),
            "reload_reason": self.reload_reason,
            "access_points": self.access_points,
            "members": [[udi.pid, udi.sn] for udi in self.build.members],
        }

    def _restore(self, state: Mapping[str, Any]) -> None:
        members = tuple(Udi(pid, sn) for pid, sn in state["members"])
        self.build = replace(self.build, release=release(state["release"]), members=members)
        self.access_points = state["access_points"]
        self.startup = state["startup"]
        self.files.restore(state["flash"])
        self._licensing = state["licensing"]
        self.clock_offset = timedelta(seconds=state["clock_offset"])
        self.reload_reason = state["reload_reason"]


def _bare(device: Device) -> list[str]:
    """The configuration after ``write erase``: as staged, but without day-0 lines."""
    return staged_configuration(device.build)[: -len(device.spec.day0) or None]
