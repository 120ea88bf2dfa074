"""unicon, ``iosxe``, and Genie's own parsers."""

from __future__ import annotations

import pytest

from smartlic_lab.lab import Lab
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


def test_its_licensing_apis_work(testbed):
    router = testbed.devices["r1"]
    router.api.execute_clear_logging() if hasattr(router.api, "execute_clear_logging") else None
    assert router.execute("show license udi").startswith("UDI: PID:C8000V")
