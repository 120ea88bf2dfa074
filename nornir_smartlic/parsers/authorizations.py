"""Authorization codes and reservations, per member. Source: reference/outputs.md sections 5, 6, 7 and 11."""

from __future__ import annotations

from typing import Final

from nornir_smartlic.model import (
    Authorization,
    AuthorizationStatus,
    AuthorizationTerm,
    EnforcementType,
    Instant,
    LicenseAuthorizations,
    MemberAuthorization,
    MemberReservation,
    Reservation,
    ReservedLicense,
)
from nornir_smartlic.parsers.instants import instant, optional_instant
from nornir_smartlic.parsers.product import is_member, member
from nornir_smartlic.parsers.section import Section, number, one_of, optional, text

_status = one_of({status.value: status for status in AuthorizationStatus})
_enforcement = one_of({kind.value: kind for kind in EnforcementType})


def _dated_status(value: str) -> tuple[AuthorizationStatus, Instant | None]:
    """``NOT INSTALLED``, ``SMART AUTHORIZATION INSTALLED on TIME``."""
    words, on, time = value.partition(" on ")
    return _status(words), instant(time) if on else None


def license_authorizations(section: Section) -> LicenseAuthorizations:
    """``show license authorization``, and the chapter ``License Authorizations`` of ``show license all``."""
    data_push = section.take_optional("Last Data Push", optional_instant)
    file_export = section.take_optional("Last File Export", optional_instant)
    section.take("Overall status", str)
    members = []
    while is_member(section):
        who = member(section)
        status, installed = section.take("Status", _dated_status)
        confirmation = returned = None
        while section.next_key() in ("Last Confirmation code", "Last return code"):
            if section.next_key() == "Last return code":
                returned = section.take("Last return code", optional)
            else:
                confirmation = section.take("Last Confirmation code", optional)
        members.append(MemberAuthorization(who, status, installed, confirmation, returned))
    if not members:
        raise section.missing("Active:")
    authorized = authorizations(section)
    return LicenseAuthorizations(
        members=tuple(members),
        authorizations=authorized,
        purchased=purchased(section),
        derived_tags=_derived(section),
        last_data_push=data_push,
        last_file_export=file_export,
    )


def authorizations(section: Section) -> tuple[Authorization, ...]:
    """The block ``Authorizations:``; empty where it is not printed. Partly recalled, see outputs.md section 5."""
    if section.take_optional("Authorizations", str) is None:
        return ()
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
    section.take("Term information", str)
    terms = []
    while is_member(section):
        who = member(section)
        kind = section.take_optional("Authorization type", text)
        license_type = section.take("License type", text)
        start = section.take_optional("Start Date", optional_instant)
        end = section.take_optional("End Date", optional_instant)
        count = section.take("Term Count", number)
        subscription = section.take_optional("Subscription ID", optional)
        terms.append(AuthorizationTerm(who, kind, license_type, count, start, end, subscription))
    if not terms:
        raise section.missing("Active:")
    return tuple(terms)


_NOTHING_PURCHASED: Final = "No Purchase Information Available"


def purchased(section: Section) -> tuple[str, ...]:
    """``Purchased Licenses:``; empty for ``No Purchase Information Available``."""
    section.take("Purchased Licenses", str)
    line = section.next_line()
    if line is None or (line != _NOTHING_PURCHASED and _NOTHING_PURCHASED.startswith(line)):
        raise section.missing(_NOTHING_PURCHASED)
    if line.rstrip("# ") == _NOTHING_PURCHASED:  # a document of Cisco's has a # behind it
        section.take_line()
        return ()
    lines = []
    while (line := section.next_line()) is not None and section.next_key() not in ("Derived Licenses",):
        lines.append(section.take_line())
    return tuple(lines)


def _derived(section: Section) -> tuple[str, ...]:
    if section.take_optional("Derived Licenses", str) is None:
        return ()
    tags = []
    while section.next_key() == "Entitlement Tag":
        tags.append(section.take("Entitlement Tag", text))
    if not tags:
        raise section.missing("Entitlement Tag:")
    return tuple(tags)


def reservation(section: Section) -> tuple[Reservation, LicenseAuthorizations | None]:
    """``Reservation Info``, and ``show license reservation``; under SLP it tells the authorizations too."""
    enabled = section.take("License reservation", one_of({"ENABLED": True, "DISABLED": False}))
    data_push = section.take_optional("Last Data Push", optional_instant)
    file_export = section.take_optional("Last File Export", optional_instant)
    if section.take_optional("Overall status", str) is None:
        return Reservation(enabled=enabled), None
    members = []
    while is_member(section):
        who = member(section)
        status, installed = section.take("Reservation status", _dated_status)
        allowed = section.take_optional(
            "Export-Controlled Functionality", one_of({"ALLOWED": True, "NOT ALLOWED": False})
        )
        members.append(
            (
                MemberReservation(
                    member=who,
                    status=status,
                    installed=installed,
                    request_code=section.take_optional("Request code", optional),
                    last_return_code=section.take_optional("Last return code", optional),
                    last_confirmation_code=section.take_optional("Last Confirmation code", optional),
                    authorization_code=section.take_optional("Reservation authorization code", optional),
                ),
                allowed,
            )
        )
    if not members:
        raise section.missing("Active:")
    authorized = authorizations(section)
    reserved = _reserved(section)
    found = Reservation(
        enabled=enabled,
        members=tuple(item for item, _ in members),
        licenses=reserved,
        export_controlled_allowed=members[0][1],
    )
    if not section.has("Purchased Licenses"):
        return found, None
    return found, LicenseAuthorizations(
        members=tuple(
            MemberAuthorization(m.member, m.status, m.installed, m.last_confirmation_code, m.last_return_code)
            for m in found.members
        ),
        authorizations=authorized,
        purchased=purchased(section),
        last_data_push=data_push,
        last_file_export=file_export,
    )


def _reserved(section: Section) -> tuple[ReservedLicense, ...]:
    """``Specified license reservations:``; the blocks are recalled, see outputs.md section 11."""
    if section.take_optional("Specified license reservations", str) is None:
        return ()
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
                terms=_terms(section),
            )
        )
    return tuple(found)
