from __future__ import annotations

from datetime import date, timedelta

import pytest

from nornir_smartlic.compliance import RULES, Verdict, Waiver, verify, waivers_of
from nornir_smartlic.errors import IntentError
from nornir_smartlic.model import DeviceClock
from tests.compliance.readings import JAN_1, WANTED, reading

RULE_IDS = frozenset(rule.id for rule in RULES)
CLOCK = DeviceClock(JAN_1, synchronised=True)
WAIVER = Waiver("SLP-TRUST", ("sw*",), "noc@example.com", "waits for a new supervisor", date(2026, 1, 1))


def trust_finding(waiver, clock=CLOCK, host="sw1"):
    read = reading(trust_codes=(), clock=clock)
    return next(f for f in verify(read, WANTED, waivers=(waiver,), host=host) if f.rule_id == "SLP-TRUST")


def test_a_waiver_holds_to_the_end_of_its_last_day():
    found = trust_finding(WAIVER)
    assert found.verdict is Verdict.WAIVED
    assert found.waiver == WAIVER


def test_a_waiver_that_has_ended_does_not_waive_and_is_named():
    found = trust_finding(WAIVER, clock=DeviceClock(JAN_1 + timedelta(days=1), synchronised=True))
    assert found.verdict is Verdict.FAIL
    assert found.waiver == WAIVER


def test_where_the_time_is_unknown_nothing_is_waived():
    assert trust_finding(WAIVER, clock=None).verdict is Verdict.FAIL


def test_a_waiver_is_for_its_hosts_alone():
    assert trust_finding(WAIVER, host="rtr1").verdict is Verdict.FAIL


def test_what_is_unknown_is_not_waived():
    read = reading(account=None)
    waiver = Waiver("SLP-ACCOUNT", ("*",), "noc@example.com", "no", date(2030, 1, 1))
    found = next(f for f in verify(read, WANTED, waivers=(waiver,), host="sw1") if f.rule_id == "SLP-ACCOUNT")
    assert found.verdict is Verdict.UNKNOWN


GOOD = {"rule": "SLP-TRUST", "hosts": ["sw1"], "owner": "noc", "reason": "new", "until": date(2026, 1, 1)}


def test_waivers_are_read_from_a_list_or_under_their_name():
    expected = (Waiver("SLP-TRUST", ("sw1",), "noc", "new", date(2026, 1, 1)),)
    assert waivers_of([GOOD], known_rules=RULE_IDS) == expected
    assert waivers_of({"waivers": [GOOD]}, known_rules=RULE_IDS) == expected
    assert waivers_of(None, known_rules=RULE_IDS) == ()


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        ({**GOOD, "colour": "red"}, "waivers[0].colour"),
        ({key: value for key, value in GOOD.items() if key != "owner"}, "waivers[0].owner"),
        ({**GOOD, "until": "soon"}, "waivers[0].until"),
        ({**GOOD, "rule": "SLP-NOSUCH"}, "waivers[0].rule"),
        ({**GOOD, "hosts": []}, "waivers[0].hosts"),
        ("sw1", "waivers[0]"),
    ],
)
def test_a_waiver_that_is_wrong_names_the_key(entry, path):
    with pytest.raises(IntentError) as caught:
        waivers_of([entry], known_rules=RULE_IDS)
    assert caught.value.path == path


def test_a_file_that_holds_no_list_is_refused():
    with pytest.raises(IntentError, match="a list of waivers"):
        waivers_of("SLP-TRUST", known_rules=RULE_IDS)
