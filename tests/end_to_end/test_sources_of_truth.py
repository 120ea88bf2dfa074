"""Inventories of NetBox and Nautobot, by Nornir's own plugins, over answers in the shape of their APIs.

The answers are written after the vendors' API references; no NetBox or Nautobot was asked.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.cli.commandline import CommandLine

UUID = "6e1f3c1e-7d5b-4c7a-9d2e-0a1b2c3d4e5f"
TOKEN = "0123456789abcdef"
WANTED = {"transport": "cslu", "url": "https://onprem.example.com/cslu/v1/pi/branches-1"}
COMMON: dict[str, Any] = {
    "name": "sw1",
    "custom_fields": {"licensing_verdict": None, "smart_licensing": {"vrf": "Mgmt-vrf"}},
    "config_context": {"smart_licensing": WANTED},
}
NETBOX = COMMON | {
    "id": 7,
    "platform": {"id": 1, "name": "Cisco IOS-XE", "slug": "cisco_xe"},
    "primary_ip": {"id": 1, "address": "127.0.0.1/32"},
    "site": {"id": 1, "name": "Branch 17", "slug": "branch-17"},
    "device_role": {"id": 1, "name": "Access", "slug": "access"},
    "device_type": {"id": 1, "slug": "c9300-24t", "manufacturer": {"id": 1, "slug": "cisco"}},
}
NAUTOBOT = COMMON | {
    "id": UUID,
    "object_type": "dcim.device",
    "display": "sw1",
    "platform": {"id": UUID, "name": "Cisco IOS-XE", "network_driver": "cisco_xe"},
    "primary_ip4": {"id": UUID, "address": "127.0.0.1/32"},
    "primary_ip6": None,
}


class FarEnd(BaseHTTPRequestHandler):
    """A list of one device, its record, and what is written to it."""

    asked: list[tuple[str, str, Any]]
    refuses = False  # to be written to
    record: dict[str, Any]

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.asked.append(("GET", path, None))
        whole = {"count": 1, "next": None, "previous": None, "results": [self.record]}
        self._answer(whole if path == "/api/dcim/devices/" else self.record)

    def do_POST(self) -> None:
        self._take("POST", 201)

    def do_PATCH(self) -> None:
        self._take("PATCH", 200)

    def _take(self, method: str, status: int) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((method, self.path, body))
        if self.refuses:
            self._answer({"detail": "No permission"}, 403)
        else:
            self._answer({"id": 1}, status)

    def _answer(self, data: Any, status: int = 200) -> None:
        assert TOKEN in self.headers["Authorization"]
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("API-Version", "2.4")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: Any) -> None:
        return


@pytest.fixture(params=["netbox", "nautobot"])
def source(request, monkeypatch) -> Iterator[tuple[str, type[FarEnd], str]]:
    kind = request.param
    pytest.importorskip(f"nornir_{kind}")
    handler = type("Here", (FarEnd,), {"asked": [], "record": NETBOX if kind == "netbox" else NAUTOBOT})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{server.server_port}"
    prefix = "NB" if kind == "netbox" else "NAUTOBOT"
    monkeypatch.setenv(f"{prefix}_URL", url)
    monkeypatch.setenv(f"{prefix}_TOKEN", TOKEN)
    yield kind, handler, url
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def smartlic(tmp_path, capsys, monkeypatch, source) -> CommandLine:
    kind, _, url = source
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SMARTLIC_USERNAME", "admin")
    monkeypatch.setenv("SMARTLIC_PASSWORD", "example")
    command = CommandLine(tmp_path, capsys)
    if kind == "netbox":
        inventory = {"plugin": "NetBoxInventory2", "options": {"use_platform_slug": True}}
    else:
        options = {"nautobot_url": url, "nautobot_token": TOKEN, "filter_parameters": {"include": ["config_context"]}}
        inventory = {"plugin": "NautobotInventory", "options": options}
    command.write("config.yaml", {"inventory": inventory, "runner": {"plugin": "serial"}})
    return command


def test_intent_is_read_from_custom_field_and_config_context(smartlic, source):
    ended = smartlic("inventory", "sw1", "--json")
    assert ended.code == 0, ended.err
    rows = {row["key"]: (row["value"], row["origin"]) for row in json.loads(ended.out)["keys"]}
    assert rows == {
        "transport": ("cslu", "config context of sw1"),
        "url": (WANTED["url"], "config context of sw1"),
        "vrf": ("Mgmt-vrf", "custom field of sw1"),
    }


def test_the_audit_of_an_unreachable_device_is_written_back_as_unread(smartlic, source):
    _, handler, _ = source
    ended = smartlic("--limit", "connect=2", "--host-keys", "off", "audit", "--write-back", source[0])
    assert ended.code == 3
    assert "written back: 1 of 1 hosts" in ended.err
    method, path, body = handler.asked[-1]
    assert (method, body) == ("PATCH", {"custom_fields": {"licensing_verdict": "unread"}})
    assert path == f"/api/dcim/devices/{handler.record['id']}/"
    entry = handler.asked[-2][2]
    assert "not read" in entry.get("comments", entry.get("note"))
    assert TOKEN not in ended.out + ended.err


def test_an_inventory_that_is_refused_is_one_line(smartlic, source, monkeypatch):
    monkeypatch.setattr(FarEnd, "do_GET", lambda self: self._answer({"detail": "Invalid token"}, 403))
    ended = smartlic("audit", "--json", "--write-back", source[0])
    assert ended.code == 2
    assert json.loads(ended.out)["error"]["kind"] == "UsageError"
    assert "Traceback" not in ended.err
    assert TOKEN not in ended.err


def test_a_verdict_that_cannot_be_written_is_said_and_the_audit_is_shown(smartlic, source, monkeypatch):
    monkeypatch.setattr(source[1], "refuses", True)
    ended = smartlic("--limit", "connect=2", "--host-keys", "off", "audit", "--json", "--write-back", source[0])
    assert ended.code == 3
    assert "sw1: not written back:" in ended.err
    assert "No permission" in ended.err
    assert json.loads(ended.out)["hosts"][0]["host"] == "sw1"
