"""Why a device does not report: each trouble made in the lab is found, with its evidence and its fix."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nornir_smartlic.model import Intent, TransportType
from nornir_smartlic.operations.causes import Certainty, Symptoms, causes_of
from nornir_smartlic.operations.conversation import Configure, converse
from nornir_smartlic.operations.diagnosing import diagnose
from nornir_smartlic.operations.licensing_log import LogMessage
from nornir_smartlic.operations.reading import read_licensing
from nornir_smartlic.operations.results import Diagnosis
from smartlic_lab.device.specification import DeviceSpec
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
    assert [cause.id for cause in found.causes] == ["token-invalid"]
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
    way_out = ("interface Vlan1", " ip address 198.51.100.2 255.255.255.0", " exit")
    lines = (*way_out, "ip route 0.0.0.0 0.0.0.0 198.51.100.1")
    diagnosed(lab, *lines, trust=True, after=timedelta(hours=1))
    lab.world.add_fault("cssm", fault)
    assert cause in [each.id for each in diagnosed(lab, after=timedelta(days=40)).causes]


def test_a_failure_of_a_cured_cause_is_history_and_the_fresh_one_comes_first(lab: MemoryLab):
    diagnosed(lab, "license smart vrf Mgmt-vrf", trust=True, after=timedelta(days=40))
    lab.world.add_fault("cssm", "empty-answer")
    found = diagnosed(lab, f"ip name-server vrf Mgmt-vrf {NAME_SERVER}", after=timedelta(hours=2)).causes
    assert found[0].id == "empty-answer"
    assert found[0].at is not None
    assert "no-name-server" not in {cause.id for cause in found}


def test_the_freshest_cause_comes_first_though_an_older_one_is_surer(lab: MemoryLab):
    door = lab.door("sw1")
    door.answer(Configure((*SMART, *RESOLVED)))
    text = "The install of a new licensing trust code has failed on PID:C9300-24T,SN:FOC1: Invalid token"
    untrusted = LogMessage(3, "TRUST_CODE_INSTALL_FAILED", text, f"*Jan  1 11:10:00.000: %SMART_LIC-3-TRUST: {text}")
    symptoms = Symptoms(
        converse(read_licensing(), door.answer),
        failure=message("Jan  1 11:50:00.000: ", "Received empty response"),
        trust_failure=untrusted,
    )
    found = [cause for cause in causes_of(symptoms) if cause.id in ("empty-answer", "token-invalid")]
    assert [(cause.id, cause.certainty.value) for cause in found] == [
        ("empty-answer", "likely"),
        ("token-invalid", "certain"),
    ]
    assert [cause.at.minute for cause in found if cause.at is not None] == [50, 10]
    older = replace(symptoms, failure=message("Jan  1 11:00:00.000: ", "Received empty response"))
    assert causes_of(older)[0].id == "token-invalid"


def test_what_is_seen_now_and_certain_comes_before_a_suspicion_of_the_log(lab: MemoryLab):
    door = lab.door("sw1")
    door.answer(Configure(("license smart transport smart", *RESOLVED)))
    failure = message("Jan  1 11:59:00.000: ", "Received empty response")
    found = causes_of(Symptoms(converse(read_licensing(), door.answer), failure=failure))
    assert found[0].id == "no-url"
    assert "empty-answer" in [cause.id for cause in found]


def test_what_was_logged_hours_ago_and_not_again_is_history(lab: MemoryLab):
    door = lab.door("sw1")
    door.answer(Configure((*SMART, *RESOLVED)))
    symptoms = Symptoms(converse(read_licensing(), door.answer), failure=None)
    hour_ago, day_ago = (
        replace(symptoms, failure=message(f"Jan  1 {hour}:00:00.000: ", "No reply from server"))
        for hour in ("11", "02")
    )
    assert [cause.certainty for cause in causes_of(hour_ago) if cause.id == "no-way"] == [Certainty.POSSIBLE]
    past = causes_of(day_ago)[-1]
    assert (past.id, past.certainty) == ("no-way", Certainty.HISTORY)
    assert past.at is not None
    assert past.at.hour == 2


def message(stamp: str, reason: str) -> LogMessage:
    """A failure of communication as the device logs it."""
    text = f"Communications failure with the Cisco Smart Software Manager (CSSM) : {reason}"
    return LogMessage(3, "COMM_FAILED", text, f"*{stamp}%SMART_LIC-3-COMM_FAILED: {text}")


def test_transport_off_is_no_cause_where_the_inventory_wants_it(lab: MemoryLab):
    door = lab.door("sw1")
    door.answer(Configure(("license smart transport off",)))
    assert "transport-off" in {cause.id for cause in converse(diagnose(), door.answer).causes}
    assert converse(diagnose(Intent(transport=TransportType.OFF)), door.answer).causes == ()


def test_a_platform_without_serial_number_is_said_so(lab: MemoryLab):
    reading = converse(read_licensing(), lab.door("sw1").answer)
    text = "Smart Licensing has encountered an internal software error. Contact TAC: udi_sn is empty"
    error = LogMessage(2, "PLATFORM_ERROR", text, f"*Jan  1 11:59:00.000: %SMART_LIC-2-PLATFORM_ERROR: {text}")
    blind = replace(reading, state=replace(reading.state, udi=None))
    found = causes_of(Symptoms(blind, failure=None, platform_error=error))[0]
    assert (found.id, found.certainty) == ("no-serial-number", Certainty.CERTAIN)
    assert found.evidence[0].line == error.line
    assert "no-serial-number" not in {cause.id for cause in causes_of(Symptoms(reading, None, platform_error=error))}


def test_a_release_without_the_root_of_cssm_is_named_with_its_field_notice():
    lab = memory_lab(DeviceSpec("ie1", "ie3x00", release="17.3"))
    door = lab.door("ie1")
    door.answer(Configure((*SMART, *RESOLVED)))
    reading = converse(read_licensing(), door.answer)
    failed = replace(Symptoms(reading, None), failure=message("Jan  1 11:30:00.000: ", "SSL certificate error"))
    found = {cause.id: cause for cause in causes_of(failed)}
    assert "FN72298" in found["old-root"].text
    assert found["old-root"].fix[0].startswith("crypto pki trustpool import")
    assert "certificate" not in found


def test_a_legacy_device_that_is_not_registered_says_so():
    lab = memory_lab(switch(release="16.12"))
    first, second = diagnosed(lab).causes
    assert (first.id, first.certainty) == ("not-registered", Certainty.CERTAIN)
    assert (second.id, second.fix) == ("no-name-server", ("ip name-server ADDRESS",))  # for tools.cisco.com


def test_causes_come_the_surest_first(lab: MemoryLab):
    certainties = [cause.certainty for cause in diagnosed(lab, *SMART, "no ip domain lookup").causes]
    assert certainties == sorted(certainties, key=list(Certainty).index)
