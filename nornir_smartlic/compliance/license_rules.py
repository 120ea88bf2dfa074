"""Rules for what a device holds: licences in use, trust, account, authorizations."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from nornir_smartlic.compliance.findings import Severity
from nornir_smartlic.compliance.rules import (
    BY_FILE,
    Case,
    Outcome,
    Rule,
    failed,
    not_applicable,
    passed,
    spelled,
    unknown,
)
from nornir_smartlic.intent import Evidence, is_named, running_level, same_account, untrusted
from nornir_smartlic.model import Account, AuthorizationStatus, LicenseUsage, LicensingModel, TransportType, UsageStatus

TRUST_COMMAND: Final = "smartlic trust -F name={host}"


def _needs_trust(case: Case) -> bool | None:
    """Whether reports need a trust code; ``None``: neither the inventory nor the device states it.

    Smart and call-home need trust before reports are accepted; with cslu the utility vouches, with off a file does.
    Source: reference/policy.md section 4.
    """
    if case.intent.trust is not None:
        return case.intent.trust
    if case.state.transport is None or case.state.transport.type is None:
        return None
    return case.state.transport.type in (TransportType.SMART, TransportType.CALLHOME)


def _trust(case: Case) -> Outcome:
    needed = _needs_trust(case)
    if needed is None:
        return unknown("no output that was read states the transport, and the inventory asks for no trust")
    if not needed:
        return not_applicable("the inventory does not ask for it, and this transport needs none")
    codes = case.state.trust_codes
    expected = "a trust code on every member"
    if codes is None:
        return unknown("no output that was read states the trust codes", expected=expected)
    installed = any(code.installed is not None for code in codes)
    without = untrusted(case.state)
    if installed and not without:
        return passed(
            "trust code installed",
            expected=expected,
            evidence=tuple(case.line(_trust_line(code.member, spelled(code.installed))) for code in codes),
        )
    if not installed:
        return failed(
            "no trust code",
            expected=expected,
            evidence=(case.line("Trust Code Installed: <none>"),),
            fix=(TRUST_COMMAND,),
        )
    return failed(
        "no trust code on " + ", ".join(map(str, without)),
        expected=expected,
        evidence=tuple(case.line(_trust_line(code.member, spelled(code.installed))) for code in codes),
        fix=(TRUST_COMMAND,),
    )


def _trust_line(member: object | None, installed: str) -> str:
    return f"Trust Code Installed: {installed}" if member is None else f"{member} INSTALLED on {installed}"


def _account(case: Case) -> Outcome:
    wanted = tuple(
        (name, value)
        for name, value in (
            ("Smart Account", case.intent.smart_account),
            ("Virtual Account", case.intent.virtual_account),
        )
        if value is not None
    )
    if not wanted:
        return not_applicable("the inventory does not ask for it")
    expected = ", ".join(f"{name} {value}" for name, value in wanted)
    registration = case.state.registration
    account = case.state.account
    if account is None and registration is not None:  # before Smart Licensing Using Policy
        account = Account(registration.smart_account, registration.virtual_account)
    if account is None and _release(case) < _ACCOUNT_PRINTED_FROM:
        return not_applicable(
            f"release {case.reading.version.release} does not print its account, 17.7 and later do: ask CSSM"
        )
    if account is None:
        return unknown("no output that was read states the account", expected=expected)
    actual = {"Smart Account": account.smart_account, "Virtual Account": account.virtual_account}
    evidence = tuple(case.line(f"{name}: {actual[name] or '<none>'}") for name, _ in wanted)
    found = ", ".join(f"{name} {actual[name] or '<none>'}" for name, _ in wanted)
    if all(same_account(actual[name], value) for name, value in wanted):
        return passed(found, expected=expected, evidence=evidence)
    fix: tuple[str, ...] = ("smartlic sync -F name={host}",)
    if registration is not None:
        fix = ("license smart register idtoken TOKEN force",)
    elif case.state.transport is not None and case.state.transport.type is TransportType.OFF:
        fix = BY_FILE  # the account comes with an ACK
    elif any(actual[name] is not None and not same_account(actual[name], value) for name, value in wanted):
        fix = ("smartlic trust -F name={host} --force",)  # it is at home elsewhere: a token of the right account
    return failed(found, expected=expected, evidence=evidence, fix=fix)


_ACCOUNT_PRINTED_FROM: Final = (17, 7)
"""The block first appears between agent 5.1 and 5.3. Source: reference/cli.md section 1, 17.7.1 itself unverified."""


def _release(case: Case) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", case.reading.version.release)[:2])


def _boot_level(case: Case) -> Outcome:
    wanted = case.intent.boot_level
    if wanted is None:
        return not_applicable("the inventory does not ask for it")
    (compared,) = case.compared("boot_level")
    usage = case.state.usage
    expected = str(wanted)
    if usage is None:
        return unknown("no output that was read states the licences in use", expected=expected)
    if any(line.status is None for line in usage):
        return unknown("the status of a licence is a word that is not known here", expected=expected)
    in_use = tuple(line for line in usage if line.status is UsageStatus.IN_USE)
    evidence: tuple[Evidence, ...] = tuple(case.line(f"{line.name} ({line.display}):") for line in in_use) or (
        case.line("No licenses in use"),
    )
    evidence += compared.evidence
    if compared.refusal is not None:
        return failed(compared.refusal[0], expected=compared.refusal[1], evidence=compared.evidence)
    is_air = wanted.level.startswith(_AIR)
    levels = {_level(line.name) for line in in_use if _is_level(line.name)}
    levels = {name for name in levels if name.startswith(_AIR) is is_air}
    if is_air and not levels and not compared.differs:  # access points use them, and none has joined
        booted = running_level(case.reading.version, wanted)
        if booted in (None, wanted):
            return passed("no access point uses a licence", expected=expected, evidence=evidence)
        return failed(f"booted with {booted}", expected=expected, evidence=evidence, fix=("reload",))
    wrong = sorted(levels - {wanted.level, wanted.addon})
    missing = [level for level in (wanted.level, wanted.addon) if level and not _uses(in_use, level)]
    if not wrong and not missing:
        return passed(_levels(in_use), expected=expected, evidence=evidence)
    fix = (*compared.commands, "write memory", "reload") if compared.differs else ("reload",)
    return failed(_levels(in_use), expected=expected, evidence=evidence, fix=fix)


_LEVELS: Final = ("network-", "dna-", "air-")
"""How the licences of a boot level begin. Source: reference/outputs.md section 13."""
_AIR: Final = "air-"
_UNIFIED: Final = ("advantage", "essentials")
"""The unified levels of 17.18. Source: reference/cli.md section 2."""


def _level(name: str) -> str:
    """``network-essentials`` of ``network-essentials_10M``: routers put the throughput behind the level."""
    return name.split("_", 1)[0].lower()


def _is_level(name: str) -> bool:
    return _level(name).startswith(_LEVELS) or _level(name) in _UNIFIED


def _uses(in_use: Iterable[LicenseUsage], level: str) -> bool:
    return any(_level(line.name) == level for line in in_use)


def _levels(in_use: Iterable[LicenseUsage]) -> str:
    return ", ".join(sorted({line.name for line in in_use if _is_level(line.name)})) or "no licence of a boot level"


def _authorizations(case: Case) -> Outcome:
    wanted = case.intent.authorizations
    if not wanted:
        return not_applicable("the inventory does not ask for it")
    expected = "SLAC for " + ", ".join(wanted)
    held = case.state.authorizations
    if held is None:
        return unknown("no output that was read states the authorization codes", expected=expected)
    odd = [line.member for line in held.members if line.status is None]
    if odd:
        names = ", ".join(map(str, odd))
        return unknown(f"the authorization of {names} is a word that is not known here", expected=expected)
    evidence = tuple(
        case.line(f"{line.member} Status: {line.status.value}") for line in held.members if line.status is not None
    )
    fix = tuple(f"smartlic authorize {feature} -F name={{host}}" for feature in wanted)
    bare = [line.member.udi for line in held.members if line.status is AuthorizationStatus.NOT_INSTALLED]
    if not held.members or bare:
        names = ", ".join(sorted({str(udi) for udi in bare}))
        return failed("no SLAC" + (f" on {names}" if names else ""), expected=expected, evidence=evidence, fix=fix)
    names_held = [text for entry in held.authorizations for text in (entry.name, entry.display)]
    names_held += held.derived_tags
    if not names_held:
        return unknown(
            "a SLAC is installed, but the device does not print for what", expected=expected, evidence=evidence
        )
    missing = [feature for feature in wanted if not any(is_named(feature, name) for name in names_held)]
    if missing:
        return failed("no SLAC for " + ", ".join(missing), expected=expected, evidence=evidence, fix=fix)
    return passed(expected, expected=expected, evidence=evidence)


LICENSE_RULES: Final = (
    Rule(
        "SLP-TRUST",
        Severity.HIGH,
        "A trust code is installed where reports need one",
        "CSSM accepts reports over smart transport and call-home from devices that it trusts only.",
        _trust,
    ),
    Rule(
        "SLP-ACCOUNT",
        Severity.HIGH,
        "The device belongs to the account that the inventory names",
        "Usage that is counted in another virtual account is missing from its own, and the other one pays.",
        _account,
        models=frozenset({LicensingModel.SLP, LicensingModel.REGISTERED}),
    ),
    Rule(
        "SLP-BOOT-LEVEL",
        Severity.MEDIUM,
        "The licences in use are those of the wanted boot level",
        "What is in use is what is reported, and paid for; a new boot level counts from the next boot on.",
        _boot_level,
    ),
    Rule(
        "SLP-SLAC",
        Severity.HIGH,
        "The authorization codes that the inventory asks for are installed",
        "Export-controlled and enforced licences work only with a Smart Licensing Authorization Code.",
        _authorizations,
    ),
)
