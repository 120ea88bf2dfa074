"""A report sent now, and its acknowledgement."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nornir_smartlic.errors import Refused, TimedOut
from nornir_smartlic.operations.licensing_log import SHOW_LOG
from nornir_smartlic.operations.syncing import sync_usage
from nornir_smartlic.operations.waiting import Patience
from tests.operations.scripts import PaperDevice, Said, run
from tests.operations.test_trusting import COMM_FAILED
from tests.operations.texts import license_all, license_status

OLD, NEW = "Dec 01 12:00:00 2025 UTC", "Jan 01 12:00:30 2026 UTC"


def device(**answers: Said | list[Said]) -> PaperDevice:
    script: dict[str, Said | list[Said]] = {
        "show license all": license_all(ack=OLD),
        "show license status": license_status(ack=OLD),
        SHOW_LOG: "",
    }
    return PaperDevice(
        script | {key.replace("_", " ") if key.isidentifier() else key: said for key, said in answers.items()}
    )


def test_a_sync_waits_for_a_new_acknowledgement():
    switch = device(show_license_status=[license_status(ack=OLD), license_status(ack=NEW)])
    outcome = run(sync_usage(), switch)
    assert switch.sent == ["license smart sync all"]
    assert outcome.acknowledged
    assert str(outcome.last_ack) == "2026-01-01 12:00:30+00:00"
    assert outcome.waited == timedelta(seconds=5)


def test_an_old_acknowledgement_is_none():
    with pytest.raises(TimedOut, match="a new ACK did not come within 60 s"):
        run(sync_usage(patience=Patience(timedelta(seconds=60))), device())


def test_a_report_that_did_not_arrive_is_named_by_its_reason():
    switch = device(**{SHOW_LOG: ["", COMM_FAILED]})
    with pytest.raises(Refused, match="a new ACK did not come: Unable to resolve server hostname/domain name"):
        run(sync_usage(), switch)


def test_a_device_with_nothing_to_report_says_so_at_once():
    idle = license_all(ack=OLD)
    idle = idle.replace("Status: IN USE", "Status: NOT IN USE").replace(
        "interval: 30  days", "interval: 0 (no reporting)"
    )
    idle = idle.replace("Available to Report: 2", "Available to Report: 0")
    switch = device(show_license_all=idle)
    outcome = run(sync_usage(), switch)
    assert outcome.not_applicable == "nothing to report: no licence is in use, and the push interval is 0"
    assert switch.sent == []
    assert outcome.waited == timedelta(0)


def test_a_dry_run_sends_nothing():
    switch = device()
    outcome = run(sync_usage(commit=False), switch)
    assert (outcome.needed, outcome.requested) == (True, False)
    assert switch.sent == []


def test_an_air_gapped_device_reports_by_file():
    switch = device(show_license_all=license_all(transport="  Type: Transport Off"))
    outcome = run(sync_usage(), switch)
    assert outcome.not_applicable == ("transport is off: usage reports go by file: 'smartlic reports'")
