"""Usage reports by file: nothing is lost on the way, and nothing is left on the device."""

from __future__ import annotations

from pathlib import Path

import pytest

from nornir_smartlic.errors import CommandRefused, FileRejected, Refused, StoreError, Unreachable
from nornir_smartlic.files import UsageFile, render_usage_file
from nornir_smartlic.operations.collecting import Selection, UsageFileKept, collect_usage_reports
from tests.files.samples import DEVICE, report, system_info
from tests.operations.scripts import PaperDevice, Said, run
from tests.operations.texts import license_all

FILE = render_usage_file(UsageFile((report(1), report(2)), system_info())).encode()
FOREIGN = FILE.replace(DEVICE.sn.encode(), b"FOC00000099")
KEPT = Path("kept.txt")
SAVE = "license smart save usage unreported file flash:usage.txt"
DELETE = "delete /force flash:usage.txt"


def device(**answers: Said) -> PaperDevice:
    script: dict[str, Said] = {"show license all": license_all(), "fetch": FILE}
    return PaperDevice(script | answers)


def keep(file: UsageFileKept) -> Path:
    assert file.content == FILE
    return KEPT


def test_reports_are_saved_fetched_kept_and_only_then_deleted():
    switch = device()
    collected = run(collect_usage_reports(keep, "usage.txt"), switch)
    assert switch.sent == [SAVE, "fetch flash:usage.txt", DELETE]
    assert (collected.path, collected.report_ids, collected.udi) == (KEPT, (1, 2), DEVICE)
    assert collected.warnings == ()


def test_a_device_without_reports_says_so():
    switch = device(**{"license smart save": "The requested item was not found\n"})
    collected = run(collect_usage_reports(keep, "usage.txt", selection=Selection.days(30)), switch)
    assert collected.path is None
    assert collected.explanation == "the device has no reports to save (days 30)"


def test_another_answer_is_a_refusal():
    switch = device(**{"license smart save": "Error: no space left on device\n"})
    with pytest.raises(Refused, match="usage reports were not saved: Error: no space left"):
        run(collect_usage_reports(keep, "usage.txt"), switch)


def test_a_file_that_could_not_be_kept_can_be_collected_again():
    def full(file: UsageFileKept) -> Path:
        raise StoreError("usage.txt: not written: No space left on device")

    switch = device()
    with pytest.raises(StoreError):
        run(collect_usage_reports(full, "usage.txt"), switch)
    assert switch.sent[-1] == DELETE


@pytest.mark.parametrize(
    ("content", "problem"),
    [(FOREIGN, "usage file of PID:C9300-24T,SN:FOC00000099 - expected"), (FILE[:-40], "not XML"), (b"\xff", "UTF-8")],
)
def test_a_file_that_is_not_of_this_device_or_not_whole_is_not_kept(content: bytes, problem: str):
    switch = device(fetch=content)
    with pytest.raises(FileRejected, match=problem):
        run(collect_usage_reports(keep, "usage.txt"), switch)
    assert switch.sent[-1] == DELETE


def test_a_lost_connection_is_the_error_that_comes_out():
    lost = Unreachable("connection lost", host="sw1")
    switch = device(fetch=lost, delete=lost)
    with pytest.raises(Unreachable):
        run(collect_usage_reports(keep, "usage.txt"), switch)


def test_a_dry_run_saves_nothing_on_the_device():
    switch = device()
    assert run(collect_usage_reports(keep, "usage.txt", commit=False), switch).path is None
    assert switch.sent == []


def test_a_file_that_cannot_be_deleted_is_no_failure():
    switch = device(delete=CommandRefused("delete", "% Error deleting"))
    assert run(collect_usage_reports(keep, "usage.txt"), switch).path == KEPT
