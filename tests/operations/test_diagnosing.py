"""Why a device does not report: each trouble made in the lab is found, with its evidence and its fix."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nornir_smartlic.operations.causes import Certainty
from nornir_smartlic.operations.conversation import Configure, converse
from nornir_smartlic.operations.diagnosing import diagnose
from nornir_smartlic.operations.results import Diagnosis
from tests.memory import NAME_SERVER, TOKEN, MemoryLab, memory_lab, switch

SMART = ("license smart transport smart", "license smart url default")
RESOLVED = (f"ip name-server {NAME_SERVER}", "crypto pki trustpoint SLA-TrustPoint", "revocation-check none", "exit")


@pytest.fixture
def lab() -> MemoryLab:
    return memory_lab(switch())


def diagnosed(lab: MemoryLab, *lines: str, after: timedelta = timedelta(hours=3), trust: bool = False) -> Diagnosis:
    door = lab.door("sw1")
    if trust:
        door.answer(Configure((*SMART, *RESOLVED)))
        door.type(f"license smart trust idtoken {TOKEN.reveal()} all")
        lab.world.advance(timedelta(minutes=1))
    door.answer(Configure(lines))
    lab.world.advance(after)
    return converse(diagnose(), door.answer)


def test_a_device_that_reports_has_no_causes(lab: MemoryLab):
    assert diagnosed(lab, *SMART, *RESOLVED, trust=True).causes == ()


def test_no_name_server_in_the_vrf_is_certain(lab: MemoryLab):
    lines = ("license smart vrf Mgmt-vrf",)
    found = diagnosed(lab, *lines, trust=True, after=timedelta(days=40))
    cause = found.causes[0]
    assert (cause.id, cause.certainty) == ("no-name-server", Certainty.CERTAIN)
    assert cause.fix == ("ip name-server vrf Mgmt-vrf ADDRESS",)
    assert "Unable to resolve server hostname/domain name" in cause.evidence[0].line
    assert found.last_failure == "Unable to resolve server hostname/domain name"


def test_no_trust_is_certain_and_names_the_last_reason(lab: MemoryLab):
    door = lab.door("sw1")
    door.answer(Configure((*SMART, *RESOLVED)))
    door.type("license smart trust idtoken bm90LWEtdG9rZW4 all")
    found = diagnosed(lab)
    assert [cause.id for cause in found.causes] == ["no-trust"]
    assert "the last attempt failed: " in found.causes[0].text


@pytest.mark.parametrize(
    ("lines", "cause", "fix"),
    [
        (("license smart transport off",), "transport-off", "license smart save usage unreported file flash:usage.txt"),
        (("license smart transport smart",), "no-url", "license smart url default"),
        (
            (SMART[0], "license smart url smart https://tools.cisco.com/its/service/oddce/services/DDCEService"),
            "wrong-url",
            "license smart url default",
        ),
        (
            (SMART[0], "license smart url smart https://smartreceiver-stage.cisco.com/licservice/license"),
            "old-url",
            "license smart url default",
        ),
        (("no ip domain lookup", *SMART), "no-lookup", "ip domain lookup"),
    ],
)
def test_what_cannot_work_is_read_off_the_configuration(lab: MemoryLab, lines: tuple[str, ...], cause: str, fix: str):
    found = {each.id: each for each in diagnosed(lab, *lines).causes}
    assert found[cause].fix[0] == fix


@pytest.mark.parametrize(
    ("fault", "cause"),
    [
        ("unreachable", "no-way"),
        ("certificate-untrusted", "certificate"),
        ("empty-answer", "empty-answer"),
        ("server-error", "far-end"),
    ],
)
def test_what_the_device_logs_is_explained(lab: MemoryLab, fault: str, cause: str):
    diagnosed(lab, trust=True, after=timedelta(hours=1))
    lab.world.add_fault("cssm", fault)
    assert cause in [each.id for each in diagnosed(lab, after=timedelta(days=40)).causes]


def test_a_legacy_device_that_is_not_registered_says_so():
    lab = memory_lab(switch(release="16.12"))
    (cause,) = diagnosed(lab).causes
    assert (cause.id, cause.certainty) == ("not-registered", Certainty.CERTAIN)


def test_causes_come_the_surest_first(lab: MemoryLab):
    certainties = [cause.certainty for cause in diagnosed(lab, *SMART, "no ip domain lookup").causes]
    assert certainties == sorted(certainties, key=list(Certainty).index)
