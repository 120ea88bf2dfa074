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


def lines(output: str, word: str) -> list[str]:
    return [line for line in output.splitlines() if word in line]


def test_members_keep_their_numbers_in_a_switchover(lab):
    do(lab, "sw1", "switchover")
    table = lab.execute("sw1", "show switch").splitlines()
    roles = [line.split()[:2] for line in table if line[1:2].isdigit()]
    assert roles == [["1", "Member"], ["*2", "Active"], ["3", "Standby"]]
    assert lines(lab.execute("sw1", "show version"), "INSTALL")[1].startswith("*    2 ")


def test_a_switchover_is_counted_with_reason_and_time(lab):
    lab.advance(timedelta(hours=3))
    do(lab, "sw1", "switchover")
    lab.advance(timedelta(minutes=10))
    output = lab.execute("sw1", "show redundancy")
    assert "Switchovers system experienced = 1" in output
    assert "Last switchover reason = active unit failed" in output
    assert "Available system uptime = 3 hours, 10 minutes" in output
    assert "Active Location = slot 2" in output
    assert "Peer Processor Information :" in output
    assert output.count("Configuration register = 0x102") == output.count("Compiled ") == 2
    (row,) = lines(lab.execute("sw1", "show redundancy switchover history"), "active unit failed")
    assert row.split()[:3] == ["1", "1", "2"]
    log = lab.execute("sw1", "show logging")
    for message in (
        "%STACKMGR-6-STANDBY_ELECTED: Switch 2 R0/0: stack_mgr:  Switch 3 has been elected STANDBY.",
        "%RF-5-RF_TERMINAL_STATE: Terminal state reached for (SSO)",
        "%SMART_LIC-6-HA_ROLE_CHANGED: Smart Agent HA role changed to Active.",
    ):
        assert message in log
    assert "SAEVT_HA_ROLE" in lab.execute("sw1", "show license eventlog")


def test_the_member_that_was_active_says_why_and_when_it_came_up_again(lab):
    lab.advance(timedelta(hours=3))
    for _ in range(2):  # 2 takes over, then 3
        with lab.world.at("sw1") as now:
            lab.device("sw1").switch_over(now)
        lab.advance(timedelta(minutes=10))
    output = lab.execute("sw1", "show redundancy")
    assert output.count("Uptime in current state = 10 minutes") == 2
    rows = [row.split() for row in lines(lab.execute("sw1", "show redundancy switchover history"), "user forced")]
    assert [row[:5] for row in rows] == [["1", "1", "2", "user", "forced"], ["2", "2", "3", "user", "forced"]]
    assert rows[0][5:] != rows[1][5:]
    version = lab.execute("sw1", "show version")
    assert "sw1 uptime is 3 hours, 20 minutes" in version
    assert "System returned to ROM by SSO Switchover" in version
    assert lines(version, "Last reload reason:") == ["Last reload reason: Reload Command"]
    uptimes = [line.split(":")[1].strip() for line in lines(version, "Switch uptime")]
    assert sorted(uptimes) == ["10 minutes", "20 minutes"]
    with lab.world.at("sw1") as now:
        lab.device("sw1").switch_over(now)  # back to 1, which the first switchover reloaded
    lab.advance(timedelta(minutes=5))
    version = lab.execute("sw1", "show version")
    assert lines(version, "Last reload reason:") == ["Last reload reason: redundancy force-switchover"]
    assert "Uptime for this control processor is 27 minutes" in version
    do(lab, "sw1", "reload")
    lab.advance(timedelta(hours=1))
    assert "System returned to ROM by Reload Command" in lab.execute("sw1", "show version")
    assert "Switchovers system experienced = 0" in lab.execute("sw1", "show redundancy")


def test_a_device_that_stands_alone_has_no_peer(lab):
    output = lab.execute("wlc", "show redundancy")
    assert output.endswith("Peer (slot: 0) information is not available because it is in 'DISABLED' state\n")


def test_a_member_brings_its_interfaces_and_takes_them_along(lab):
    do(lab, "sw1", "join")
    configuration = lab.execute("sw1", "show running-config")
    assert "switch 4 provision c9300-24t" in configuration
    assert "interface GigabitEthernet4/0/24" in configuration
    assert "Switch 4 has been added to the stack." in lab.execute("sw1", "show logging")
    lab.advance(timedelta(minutes=61))
    assert "Switch uptime                      : 1 hour, 1 minute" in lab.execute("sw1", "show version")
    do(lab, "sw1", "leave", sn=lab.device("sw1").build.members[3].sn)
    configuration = lab.execute("sw1", "show running-config")
    assert "interface GigabitEthernet4/0/" not in configuration
    assert "interface GigabitEthernet3/0/24" in configuration
    assert "Switch 4 has been removed from the stack." in lab.execute("sw1", "show logging")


def test_a_member_gets_the_number_that_is_free_and_keeps_it_through_a_reload(lab):
    active = lab.device("sw1").build.members[0]
    do(lab, "sw1", "leave", sn=active.sn)
    assert "Last switchover reason = active unit removed" in lab.execute("sw1", "show redundancy")
    do(lab, "sw1", "join", sn="FOC00000099")
    assert lab.device("sw1").build.member_numbers == (2, 3, 1)
    do(lab, "sw1", "reload")
    lab.advance(timedelta(hours=1))
    assert lab.device("sw1").build.member_numbers == (2, 3, 1)
    assert "interface GigabitEthernet1/0/24" in lab.execute("sw1", "show running-config")


def test_files_are_dated_by_the_clock_of_the_device(lab):
    device = lab.device("sw1")
    lab.execute("sw1", "clock set 12:00:00 1 Jan 2020")
    with lab.world.at("sw1") as now:
        device.write_file("flash:copied.txt", b"text", now)
    (row,) = lines(lab.execute("sw1", "dir flash:"), "copied.txt")
    assert "Jan 01 2020 12:00:00" in row
