"""What the store says of whole fleets over time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from nornir_smartlic.store import Store, consumption_totals, drift, totals
from tests.store.test_store import JAN_1, audited, record

FAILING = {"trust_codes": ()}
UNKNOWN = {"account": None}


@pytest.fixture
def store(place):
    with Store(place) as opened:
        yield opened


def test_an_audit_counts_each_host_once_by_its_worst_verdict(store):
    audited(store, 0, record("sw1"), record("sw3", **FAILING, **UNKNOWN), record("sw4", **UNKNOWN))
    audited(store, 1, record("sw1"), record("sw3", error="no answer"))
    audited(store, 2)
    counts = [(each.hosts, each.failing, each.unknown, each.not_read) for each in totals(store, last=9)]
    assert counts == [(3, 1, 1, 0), (2, 0, 0, 1), (0, 0, 0, 0)]
    assert [each.taken for each in totals(store, last=2)] == [JAN_1 + timedelta(days=1), JAN_1 + timedelta(days=2)]


def test_consumption_has_a_number_for_each_audit(store):
    audited(store, 0, record("sw1"), record("sw3"))
    audited(store, 1, record("sw4", error="no answer"))
    audited(store, 1, record("sw1"))  # in the same second
    assert consumption_totals(store, last=9) == {"dna-advantage": (2, 0, 1), "network-advantage": (2, 0, 1)}
    assert consumption_totals(store, last=2)["dna-advantage"] == (0, 1)


def test_drift_is_between_the_last_two_audits_on_hosts_that_both_are_of(store):
    before, after = record("sw1"), record("sw1", **FAILING)
    moved = replace(after, facts={**after.facts, "transport": "cslu"}, licenses=[("network-advantage", 2, None)])
    audited(store, 0, record("sw1", **UNKNOWN), record("sw4"))
    audited(store, 1, before, record("sw3"), record("sw5", error="no answer"))
    audited(store, 2, moved, record("sw3", error="no answer"), record("sw5"), record("sw6", **FAILING))
    assert [(each.host, each.what, each.before, each.after) for each in drift(store)] == [
        ("sw1", "licence dna-advantage", "1", None),
        ("sw1", "licence network-advantage", "1", "2"),
        ("sw1", "rule SLP-TRUST", "pass", "fail"),
        ("sw1", "transport", "smart", "cslu"),
        ("sw3", "error", None, "no answer"),
        ("sw5", "error", "no answer", None),
    ]


def test_one_audit_alone_has_no_drift(store):
    audited(store, 0, record("sw1"))
    assert drift(store) == ()


def test_an_empty_store_says_nothing(store):
    assert (totals(store, last=9), consumption_totals(store, last=9), drift(store)) == ((), {}, ())
