"""The table of commands: how each is named, abbreviated and read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any, Final, Generic, TypeVar

from nornir_smartlic.model import ClockHeader, LicensingState
from nornir_smartlic.parsers import product, status
from nornir_smartlic.parsers.clock import device_clock
from nornir_smartlic.parsers.instants import in_zones
from nornir_smartlic.parsers.section import Problem, Section, kept
from nornir_smartlic.parsers.state import located, read_sections, require, state_of
from nornir_smartlic.parsers.texts import PROMPT, Text, host_of, prepare

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parsed(Generic[T]):
    """What an output says, and what stood beside it."""

    value: T
    unparsed: tuple[str, ...] = ()  # lines that no rule took
    command: str = ""  # in full
    echo: str | None = None  # the command as it was echoed, with its prompt
    header: ClockHeader | None = None  # of terminal exec prompt timestamp
    syslog: tuple[str, ...] = ()  # lines that came in between
    missing: tuple[str, ...] = ()  # titles of the sections that a partial output lacks, or that could not be read
    host: str | None = None  # the name in the prompt before or behind the output; None: there is no prompt


Read = Callable[[str, Text], tuple[Any, tuple[str, ...]]]

# What must be there, by field: the title of its section. Where it is missing, the output was cut.
_SLP: Final = {
    "utility": "Utility:",
    "privacy": "Data Privacy:",
    "transport": "Transport:",
    "policy": "Policy:",
    "usage_reporting": "Usage Reporting:",
}
_LEGACY: Final = {
    "registration": "Registration:",
    "authorization_state": "License Authorization:",
    "transport": "Transport:",
    "export_authorization_keys": "Export Authorization Key:",
}
_ONLY_SLP: Final = frozenset({"policy", "policy_v2", "usage_reporting", "trust_codes", "report_summary"})
_SINCE_UTILITY: Final = ("transport", "export_authorization_keys")  # printed where Utility: is
_PRODUCT: Final = {
    "usage": "License Usage",
    "udi": "Product Information",
    "agent_version": "Agent Version",
    "export_authorization_keys": "Export Authorization Key:",
}
_SLP_STATUS: Final = {**_SLP, "trust_codes": "Trust Code Installed:"}
_SLP_ALL: Final = {**_SLP, **_PRODUCT, "authorization.purchased": "Purchased Licenses:"}
_LEGACY_ALL: Final = {  # agents before 4 have no export key, and what follows it shows whether the output is whole
    field: title for field, title in {**_LEGACY, **_PRODUCT}.items() if field != "export_authorization_keys"
}
_TECH: Final = {
    "tech.jobs": "Upcoming Scheduled Jobs",
    "reservation.enabled": "Reservation Info",
    "tech.other": "Other Info",
}
_SLP_TECH: Final = {**_SLP, **_PRODUCT, **_TECH, "tech.mapping": "Platform Provided Mapping Table"}
_LEGACY_TECH: Final = {**_LEGACY_ALL, **_TECH}


def _require(
    command: str, text: Text, facts: dict[str, Any], slp: Mapping[str, str], legacy: Mapping[str, str]
) -> bool:
    """Refuse what is not whole; whether it is an output of SLP. One that has no word of SLP is a legacy one."""
    if text.partial and "slp" not in facts and not facts.keys() & {"registration", "authorization_state"}:
        text.missing.append("Smart Licensing Using Policy:")
        if facts.keys() & _ONLY_SLP:
            facts["slp"] = True
        require(command, text, facts, slp)
        return True
    is_slp: bool = facts.setdefault("slp", False)
    if facts.get("enabled") is False and "registration" not in facts:
        return False  # nothing more is printed; unverified
    if not is_slp and not facts.keys() & {"utility", "privacy"}:  # before 16.8; unverified
        legacy = {field: title for field, title in legacy.items() if field not in _SINCE_UTILITY}
    if "usage.heading" in facts and "udi" in facts:
        facts.setdefault("usage", ())  # an empty chapter, with others below it
    if is_slp and "policy_v2" in facts:
        slp = {field: title for field, title in slp.items() if field != "policy"}
    require(command, text, facts, slp if is_slp else legacy)
    return is_slp


def license_status(command: str, text: Text) -> tuple[LicensingState, tuple[str, ...]]:
    """``show license status``."""
    facts, unparsed = read_sections(command, text)
    _require(command, text, facts, _SLP_STATUS, _LEGACY)
    return state_of(facts, text), tuple(unparsed)


def license_all(command: str, text: Text) -> tuple[LicensingState, tuple[str, ...]]:
    """``show license all``; its last sections depend on the agent."""
    facts, unparsed = read_sections(command, text)
    slp = _require(command, text, facts, _SLP_ALL, _LEGACY_ALL)
    agent = _release(facts.get("agent_version", ""))
    if slp and agent >= (5, 3):
        require(command, text, facts, {"report_summary": "Usage Report Summary:"})
    elif not slp and agent >= (4, 8):
        require(command, text, facts, {"reservation.enabled": "Reservation Info"})
    return state_of(facts, text), tuple(unparsed)


def license_tech_support(command: str, text: Text) -> tuple[LicensingState, tuple[str, ...]]:
    """``show license tech support``."""
    facts, unparsed = read_sections(command, text)
    if _require(command, text, facts, _SLP_TECH, _LEGACY_TECH) and "tech.enforced" in facts and "udi" in facts:
        members = {who.udi for who in facts.get("members", ())} or {facts["udi"]}
        for missing in sorted(members - {udi for udi, _ in facts["tech.enforced"]}):
            if text.partial:
                text.missing.append(f"Enforced Licenses of {missing}")
                continue
            problem = Problem(f"the output is not whole: {missing} has no enforced licenses", None)
            raise located(command, text, problem)
    return state_of(facts, text), tuple(unparsed)


@kept
def _release(version: str) -> tuple[int, ...]:
    """``5.3.10_rel/25`` -> (5, 3); () for a version that is none."""
    parts = version.split(".")[:2]
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()


def license_summary(command: str, text: Text) -> tuple[LicensingState, tuple[str, ...]]:
    """``show license summary``."""
    facts, unparsed = read_sections(command, text)
    wanted = {"usage": "License Usage:"}
    if facts.get("enabled") is False:
        wanted = {}
    elif "registration" in facts:
        facts["slp"] = False
        wanted["authorization_state"] = "License Authorization:"
    require(command, text, facts, wanted)
    return state_of(facts, text), tuple(unparsed)


def license_usage(command: str, text: Text) -> tuple[LicensingState, tuple[str, ...]]:
    """``show license usage``: on some platforms headed by ``License Authorization:``."""
    facts, unparsed = read_sections(command, text)
    require(command, text, facts, {"usage": "a licence"})
    return state_of(facts, text), tuple(unparsed)


def license_authorization(command: str, text: Text) -> tuple[LicensingState, tuple[str, ...]]:
    """``show license authorization``."""
    if text.body.startswith("Last Data Push:"):
        text = text.below("License Authorizations")
    facts, unparsed = read_sections(command, text)
    wanted = {"authorization.members": "Overall status:", "authorization.purchased": "Purchased Licenses:"}
    require(command, text, facts, wanted)
    return state_of(facts, text), tuple(unparsed)


def license_reservation(command: str, text: Text) -> tuple[LicensingState, tuple[str, ...]]:
    """``show license reservation``: what stands under ``Reservation Info`` in tech support."""
    facts, unparsed = read_sections(command, text.below("Reservation Info"))
    require(command, text, facts, {"reservation.enabled": "License reservation:"})
    return state_of(facts, text), tuple(unparsed)


def _sectionwise(fields: str, read: Callable[[Section], Any]) -> Read:
    """How a command is read that is one section without a title."""
    names = fields.split()

    def read_whole(command: str, text: Text) -> tuple[LicensingState, tuple[str, ...]]:
        section = Section(text.lines)
        try:
            value = read(section)
        except Problem as problem:
            raise located(command, text, problem) from None
        facts = {names[0]: value} if len(names) == 1 else dict(zip(names, value, strict=True))
        return state_of(facts, text), section.rest()

    return read_whole


def license_udi(command: str, text: Text) -> tuple[LicensingState, tuple[str, ...]]:
    """``show license udi``: the UDI and its members, or the table of old images."""
    if text.body.startswith(("SlotID", "Device#")):
        return _table_of_udis(command, text)
    facts, unparsed = read_sections(command, text.below("Product Information"))
    require(command, text, facts, {"udi": "UDI:"})
    return state_of(facts, text), tuple(unparsed)


_table_of_udis: Final = _sectionwise("udi slots", product.udi_table)


def _one(read: Callable[[Section], Any]) -> Read:
    """How a command is read whose value is no licensing state."""

    def read_whole(command: str, text: Text) -> tuple[Any, tuple[str, ...]]:
        section = Section(text.lines)
        try:
            return read(section), section.rest()
        except Problem as problem:
            raise located(command, text, problem) from None

    return read_whole


def _later(module: str, name: str) -> Callable[..., Any]:
    """The function *name* of a module of this package that is imported when it is first called."""

    def call(*arguments: Any) -> Any:
        return getattr(import_module(f"nornir_smartlic.parsers.{module}"), name)(*arguments)

    return call


PARSERS: Final[dict[str, Read]] = {
    "show license": _sectionwise("classic", _later("classic", "classic_licenses")),
    "show license all": license_all,
    "show license authorization": license_authorization,
    "show license data conversion": _sectionwise("conversion", status.data_conversion),
    "show license eventlog": _sectionwise("event_log", _later("reports", "event_log")),
    "show license history message": _sectionwise("history", _later("reports", "message_history")),
    "show license reservation": license_reservation,
    "show license right-to-use": _sectionwise("right_to_use", _later("classic", "right_to_use")),
    "show license rum id all": _sectionwise("rum_reports", _later("reports", "rum_reports")),
    "show license rum id detail": _sectionwise("rum_details", _later("reports", "rum_details")),
    "show license status": license_status,
    "show license summary": license_summary,
    "show license tech support": license_tech_support,
    "show license udi": license_udi,
    "show license usage": license_usage,
    "show call-home profile": _one(_later("platform", "call_home_profiles")),
    "show call-home smart-licensing": _one(_later("platform", "smart_call_home")),
    "show clock": device_clock,
    "show crypto pki trustpoints": _one(_later("platform", "trustpoints")),
    "show logging": _later("syslog", "licensing_log"),
    "show platform hardware throughput crypto": _one(_later("platform", "crypto_throughput")),
    "show platform hardware throughput level": _one(_later("platform", "throughput_level")),
    "show running-config": _later("configuration", "running_configuration"),
    "show version": _later("version", "device_version"),
}


def full_name(command: str) -> str:
    """The command in full, from what a user types: ``sh lic sum`` is ``show license summary``.

    Report ids, days and names that the command takes are left out: ``show license rum id 5 detail`` is
    ``show license rum id detail``.

    Raises:
        ValueError: no command of the table begins so, or several do.
    """
    typed = command.partition("|")[0].lower().split()
    if typed[3:4] == ["id"] and len(typed) > 5:
        del typed[4]  # the report id, or "all" before "detail"
    elif len(typed) > 3 and typed[2][:1] == "e" and typed[3].isdigit():
        del typed[3]  # days of the event log
    elif len(typed) == 4 and "profile".startswith(typed[2]) and "call-home".startswith(typed[1]):
        del typed[3]  # the profile's name, or all
    elif len(typed) == 4 and "right-to-use".startswith(typed[2]):
        del typed[3]  # summary, usage, detail
    found = [name for name in PARSERS if _abbreviates(typed, name.split())]
    whole = [name for name in found if len(name.split()) == len(typed)] or found
    if len(whole) == 1:
        return whole[0]
    if not found:
        raise ValueError(f"'{command}' is not a command that is read here; there are: {', '.join(PARSERS)}")
    raise ValueError(f"'{command}' may be {' or '.join(found)}")


def _abbreviates(typed: list[str], words: list[str]) -> bool:
    """Whether *typed* are beginnings of *words*; the second word of "tech support" may be left out."""
    return (
        len(typed) > 1
        and len(words) - 1 <= len(typed) <= len(words)
        and (len(typed) == len(words) or words[-1] == "support")
        and all(word.startswith(part) for word, part in zip(words, typed, strict=False))
    )


def parse(
    command: str, text: str, *, zones: Mapping[str, timedelta] | None = None, partial: bool = False
) -> Parsed[Any]:
    """What *text*, the output of *command*, says.

    *zones* are the offsets of zone names, as the device's ``clock timezone`` line states them; without, names that mean
    several zones give an `UnplacedTime`. With *partial*, an output that lacks sections gives those that are there, and
    `Parsed.missing` names the others; lines of one that cannot be read are unparsed.

    Raises:
        ParseError: the text is not what the command prints, or only a part of it.
        ValueError: the command is not known.
    """
    name = command if command in PARSERS else full_name(command)
    prepared = prepare(name, text, log=name == "show logging")
    prepared.partial = partial
    value, unparsed = PARSERS[name](name, prepared)
    if zones:
        value = in_zones(value, zones)
    around = (prepared.echo or "").lstrip(), prepared.prompt or ""
    prompt = next((found[0] for found in map(PROMPT.match, around) if found), None)
    return Parsed(
        value,
        tuple(unparsed),
        name,
        prepared.echo,
        prepared.header,
        prepared.syslog,
        tuple(prepared.missing),
        None if prompt is None else host_of(prompt),
    )
