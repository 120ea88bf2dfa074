"""Authorization codes and reservations, per member. Source: reference/outputs.md sections 5, 6, 7 and 11."""

from __future__ import annotations

import re
from typing import Any, Final

from nornir_smartlic.model import (
    Authorization,
    AuthorizationStatus,
    AuthorizationTerm,
    EnforcementType,
    Instant,
    Member,
    MemberAuthorization,
    MemberReservation,
    ReservedLicense,
)
from nornir_smartlic.parsers.instants import instant, optional_instant
from nornir_smartlic.parsers.product import is_member, member
from nornir_smartlic.parsers.section import (
    NOTHING,
    Section,
    UnknownWord,
    heading,
    number,
    one_of,
    optional,
    text,
    word_of,
)

_status = word_of(AuthorizationStatus)
_enforcement = word_of(EnforcementType)


def _dated_status(value: str) -> tuple[AuthorizationStatus | None, Instant | None]:
    """``NOT INSTALLED``, ``SMART AUTHORIZATION INSTALLED on TIME``."""
    words, on, time = value.partition(" on ")
    when = instant(time) if on else None
    try:
        return _status(words), when
    except UnknownWord:
        raise UnknownWord((None, when)) from None


def pushes(section: Section) -> Any:
    """``License Authorizations``, its own lines; they are there from agent 5.11 on."""
    if not section.has("Last Data Push"):
        return NOTHING
    return section.take("Last Data Push", optional_instant), section.take("Last File Export", optional_instant)


def overall_status(section: Section) -> tuple[Any, Any]:
    """``Overall status:``: the authorization of each member, or its reservation."""
    members = []
    reservations = []
    allowed = None
    while is_member(section):
        who = member(section)
        if section.next_key() == "Reservation status":
            reservation, export_allowed = _member_reservation(section, who)
            reservations.append(reservation)
            allowed = export_allowed if allowed is None else allowed
        else:
            members.append(_member_authorization(section, who))
    if not members and not reservations:
        raise section.missing("Active:")
    return tuple(members) or NOTHING, (tuple(reservations), allowed) if reservations else NOTHING


def _member_authorization(section: Section, who: Member) -> MemberAuthorization:
    status, installed = section.take("Status", _dated_status)
    confirmation = returned = None
    while section.next_key() in ("Last Confirmation code", "Last return code"):
        if section.next_key() == "Last return code":
            returned = section.take("Last return code", optional)
        else:
            confirmation = section.take("Last Confirmation code", optional)
    return MemberAuthorization(who, status, installed, confirmation, returned)


def _member_reservation(section: Section, who: Member) -> tuple[MemberReservation, bool | None]:
    status, installed = section.take("Reservation status", _dated_status)
    allowed = None
    if section.next_key() == "Export-Controlled Functionality":
        allowed = section.take("Export-Controlled Functionality", _allowed)
    return (
        MemberReservation(
            member=who,
            status=status,
            installed=installed,
            **_codes(section),
        ),
        allowed,
    )


def _codes(section: Section) -> dict[str, str | None]:
    """The codes of one member's reservation: all in tech support, elsewhere those that there are (unverified)."""
    codes = {}
    while (field := CODES.get(key := section.next_key() or "")) is not None and field not in codes:
        codes[field] = section.take(key, optional)
    return codes


CODES: Final = {  # keys of the codes of a member, and their fields
    "Request code": "request_code",
    "Last return code": "last_return_code",
    "Last Confirmation code": "last_confirmation_code",
    "Reservation authorization code": "authorization_code",
}


_allowed = one_of({"ALLOWED": True, "NOT ALLOWED": False})


def authorizations(section: Section) -> tuple[Authorization, ...]:
    """``Authorizations:``. Partly unverified, see outputs.md section 5."""
    found = []
    while (line := section.next_line()) is not None and line.endswith("):"):
        section.take_line()
        name, _, display = line[:-2].partition(" (")
        found.append(
            Authorization(
                name=name,
                display=display,
                description=section.take("Description", str),
                total_count=section.take("Total available count", number),
                enforcement=section.take("Enforcement type", _enforcement),
                terms=_terms(section),
            )
        )
    if not found:
        raise section.missing("an authorized licence")
    return tuple(found)


def _terms(section: Section) -> tuple[AuthorizationTerm, ...]:
    section.take("Term information", heading)
    terms = []
    while is_member(section):
        who = member(section)
        terms.append(_term(section, who))
        while section.next_key() in ("Authorization type", "License type"):
            terms.append(_term(section, who))
    if not terms:
        raise section.missing("Active:")
    return tuple(terms)


def _term(section: Section, who: Member) -> AuthorizationTerm:
    """One term of a member, who may have several; only what stands next belongs to it."""
    kind = section.take("Authorization type", text) if section.next_key() == "Authorization type" else None
    license_type = section.take("License type", text)
    start = section.take("Start Date", _date) if section.next_key() == "Start Date" else None
    end = section.take("End Date", _date) if section.next_key() == "End Date" else None
    count = section.take("Term Count", number)
    subscription = section.take("Subscription ID", optional) if section.next_key() == "Subscription ID" else None
    return AuthorizationTerm(who, kind, license_type, count, start, end, subscription)


def _date(value: str) -> Instant | None:
    """``2026-FEB-10 UTC``, midnight; or a time. Unverified."""
    found = _DATE.fullmatch(value)
    if found is None:
        return optional_instant(value)
    year, month, day, zone = found.groups()
    return instant(f"{month.title()} {day} 00:00:00 {year} {zone}")


_DATE: Final = re.compile(r"(\d{4})-([A-Za-z]{3})-(\d\d) (\S+)")
_NOTHING_PURCHASED: Final = "No Purchase Information Available"


def purchased(section: Section) -> tuple[str, ...]:
    """``Purchased Licenses:``; empty for ``No Purchase Information Available``."""
    line = section.next_line()
    if line is None or (line != _NOTHING_PURCHASED and _NOTHING_PURCHASED.startswith(line)):
        raise section.missing(_NOTHING_PURCHASED)
    if line.rstrip("# ") == _NOTHING_PURCHASED:  # a document of Cisco's has a # behind it
        section.take_line()
        return ()
    lines = section.take_lines()
    if any(line.startswith(_NOTHING_PURCHASED) for line in lines):  # so that the others are none
        section.put_back([line for line in lines if line != _NOTHING_PURCHASED])
        return ()
    return tuple(lines)


def derived(section: Section) -> tuple[str, ...]:
    """``Derived Licenses:``: entitlement tags."""
    tags = []
    while section.next_key() == "Entitlement Tag":
        tags.append(section.take("Entitlement Tag", text))
    if not tags:
        raise section.missing("Entitlement Tag:")
    return tuple(tags)


def reservation(section: Section) -> tuple[bool, Any]:
    """``Reservation Info``, its own lines, and the first of ``show license reservation``."""
    return section.take("License reservation", one_of({"ENABLED": True, "DISABLED": False})), pushes(section)


def reserved(section: Section) -> tuple[ReservedLicense, ...]:
    """``Specified license reservations:``; the blocks are unverified, see outputs.md section 11."""
    found = []
    while (line := section.next_line()) is not None and line.endswith("):"):
        section.take_line()
        name, _, display = line[:-2].partition(" (")
        found.append(
            ReservedLicense(
                name=name,
                display=display,
                description=section.take("Description", str),
                total_count=section.take("Total reserved count", number),
                enforcement=section.take_optional("Enforcement type", _enforcement),
                terms=_terms(section),
            )
        )
    return tuple(found)
