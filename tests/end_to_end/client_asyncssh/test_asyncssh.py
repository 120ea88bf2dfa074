"""asyncssh as a client: many at once, and what happens to sessions when a device reloads."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncssh
import pytest

from smartlic_lab.running.lab import Lab
from tests.end_to_end.lab_clients import login


def connection(lab: Lab, device: str):
    at = login(lab, device)
    return asyncssh.connect(
        at.host, at.port, username=at.username, password=at.password, known_hosts=None, config=None, client_keys=None
    )


async def until(reader, text: str) -> str:
    return await asyncio.wait_for(reader.readuntil(text), 20)


async def test_twenty_sessions_at_once(client_lab):
    async def read(number: int) -> str:
        async with connection(client_lab, ["sw1", "r1"][number % 2]) as client:
            return (await client.run("show license udi")).stdout

    outputs = await asyncio.gather(*(read(number) for number in range(20)))
    assert all("UDI: PID:" in output for output in outputs)


async def test_a_message_arrives_while_nobody_types(client_lab):
    async with connection(client_lab, "r1") as watcher, connection(client_lab, "r1") as worker:
        shell = await watcher.create_process(term_type="vt100")
        await until(shell.stdout, "r1#")
        shell.stdin.write("terminal monitor\r")
        await until(shell.stdout, "r1#")
        other = await worker.create_process(term_type="vt100")
        await until(other.stdout, "r1#")
        other.stdin.write("configure terminal\rend\r")
        assert "Configured from console by admin" in await until(shell.stdout, "admin on vty")


async def test_tab_and_question_mark_answer_at_once(client_lab):
    async with connection(client_lab, "sw1") as client:
        shell = await client.create_process(term_type="vt100", term_size=(80, 24))
        await until(shell.stdout, "sw1#")
        shell.stdin.write("sho\t")
        assert "show " in await until(shell.stdout, "show ")
        shell.stdin.write("lic?")
        assert "license" in await until(shell.stdout, "sw1#show lic")


@pytest.mark.smartlic_topology({"clock": {"speed": 0}, "devices": [{"name": "sw9", "boot_seconds": 300}]})
def test_a_reload_ends_sessions_and_refuses_new_ones_until_the_device_is_up(smartlic_lab):
    password = smartlic_lab.credentials.password.reveal()
    host, port = smartlic_lab.ports["sw9"]

    def client():
        return asyncssh.connect(host, port, username="admin", password=password, known_hosts=None, config=None)

    async def reload() -> None:
        async with client() as bystander, client() as operator:
            watching = await bystander.create_process(term_type="vt100")
            await until(watching.stdout, "sw9#")
            shell = await operator.create_process(term_type="vt100")
            await until(shell.stdout, "sw9#")
            shell.stdin.write("reload\r")
            await until(shell.stdout, "[confirm]")
            shell.stdin.write("\r")
            await asyncio.wait_for(operator.wait_closed(), 20)
            await asyncio.wait_for(bystander.wait_closed(), 20)
        with pytest.raises((OSError, asyncssh.Error)):
            await client()

    async def again() -> str:
        async with client() as found:
            return (await found.run("show version")).stdout

    asyncio.run(reload())
    smartlic_lab.advance(timedelta(minutes=10))
    assert "uptime is 5 minutes" in asyncio.run(again())


@pytest.mark.smartlic_topology(
    {"addresses": "own", "clock": {"speed": 0}, "devices": [{"name": "b", "platform": "c8000v", "count": 12}]}
)
def test_devices_with_an_address_each_share_a_port(smartlic_lab):
    places = [smartlic_lab.ports[name] for name in smartlic_lab.devices]
    assert len({host for host, _ in places}) == 12
    assert len({port for _, port in places}) == 1
    password = smartlic_lab.credentials.password.reveal()

    async def prompt(host: str, port: int) -> str:
        async with asyncssh.connect(
            host, port, username="admin", password=password, known_hosts=None, config=None, client_keys=None
        ) as found:
            return (await found.run("show running-config | include hostname")).stdout.split()[-1]

    async def everywhere() -> list[str]:
        return await asyncio.gather(*(prompt(host, port) for host, port in places))

    assert asyncio.run(everywhere()) == list(smartlic_lab.devices)
