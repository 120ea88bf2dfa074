"""``smartlic mcp`` over the SDK's own client: the tools are there, read, and change nothing that nobody confirmed."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from nornir.core.plugins.inventory import InventoryPluginRegister

from nornir_smartlic.cli.options import Globals
from tests.cssm.over_memory import SECRET, Service
from tests.memory import TOKEN, WANTED, MemoryLab, memory_lab, switch

mcp = pytest.importorskip("mcp")
from mcp.types import ElicitResult  # noqa: E402

from nornir_smartlic.cli.assistant import LARGEST_TEXT, server_of  # noqa: E402


@pytest.fixture
def lab() -> MemoryLab:
    return memory_lab(switch())


@pytest.fixture
def given(smartlic, lab):
    class LabInventory:
        def load(self):
            return lab.nornir({"sw1": WANTED}).inventory

    InventoryPluginRegister.register("memory-lab", LabInventory)
    yield Globals(
        smartlic.write("config.yaml", {"inventory": {"plugin": "memory-lab"}, "runner": {"plugin": "serial"}})
    )
    InventoryPluginRegister.deregister("memory-lab")


async def ask(given, tool, *, may_apply=False, user=None, **arguments):
    """The answer of *tool*, and whether it is an error; *user* answers what is asked."""
    async with mcp.Client(server_of(given, may_apply=may_apply), elicitation_callback=user) as client:
        try:
            result = await client.call_tool(tool, arguments)
        except mcp.MCPError as error:
            return str(error), True
    return (result.content[0].text, True) if result.is_error else (result.structured_content, False)


async def tools(given, *, may_apply):
    async with mcp.Client(server_of(given, may_apply=may_apply)) as client:
        return {tool.name: tool for tool in (await client.list_tools()).tools}


async def test_without_the_switch_every_tool_is_read_only(given):
    found = await tools(given, may_apply=False)
    assert set(found) == {"hosts", "audit", "plan", "diagnose", "reconcile", "parse"}
    assert all(tool.annotations.read_only_hint and tool.description for tool in found.values())


async def test_with_the_switch_apply_is_there_and_said_to_change_things(given):
    found = await tools(given, may_apply=True)
    assert not found["apply"].annotations.read_only_hint
    assert found["apply"].annotations.destructive_hint


async def test_reading_tools_change_no_device(given, lab):
    before = lab.door("sw1").type("show running-config")
    audit, _ = await ask(given, "audit")
    plan, _ = await ask(given, "plan")
    causes, _ = await ask(given, "diagnose", host="sw1")
    assert audit["hosts"][0]["findings"]
    assert {each["verdict"] for each in audit["hosts"][0]["findings"]} <= {"fail", "unknown"}
    assert plan["hosts"][0]["pending"]
    assert causes["causes"]
    assert lab.door("sw1").type("show running-config") == before


async def test_reconcile_answers_with_shortages_first(given, lab, monkeypatch):
    text, is_error = await ask(given, "reconcile")
    assert (is_error, "no access to CSSM" in text) == (True, True)
    lab.cssm.add_api_client("example.com", "smartlic", SECRET)
    service = Service(lab.cssm)
    service.now = lab.world.clock.now()
    monkeypatch.setattr("nornir_smartlic.cssm.Transfer", lambda endpoint: service.transfer())
    monkeypatch.setenv("SMARTLIC_CSSM_URL", "https://cssm.example.com")
    monkeypatch.setenv("SMARTLIC_CSSM_CLIENT_ID", "smartlic")
    monkeypatch.setenv("SMARTLIC_CSSM_CLIENT_SECRET", SECRET)
    answer, _ = await ask(given, "reconcile", most=1)
    assert answer["answer"] == "no"
    assert (answer["findings"][0]["kind"], answer["findings"][0]["host"]) == ("missing", "sw1")
    assert (answer["licenses"][0]["left"], answer["licenses_left_off"]) == (-1, 1)


async def test_apply_asks_the_user_and_does_it_when_he_says_yes(given, lab):
    asked = []

    async def user(context, params):
        asked.append(params.message)
        return ElicitResult(action="accept", content={"change": True})

    answer, is_error = await ask(given, "apply", may_apply=True, user=user)
    assert not is_error
    assert "sw1:" in asked[0]
    assert "license smart transport" in asked[0]
    assert answer["hosts"][0]["changed"]
    again, _ = await ask(given, "plan")
    assert not again["hosts"][0]["pending"]


@pytest.mark.parametrize(
    "content", [{"action": "decline"}, {"action": "cancel"}, {"action": "accept", "content": {"change": False}}]
)
async def test_apply_changes_nothing_unless_the_user_says_yes(given, lab, content):
    before = lab.door("sw1").type("show running-config")

    async def user(context, params):
        return ElicitResult(**content)

    text, is_error = await ask(given, "apply", may_apply=True, user=user)
    assert is_error
    assert "nothing was changed: the user did not confirm" in text
    assert lab.door("sw1").type("show running-config") == before


async def test_apply_changes_nothing_where_the_client_cannot_ask(given, lab):
    before = lab.door("sw1").type("show running-config")
    text, is_error = await ask(given, "apply", may_apply=True)
    assert is_error
    assert "elicitation capability" in text
    assert lab.door("sw1").type("show running-config") == before


@pytest.mark.parametrize(
    ("tool", "arguments", "message"),
    [
        ("audit", {"filters": ["name=nobody"]}, "no host fits -F name=nobody"),
        ("audit", {"filters": ["sw1"]}, "filter 'sw1': expected KEY=VALUE"),
        ("diagnose", {"host": "nobody"}, "no host fits -F name=nobody"),
        ("parse", {"text": "nothing that a device prints"}, "text"),
        ("parse", {"text": "x", "command": "show clocks"}, "command:"),
    ],
)
async def test_what_is_wrong_is_one_line(given, tool, arguments, message):
    text, is_error = await ask(given, tool, **arguments)
    assert is_error
    assert message in text
    assert "Traceback" not in text
    assert len(text.splitlines()) == 1


async def test_a_text_that_is_too_large_is_refused(given):
    text, is_error = await ask(given, "parse", text="x" * (LARGEST_TEXT + 1))
    assert is_error
    assert "at most" in text


async def test_a_saved_output_is_parsed(given):
    answer, _ = await ask(given, "parse", text="sw1#show license udi\nUDI: PID:C9300-24T,SN:FCW00000001\n\n")
    assert answer["outputs"][0]["host"] == "sw1"
    assert answer["outputs"][0]["command"] == "show license udi"


async def test_no_secret_stands_in_an_answer(given, lab):
    for tool, arguments in (
        ("audit", {"passed_too": True}),
        ("plan", {}),
        ("hosts", {}),
        ("diagnose", {"host": "sw1"}),
    ):
        answer, _ = await ask(given, tool, **arguments)
        assert TOKEN.reveal() not in json.dumps(answer)


def test_the_command_speaks_the_protocol_over_its_pipes(smartlic):
    smartlic.inventory({"sw1": {"hostname": "192.0.2.1", "platform": "cisco_xe"}})
    first = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}}
    message = {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": first}
    command = [sys.executable, "-m", "nornir_smartlic.cli", "-c", str(smartlic.folder / "config.yaml"), "mcp"]
    ended = subprocess.run(
        command, input=json.dumps(message) + "\n", capture_output=True, text=True, timeout=60, check=False
    )
    assert json.loads(ended.stdout.splitlines()[0])["result"]["serverInfo"]["name"] == "smartlic"
    assert ended.returncode == 0
