"""ncclient, unmodified, with its handler for IOS-XE and without."""

from __future__ import annotations

from datetime import timedelta

import pytest

from smartlic_lab.running.lab import Lab

manager = pytest.importorskip("ncclient.manager")
SMART = "http://cisco.com/ns/yang/cisco-smart-license"
SPACES = {"s": SMART}


def connect(lab: Lab, device: str, username: str = "admin", password: str = "Lab-Passw0rd", handler: str = "iosxe"):
    host, port = lab.ports[device]
    return manager.connect(
        host=host,
        port=port,
        username=username,
        password=password,
        hostkey_verify=False,
        allow_agent=False,
        look_for_keys=False,
        device_params={"name": handler},
        timeout=20,
    )


def config(inner: str) -> str:
    licensing = f'<licensing xmlns="{SMART}"><config>{inner}</config></licensing>'
    return f'<config xmlns="urn:ietf:params:xml:ns:netconf:base:1.0">{licensing}</config>'


def state(client) -> dict[str, str]:
    """The leaves of ``state-info``, the last of each name."""
    asked = f'<licensing xmlns="{SMART}"><state><state-info/></state></licensing>'
    found = client.get(filter=("subtree", asked)).data_ele
    return {leaf.tag.rpartition("}")[2]: leaf.text for leaf in found.iter() if len(leaf) == 0}


@pytest.mark.parametrize(("device", "revision"), [("sw1", "2021-03-01"), ("old", "2019-07-01")])
def test_the_hello_names_the_model_and_its_revision(netconf_lab, device, revision):
    with connect(netconf_lab, device) as client:
        capabilities = list(client.server_capabilities)
        assert f"{SMART}?module=cisco-smart-license&revision={revision}" in capabilities
        assert "urn:ietf:params:netconf:base:1.1" in capabilities


@pytest.mark.filterwarnings("ignore:CsrDeviceHandler is deprecated")
@pytest.mark.parametrize("handler", ["iosxe", "csr", "default"])
def test_it_configures_and_takes_back(netconf_lab, handler):
    with connect(netconf_lab, "sw1", handler=handler) as client:
        with client.locked("running"):
            done = client.edit_config(
                target="running",
                config=config("<usage><interval>21</interval></usage>"),
                error_option="rollback-on-error",
                test_option="test-then-set",
            )
            assert done.ok
        assert "interval 21" in netconf_lab.execute("sw1", "show running-config | include usage")
        found = client.get_config(source="running").data_ele
        assert found.findtext(".//s:config/s:usage/s:interval", namespaces=SPACES) == "21"
        gone = '<usage xmlns:nc="urn:ietf:params:xml:ns:netconf:base:1.0" nc:operation="delete"/>'
        client.edit_config(target="running", config=config(gone))
        assert netconf_lab.execute("sw1", "show running-config | include usage") == ""


def test_it_sees_a_refusal(netconf_lab):
    from ncclient.operations import RPCError

    with connect(netconf_lab, "sw1") as client:
        with pytest.raises(RPCError) as refused:
            client.edit_config(target="running", config=config("<usage><interval>999</interval></usage>"))
        assert refused.value.tag == "invalid-value"
        assert refused.value.path == "/licensing/config/usage/interval"
        assert client.connected


def test_it_establishes_trust_and_saves_usage(netconf_lab):
    from ncclient.xml_ import to_ele

    smart = (
        "<transport><transport-type>transport-type-smart</transport-type>"
        "<transport-smart><url-default>true</url-default></transport-smart></transport>"
    )
    token = netconf_lab.token().reveal()
    with connect(netconf_lab, "sw1") as client:
        assert client.edit_config(target="running", config=config(smart)).ok
        assert state(client)["is-installed"] == "false"
        trust = f'<id-token-trust xmlns="{SMART}"><id-token>{token}</id-token><all-ha>true</all-ha></id-token-trust>'
        assert "registrationinprogress" in client.dispatch(to_ele(trust)).xml
        netconf_lab.advance(timedelta(hours=2))
        assert state(client)["is-installed"] == "true"
        save = f'<rum-save-usage-all xmlns="{SMART}"><file-path>flash:all.txt</file-path></rum-save-usage-all>'
        assert ">success<" in client.dispatch(to_ele(save)).xml
        assert client.save_config().xml.count("Save running-config successful") == 1
    assert "all.txt" in netconf_lab.execute("sw1", "dir flash:")
    assert "Trust Code Installed" in netconf_lab.execute("sw1", "show license status")


def test_it_registers_a_device_of_before(netconf_lab):
    from ncclient.xml_ import to_ele

    with connect(netconf_lab, "old") as client:
        token = netconf_lab.token().reveal()
        register = f'<register-id-token xmlns="{SMART}"><id-token>{token}</id-token></register-id-token>'
        assert "registrationinprogress" in client.dispatch(to_ele(register)).xml
        netconf_lab.advance(timedelta(hours=1))
        assert state(client)["registration-state"] == "reg-state-complete"


def test_a_session_ends_with_the_device(netconf_lab):
    client = connect(netconf_lab, "old")
    netconf_lab.execute("old", "configure terminal", "no netconf-yang", "end")
    with pytest.raises(Exception, match=r"(?i)session|closed|connected|descriptor|pipe|reset"):
        client.get()  # says what its reader found first
    netconf_lab.execute("old", "configure terminal", "netconf-yang", "end")
    connect(netconf_lab, "old").close_session()


def test_a_device_without_netconf_has_no_such_subsystem(netconf_lab):
    from ncclient.transport.errors import TransportError

    with pytest.raises(TransportError):
        connect(netconf_lab, "shut")


def test_a_reader_is_let_in_and_sees_nothing(netconf_lab):
    from ncclient.operations import RPCError

    with connect(netconf_lab, "sw1", "reader", "R3ader!") as client, pytest.raises(RPCError) as refused:
        client.get()
    assert refused.value.tag == "access-denied"


def test_it_selects_by_path(netconf_lab):
    with connect(netconf_lab, "sw1") as client:
        found = client.get(filter=("xpath", "/licensing/state/state-info/registration | /native/hostname")).data_xml
        assert "<hostname>sw1</hostname>" in found
        assert "registration" in found
        assert "entitlement" not in found
        spaces = {"ios": "http://cisco.com/ns/yang/Cisco-IOS-XE-native"}
        only = client.get_config("running", filter=("xpath", (spaces, "/ios:native/ios:hostname"))).data_xml
        assert "<hostname>sw1</hostname>" in only
        assert "licensing" not in only
