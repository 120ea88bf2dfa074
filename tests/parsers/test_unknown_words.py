"""A word that is new to us costs the line that it stands in, not the output, and is no verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from nornir_smartlic.errors import ParseError
from nornir_smartlic.parsers import parse

SAMPLES = Path(__file__).parents[1] / "samples"


SUMMARY = """License Usage:
  License                 Entitlement Tag               Count Status
  -----------------------------------------------------------------------------
  network-advantage       (C9300-24 Network Advan...)       1 IN USE
  dna-advantage           (C9300-24 DNA Advantage)          1 IN GRACE
"""
USAGE = """License Authorization:
  Status: Not Applicable

network-advantage (C9300-24 Network Advantage):
  Description: C9300-24 Network Advantage
  Count: 1
  Version: 1.0
  Status: IN USE
  Export status: NOT RESTRICTED
  Feature Name: network-advantage
  Feature Description: C9300-24 Network Advantage
  Enforcement type: SOFT ENFORCED
  License type: Consumption

"""
AUTHORIZATION = """Overall status:
  Active: PID:C8300-1N1S-4T2X,SN:FDO00000001
      Status: CLOUD INSTALLED on Oct 14 12:10:32 2021 UTC
      Last Confirmation code: 0a0b0c0d

Purchased Licenses:
  No Purchase Information Available

"""


def test_a_licence_keeps_all_but_its_unknown_status():
    parsed = parse("show license summary", SUMMARY)
    assert [(line.name, line.count, line.status and line.status.value) for line in parsed.value.usage] == [
        ("network-advantage", 1, "IN USE"),
        ("dna-advantage", 1, None),
    ]
    assert parsed.unparsed == ("dna-advantage           (C9300-24 DNA Advantage)          1 IN GRACE",)


def test_unknown_enforcement_and_type_of_a_licence_are_left():
    parsed = parse("show license usage", USAGE)
    (used,) = parsed.value.usage
    assert (used.count, used.enforcement, used.license_type) == (1, None, None)
    assert parsed.unparsed == ("Enforcement type: SOFT ENFORCED", "License type: Consumption")


def test_an_unknown_authorization_keeps_its_time():
    parsed = parse("show license authorization", AUTHORIZATION)
    (member,) = parsed.value.authorizations.members
    assert (member.status, member.installed.year, member.last_confirmation_code) == (None, 2021, "0a0b0c0d")
    assert parsed.unparsed == ("Status: CLOUD INSTALLED on Oct 14 12:10:32 2021 UTC",)


@pytest.mark.parametrize(
    ("known", "unknown"),
    [
        ("  Type: ", "  Type: Carrier Pigeon"),
        ("    First report requirement (days): ", "    First report requirement (days): 12 (Partner policy)"),
        ("  Reporting ACK required: ", "  Reporting ACK required: yes (Partner policy)"),
    ],
)
def test_unknown_words_of_the_status_are_left(known, unknown):
    texts = [path.read_text() for path in sorted((SAMPLES / "show_license_status").glob("*.txt"))]
    text = next(text for text in texts if "First report requirement" in text)
    old = next(line for line in text.splitlines() if line.startswith(known))
    parsed = parse("show license status", text.replace(old, unknown, 1))
    assert parsed.unparsed == (unknown.strip(),)
    assert parsed.value.policy is not None


def test_the_beginning_of_a_known_word_is_a_line_that_was_cut():
    with pytest.raises(ParseError, match="expected one of"):
        parse("show license usage", USAGE.replace("Consumption", "Subscr"))


def test_a_whole_word_that_another_one_begins_with_is_unknown_not_cut():
    parsed = parse("show license usage", USAGE.replace("Consumption", "Perpetual").replace("IN USE", "RESERVED"))
    assert parsed.value.usage[0].status is None
    assert parsed.unparsed == ("Status: RESERVED", "Enforcement type: SOFT ENFORCED")
