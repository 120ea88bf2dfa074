"""scrapli-netconf, unmodified."""

from __future__ import annotations

import pytest

NetconfDriver = pytest.importorskip("scrapli_netconf.driver").NetconfDriver
SMART = "http://cisco.com/ns/yang/cisco-smart-license"
SPACES = {"s": SMART}


@pytest.fixture(params=["system", "ssh2", "paramiko"])
def driver(netconf_lab, request):
    host, port = netconf_lab.ports["sw1"]
    with NetconfDriver(
        host=host,
        port=port,
        auth_username="admin",
        auth_password="Lab-Passw0rd",
        auth_strict_key=False,
        transport=request.param,
        strip_namespaces=False,
    ) as found:
        yield found


def test_it_reads(driver):
    found = driver.get(filter_=f'<licensing xmlns="{SMART}"><state/></licensing>')
    assert not found.failed
    assert found.xml_result.findtext(".//s:state/s:version", namespaces=SPACES) == "5.10.3_rel/9"
    assert driver.netconf_version.value == "1.1"


def test_it_configures_in_chunks(driver, netconf_lab):
    edit = '<config><licensing xmlns="{}"><config><custom-id>{}</custom-id></config></licensing></config>'
    text = "ä" * 60  # more bytes than letters
    assert driver.lock(target="running").failed is False
    assert driver.edit_config(config=edit.format(SMART, text), target="running").failed is False
    assert driver.unlock(target="running").failed is False
    found = driver.get_config(source="running", filter_=f'<licensing xmlns="{SMART}"/>')
    assert found.xml_result.findtext(".//s:custom-id", namespaces=SPACES) == text
    gone = edit.format(SMART, "").replace(
        "<custom-id>", '<custom-id xmlns:n="urn:ietf:params:xml:ns:netconf:base:1.0" n:operation="remove">'
    )
    assert driver.edit_config(config=gone, target="running").failed is False
    assert driver.edit_config(config=edit.format(SMART, "two words"), target="running").failed
    assert "custom_id" not in netconf_lab.execute("sw1", "show running-config")


def test_it_speaks_the_first_version_too(netconf_lab):
    host, port = netconf_lab.ports["old"]
    with NetconfDriver(
        host=host,
        port=port,
        auth_username="admin",
        auth_password="Lab-Passw0rd",
        auth_strict_key=False,
        transport="ssh2",
        preferred_netconf_version="1.0",
        strip_namespaces=False,
    ) as old:
        assert old.netconf_version.value == "1.0"
        for _ in range(2):
            found = old.get(filter_=f'<licensing xmlns="{SMART}"><state><version/></state></licensing>')
            assert found.xml_result.findtext(".//s:version", namespaces=SPACES) == "4.8.5.4_rel/22"
