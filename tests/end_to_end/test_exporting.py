"""Metrics fetched from ``smartlic export``, and messages that a syslog server gets."""

from __future__ import annotations

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from nornir_smartlic.cli import notifying
from nornir_smartlic.cli.exporting import exporter
from nornir_smartlic.cli.remembering import record
from nornir_smartlic.cli.settings import Settings
from nornir_smartlic.errors import UsageError
from nornir_smartlic.outputs import Report
from nornir_smartlic.store import Store
from tests.outputs.reports import host_report


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    settings = Settings(store=str(tmp_path / "history.db"))
    with Store(settings.store) as store:
        record(store, Report("audit", (host_report("sw1", trust_codes=()),), created=datetime.now(UTC)))
    return settings


def fetch(port: int) -> dict[str, list]:
    text = httpx.get(f"http://127.0.0.1:{port}/metrics", trust_env=False).text
    return {family.name: family.samples for family in text_string_to_metric_families(text)}


def test_what_the_store_knows_can_be_fetched_and_who_is_not_in_it_is_not_read(settings):
    with exporter(settings, ("sw1", "sw2"), "127.0.0.1", 0, timedelta(days=7)) as port:
        found = fetch(port)
    read = {sample.labels["host"]: sample.value for sample in found["smartlic_host_read"]}
    assert read == {"sw1": 1.0, "sw2": 0.0}
    assert found["smartlic_store_up"][0].value == 1.0
    assert any(sample.labels["verdict"] == "fail" for sample in found["smartlic_finding"])


def test_a_store_that_goes_away_is_a_metric_too(settings):
    with exporter(settings, ("sw1",), "127.0.0.1", 0, timedelta(days=7)) as port:
        Path(settings.store).write_text("no database at all, but long enough to look like one" * 9)
        found = fetch(port)
    assert found["smartlic_store_up"][0].value == 0.0
    assert "smartlic_host_read" not in found


def test_an_address_that_is_taken_is_one_line(settings):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        serving = exporter(settings, ("sw1",), "127.0.0.1", taken.getsockname()[1], timedelta(days=7))
        with pytest.raises(UsageError, match="--listen"):
            serving.__enter__()


def test_a_syslog_server_gets_a_line_for_each_finding():
    report = Report("audit", (host_report("sw1", trust_codes=()),))
    new, _ = notifying.news(report, frozenset())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        place = f"syslog:127.0.0.1:{server.getsockname()[1]}"
        assert notifying.notify([place], new, (("sw2", "SLP-TRUST"),)) == []
        lines = [server.recv(4096).decode() for _ in range(len(new) + 1)]
    assert all(line.startswith("<") and "smartlic: " in line for line in lines)
    assert "smartlic: gone SLP-TRUST on sw2" in lines[-1]
