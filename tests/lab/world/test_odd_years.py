"""Licensing years with odd events: clocks set, CSSM away for months, members swapped, resets, upgrades and downgrades.

The laws: a deadline moves for a cause, every output is read to its last line, and when all is well again nothing that
was measured is left unreported.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import pytest

from nornir_smartlic.model import RumReportState
from nornir_smartlic.parsers import parse
from smartlic_lab.device import Device, MemberSpec
from smartlic_lab.platforms import releases
from smartlic_lab.running.lab import Lab

DEVICES = [
    {"name": "stack", "platform": "c9300", "release": "16.12", "members": 3},
    {"name": "wlc", "platform": "c9800", "release": "17.6", "members": 2, "access_points": 10},
    {"name": "router", "platform": "c8300", "release": "17.12"},
]
FAULTS = ("unreachable", "refusing", "lost-answer", "empty-answer", "server-error", "certificate-expired")
COMMANDS = ("show license status", "show license all", "show license tech support")


class OddYears:
    """A lab whose operators have no luck; *seed* decides what happens."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        account = {"virtual_accounts": [{"name": "DEFAULT", "tokens": []}]}
        self.lab = Lab.from_dict(
            {
                "clock": {"speed": 0},
                "authorities": [{"name": "cssm", "kind": "cssm", "smart_accounts": [account]}],
                "devices": DEVICES,
            }
        )
        self.before: dict[str, tuple[object, ...] | None] = {}
        self.events: list[Callable[[str, Device], None]] = [
            self.ask_for_trust, self.ask_for_trust, self.register, self.sync, self.save, self.import_ack,
            self.set_the_clock, self.reload, self.reset, self.break_cssm, self.repair_cssm, self.change_transport,
            self.change_transport, self.change_usage, self.boot_another_release, self.switch_over, self.swap_a_member,
            self.use_a_slac,
        ]  # fmt: skip

    def live(self, steps: int) -> OddYears:
        for _ in range(steps):
            self.lab.advance(timedelta(days=self.dice.uniform(0, 10)))
            name = self.dice.choice(list(self.lab.devices))
            event = self.dice.choice(self.events)
            event(name, self.lab.device(name))
            if event in (self.reload, self.reset, self.boot_another_release):
                self.lab.advance(timedelta(minutes=15))
                self.before.pop(name, None)
            self.hold_the_laws(event.__name__)
        return self

    def run(self, name: str, *lines: str) -> str:
        return self.lab.execute(name, *lines)

    def token(self) -> str:
        with self.lab.world.at("cssm") as now:
            self.lab.cssm.tick(now)  # nobody has asked it anything for a while
        return self.lab.cssm.add_token("example.com", "DEFAULT", expires_after_days=30)

    # --- what happens ---

    def ask_for_trust(self, name: str, device: Device) -> None:
        self.run(name, f"license smart trust idtoken {self.token()} all {self.dice.choice(['', 'force'])}")

    def register(self, name: str, device: Device) -> None:
        self.run(name, f"license smart register idtoken {self.token()}")

    def sync(self, name: str, device: Device) -> None:
        self.run(name, "license smart sync all")

    def save(self, name: str, device: Device) -> None:
        what = self.dice.choice(["all", "unreported", "days 30"])
        self.run(name, f"license smart save usage {what} file {device.family.flash}:usage.txt")

    def import_ack(self, name: str, device: Device) -> None:
        path = f"{device.family.flash}:usage.txt"
        if not device.files.exists(path):
            return
        upload = self.lab.cssm.submit_usage_file(
            device.read_file(path), domain="example.com", virtual_account="DEFAULT", now=self.lab.clock.now()
        )
        self.lab.advance(timedelta(hours=self.dice.choice([1, 500])))
        ack = self.lab.cssm.acknowledgement(upload, self.lab.clock.now())
        device.write_file(f"{device.family.flash}:ack.txt", ack.content, self.lab.clock.now())
        self.run(name, f"license smart import {device.family.flash}:ack.txt")

    def set_the_clock(self, name: str, device: Device, days: float | None = None) -> None:
        away = self.dice.choice([-90, -1, -0.02, 0.02, 1, 90]) if days is None else days
        wanted = device.clock(self.lab.clock.now()) + timedelta(days=away)
        self.run(name, f"clock set {wanted:%H:%M:%S} {wanted.day} {wanted:%B} {wanted.year}")

    def reload(self, name: str, device: Device) -> None:
        self.run(name, "write", "reload", "")

    def reset(self, name: str, device: Device) -> None:
        self.run(name, "write", "license smart factory reset", "reload", "")

    def break_cssm(self, name: str, device: Device) -> None:
        self.lab.add_fault("cssm", self.dice.choice(FAULTS), span=timedelta(days=self.dice.choice([1, 30, 95])))

    def repair_cssm(self, name: str, device: Device) -> None:
        self.lab.clear_faults()

    def change_transport(self, name: str, device: Device) -> None:
        transport = self.dice.choice(["smart", "smart", "off", "cslu", "callhome"])
        self.run(name, "conf t", f"license smart transport {transport}", "license smart url default", "end", "write")

    def change_usage(self, name: str, device: Device) -> None:
        if name == "wlc":
            device.set_access_points(self.dice.randint(0, 20), self.lab.clock.now())

    def boot_another_release(self, name: str, device: Device) -> None:
        into = self.dice.choice([one for one in releases().values() if device.family.supports(one.version)])
        image = f"{device.family.flash}:{device.family.image}.{into.long_number}.SPA.bin"
        device.write_file(image, b"image", self.lab.clock.now())
        assert "SUCCESS" in self.run(name, f"install add file {image} activate commit prompt-level none")

    def switch_over(self, name: str, device: Device) -> None:
        if len(device.build.members) > 1:
            self.run(name, "redundancy force-switchover", "")

    def swap_a_member(self, name: str, device: Device) -> None:
        if name == "stack":
            with self.lab.world.at(name) as now:
                device.leave(device.build.members[-1].sn, now)
                device.join(MemberSpec("C9300-24T"), now)

    def use_a_slac(self, name: str, device: Device) -> None:
        self.run(name, "license smart authorization request add hseck9 all")
        self.run(name, f"license smart authorization return all {self.dice.choice(['online', 'offline'])}")

    # --- the laws ---

    def hold_the_laws(self, event: str) -> None:
        for name, device in self.lab.devices.items():
            now = self.lab.clock.now()
            if not device.is_up(now):
                continue
            state = device.agent.state(device.clock(now))
            reporting = state.usage_reporting
            seen = (
                None
                if reporting is None
                else (reporting.next_ack_deadline, reporting.last_ack, [one.count for one in state.usage])
            )
            before = self.before.get(name)
            if seen is not None and before is not None and before[0] is not None and seen[0] != before[0]:
                assert seen[1:] != before[1:], f"{event}: the deadline of {name} was {before[0]} and is {seen[0]}"
            self.before[name] = seen
            for command in COMMANDS:
                assert parse(command, self.run(name, command)).unparsed == (), f"{event}: {name}: {command}"

    def all_is_well_again(self) -> dict[str, set[RumReportState]]:
        """The states of all reports, once CSSM is there, clocks are right and every device is trusted."""
        self.lab.clear_faults()
        for name, device in self.lab.devices.items():
            self.lab.advance(timedelta(hours=1))
            self.set_the_clock(name, device, days=-device.clock_offset / timedelta(days=1))
            if device.release.slp:
                self.run(name, "conf t", "license smart transport smart", "license smart url default", "end", "write")
                self.run(name, f"license smart trust idtoken {self.token()} all force")
        self.lab.advance(timedelta(days=3))
        for name in self.lab.devices:
            self.run(name, "license smart sync all")
        self.lab.advance(timedelta(days=2))
        found = {}
        for name, device in self.lab.devices.items():
            state = device.agent.state(device.clock(self.lab.clock.now()))
            if state.slp:
                found[name] = {line.state for line in state.rum_reports or ()}
        return found


@pytest.mark.parametrize("seed", [1, 2])
def test_odd_years_hold_the_laws_and_lose_nothing(seed: int) -> None:
    years = OddYears(seed).live(45)
    for name, states in years.all_is_well_again().items():
        assert states <= {RumReportState.OPEN, RumReportState.ACK}, name
        assert years.lab.device(name).agent.stored()["reports"]["dropped"] == 0
