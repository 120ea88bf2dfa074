"""Rules over all devices of one audit, and over what CSSM has of their account. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeAlias

from nornir_smartlic.compliance.findings import Finding, Severity, Waiver
from nornir_smartlic.compliance.rules import ComplianceOptions, Outcome, due, failed, passed, unknown
from nornir_smartlic.compliance.waivers import waive
from nornir_smartlic.intent import Evidence
from nornir_smartlic.reconciliation import Discrepancy, Kind, Reconciliation

FLEET: Final = "(fleet)"
"""Stands where a finding has its host; no host is called so, for it is no name."""


@dataclass(frozen=True, slots=True)
class TokenUse:
    """How often a token has been used; its text is a secret and not here. ``uses`` is ``None``: CSSM does not tell."""

    virtual_account: str
    description: str
    uses: int | None


@dataclass(frozen=True, slots=True)
class Books:
    """What CSSM has: the comparison with the devices, and the tokens that are still good."""

    comparison: Reconciliation
    tokens: tuple[TokenUse, ...] = ()


@dataclass(frozen=True, slots=True)
class FleetCase:
    """What the rules look at. ``udis`` are of the hosts that were read, as they print them."""

    udis: Mapping[str, str]
    books: Books | None = None  # None: CSSM was not asked, and rules about it are left out
    options: ComplianceOptions = field(default_factory=ComplianceOptions)


FleetCheck: TypeAlias = Callable[[FleetCase], Outcome]


@dataclass(frozen=True, slots=True)
class FleetRule:
    """One thing that an audit looks at beyond single devices."""

    id: str
    severity: Severity
    title: str
    rationale: str
    check: FleetCheck
    needs_cssm: bool = True


def verify_fleet(case: FleetCase, waivers: Sequence[Waiver] = (), now: datetime | None = None) -> tuple[Finding, ...]:
    """One finding for each rule that can be judged; waivers for the host ``(fleet)`` count, by *now*."""
    return tuple(
        waive(_finding(rule, rule.check(case)), waivers, now)
        for rule in FLEET_RULES
        if case.books is not None or not rule.needs_cssm
    )


def _finding(rule: FleetRule, outcome: Outcome) -> Finding:
    return Finding(
        rule.id,
        rule.title,
        rule.severity,
        outcome.verdict,
        FLEET,
        found=outcome.found,
        expected=outcome.expected,
        why=outcome.why,
        evidence=outcome.evidence,
        deadline=outcome.deadline,
        fix=outcome.fix if outcome.verdict.is_finding else (),
    )


def _duplicates(case: FleetCase) -> Outcome:
    expected = "a UDI of its own for each host"
    if not case.udis:
        return unknown("no device was read", expected=expected)
    hosts: dict[str, list[str]] = defaultdict(list)
    for host, udi in sorted(case.udis.items()):
        hosts[udi].append(host)
    twice = {udi: names for udi, names in hosts.items() if len(names) > 1}
    if not twice:
        first, udi = min(case.udis.items())
        evidence = (Evidence(f"{first}: show license udi", f"UDI: {udi}"),)
        return passed(f"{len(hosts)} of {len(case.udis)}", expected=expected, evidence=evidence)
    return failed(
        "; ".join(f"{udi} is {' and '.join(names)}" for udi, names in twice.items()),
        expected=expected,
        evidence=tuple(
            Evidence(f"{name}: show license udi", f"UDI: {udi}") for udi, names in twice.items() for name in names
        ),
    )


def _tokens(case: FleetCase) -> Outcome:
    tokens = case.books.tokens if case.books is not None else ()
    limit = case.options.token_uses
    expected = f"no token that was used more than {limit} times"
    lines = {
        each: Evidence(f"CSSM, tokens of {each.virtual_account}", f"{each.description or 'a token'}: {each.uses}")
        for each in tokens
    }
    much = [each for each in tokens if each.uses is not None and each.uses > limit]
    if much:
        found = "; ".join(f"{each.description or 'a token'} of {each.virtual_account}: {each.uses}" for each in much)
        fix = ("smartlic cssm tokens revoke FILE",)
        return failed(found, expected=expected, evidence=tuple(lines[each] for each in much), fix=fix)
    if any(each.uses is None for each in tokens):
        return unknown("CSSM does not tell how often a token was used", expected=expected)
    evidence = tuple(lines.values()) or (Evidence("CSSM, tokens", "none that is still good"),)
    return passed(f"{len(tokens)} tokens", expected=expected, evidence=evidence[:5])


_NAMED: Final = 5


def _of_kind(kind: Kind, expected: str) -> FleetCheck:
    """Nothing of *kind* in the comparison with CSSM; `reconcile` owns what that is."""

    def check(case: FleetCase) -> Outcome:
        comparison = case.books.comparison if case.books is not None else None
        if comparison is None:
            return unknown("CSSM was not asked", expected=expected)
        found = [each for each in comparison.discrepancies if each.kind is kind]
        if not found:
            return passed("none", expected=expected, evidence=(Evidence("CSSM", comparison.answer_text),))
        texts = [_said(each) for each in found]
        more = f" and {len(texts) - _NAMED} more" if len(texts) > _NAMED else ""
        outcome = failed(
            "; ".join(texts[:_NAMED]) + more,
            expected=expected,
            evidence=tuple(Evidence("CSSM", text) for text in texts),
            fix=tuple(dict.fromkeys(each.fix for each in found if each.fix is not None)),
        )
        return due(outcome, min((each.ends for each in found if each.ends is not None), default=None))

    return check


def _said(each: Discrepancy) -> str:
    where = [each.host or str(each.udi or ""), each.license or "", each.virtual_account or ""]
    return f"{', '.join(name for name in where if name)}: {each.message}"


FLEET_RULES: Final = (
    FleetRule(
        "FLEET-DUPLICATE-UDI",
        Severity.HIGH,
        "No two hosts are one device",
        "CSSM counts by UDI: of two hosts with one, as copied virtual machines have, it sees one (Cisco's SLP guide, "
        "product instance).",
        _duplicates,
        needs_cssm=False,
    ),
    FleetRule(
        "FLEET-TOKEN-USES",
        Severity.MEDIUM,
        "No token is used on too many devices",
        "Whoever has seen a token can bring devices into the account while it is good (CSSM's help, tokens).",
        _tokens,
    ),
    FleetRule(
        "FLEET-NOT-IN-CSSM",
        Severity.HIGH,
        "CSSM knows each device that uses licences",
        "What CSSM does not know is not reported (see smartlic reconcile).",
        _of_kind(Kind.MISSING, "each device in CSSM"),
    ),
    FleetRule(
        "FLEET-NOT-IN-INVENTORY",
        Severity.MEDIUM,
        "The inventory has each device that CSSM knows",
        "It counts, and is paid for, until somebody removes it (see smartlic reconcile).",
        _of_kind(Kind.ORPHANED, "each device in the inventory"),
    ),
    FleetRule(
        "FLEET-SHORT",
        Severity.HIGH,
        "No virtual account uses more licences than it has",
        "Over-use is invoiced, at once or with the next period (Cisco's FAQ on SLP, true-up and true-forward).",
        _of_kind(Kind.OVER_USED, "as many bought as in use"),
    ),
    FleetRule(
        "FLEET-ENDING",
        Severity.MEDIUM,
        "No licence or subscription ends soon",
        "What has ended is in no quantity any more, and what uses it is over-used then (see smartlic reconcile).",
        _of_kind(Kind.ENDING, "nothing that ends within the days of --ending"),
    ),
)
"""Every rule over the fleet, in the order in which findings are listed."""
