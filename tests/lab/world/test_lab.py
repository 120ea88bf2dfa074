"""A whole lab in memory: devices, CSSM, CSLU and the network between them, without a socket."""

from __future__ import annotations

import os
from datetime import timedelta

import pytest

from nornir_smartlic.errors import StoreError, UsageError
from smartlic_lab.authority.licenses import positions
from smartlic_lab.running.lab import Lab
from smartlic_lab.running.topology import TopologyError

HOUR = timedelta(hours=1)
DIRECT = ["license smart transport smart", "license smart url default"]
LEVEL = "license boot level network-advantage addon dna-advantage"
ROUTER = {"name": "r1", "platform": "c8000v", "day0": [*DIRECT, LEVEL]}


@pytest.fixture
def lab(request):
    topology = getattr(request, "param", {"devices": [ROUTER]})
    with Lab.from_dict({"clock": {"speed": 0}, **topology}, serve=False) as lab:
        yield lab


def trust(lab: Lab, device: str) -> None:
    lab.execute(device, f"license smart trust idtoken {lab.token().reveal()} all")


def state(lab: Lab, device: str):
    with lab.world.at(device) as now:
        return lab.devices[device].agent.state(now)


def test_a_device_gets_its_trust_code_reports_and_is_acknowledged(lab):
    trust(lab, "r1")
    lab.advance(HOUR)
    found = state(lab, "r1")
    assert found.trust_codes
    assert found.usage_reporting.last_ack is not None
    assert found.account.virtual_account == "DEFAULT"


CSLU = {
    "authorities": [
        {"name": "cssm", "kind": "cssm", "smart_accounts": [{"virtual_accounts": [{"name": "Branches"}]}]},
        {"name": "cslu", "kind": "cslu", "virtual_account": "Branches"},
    ],
    "devices": [{"name": "r1", "platform": "c8000v", "day0": [LEVEL]}],
}


@pytest.mark.parametrize("lab", [CSLU], indirect=True)
def test_a_device_out_of_the_box_finds_cslu_local_by_itself(lab):
    lab.advance(HOUR)
    found = state(lab, "r1")
    assert found.usage_reporting.last_ack is not None
    assert found.account.virtual_account == "Branches"


NO_NAME_SERVER = {"devices": [{**ROUTER, "uplink": {"name_servers": []}}]}


@pytest.mark.parametrize("lab", [NO_NAME_SERVER], indirect=True)
def test_a_device_without_name_server_fails_until_it_has_one(lab):
    trust(lab, "r1")
    lab.advance(HOUR)
    assert "Unable to resolve server hostname/domain name" in lab.execute("r1", "show logging")
    lab.execute("r1", "configure terminal", "ip name-server 192.0.2.53", "end")
    trust(lab, "r1")
    lab.advance(2 * HOUR)
    assert state(lab, "r1").usage_reporting.last_ack is not None


SWITCH = {"devices": [{"name": "sw1", "members": 2, "day0": [*DIRECT, "license smart vrf Mgmt-vrf"]}]}


@pytest.mark.parametrize("lab", [SWITCH], indirect=True)
def test_a_management_vrf_needs_the_source_interface(lab):
    lab.execute("sw1", "configure terminal", "no ip http client source-interface", "end")
    trust(lab, "sw1")
    lab.advance(HOUR)
    assert not state(lab, "sw1").trust_codes
    lab.execute("sw1", "configure terminal", "ip http client source-interface GigabitEthernet0/0", "end")
    trust(lab, "sw1")
    lab.advance(2 * HOUR)
    assert len(state(lab, "sw1").trust_codes) == 2


WRONG_CLOCK = {"devices": [{**ROUTER, "clock_offset": "-3000d"}]}


@pytest.mark.parametrize("lab", [WRONG_CLOCK], indirect=True)
def test_a_clock_of_years_ago_does_not_trust_the_certificate(lab):
    trust(lab, "r1")
    lab.advance(HOUR)
    assert not state(lab, "r1").trust_codes


def test_a_week_without_cssm_is_survived(lab):
    trust(lab, "r1")
    lab.advance(HOUR)
    before = state(lab, "r1").usage_reporting.last_ack
    lab.advance(timedelta(days=29))
    lab.add_fault("cssm", "unreachable", span=timedelta(days=7))
    lab.advance(timedelta(days=6))
    assert state(lab, "r1").usage_reporting.last_ack == before
    lab.advance(timedelta(days=4))
    assert state(lab, "r1").usage_reporting.last_ack > before


def test_a_fault_of_the_authority_itself_is_listed_and_cleared(lab):
    lab.add_fault("cssm", "lose-next-ack")
    assert lab.fault_list() == [{"target": "cssm", "kind": "lose-next-ack", "until": None, "remaining": 1}]
    assert lab.clear_faults() == 1
    with pytest.raises(UsageError, match="a fault of CSSM, CSLU or SSM On-Prem"):
        lab.add_fault("r1", "lose-next-ack")


def test_a_restarted_lab_knows_what_it_knew(tmp_path):
    topology = {"clock": {"speed": 0}, "devices": [ROUTER]}
    with Lab.from_dict(topology, folder=tmp_path, keep=True, serve=False) as lab:
        trust(lab, "r1")
        lab.advance(HOUR)
        lab.execute("r1", "configure terminal", "hostname kept", "end", "write memory")
        before, token, now = state(lab, "r1"), lab.token(), lab.clock.now()
    with Lab.from_dict(topology, folder=tmp_path, keep=True, serve=False) as lab:
        after = state(lab, "r1")
        assert lab.clock.now() == now
        assert lab.token() == token
        assert lab.devices["r1"].hostname == "kept"
        assert after.trust_codes == before.trust_codes
        assert after.usage_reporting.last_ack == before.usage_reporting.last_ack
        lab.advance(timedelta(days=31))
        assert state(lab, "r1").usage_reporting.last_ack > before.usage_reporting.last_ack


def test_a_state_that_is_no_state_is_one_line(tmp_path):
    (tmp_path / "state.json").write_text("{}")
    with pytest.raises(StoreError, match="not the state of a lab"):
        Lab.from_dict({}, folder=tmp_path, keep=True, serve=False)


def test_passwords_are_readable_for_their_owner_alone(lab):
    assert os.stat(lab.password_file).st_mode & 0o077 == 0
    assert lab.credentials.password.reveal() not in str(lab.status())


@pytest.mark.smartlic_topology({"devices": [{"name": "r7", "platform": "c8000v"}]}, serve=False)
def test_the_fixtures_of_our_plugin_give_a_lab(smartlic_lab, smartlic_devices, smartlic_cssm, smartlic_clock):
    assert list(smartlic_devices) == ["r7"]
    assert smartlic_cssm is smartlic_lab.cssm
    assert smartlic_clock.now() >= smartlic_lab.topology.clock.start


STOCKED = {
    "authorities": [
        {
            "name": "cssm",
            "kind": "cssm",
            "smart_accounts": [
                {
                    "virtual_accounts": [
                        {
                            "name": "Branches",
                            "tokens": [{"name": "branches"}],
                            "pools": [{"license": "ESR_P_250M_A", "quantity": 3, "term_days": 365}],
                            "policy": {"subscription": [30, 30, 30]},
                        }
                    ]
                }
            ],
        }
    ],
    "devices": [ROUTER],
}


@pytest.mark.parametrize("lab", [STOCKED], indirect=True)
def test_a_virtual_account_has_its_licences_and_its_policy(lab):
    trust(lab, "r1")
    lab.advance(HOUR)
    assert state(lab, "r1").policy.subscription.reporting_frequency.days == 30
    with lab.cssm.work() as work:
        home = work.virtual_account(work.smart_account("example.com"), "Branches")
        (found,) = [one for one in positions(work, [home]) if one.purchased]
    assert found.purchased == 3


def test_a_licence_that_nobody_sells_is_one_line():
    account = {"virtual_accounts": [{"name": "Campus", "pools": [{"license": "Unobtainium", "quantity": 1}]}]}
    with pytest.raises(TopologyError, match=r"pools\[0\].license: there is no licence 'Unobtainium'"):
        Lab.from_dict({"authorities": [{"name": "cssm", "kind": "cssm", "smart_accounts": [account]}]}, serve=False)
