"""What a failed ``assert_compliant`` says."""

from __future__ import annotations

import pytest

from nornir_smartlic.errors import UsageError
from nornir_smartlic.tasks import configure_licensing, establish_trust, sync_usage
from nornir_smartlic.testing import assert_compliant
from tests.memory import TOKEN, WANTED, Memory, memory_lab, switch


def test_a_device_as_wanted_passes():
    nornir = memory_lab(switch()).nornir({"sw1": WANTED})
    nornir.run(configure_licensing)
    nornir.run(establish_trust, token=TOKEN)
    nornir.run(sync_usage)
    assert_compliant(nornir)
    assert_compliant(nornir.inventory.hosts["sw1"])


def test_a_failure_lists_each_rule_with_evidence_and_fix():
    nornir = memory_lab(switch("sw1"), switch("sw2")).nornir({"sw1": WANTED, "sw2": WANTED})
    with pytest.raises(AssertionError) as caught:
        assert_compliant(nornir, rules=["SLP-TRUST", "SLP-CLOCK"])
    first, second = str(caught.value).split("\nsw2: ")
    assert first == "\n".join(
        (
            "sw1: 1 of 2 rules do not hold",
            "  SLP-TRUST (high, fail): A trust code is installed where reports need one",
            "    found: no trust code",
            "    expected: a trust code on every member",
            "    show license all: Trust Code Installed: <none>",
            "    fix: smartlic trust -F name=sw1",
        )
    )
    assert second.startswith("1 of 2 rules do not hold\n  SLP-TRUST")


def test_a_host_that_is_not_read_fails(monkeypatch):
    nornir = memory_lab(switch()).nornir({"sw1": WANTED})

    def refuse(*_, **__):
        raise ConnectionRefusedError(111, "Connection refused")

    monkeypatch.setattr(Memory, "open", refuse)
    with pytest.raises(AssertionError, match="sw1: not read, so nothing is proven: Connection refused"):
        assert_compliant(nornir.inventory.hosts["sw1"])


def test_nothing_is_not_compliant():
    with pytest.raises(UsageError, match="nothing would be proven"):
        assert_compliant(memory_lab().nornir())


def test_a_rule_that_there_is_not_is_no_proof():
    with pytest.raises(UsageError, match="no such rule: SLP-TELEPATHY"):
        assert_compliant(memory_lab(switch()).nornir(), rules=["SLP-TELEPATHY"])
