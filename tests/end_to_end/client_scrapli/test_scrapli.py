"""scrapli, ``cisco_iosxe``, with every transport that it has."""

from __future__ import annotations

import asyncio

import pytest

from tests.end_to_end.lab_clients import login

IOSXEDriver = pytest.importorskip("scrapli.driver.core").IOSXEDriver
TRANSPORTS = ["system", "ssh2", "paramiko"]


def parameters(lab, device: str, transport: str):
    at = login(lab, device)
    return {
        "host": at.host,
        "port": at.port,
        "auth_username": at.username,
        "auth_password": at.password,
        "auth_secondary": at.enable,
        "auth_strict_key": False,
        "transport": transport,
    }


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_it_reads_and_configures(client_lab, transport):
    with IOSXEDriver(**parameters(client_lab, "sw1", transport)) as switch:
        assert switch.get_prompt() == "sw1#"
        assert "License Usage" in switch.send_command("show license summary").result
        done = switch.send_configs(["license smart usage interval 25", "do show license status"])
        assert not done.failed
        assert "license smart usage interval 25" in switch.send_command("show run | include usage").result
        assert switch.send_config("license smart transport telepathy").failed
        assert not switch.send_config("no license smart usage interval").failed


def test_it_reads_over_asyncssh(client_lab):
    from scrapli.driver.core import AsyncIOSXEDriver

    async def read() -> str:
        async with AsyncIOSXEDriver(**parameters(client_lab, "r1", "asyncssh")) as router:
            return (await router.send_command("show license udi")).result

    assert asyncio.run(read()).startswith("UDI: PID:C8000V,SN:")


def test_it_climbs_from_user_exec(client_lab):
    options = parameters(client_lab, "r1", "ssh2") | {"auth_username": "operator", "auth_password": "Op3rator!"}
    with IOSXEDriver(**options) as router:
        assert router.get_prompt() == "r1#"


def test_it_answers_questions(client_lab):
    with IOSXEDriver(**parameters(client_lab, "sw1", "ssh2")) as switch:
        switch.send_interactive(
            [("copy running-config flash:s.cfg", "Destination filename [s.cfg]?", False), ("", "sw1#", False)]
        )
        assert "s.cfg" in switch.send_command("dir flash:").result
        switch.send_interactive(
            [
                ("delete flash:s.cfg", "Delete filename [s.cfg]?", False),
                ("", "[confirm]", False),
                ("", "sw1#", False),
            ]
        )
        assert "s.cfg" not in switch.send_command("dir flash:").result


@pytest.mark.parametrize("device", ["sw1", "r1"])
def test_scrapli_cfg_loads_compares_aborts_and_commits(client_lab, device):
    """It writes its candidate with ``tclsh``; certificates come back as they were."""
    platform = pytest.importorskip("scrapli_cfg")
    with (
        IOSXEDriver(**parameters(client_lab, device, "system")) as connection,
        platform.ScrapliCfg(conn=connection) as manager,
    ):
        before = manager.get_config().result
        manager.load_config("license smart usage interval 31\n", replace=False)
        assert "license smart usage interval 31" in manager.diff_config().device_diff
        assert not manager.abort_config().failed
        manager.load_config("license smart usage interval 31\n", replace=False)
        assert not manager.commit_config().failed
        manager.load_config(before, replace=True)
        assert manager.diff_config().device_diff.split("\n")[1:] == ["-license smart usage interval 31"]
        assert not manager.commit_config().failed
        assert manager.get_config().result.partition("\nversion")[2] == before.partition("\nversion")[2]
