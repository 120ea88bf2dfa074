"""A testbed from an inventory, and back; pyATS loads it."""

from __future__ import annotations

import pytest
from nornir.core.inventory import Defaults, Group, Groups, Host, Hosts, Inventory, ParentGroups

from nornir_smartlic.errors import UsageError
from nornir_smartlic.testbeds import hosts_of, make_testbed

BRANCHES = Group("branches", data={"smart_licensing": {"transport": "smart", "url": "default"}})
DEFAULTS = Defaults(username="auditor", password="never-seen-7", platform="cisco_xe")
INVENTORY = Inventory(
    Hosts(
        {
            "r1": Host("r1", hostname="192.0.2.1", port=2201, groups=ParentGroups([BRANCHES]), defaults=DEFAULTS),
            "r2": Host("r2", hostname="r2.example.com", defaults=DEFAULTS),
        }
    ),
    Groups({"branches": BRANCHES}),
    DEFAULTS,
)


def test_hosts_come_back_from_their_testbed_without_passwords():
    testbed = make_testbed(INVENTORY)
    assert "never-seen-7" not in str(testbed)
    known = {"platform": "cisco_xe", "username": "auditor"}
    wanted = {"smart_licensing": {"transport": "smart", "url": "default"}}
    assert hosts_of(testbed) == {
        "r1": {"hostname": "192.0.2.1", "port": 2201, **known, "data": wanted},
        "r2": {"hostname": "r2.example.com", "port": 22, **known},
    }


def test_what_is_no_testbed_is_one_line():
    with pytest.raises(UsageError, match="it has no devices"):
        hosts_of({"all": {}})
    with pytest.raises(UsageError, match="r1: no connection over ssh"):
        hosts_of({"devices": {"r1": {"os": "iosxe"}, "asa": {"os": "asa"}}})


@pytest.mark.pyats
def test_pyats_loads_it(monkeypatch):
    loader = pytest.importorskip("pyats.topology.loader")
    monkeypatch.setenv("SMARTLIC_PASSWORD", "never-seen-8")
    device = loader.load(make_testbed(INVENTORY)).devices["r1"]
    assert (device.os, str(device.connections.cli.ip), device.connections.cli.port) == ("iosxe", "192.0.2.1", 2201)
    assert device.custom.smart_licensing == {"transport": "smart", "url": "default"}
