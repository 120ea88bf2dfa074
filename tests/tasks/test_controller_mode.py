"""A router that a controller manages: read, never judged and never changed, whatever is asked for."""

from __future__ import annotations

import pytest

from nornir_smartlic import tasks
from nornir_smartlic.compliance import Verdict
from nornir_smartlic.operations.conversation import Show, Wait
from smartlic_lab.device.specification import DeviceSpec
from tests.memory import PASSWORD, TOKEN, WANTED, memory_lab, one

BELONGS = "licensing belongs to the controller"


def managed(release: str):
    """A lab with one router of a release, in controller mode."""
    return memory_lab(DeviceSpec("r1", "isr4000", release, password=PASSWORD, controller_managed=True))


def test_an_audit_finds_no_rule_applicable_and_says_why():
    report = one(managed("17.12").nornir({"r1": WANTED}).run(tasks.verify_compliance)).result
    assert {finding.verdict for finding in report.findings} == {Verdict.NOT_APPLICABLE}
    assert {finding.message for finding in report.findings} == {BELONGS}
    assert report.is_compliant


def test_a_diagnosis_points_to_the_controller_alone():
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
    "register": ("17.3.1", tasks.register_device, {"token": TOKEN}),
    "reserve": ("17.3.1", tasks.reserve_licenses, {}),
}


@pytest.mark.parametrize("name", CHANGES)
def test_no_task_changes_it(name):
    release, task, options = CHANGES[name]
    lab = managed(release)
    outcome = one(lab.nornir({"r1": WANTED}).run(task, **options)).result
    assert outcome.not_applicable == BELONGS
    assert [request for request in lab.asked if not isinstance(request, Show | Wait)] == []


@pytest.mark.parametrize("task", [tasks.collect_usage_reports, tasks.import_files])
def test_no_file_goes_there_or_comes_from_there(tmp_path, task):
    lab = managed("17.12")
    options = {"directory": tmp_path} if task is tasks.collect_usage_reports else {"paths": []}
    assert one(lab.nornir({"r1": WANTED}).run(task, **options)).result.not_applicable == BELONGS
