from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from nornir_smartlic.compliance import RULES, Finding, Verdict, verify
from nornir_smartlic.model import (
    Account,
    AuthorizationState,
    AuthorizationStatus,
    BootLevel,
    CommunicationStatistic,
    DeviceClock,
    DeviceVersion,
    Intent,
    LicenseAuthorizations,
    LicenseUsage,
    LicensingReading,
    LicensingState,
    Member,
    MemberAuthorization,
    Proxy,
    Registration,
    RegistrationStatus,
    Role,
    RunningConfiguration,
    TechSupport,
    Transport,
    TransportType,
    TrustCode,
    Udi,
    UnplacedTime,
    UsageReportSummary,
    UsageStatus,
)
from tests.compliance.readings import JAN_1, UDI, WANTED, configuration, days, reading, reporting, state


def finding(rule_id: str, of: LicensingReading, intent: Intent = WANTED) -> Finding:
    return next(found for found in verify(of, intent, host="sw1") if found.rule_id == rule_id)


def test_no_rule_passes_without_what_it_saw():
    passes = [found for found in verify(reading(), WANTED, host="sw1") if found.verdict is Verdict.PASS]
    assert passes
    assert [found.rule_id for found in passes if not found.evidence] == []


def test_a_log_that_the_device_did_not_show_proves_nothing():
    assert finding("SLP-COMMUNICATION", replace(reading(), messages=None)).verdict is Verdict.UNKNOWN


def test_a_configuration_that_was_not_shown_makes_its_rules_unknown_with_the_reason():
    why = "show running-config: % Invalid input detected at '^' marker."
    unread = replace(reading(), configuration=RunningConfiguration(intent=Intent()), configuration_refused=why)
    found = finding("SLP-TRANSPORT-VRF", unread)
    assert (found.verdict, found.why) == (Verdict.UNKNOWN, why)
    assert finding("SLP-ACK-OVERDUE", unread).verdict is Verdict.PASS


def test_what_is_not_saved_fails_and_what_the_device_does_not_tell_is_unknown():
    lost = finding("SLP-UNSAVED", reading(unsaved=("+license smart transport smart", "+snmp-server community")))
    assert (lost.verdict, lost.fix) == (Verdict.FAIL, ("write memory",))
    assert [evidence.line for evidence in lost.evidence] == ["+license smart transport smart"]
    assert finding("SLP-UNSAVED", reading(unsaved=("+snmp-server community",))).verdict is Verdict.PASS
    assert finding("SLP-UNSAVED", reading(unsaved=None)).verdict is Verdict.UNKNOWN


def test_a_device_that_is_as_wanted_passes_every_rule_that_applies():
    findings = verify(reading(), WANTED, host="sw1")
    assert [found.rule_id for found in findings] == [rule.id for rule in RULES]
    assert {found.verdict for found in findings} == {Verdict.PASS, Verdict.NOT_APPLICABLE}


def test_a_device_with_everything_wrong_fails_and_says_how_to_mend_each():
    wrong = reading(
        transport=Transport(TransportType.CSLU),
        account=Account("example.com", "Other"),
        trust_codes=(),
        usage=(LicenseUsage("network-essentials", "C9300-24 Network Essentials", 1, UsageStatus.IN_USE),),
        usage_reporting=reporting(next_ack_deadline=JAN_1 - days(3), next_report_push=JAN_1 - days(2)),
        configuration=configuration(intent=Intent(), name_servers=(), smart_url=None),
        clock=DeviceClock(JAN_1, synchronised=False),
    )
    failed = {found.rule_id: found for found in verify(wrong, WANTED, host="sw1") if found.verdict is Verdict.FAIL}
    assert set(failed) == {
        "SLP-TRANSPORT-TYPE",
        "SLP-TRANSPORT-URL",
        "SLP-TRANSPORT-VRF",
        "SLP-SOURCE-INTERFACE",
        "SLP-TRUST",
        "SLP-ACCOUNT",
        "SLP-BOOT-LEVEL",
        "SLP-ACK-OVERDUE",
        "SLP-REPORTS-FAILING",
        "SLP-CLOCK",
    }
    assert all(found.fix and found.evidence and found.expected for found in failed.values())
    assert failed["SLP-TRANSPORT-TYPE"].fix == ("license smart transport smart",)
    assert failed["SLP-TRUST"].fix == ("smartlic trust -F name=sw1",)


def test_what_the_inventory_leaves_alone_is_not_applicable():
    left_alone = {found.rule_id for found in verify(reading(), Intent(), host="sw1") if found.why}
    assert {"SLP-TRANSPORT-TYPE", "SLP-TRANSPORT-URL", "SLP-ACCOUNT", "SLP-BOOT-LEVEL"} <= left_alone


@pytest.mark.parametrize(
    ("deadline", "overdue", "due"),
    [
        (JAN_1 + days(89), Verdict.PASS, Verdict.PASS),
        (JAN_1 + days(14), Verdict.PASS, Verdict.FAIL),
        (JAN_1 + timedelta(seconds=1), Verdict.PASS, Verdict.FAIL),
        (JAN_1 - timedelta(seconds=1), Verdict.FAIL, Verdict.NOT_APPLICABLE),
        (None, Verdict.NOT_APPLICABLE, Verdict.NOT_APPLICABLE),
        (UnplacedTime(datetime(2026, 3, 1), "IST"), Verdict.UNKNOWN, Verdict.UNKNOWN),
    ],
)
def test_an_ack_is_due_or_overdue_by_its_deadline(deadline, overdue, due):
    read = reading(usage_reporting=reporting(next_ack_deadline=deadline))
    assert finding("SLP-ACK-OVERDUE", read).verdict is overdue
    assert finding("SLP-ACK-DUE", read).verdict is due


def test_deadlines_count_by_the_clock_of_the_device_and_are_in_the_finding():
    found = finding("SLP-ACK-OVERDUE", reading(clock=DeviceClock(JAN_1 + days(100), synchronised=True)))
    assert found.verdict is Verdict.FAIL
    assert found.deadline == JAN_1 + days(89)
    assert found.found == "the deadline passed 11 days ago, on Mar 31 12:00:00 2026 UTC"
    assert found.evidence[0].line == "Next ACK deadline: Mar 31 12:00:00 2026 UTC"


@pytest.mark.parametrize("clock", [None, DeviceClock(UnplacedTime(datetime(2026, 1, 1), "IST"), synchronised=True)])
def test_without_a_time_that_is_known_deadlines_are_unknown_not_passed(clock):
    read = reading(clock=clock)
    for rule in ("SLP-ACK-OVERDUE", "SLP-ACK-DUE", "SLP-REPORTS-FAILING", "SLP-CLOCK"):
        assert finding(rule, read).verdict is Verdict.UNKNOWN


def test_a_push_that_was_planned_for_yesterday_hangs():
    read = reading(usage_reporting=reporting(next_report_push=JAN_1 - days(1)))
    found = finding("SLP-REPORTS-FAILING", read)
    assert found.found == "a push was due 24 hours ago and has not left"
    assert found.fix == ("smartlic diagnose sw1",)


def test_a_report_of_last_week_without_an_ack_fails():
    read = reading(usage_reporting=reporting(last_ack=None, last_report_push=JAN_1 - days(7)))
    assert finding("SLP-REPORTS-FAILING", read).found == "the report of 7 days ago has no ACK"


def test_without_transport_nothing_is_pushed_and_an_overdue_ack_travels_by_file():
    read = reading(
        transport=Transport(TransportType.OFF),
        usage_reporting=reporting(next_report_push=JAN_1 - days(100), next_ack_deadline=JAN_1 - days(1)),
    )
    assert finding("SLP-REPORTS-FAILING", read).verdict is Verdict.NOT_APPLICABLE
    assert finding("SLP-ACK-OVERDUE", read).fix[0] == "smartlic reports collect -F name=sw1"


def tech_support(**failures: int) -> TechSupport:
    group = CommunicationStatistic("Usage Reporting", 3, 1, 2, 0, 0, "NO REPLY", JAN_1, None, JAN_1 - days(3), JAN_1)
    return TechSupport(JAN_1, (), "DIRECT", None, (replace(group, **failures),), (), (), (), (), (), (), ())


def test_an_ongoing_failure_in_the_communication_statistics_fails():
    assert finding("SLP-COMMUNICATION", reading(tech_support=tech_support())).verdict is Verdict.PASS
    found = finding("SLP-COMMUNICATION", reading(tech_support=tech_support(ongoing_communication=2)))
    assert found.verdict is Verdict.FAIL
    assert "NO REPLY" in (found.found or "")
    assert found.evidence[0].command == "show license tech support"


CSSM = "Cisco Smart Software Manager (CSSM)"
FAILED = f"*Jan  1 11:00:00.000: %SMART_LIC-3-COMM_FAILED: Communications failure with the {CSSM} : No reply"
RESTORED = f"*Jan  1 11:30:00.000: %SMART_LIC-5-COMM_RESTORED: Communications with {CSSM} restored"
OLD = FAILED.replace("Jan  1", "Dec 30")
WITHOUT_TIME = FAILED.partition(": ")[2]
TO_CSLU = FAILED.replace(CSSM, "Cisco Smart License Utility (CSLU)")


@pytest.mark.parametrize(
    ("messages", "verdict"),
    [
        ((), Verdict.PASS),
        ((FAILED,), Verdict.FAIL),
        ((FAILED, RESTORED), Verdict.PASS),
        ((RESTORED, FAILED), Verdict.FAIL),
        ((OLD,), Verdict.PASS),
        ((WITHOUT_TIME,), Verdict.FAIL),
        ((TO_CSLU,), Verdict.PASS),
        (None, Verdict.UNKNOWN),
    ],
)
def test_a_communication_failure_in_the_log_lasts_until_it_is_restored_or_a_report_arrives(messages, verdict):
    found = finding("SLP-COMMUNICATION", replace(reading(), messages=messages))
    assert found.verdict is verdict
    assert verdict is not Verdict.FAIL or found.evidence[0].line == messages[-1]


ACTIVE, STANDBY = Member(Role.ACTIVE, UDI), Member(Role.STANDBY, Udi("C9300-24T", "FOC00000002"))


def test_one_member_without_trust_is_enough_to_fail():
    codes = (TrustCode(ACTIVE, JAN_1), TrustCode(STANDBY, None))
    found = finding("SLP-TRUST", reading(members=(ACTIVE, STANDBY), trust_codes=codes))
    assert found.verdict is Verdict.FAIL
    assert found.found == "no trust code on PID:C9300-24T,SN:FOC00000002"


def test_trust_is_not_needed_behind_a_utility_unless_the_inventory_asks():
    read = reading(transport=Transport(TransportType.CSLU), trust_codes=())
    assert finding("SLP-TRUST", read, Intent()).verdict is Verdict.NOT_APPLICABLE
    assert finding("SLP-TRUST", read, Intent(trust=True)).verdict is Verdict.FAIL


def test_a_device_in_another_account_needs_a_token_of_the_right_one():
    found = finding("SLP-ACCOUNT", reading(account=Account("example.com", "Other")))
    assert found.found == "Smart Account example.com, Virtual Account Other"
    assert found.fix == ("smartlic trust -F name=sw1 --force",)


def test_a_device_that_does_not_tell_its_account_leaves_it_unknown():
    assert finding("SLP-ACCOUNT", reading(account=None)).verdict is Verdict.UNKNOWN


def test_a_release_that_cannot_print_its_account_is_not_judged_by_it():
    found = finding("SLP-ACCOUNT", reading(account=None, version=DeviceVersion("17.6.4", "sw1", UDI, "C9300-24T")))
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert "17.6.4" in (found.why or "")


@pytest.mark.parametrize(
    ("names", "wanted", "verdict"),
    [
        (("network-advantage", "dna-advantage"), BootLevel("network-advantage", "dna-advantage"), Verdict.PASS),
        (("network-advantage",), BootLevel("network-advantage", "dna-advantage"), Verdict.FAIL),
        (("network-advantage", "dna-advantage"), BootLevel("network-advantage"), Verdict.FAIL),
        (("network-essentials_10M", "CUBE_TS_STD"), BootLevel("network-essentials"), Verdict.PASS),
        ((), BootLevel("network-essentials"), Verdict.FAIL),
    ],
)
def test_the_licences_in_use_are_those_of_the_boot_level(names, wanted, verdict):
    usage = tuple(LicenseUsage(name, name.upper(), 1, UsageStatus.IN_USE) for name in names)
    assert finding("SLP-BOOT-LEVEL", reading(usage=usage), Intent(boot_level=wanted)).verdict is verdict


def test_a_unified_level_is_compared_by_its_one_word():
    usage = (LicenseUsage("advantage", "ADVANTAGE", 1, UsageStatus.IN_USE),)
    version = DeviceVersion("17.18.1", "sw1", UDI, "C9350-48T", boot_level="advantage")
    read = reading(usage=usage, version=version)
    assert finding("SLP-BOOT-LEVEL", read, Intent(boot_level=BootLevel("advantage"))).verdict is Verdict.PASS


def test_a_boot_level_that_is_configured_already_only_needs_a_reload():
    usage = (LicenseUsage("network-essentials", "N", 1, UsageStatus.IN_USE),)
    assert finding("SLP-BOOT-LEVEL", reading(usage=usage)).fix == ("reload",)


def test_a_receiver_whose_name_nobody_can_resolve_in_its_vrf_fails():
    elsewhere = configuration(name_servers=((None, "192.0.2.53"),))
    read = reading(configuration=elsewhere, usage_reporting=reporting(last_ack=None))
    found = finding("SLP-NAME-RESOLUTION", read)
    assert found.verdict is Verdict.FAIL
    assert found.found == "no name server in VRF Mgmt-vrf"
    assert found.fix == ("ip name-server vrf Mgmt-vrf ADDRESS",)


def test_reports_that_arrive_prove_that_names_are_resolved_until_they_fail():
    without = replace(reading(), configuration=configuration(name_servers=()))
    assert finding("SLP-NAME-RESOLUTION", without).verdict is Verdict.PASS
    assert finding("SLP-NAME-RESOLUTION", replace(without, messages=(FAILED,))).verdict is Verdict.FAIL
    asked = replace(WANTED, name_servers=("192.0.2.53",))
    assert finding("SLP-NAME-RESOLUTION", without, asked).verdict is Verdict.FAIL


def test_a_utility_is_resolved_in_the_vrf_of_the_source_interface():
    intent = Intent(source_interface="Gi0/0")
    through = configuration(intent=intent, smart_url=None, cslu_url="http://cslu.example.com:8182/cslu/v1/pi")
    read = reading(configuration=through, transport=None, usage_reporting=reporting(last_ack=None))
    assert finding("SLP-NAME-RESOLUTION", read, Intent()).verdict is Verdict.PASS


def test_a_host_entry_in_the_vrf_serves_as_a_name_server_does():
    entry = ("Mgmt-vrf", "smartreceiver.cisco.com", "192.0.2.10")
    read = reading(configuration=configuration(name_servers=(), hosts=(entry,)))
    assert finding("SLP-NAME-RESOLUTION", read).verdict is Verdict.PASS


@pytest.mark.parametrize("url", ["http://192.0.2.9:8182/cslu/v1/pi", "http://[2001:db8::9]:8182/cslu/v1/pi"])
def test_an_address_needs_no_name_server(url):
    read = reading(transport=None, configuration=configuration(intent=Intent(), cslu_url=url))
    assert finding("SLP-NAME-RESOLUTION", read).verdict is Verdict.NOT_APPLICABLE


def test_a_proxy_is_compared_by_address_and_port():
    wanted = Intent(proxy=Proxy("proxy.example.com", 8080))
    assert finding("SLP-TRANSPORT-PROXY", reading(), wanted).verdict is Verdict.FAIL
    there = replace(configuration().intent, proxy=Proxy("proxy.example.com", 8080))
    read = reading(configuration=configuration(intent=there))
    assert finding("SLP-TRANSPORT-PROXY", read, wanted).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("status", "tags", "verdict"),
    [
        (AuthorizationStatus.NOT_INSTALLED, (), Verdict.FAIL),
        (AuthorizationStatus.SMART_INSTALLED, ("regid.2021-05.com.cisco.C9K_HSEC,1.0_90fdf411",), Verdict.PASS),
        (AuthorizationStatus.SMART_INSTALLED, ("regid.2014-05.com.cisco.ax_250M,1.0_b59e576b",), Verdict.FAIL),
        (AuthorizationStatus.SMART_INSTALLED, (), Verdict.UNKNOWN),
    ],
)
def test_a_slac_counts_for_the_feature_that_it_is_for(status, tags, verdict):
    held = LicenseAuthorizations((MemberAuthorization(ACTIVE, status),), derived_tags=tags)
    wanted = Intent(authorizations=("hseck9",))
    assert finding("SLP-SLAC", reading(authorizations=held), wanted).verdict is verdict


def test_rules_for_policy_say_why_they_do_not_apply_to_a_registered_device():
    legacy = LicensingState(registration=Registration(RegistrationStatus.REGISTERED))
    found = finding("SLP-TRUST", reading(state=legacy))
    assert found.verdict is Verdict.NOT_APPLICABLE
    assert "registered model" in (found.why or "")
    assert finding("SLP-CLOCK", reading(state=legacy)).verdict is Verdict.PASS


def test_what_no_output_states_is_unknown_and_raises_nothing():
    findings = verify(reading(state=LicensingState(slp=True)), WANTED, host="sw1")
    assert "SLP-TRUST" in {found.rule_id for found in findings if found.verdict is Verdict.UNKNOWN}


def test_rule_ids_are_unique_and_every_rule_says_why():
    assert len({rule.id for rule in RULES}) == len(RULES)
    assert all(rule.id.startswith("SLP-") and rule.rationale.endswith(".") for rule in RULES)


def test_state_of_the_builder_is_under_policy():
    assert state().model.value == "SLP"


def registered(status: str = "AUTHORIZED", **changes) -> LicensingReading:
    """A device of 16.12, registered in June for a year, which last spoke to CSSM two days ago."""
    registration = Registration(
        RegistrationStatus.REGISTERED,
        smart_account="example.com",
        virtual_account="Branches",
        expires=JAN_1 + days(200),
    )
    authorization = AuthorizationState(status, communication_deadline=JAN_1 + days(88))
    state = LicensingState(registration=registration, authorization_state=authorization)
    return reading(state=replace(state, **changes), version=DeviceVersion("16.12.4", "sw1", UDI, "C9300-24T"))


def test_a_registered_device_is_judged_by_its_own_rules():
    findings = verify(registered(), WANTED, host="sw1")
    passed = {found.rule_id for found in findings if found.verdict is Verdict.PASS}
    assert passed == {"SLP-REGISTERED", "SLP-AUTHORIZED", "SLP-RENEWAL", "SLP-ACCOUNT", "SLP-CLOCK", "SLP-UNSAVED"}
    others = {found.verdict for found in findings if found.rule_id != "SLP-OLD-SOFTWARE"}
    assert others == {Verdict.PASS, Verdict.NOT_APPLICABLE}


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("AUTHORIZED", Verdict.PASS),
        ("No Licenses in Use", Verdict.PASS),
        ("OUT OF COMPLIANCE", Verdict.FAIL),
        ("EVAL MODE", Verdict.FAIL),
        ("EVAL EXPIRED", Verdict.FAIL),
        ("IN GRACE", Verdict.UNKNOWN),
    ],
)
def test_the_licences_of_a_registered_device_are_authorized(status, verdict):
    assert finding("SLP-AUTHORIZED", registered(status)).verdict is verdict


def test_words_that_are_not_known_are_no_verdict():
    assert finding("SLP-REGISTERED", registered(registration=Registration(None))).verdict is Verdict.UNKNOWN
    odd = (LicenseUsage("network-advantage", "C9300-24 Network Advantage", 1, None),)
    assert finding("SLP-BOOT-LEVEL", reading(usage=odd), WANTED).verdict is Verdict.UNKNOWN
    held = LicenseAuthorizations((MemberAuthorization(Member(Role.ACTIVE, UDI), None),))
    wanted = Intent(authorizations=("hseck9",))
    assert finding("SLP-SLAC", reading(authorizations=held), wanted).verdict is Verdict.UNKNOWN


def test_a_device_that_is_not_registered_fails():
    unregistered = Registration(RegistrationStatus.UNREGISTERED)
    assert finding("SLP-REGISTERED", registered(registration=unregistered)).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("deadline", "verdict"),
    [
        (JAN_1 + days(88), Verdict.PASS),
        (JAN_1 + days(10), Verdict.FAIL),
        (JAN_1 - days(1), Verdict.FAIL),
        (UnplacedTime(datetime(2026, 3, 1), "IST"), Verdict.UNKNOWN),
    ],
)
def test_a_registration_is_renewed_before_its_first_deadline(deadline, verdict):
    state = AuthorizationState("AUTHORIZED", communication_deadline=deadline)
    assert finding("SLP-RENEWAL", registered(authorization_state=state)).verdict is verdict


def test_reports_that_pile_up_are_a_finding():
    few = UsageReportSummary(12, 0, 0, 2, 10, 4)
    assert finding("SLP-REPORT-BACKLOG", reading(report_summary=few)).verdict is Verdict.PASS
    found = finding("SLP-REPORT-BACKLOG", reading(report_summary=replace(few, available_to_report=950)))
    assert found.verdict is Verdict.FAIL
    assert found.found == "956 reports"
