"""What devices count, what CSSM believes, and what was bought, side by side."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nornir_smartlic.model import Udi
from nornir_smartlic.reconciliation import (
    Accounting,
    Answer,
    BelievedDevice,
    CountedLicense,
    HostCount,
    Kind,
    OwnedLicense,
    Purchase,
    Reconciliation,
    reconcile,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ADVANTAGE = "C9300-24 Network Advantage"
SW1, SW2, SW9 = (Udi("C9300-24T", f"FOC0000000{number}") for number in (1, 2, 9))


def counts(host: str = "sw1", udi: Udi = SW1, number: int = 1, **changes: object) -> HostCount:
    licenses = (CountedLicense("network-advantage", number, ADVANTAGE),) if number else ()
    made = HostCount(host, "Branches", (udi,), licenses)
    return replace(made, **changes)  # type: ignore[arg-type]


def believes(udi: Udi = SW1, number: int = 1, account: str = "Branches", host_name: str = "sw1") -> BelievedDevice:
    return BelievedDevice(udi, account, host_name, ((ADVANTAGE, number),) if number else ())


def owns(bought: int | None, account: str = "Branches", *purchases: Purchase) -> OwnedLicense:
    return OwnedLicense(ADVANTAGE, account, bought, 1, purchases)


def reconciled(
    own: list[HostCount], cssm: list[BelievedDevice], owned: list[OwnedLicense], **options: object
) -> Reconciliation:
    given = {"now": NOW, "ending_within": timedelta(days=90), **options}
    return reconcile(own, cssm, owned, **given)  # type: ignore[arg-type]


NOT_READ = counts(udis=(), licenses=(), error="no answer")
BY_NAME = counts(licenses=(CountedLicense("network-advantage", 1),))

CASES = {
    "all agree": ([counts()], [believes()], [owns(1)], {}, "yes: 1 in use, 1 bought"),
    "a stack is known by any of its members": (
        [counts(udis=(SW2, SW1))],
        [believes()],
        [owns(1)],
        {},
        "yes: 1 in use, 1 bought",
    ),
    "missing": (
        [counts()],
        [],
        [owns(1)],
        {Kind.MISSING: f"CSSM does not know it; it uses {ADVANTAGE} 1"},
        "yes: 1 in use, 1 bought",
    ),
    "what uses nothing is not missed": ([counts(number=0)], [], [], {}, "yes: 0 in use, 0 bought"),
    "orphaned": (
        [],
        [believes()],
        [owns(1)],
        {Kind.ORPHANED: f"it is not in the inventory; CSSM counts {ADVANTAGE} 1 for it"},
        "yes: 1 in use, 1 bought, of 1 device by CSSM's count",
    ),
    "moved": (
        [counts()],
        [believes(account="DEFAULT")],
        [owns(1, "DEFAULT")],
        {Kind.MOVED: "it is in virtual account DEFAULT, the inventory says Branches"},
        "yes: 1 in use, 1 bought",
    ),
    "accounts have no case": (
        [counts(virtual_account="BRANCHES"), counts("sw2", SW2, virtual_account="BRANCHES")],
        [believes()],
        [owns(2)],
        {Kind.MISSING: f"CSSM does not know it; it uses {ADVANTAGE} 1"},
        "yes: 2 in use, 2 bought",
    ),
    "more than CSSM counts": (
        [counts(number=2)],
        [believes()],
        [owns(2)],
        {Kind.COUNT_DIFFERS: f"it uses 2 of {ADVANTAGE}, CSSM counts 1"},
        "yes: 2 in use, 2 bought",
    ),
    "no more in use": (
        [counts(number=0)],
        [believes()],
        [owns(0)],
        {Kind.COUNT_DIFFERS: f"it uses 0 of {ADVANTAGE}, CSSM counts 1"},
        "yes: 0 in use, 0 bought",
    ),
    "over-used": (
        [counts(number=3)],
        [believes(number=3)],
        [owns(1)],
        {Kind.OVER_USED: "2 too few, true up"},
        f"no, 2 too few: {ADVANTAGE} 2 (true up); 3 in use, 1 bought",
    ),
    "never bought": (
        [counts()],
        [],
        [],
        {Kind.MISSING: f"CSSM does not know it; it uses {ADVANTAGE} 1", Kind.OVER_USED: "1 too few, true up"},
        f"no, 1 too few: {ADVANTAGE} 1 (true up); 1 in use, 0 bought",
    ),
    "under-used": (
        [counts()],
        [believes()],
        [owns(5)],
        {Kind.UNDER_USED: "4 left"},
        "yes: 1 in use, 5 bought",
    ),
    "left in another account": (
        [counts()],
        [believes()],
        [owns(0), owns(3, "DEFAULT")],
        {Kind.OVER_USED: "1 too few, true up; 3 left in DEFAULT", Kind.UNDER_USED: "3 left"},
        "yes, once licences are moved to the virtual accounts that use them: 1 in use, 3 bought",
    ),
    "not read": (
        [NOT_READ],
        [believes()],
        [owns(1)],
        {Kind.UNREAD: "no answer"},
        "not known: 1 host not read; 1 in use, 1 bought, of 1 device by CSSM's count",
    ),
    "not read and too few": (
        [NOT_READ],
        [believes()],
        [owns(0)],
        {Kind.UNREAD: "no answer", Kind.OVER_USED: "1 too few, true up"},
        f"no, 1 too few: {ADVANTAGE} 1 (true up); 1 in use, 0 bought, of 1 device by CSSM's count; 1 host not read",
    ),
    "CSSM does not tell what was bought": (
        [counts()],
        [believes()],
        [owns(None)],
        {},
        "not known: CSSM does not tell how many were bought; 1 in use, 0 bought",
    ),
    "a name alone is matched with what CSSM counts for the device": (
        [BY_NAME],
        [believes()],
        [owns(1)],
        {},
        "yes: 1 in use, 1 bought",
    ),
    "a name alone that nothing fits": (
        [BY_NAME],
        [],
        [],
        {
            Kind.MISSING: "CSSM does not know it; it uses network-advantage 1",
            Kind.NAME_UNKNOWN: "which licence of CSSM network-advantage is, is not known",
        },
        "not known: 1 licence not matched; 0 in use, 0 bought",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_three_sides_are_compared(case: str):
    own, cssm, owned, kinds, answer = CASES[case]
    made = reconciled(own, cssm, owned)
    assert ({each.kind: each.message for each in made.discrepancies}, made.answer_text) == (kinds, answer)


def test_what_is_left_over_is_no_finding():
    made = reconciled([counts()], [believes()], [owns(5)])
    assert (made.counts[Kind.UNDER_USED], made.findings) == (1, ())


def test_a_cut_name_that_fits_two_licences_is_not_guessed():
    cut = counts(licenses=(CountedLicense("network-advantage", 1, "C9300-24 Network Adv..."),))
    other = OwnedLicense(f"{ADVANTAGE} Plus", "Branches", 1)
    made = reconciled([cut], [], [owns(1), other])
    assert made.answer is Answer.NOT_KNOWN
    unknown = next(each for each in made.discrepancies if each.kind is Kind.NAME_UNKNOWN)
    assert unknown.message.endswith(f"it may be {ADVANTAGE}, {ADVANTAGE} Plus")


def test_a_part_of_the_inventory_makes_no_orphans_and_counts_the_others_as_cssm_does():
    made = reconciled([counts()], [believes(), believes(SW2, host_name="sw2")], [owns(2)], is_whole=False)
    assert (made.findings, made.positions[0].in_use) == ((), 2)


def test_a_device_that_moved_is_paid_for_where_cssm_has_it():
    made = reconciled([counts()], [believes(account="DEFAULT")], [owns(0, "DEFAULT"), owns(1)])
    over = next(each for each in made.discrepancies if each.kind is Kind.OVER_USED)
    assert over.virtual_account == "DEFAULT"
    assert over.fix == f"smartlic cssm transfer licenses '{ADVANTAGE}' 1 --from Branches --to DEFAULT"


def test_over_use_under_an_enterprise_agreement_is_true_forward():
    bought = Purchase(1, NOW + timedelta(days=900), "Sub1")
    made = reconciled([counts(number=2)], [believes(number=2)], [owns(1, "Branches", bought)], agreements={"Sub1"})
    assert made.answer_text.startswith(f"no, 1 too few: {ADVANTAGE} 1 (true forward)")
    assert made.positions[0].accounting is Accounting.TRUE_FORWARD


@pytest.mark.parametrize(
    ("days", "messages"),
    [
        (91, []),
        (90, ["2 end on 2026-04-01, then 1 for 2 in use: 1 too few"]),
        (0, ["2 ended on 2026-01-01"]),
    ],
)
def test_what_ends_soon_is_a_finding_with_what_remains(days: int, messages: list[str]):
    purchases = (Purchase(1), Purchase(2, NOW + timedelta(days=days)))
    made = reconciled([counts(number=2)], [believes(number=2)], [owns(3, "Branches", *purchases)])
    assert [each.message for each in made.discrepancies if each.kind is Kind.ENDING] == messages


def test_purchases_that_end_one_after_the_other_are_taken_off_in_order():
    purchases = (Purchase(2, NOW + timedelta(days=60)), Purchase(1, NOW + timedelta(days=30)))
    made = reconciled([counts(number=2)], [believes(number=2)], [owns(3, "Branches", *purchases)])
    assert [each.message for each in made.discrepancies if each.kind is Kind.ENDING] == [
        "1 end on 2026-01-31, then 2 for 2 in use",
        "2 end on 2026-03-02, then 0 for 2 in use: 2 too few",
    ]


def test_lines_of_one_licence_are_summed():
    made = reconciled([counts(number=5)], [believes(number=5)], [owns(2), owns(3), owns(1, "DEFAULT")])
    assert [(each.virtual_account, each.bought, each.left) for each in made.positions] == [
        ("Branches", 5, 0),
        ("DEFAULT", 1, 1),
    ]


@given(
    numbers=st.lists(st.integers(0, 4), max_size=6),
    known=st.lists(st.booleans(), min_size=6, max_size=6),
    read=st.lists(st.booleans(), min_size=6, max_size=6),
)
def test_every_licence_is_counted_once_and_what_agrees_is_no_finding(
    numbers: list[int], known: list[bool], read: list[bool]
):
    udis = [Udi("C9300-24T", f"FOC{place}") for place in range(len(numbers))]
    own = [
        counts(f"sw{place}", udis[place], number)
        if read[place]
        else counts(f"sw{place}", udis[place], number, error="no answer", licenses=())
        for place, number in enumerate(numbers)
    ]
    cssm = [
        believes(udis[place], number, host_name=f"sw{place}") for place, number in enumerate(numbers) if known[place]
    ]
    counted = sum(number for place, number in enumerate(numbers) if known[place] or read[place])
    made = reconciled(own, cssm, [owns(counted)])
    missing = sum(bool(number) and read[place] and not known[place] for place, number in enumerate(numbers))
    assert sum(each.in_use for each in made.positions) == counted
    assert {kind: number for kind, number in made.counts.items() if number} == {
        kind: number
        for kind, number in {Kind.UNREAD: read[: len(numbers)].count(False), Kind.MISSING: missing}.items()
        if number
    }


def test_ten_thousand_devices_are_compared_in_seconds():
    fleet = [(f"sw{number}", Udi("C9300-24T", f"FOC{number}")) for number in range(10_000)]
    own = [counts(host, udi) for host, udi in fleet]
    cssm = [believes(udi, host_name=host) for host, udi in fleet]
    started = time.monotonic()
    assert reconciled(own, cssm, [owns(10_000)]).discrepancies == ()
    assert time.monotonic() - started < 10


def test_findings_stand_in_order_of_their_kinds_and_name_their_fix():
    made = reconciled([counts(), counts("sw2", SW2, 2)], [believes(SW2, 1, host_name="sw2"), believes(SW9)], [owns(3)])
    shown = [(each.kind, each.host, each.fix) for each in made.findings]
    assert shown == [
        (Kind.MISSING, "sw1", "smartlic sync -F name=sw1"),
        (Kind.COUNT_DIFFERS, "sw2", "smartlic sync -F name=sw2"),
        (Kind.ORPHANED, "sw1", None),
        (Kind.OVER_USED, None, None),
    ]
