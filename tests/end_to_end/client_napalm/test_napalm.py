"""NAPALM's ``ios`` driver: facts, configuration, candidate, comparison, commit, rollback."""

from __future__ import annotations

import pytest

from tests.end_to_end.lab_clients import login

napalm = pytest.importorskip("napalm")


@pytest.fixture
def router(client_lab):
    at = login(client_lab, "r1")
    options = {"port": at.port, "secret": at.enable, "dest_file_system": "bootflash:"}
    driver = napalm.get_network_driver("ios")(at.host, at.username, at.password, optional_args=options)
    client_lab.execute(
        "r1", "configure terminal", "archive", "path bootflash:archive", "end", "write memory"
    )  # what NAPALM's documents ask for
    with driver as connection:
        yield connection


def test_facts(router):
    facts = router.get_facts()
    assert facts["vendor"] == "Cisco"
    assert facts["hostname"] == "r1"
    assert facts["model"] == "C8000V"
    assert facts["serial_number"].startswith("9")
    assert "17.12" in facts["os_version"]
    assert "GigabitEthernet1" in facts["interface_list"]


def test_configuration_is_read(router):
    found = router.get_config()
    assert "hostname r1" in found["running"]
    assert "license smart transport smart" in found["running"]
    assert found["startup"]


def test_a_candidate_is_compared_discarded_committed_and_rolled_back(router):
    before = router.get_config()["running"]
    router.load_merge_candidate(config="license smart usage interval 33\n")
    assert "+license smart usage interval 33" in router.compare_config().replace("+ ", "+")
    router.discard_config()
    assert "interval 33" not in router.get_config()["running"]
    router.load_merge_candidate(config="license smart usage interval 33\n")
    router.commit_config()
    assert "license smart usage interval 33" in router.get_config()["running"]
    router.rollback()
    after = router.get_config()["running"]
    assert after.replace("file prompt quiet\n", "") == before  # the line is NAPALM's own, until it closes


def test_arbitrary_commands(router):
    assert "UDI: PID:C8000V" in router.cli(["show license udi"])["show license udi"]


def test_it_pings_and_traces(router):
    assert router.ping("127.0.0.1", count=3)["success"]["packet_loss"] == 0
    assert router.ping("192.0.2.250", count=2, timeout=1)["success"]["packet_loss"] == 2
    hops = router.traceroute("192.0.2.250", ttl=3)["success"]
    assert list(hops) == [1]  # the gateway says that there is no such host
    assert len(hops[1]["probes"]) == 3


def test_every_getter_answers(router):
    for getter in (
        "interfaces", "interfaces_ip", "interfaces_counters", "arp_table", "lldp_neighbors", "lldp_neighbors_detail",
        "ntp_servers", "ntp_peers", "ntp_stats", "users", "environment", "vlans", "mac_address_table",
        "snmp_information", "network_instances", "optics", "bgp_neighbors", "bgp_config", "ipv6_neighbors_table",
    ):  # fmt: skip
        found = getattr(router, f"get_{getter}")()
        assert isinstance(found, (dict, list)), getter
