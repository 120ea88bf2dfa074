"""An emulated IOS-XE device around one Smart Agent."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from nornir_smartlic.model import Udi
from smartlic_lab.agent import SmartAgent
from smartlic_lab.agent.events import Booted, Tick
from smartlic_lab.device import boot, redundancy, usage
from smartlic_lab.device.commands import HANDLERS
from smartlic_lab.device.configuration import Section
from smartlic_lab.device.factory import hardware_lines, interface_names, staged_configuration
from smartlic_lab.device.machine import Machine
from smartlic_lab.device.merge import merge_lines
from smartlic_lab.device.ports import interfaces_of
from smartlic_lab.device.redundancy import Redundancy
from smartlic_lab.device.session import Session
from smartlic_lab.device.specification import DeviceSpec, MemberSpec, SpecificationError, check, serial_number
from smartlic_lab.device.syslog import LogBuffer
from smartlic_lab.device.throughput import configured_throughput, needs_authorization
from smartlic_lab.device.yang import NetconfServer, NetconfSession
from smartlic_lab.platforms import release
from smartlic_lab.world.network import Network


class Device(Machine):
    """One device of the lab, with its boots, its terminals and its NETCONF server.

    In use are: `tick`, `next_wakeup` and `is_up` for time; `authenticate`, `authorize_key`, `open_session` and
    `open_netconf` for users; `read_file` to `list_files` for SCP; `join`, `leave` and `set_access_points` for what
    happens to hardware; `stored` for a restart of the lab. Commands and NETCONF act on the `Machine` below it.
    """

    def __init__(
        self, spec: DeviceSpec, network: Network, *, now: datetime, state: Mapping[str, Any] | None = None
    ) -> None:
        """Boot it: as new, or with what `stored` gave back. Raises `SpecificationError`."""
        super().__init__(spec, network, now=now)
        self._netconf = NetconfServer(self)
        if state is not None:
            self._restore(state)
        else:
            problems = self.merge(staged_configuration(self.build), now)
            if problems:
                raise SpecificationError("day0", problems[0])
            boot.show_udi(self.running, self.build)
            self.startup = self.running_text()
            self.files.write("packages.conf", boot.PACKAGES.encode(), now)
        self._boot(now)

    # --- time ----------------------------------------------------------------------------------------------------

    def tick(self, now: datetime) -> None:
        """Do what is due by *now*."""
        if self.reloading.up_at is not None:
            if now < self.reloading.up_at:
                return
            self._boot(self.reloading.up_at)
        while self._schedule and self._schedule[0][0] <= now:
            when, _, what = heapq.heappop(self._schedule)
            what(when)
        if self.reloading.up_at is None:
            due = self.agent.next_wakeup()
            if due is not None and due <= self.clock(now):
                self.feed(Tick(), now)
                self.settle_usage(now)

    def next_wakeup(self) -> datetime | None:
        """When `tick` is next needed."""
        if self.reloading.up_at is not None:
            return self.reloading.up_at
        due = self.agent.next_wakeup()
        times = [when for when, _, _ in self._schedule[:1]]
        if due is not None:
            times.append((due - self.clock_offset).astimezone(UTC))
        return min(times, default=None)

    def is_up(self, now: datetime) -> bool:
        """False while it boots after a reload."""
        return self.reloading.is_up(now)

    def has_address(self, address: str) -> bool:
        """Whether an interface that is up has that address, in whatever VRF."""
        return any(view.address == address and view.is_up for view in interfaces_of(self))

    def _boot(self, now: datetime) -> None:
        first = self.reloading.up_at is None and self._licensing is None
        self.reloading.up_at = None
        self.booted_at = now
        self._usage = {}
        self._settings = self._origin = None
        self.log = LogBuffer()
        self.redundancy = Redundancy()
        self.debugging.clear()
        if not first:
            self.running = Section(top=True)
            self.merge((self.startup or "").splitlines() or self._bare(), now, trusted=True)
            self._bring_hardware(now)
            boot.show_udi(self.running, self.build)
        if (
            self._licensing is not None
            and self.release.slp
            and boot.carry_transport_over(self.running, self.hostname, self._licensing)
        ):
            self.save(now)  # unverified: that the line is saved by itself
        self._settings = self.settings()
        self.agent = SmartAgent(self.profile(), stored=self._licensing)
        self.feed(Booted(self.members, self._settings, clock_synchronised=self.synchronised), now)
        needed = needs_authorization(self.family, configured_throughput(self.running))
        authorized = needed and self.authorized("hseck9", now)
        self.booted_with = (
            usage.Booted()  # unverified: what a controller assigns is its own business, not the device's
            if self.controller_managed
            else boot.levels(self.running, self.family, authorized=authorized)
        )
        self.report_usage(now)
        self.changed_at = None
        self.unsaved = False
        if self.synchronised:
            self._trust_clock(now)
        self.watch_ntp(now)

    # --- users ---------------------------------------------------------------------------------------------------

    def merge(
        self,
        lines: Iterable[str],
        now: datetime,
        *,
        trusted: bool = False,
        sectioned: bool = False,
        trial: bool = False,
    ) -> list[str]:
        session = Session(self, HANDLERS, now, username="", privilege=15, kind="system", number=-1)
        return merge_lines(session, lines, trusted=trusted, sectioned=sectioned, trial=trial)

    def close_netconf(self) -> None:
        self._netconf.close()

    def open_session(
        self, now: datetime, *, username: str, privilege: int, kind: str = "vty", source: str = ""
    ) -> Session:
        """A terminal for a user who has logged in."""
        self.tick(now)
        used = {session.number for session in self.sessions}
        number = next(free for free in count() if free not in used)
        session = Session(
            self, HANDLERS, now, username=username, privilege=privilege, kind=kind, number=number, source=source
        )
        line = self.running.find("line", "vty" if kind == "vty" else "console", "0")
        if line is not None and line.section is not None:
            session.terminal_length = int(line.section.value("length") or session.terminal_length)
            session.terminal_width = int(line.section.value("width") or session.terminal_width)
        self.sessions.append(session)
        return session

    def open_netconf(self, now: datetime, *, username: str, privilege: int, source: str = "") -> NetconfSession:
        """A NETCONF session for a user who has logged in."""
        self.tick(now)
        return self._netconf.open_session(now, username=username, privilege=privilege, source=source)

    # --- hardware ------------------------------------------------------------------------------------------------

    def join(self, member: MemberSpec, now: datetime) -> None:
        """A member joins the stack with the lowest number that is free; raises `SpecificationError` where it cannot."""
        present = tuple(MemberSpec(udi.pid, udi.sn) for udi in self.build.members)
        if member.sn is None and self.family.arrangement != "chassis":
            used = {udi.sn for udi in self.build.members}
            made = (serial_number(self.family.serial_prefix, self.name, number) for number in count(1))
            member = replace(member, sn=next(sn for sn in made if sn not in used))
        joined = check(replace(self.spec, members=(*present, member), release=self.release.name))
        numbers = self.build.member_numbers
        number = next(free for free in count(1) if free not in numbers)
        self.redundancy.up_since[number] = now
        self._replace_members([*zip(numbers, self.build.members, strict=True), (number, joined.members[-1])], now)
        self._bring_hardware(now)
        logs = redundancy.member_added(numbers[0], number) if self.family.arrangement == "stack" else ()
        if len(numbers) == 1:
            self.redundancy.standby_since = now
            logs += redundancy.standby_elected(numbers[0], number) if logs else ()
            logs += redundancy.standby_found(number)
        for log in logs:
            self.emit(log, now)

    def leave(self, sn: str, now: datetime) -> None:
        """The member with that serial number leaves; the next one takes the role of an active that is gone."""
        numbered = list(zip(self.build.member_numbers, self.build.members, strict=True))
        left = [pair for pair in numbered if pair[1].sn != sn]
        if not left or len(left) == len(numbered):
            raise SpecificationError("members", f"{sn!r} cannot leave {self.name}")
        before = dict(interface_names(self.build))
        at = next(place for place, pair in enumerate(numbered) if pair[1].sn == sn)
        number, active = numbered[at][0], left[0][0]
        logs = redundancy.member_removed(active, number) if self.family.arrangement == "stack" else ()
        if at == 0:
            self.redundancy.switched_over(now, redundancy.ACTIVE_REMOVED, number, active)
            logs = redundancy.switched_over(removed=True) + logs
        elif at == 1:
            self.redundancy.standby_failures += 1
            self.redundancy.standby_since = now
            logs = redundancy.standby_lost() + logs
        self.redundancy.gone(number)
        self._replace_members(left, now)
        for name in before.keys() - dict(interface_names(self.build)).keys():
            self.running.remove("interface", name)
        self.settle(now)
        if at < 2 and len(left) > 1:  # there is a new standby
            logs += redundancy.standby_found(left[1][0])
        for log in logs:
            self.emit(log, now)

    def _bring_hardware(self, now: datetime) -> None:
        """What is there has its place in the configuration, also where the startup configuration does not name it."""
        interface, lines = False, []
        for line in hardware_lines(self.build):
            if not line.startswith(" "):
                interface = self.running.find(*line.split(maxsplit=1)) is None and line.startswith("interface")
            if interface or (line.startswith("switch") and not self.running.has(*line.split()[:3])):
                lines.append(line)
        self.merge(lines, now, trusted=True, sectioned=True)

    def set_access_points(self, number: int, now: datetime) -> None:
        """That many access points are joined from now on; raises `SpecificationError` where none can be."""
        check(replace(self.spec, access_points=number, release=self.release.name))
        self.access_points = number
        self.report_usage(now)

    # --- keeping -------------------------------------------------------------------------------------------------

    def stored(self) -> dict[str, Any]:
        """What survives a restart of the lab: startup configuration, flash, licensing store, image, clock."""
        return {
            "release": self.release.name,
            "startup": self.startup,
            "flash": self.files.stored(),
            "licensing": dict(self._licensing or {}) if self.reloading.up_at is not None else self.agent.stored(),
            "clock_offset": self.clock_offset.total_seconds(),
            "reload_reason": self.reloading.reason,
            "access_points": self.access_points,
            "controller_managed": self.controller_managed,
            "members": [[udi.pid, udi.sn] for udi in self.build.members],
            "member_numbers": list(self.build.member_numbers),
        }

    def _restore(self, state: Mapping[str, Any]) -> None:
        members = tuple(Udi(pid, sn) for pid, sn in state["members"])
        numbers = tuple(state.get("member_numbers", ()))  # older states have none
        train = self.family.runs(release(state["release"]))
        self.build = replace(self.build, release=train, members=members, numbers=numbers)
        self.access_points = state["access_points"]
        self.controller_managed = state.get("controller_managed", self.controller_managed)  # older states have none
        self.startup = state["startup"]
        self.files.restore(state["flash"])
        self._licensing = state["licensing"]
        self.clock_offset = timedelta(seconds=state["clock_offset"])
        self.reloading.reason = state["reload_reason"]

    def _bare(self) -> list[str]:
        """The configuration after ``write erase``: as staged, but without day-0 lines."""
        return staged_configuration(self.build)[: -len(self.spec.day0) or None]
