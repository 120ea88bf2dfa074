"""Several outputs of one device, put together."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from nornir_smartlic.model import (
    LicenseUsage,
    LicensingState,
    Transport,
    TransportType,
    UsageReporting,
    UsageStatus,
    merge,
)

JAN_1 = datetime(2026, 1, 1, tzinfo=UTC)
REPORTING = UsageReporting(JAN_1, None, timedelta(days=30), None, None, None, None)
SUMMARY = LicenseUsage("network-advantage", "C9300-24 Network Advan...", 2, UsageStatus.IN_USE)
USAGE = replace(SUMMARY, display="C9300-24 Network Advantage", description="C9300-24 Network Advantage", version="1.0")
HANDLE = replace(USAGE, display=None, handle=1, tag="regid.2017-03.com.cisco.advantagek9,1.0_bd1da96e")


def test_what_one_output_does_not_print_is_taken_from_the_other() -> None:
    state, disagreements = merge(LicensingState(slp=True), LicensingState(agent_version="5.3.10_rel/25"))
    assert state == LicensingState(slp=True, agent_version="5.3.10_rel/25")
    assert disagreements == ()


def test_outputs_that_agree_give_the_same_in_any_order() -> None:
    states = (LicensingState(slp=True, usage_reporting=REPORTING), LicensingState(usage_reporting=REPORTING))
    assert merge(*states) == merge(*reversed(states))


def test_of_two_that_differ_the_first_counts_and_the_difference_is_reported() -> None:
    later = replace(REPORTING, last_ack=JAN_1 + timedelta(days=1))
    state, (disagreement,) = merge(LicensingState(usage_reporting=REPORTING), LicensingState(usage_reporting=later))
    assert state.usage_reporting == REPORTING
    assert disagreement.path == "usage_reporting.last_ack"
    assert (disagreement.first, disagreement.second) == (JAN_1, JAN_1 + timedelta(days=1))


def test_a_missing_fact_differs_from_one_that_is_there() -> None:
    never = replace(REPORTING, last_ack=None)
    _, disagreements = merge(LicensingState(usage_reporting=never), LicensingState(usage_reporting=REPORTING))
    assert [found.path for found in disagreements] == ["usage_reporting.last_ack"]


def test_a_line_that_only_tech_support_prints_is_no_disagreement() -> None:
    short = LicensingState(transport=Transport(TransportType.SMART, url="https://example.com"))
    long = LicensingState(transport=Transport(TransportType.SMART, "https://example.com", server_identity_check=True))
    for states in ((short, long), (long, short)):
        state, disagreements = merge(*states)
        assert (state.transport, disagreements) == (long.transport, ())


def test_licences_of_summary_usage_and_tech_support_become_one() -> None:
    state, disagreements = merge(*(LicensingState(usage=(used,)) for used in (SUMMARY, USAGE, HANDLE)))
    assert state.usage == (replace(HANDLE, display="C9300-24 Network Advantage"),)
    assert disagreements == ()


def test_a_licence_that_one_output_does_not_know_is_reported() -> None:
    other = replace(SUMMARY, name="dna-advantage", display="C9300-24 DNA Advantage")
    state, (disagreement,) = merge(LicensingState(usage=(SUMMARY,)), LicensingState(usage=(SUMMARY, other)))
    assert state.usage == (SUMMARY, other)
    assert disagreement.path == "usage[dna-advantage (C9300-24 DNA Advantage)]"


def test_a_placeholder_of_tech_support_is_no_disagreement() -> None:
    spare = replace(HANDLE, name="air-dna-advantage", count=0, status=UsageStatus.NOT_IN_USE, tag="regid.x")
    _, disagreements = merge(LicensingState(usage=(SUMMARY,)), LicensingState(usage=(HANDLE, spare)))
    assert disagreements == ()
