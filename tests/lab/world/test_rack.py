"""What a person does at the rack, without a socket."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nornir_smartlic.errors import UsageError
from smartlic_lab.running.lab import Lab
from smartlic_lab.running.rack import act

DEVICES = [
    {"name": "wlc", "platform": "c9800", "access_points": 2},
    {"name": "sw1", "members": 3},
]


@pytest.fixture
def lab():
    with Lab.from_dict({"clock": {"speed": 0}, "devices": DEVICES}, serve=False) as found:
        yield found


def do(lab: Lab, name: str, action: str, **asked) -> None:
    with lab.world.at(name) as now:
        act(lab.device(name), action, asked, now)


def test_access_points_are_what_a_controller_counts(lab):
    do(lab, "wlc", "access-points", count=7)
    assert " 7 " in lab.execute("wlc", "show license summary")
    do(lab, "wlc", "access-points", count=0)
    assert " 7 " not in lab.execute("wlc", "show license summary")


def test_the_standby_takes_over_from_an_active_that_leaves(lab):
    active, standby, third = lab.device("sw1").build.members
    do(lab, "sw1", "leave", sn=active.sn)
    assert lab.device("sw1").build.members == (standby, third)
    assert active.sn not in lab.execute("sw1", "show license all")
    do(lab, "sw1", "join")
    assert len(lab.device("sw1").build.members) == 3


def test_sessions_end_with_a_switchover(lab):
    device = lab.device("sw1")
    with lab.world.at("sw1") as now:
        session = device.open_session(now, username="admin", privilege=15)
    do(lab, "sw1", "switchover")
    assert session.closed


def test_a_device_that_boots_is_left_alone(lab):
    do(lab, "sw1", "reload")
    with pytest.raises(UsageError, match="sw1 boots"):
        do(lab, "sw1", "join")
    lab.advance(timedelta(hours=1))
    do(lab, "sw1", "join")
    assert len(lab.device("sw1").build.members) == 4


def test_an_unknown_action_is_refused(lab):
    with pytest.raises(UsageError, match="no action 'kick'"):
        do(lab, "sw1", "kick")
