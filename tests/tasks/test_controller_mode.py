"""A router that a controller manages: read, never judged and never changed, whatever is asked for."""

from __future__ import annotations

import pytest

from nornir_smartlic import tasks
from nornir_smartlic.compliance import Verdict
from nornir_smartlic.operations.conversation import Answer, Request, Show, Wait
from smartlic_lab.device.specification import DeviceSpec
from tests.memory import PASSWORD, TOKEN, WANTED, MemoryDoor, memory_lab, one

BELONGS = "licensing belongs to the controller"


@pytest.fixture
def managed(monkeypatch):
    """A router of a release, in controller mode; the lab has no such mode, so that the line is put in here."""
    answer = MemoryDoor.answer

    def answered(door: MemoryDoor, request: Request) -> Answer:
        if request == Show("show version | include Controller-Managed"):
            door.lab.asked.append(request)
            return Answer("Router operating mode: Controller-Managed\n")
        got = answer(door, request)
        if request != Show("show version"):
            return got
        text = got.text.replace("Router operating mode: Autonomous\n", "")
        mode = "Router operating mode: Controller-Managed\n\nConfiguration register"
        return Answer(text.replace("Configuration register", mode))

    monkeypatch.setattr(MemoryDoor, "answer", answered)
    return lambda release: memory_lab(DeviceSpec("r1", "isr4000", release, password=PASSWORD))


def test_an_audit_finds_no_rule_applicable_and_says_why(managed):
    report = one(managed("17.12").nornir({"r1": WANTED}).run(tasks.verify_compliance)).result
    assert {finding.verdict for finding in report.findings} == {Verdict.NOT_APPLICABLE}
    assert {finding.message for finding in report.findings} == {BELONGS}
    assert report.is_compliant


def test_a_diagnosis_points_to_the_controller_alone(managed):
    diagnosis = one(managed("17.12").nornir({"r1": WANTED}).run(tasks.diagnose)).result
    assert [cause.text for cause in diagnosis.causes] == [f"{BELONGS}: see its licence pages"]


CHANGES = {
    "configure": ("17.12", tasks.configure_licensing, {}),
    "trust": ("17.12", tasks.establish_trust, {"token": TOKEN}),
    "sync": ("17.12", tasks.sync_usage, {}),
    "authorize": ("17.12", tasks.request_authorization, {"feature": "hseck9"}),
    "deauthorize": ("17.12", tasks.return_authorization, {}),
    "boot level": ("17.12", tasks.set_boot_level, {"level": "appxk9"}),
    "reset": ("17.12", tasks.factory_reset, {}),
    "register": ("16.12", tasks.register_device, {"token": TOKEN}),
    "reserve": ("16.12", tasks.reserve_licenses, {}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_no_task_changes_it(managed, name):
    release, task, options = CHANGES[name]
    lab = managed(release)
    outcome = one(lab.nornir({"r1": WANTED}).run(task, **options)).result
    assert outcome.not_applicable == BELONGS
    assert [request for request in lab.asked if not isinstance(request, Show | Wait)] == []


@pytest.mark.parametrize("task", [tasks.collect_usage_reports, tasks.import_files])
def test_no_file_goes_there_or_comes_from_there(managed, tmp_path, task):
    lab = managed("17.12")
    options = {"directory": tmp_path} if task is tasks.collect_usage_reports else {"paths": []}
    assert one(lab.nornir({"r1": WANTED}).run(task, **options)).result.not_applicable == BELONGS
