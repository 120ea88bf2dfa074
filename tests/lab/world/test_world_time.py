"""Who wakes up when."""

import threading
from datetime import timedelta

import pytest

from smartlic_lab.world import Site, World, WorldError
from smartlic_lab.world.clock import VirtualClock
from tests.lab.world.world_fakes import START, EchoAuthority, FakeDevice

HOUR = timedelta(hours=1)


@pytest.fixture
def world() -> World:
    return World(VirtualClock(START))


def test_wakeups_come_in_order_of_time(world):
    order = []
    for name, hours in (("late", 3), ("early", 1), ("middle", 2)):
        device = FakeDevice(name, due=START + hours * HOUR)
        device.tick = lambda now, device=device: (order.append(device.name), setattr(device, "due", None))
        world.add_device(name, device)
    world.advance(5 * HOUR)
    assert order == ["early", "middle", "late"]
    assert world.clock.now() == START + 5 * HOUR


def test_a_wakeup_sees_its_own_instant_however_far_time_jumps(world):
    device = FakeDevice(rhythm=timedelta(days=1), due=START + HOUR)
    world.add_device("sw1", device)
    world.advance(timedelta(days=3))
    assert device.woken == [START + HOUR + timedelta(days=n) for n in range(3)]


def test_nothing_wakes_before_it_is_due(world):
    device = FakeDevice(due=START + HOUR)
    world.add_device("sw1", device)
    world.advance(HOUR - timedelta(seconds=1))
    assert not device.woken
    assert world.next_wakeup() == START + HOUR


def test_a_command_that_changes_the_next_wakeup_is_noticed(world):
    device = FakeDevice(due=START + 10 * HOUR)
    world.add_device("sw1", device)
    with world.at("sw1"):
        device.due = START + HOUR
    world.advance(2 * HOUR)
    assert device.woken == [START + HOUR]


def test_an_old_wakeup_comes_before_a_new_command(world):
    device = FakeDevice(due=START + HOUR)
    world.add_device("sw1", device)
    world.clock.move_to(START + 2 * HOUR)
    with world.at("sw1") as now:
        assert device.woken == [START + HOUR]
        assert now == START + 2 * HOUR


def test_a_wakeup_that_never_ends_is_an_error_and_not_a_hang(world):
    device = FakeDevice(due=START)
    device.tick = lambda now: None
    world.add_device("sw1", device)
    with pytest.raises(WorldError, match="sw1 wants to be woken"):
        world.advance(HOUR)


def test_a_device_that_fails_sleeps_until_its_next_command(world):
    device = FakeDevice(due=START + HOUR)
    world.add_device("sw1", device)
    device.tick = lambda now: 1 / 0
    with pytest.raises(ZeroDivisionError):
        world.advance(2 * HOUR)
    world.advance(2 * HOUR)


def test_listeners_hear_of_wakeups_and_commands_until_they_stop(world):
    device, heard = FakeDevice(due=START + HOUR), []
    world.add_device("sw1", device)
    stop = world.listen("sw1", lambda: heard.append(1))
    world.advance(2 * HOUR)
    with world.at("sw1"):
        pass
    stop()
    with world.at("sw1"):
        pass
    assert len(heard) == 2


def test_names_and_ports_are_given_once(world):
    world.add_device("sw1", FakeDevice())
    with pytest.raises(WorldError, match="two things"):
        world.add_device("sw1", FakeDevice())
    world.add_site(Site(EchoAuthority("cssm"), "192.0.2.10", 443))
    with pytest.raises(WorldError, match="port 443"):
        world.add_site(Site(EchoAuthority("onprem"), "192.0.2.10", 443))


def test_a_command_comes_in_between_while_time_jumps(world):
    busy = FakeDevice("busy", rhythm=timedelta(seconds=1), due=START)
    world.add_device("busy", busy)
    world.add_device("sw1", FakeDevice("sw1"))
    jump = threading.Thread(target=world.advance, args=(timedelta(days=1),))
    jump.start()
    for _ in range(20):
        with world.at("sw1") as now:
            pass
    in_between = now < START + timedelta(days=1)
    jump.join(60)
    assert in_between
    assert len(busy.woken) == 86401
