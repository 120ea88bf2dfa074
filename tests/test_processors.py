"""Processors in a user's runbook, over the lab in memory."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path

from nornir_smartlic.processors import AuditLog, ProgressLines, VerdictCollector
from nornir_smartlic.tasks import configure_licensing, establish_trust, verify_compliance
from tests.memory import JAN_1, TOKEN, WANTED, memory_lab, switch


def test_an_audit_log_says_who_did_what_and_when_without_the_token(tmp_path: Path):
    path = tmp_path / "audit.jsonl"
    nornir = memory_lab(switch()).nornir({"sw1": WANTED})
    logged = nornir.with_processors([AuditLog(path, who="ops", now=lambda: JAN_1)])
    logged.run(configure_licensing)
    logged.run(establish_trust, token=TOKEN)
    first, second = map(json.loads, path.read_text().splitlines())
    assert (first["who"], first["time"], first["host"]) == ("ops", JAN_1.isoformat(), "sw1")
    assert (first["task"], first["changed"], first["dry_run"]) == ("configure_licensing", True, False)
    assert "+smart_licensing.transport: smart" in first["diff"]
    assert (second["task"], second["failed"], second["error"]) == ("establish_trust", False, None)
    assert TOKEN.reveal() not in path.read_text()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_progress_is_a_line_for_each_host():
    shown = io.StringIO()
    nornir = memory_lab(switch("sw1"), switch("sw2")).nornir()
    nornir.with_processors([ProgressLines(shown)]).run(verify_compliance)
    assert shown.getvalue().splitlines() == [
        "verify_compliance: 1 of 2, sw1 done",
        "verify_compliance: 2 of 2, sw2 done",
    ]


def test_verdicts_are_collected_and_no_host_that_failed_is_compliant():
    collected = VerdictCollector()
    nornir = memory_lab(switch()).nornir({"sw1": WANTED})
    nornir.with_processors([collected]).run(verify_compliance)
    assert {finding.host for finding in collected.findings} == {"sw1"}
    assert not collected.is_compliant
    nornir.inventory.hosts["sw1"]["smart_licensing"] = {"transport": "nonsense"}
    nornir.with_processors([collected]).run(verify_compliance)
    assert collected.unread == ("sw1",)
