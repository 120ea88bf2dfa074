"""unicon, ``iosxe``, and Genie's own parsers."""

from __future__ import annotations

import pytest

from smartlic_lab.running.lab import Lab
from tests.end_to_end.lab_clients import LICENSE_COMMANDS

pytestmark = [pytest.mark.pyats, pytest.mark.slow]


@pytest.fixture(scope="module")
def testbed(client_lab: Lab, tmp_path_factory):
    loader = pytest.importorskip("genie.testbed")
    path = tmp_path_factory.mktemp("pyats") / "testbed.yaml"
    client_lab.inventory("pyats", path)
    found = loader.load(str(path))
    for device in found.devices.values():
        device.connect(via="cli", log_stdout=False, learn_hostname=False)
    yield found
    for device in found.devices.values():
        device.disconnect()


@pytest.mark.parametrize("device", ["sw1", "r1"])
@pytest.mark.parametrize("command", LICENSE_COMMANDS)
def test_genie_accepts_what_a_device_prints(testbed, device, command):
    assert testbed.devices[device].parse(command)


def test_it_configures(testbed):
    switch = testbed.devices["sw1"]
    switch.configure("license smart usage interval 15")
    assert "usage interval 15" in switch.execute("show running-config | include license smart")
    switch.configure("no license smart usage interval")
    assert switch.execute("show running-config | include license smart").strip() == ""


def test_it_sees_a_refusal(testbed):
    from unicon.core.errors import SubCommandFailure

    with pytest.raises(SubCommandFailure):
        testbed.devices["r1"].execute("show telepathy")
    with pytest.raises(SubCommandFailure):
        testbed.devices["r1"].configure("license smart transport telepathy")


@pytest.mark.parametrize(("name", "table"), [("sw1", {"vrf": "Mgmt-vrf"}), ("r1", {})])
def test_its_services_work(testbed, name, table):
    device = testbed.devices[name]
    addresses = device.parse("show ip interface brief")["interface"].values()
    own = next(one["ip_address"] for one in addresses if one["ip_address"] != "unassigned")
    assert "100 percent (5/5)" in device.ping(own, **table)
    assert "100 percent (3/3)" in device.ping(own, count=3, size=200, **table)  # the dialogue
    assert "Tracing the route to 192.0.2.1" in device.traceroute("192.0.2.1")
    device.configure(["interface Loopback4", "description ours", "exit", "no interface Loopback4"], bulk=True)
    device.copy(source="running-config", dest="flash:", dest_file="copied.cfg")
    assert device.api.verify_file_exists("flash:/copied.cfg")
    device.execute("delete /force flash:copied.cfg")
    assert device.execute(["show clock", "show users"])["show users"].count("admin") == 1
    device.disable()
    device.enable()


@pytest.mark.parametrize("name", ["sw1", "r1"])
def test_its_apis_and_models_work(testbed, name):
    device = testbed.devices[name]
    flash = {"sw1": "flash:", "r1": "bootflash:"}[name]
    assert device.api.get_platform_default_dir() == flash
    assert device.api.get_boot_variables("next")
    assert device.api.get_running_image() == f"{flash}packages.conf"
    assert device.api.get_mgmt_ip_and_mgmt_src_ip_addresses()
    assert device.api.get_available_space() > 10_000_000
    device.api.save_running_config_configuration()
    assert "Loopback99" not in device.learn("config")
    assert device.learn("interface").info
    assert device.learn("routing").info


def test_its_licensing_apis_work(testbed):
    router = testbed.devices["r1"]
    router.api.configure_license_smart_transport_cslu()
    router.api.configure_license_smart_url_cslu("http://192.0.2.9:8182/cslu/v1/pi")
    router.api.configure_license_smart_usage_interval(40)
    assert "license smart usage interval 40" in router.execute("show running-config | include license smart")
    router.api.unconfigure_license_smart_usage_interval()
    router.api.unconfigure_license_smart_url_cslu()
    router.api.enable_license_smart_clear_eventlog()
    router.configure(["license smart transport smart", "license smart url default"])
    assert router.execute("show license udi").startswith("UDI: PID:C8000V")


@pytest.mark.parametrize(("name", "pid"), [("sw1", "C9300"), ("r1", "C8000V")])
def test_our_model_is_learned_and_parsed_over_it(testbed, name, pid):
    from nornir_smartlic.errors import CommandRefused, UsageError
    from nornir_smartlic.pyats import learn, parse

    device = testbed.devices[name]
    reading = learn(device)
    assert reading.state.udi.pid.startswith(pid)
    assert reading.unparsed == ()
    assert parse(device, "show license all").udi == reading.state.udi
    assert parse(device, "sh license udi").udi == reading.state.udi
    with pytest.raises(UsageError):
        parse(device, "show telepathy")
    if name == "sw1":
        with pytest.raises(CommandRefused):
            parse(device, "show platform hardware throughput level")
