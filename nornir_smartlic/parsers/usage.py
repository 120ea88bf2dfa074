"""Licences: the table of the summary, the blocks of ``usage`` and ``all``, the handles of tech support.

Source: reference/outputs.md sections 1, 3 and 7.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from nornir_smartlic.model import (
    ApplicationHa,
    AuthorizationStatus,
    EnforcementType,
    LicenseType,
    LicenseUsage,
    Measurement,
    UsageReservation,
    UsageStatus,
)
from nornir_smartlic.parsers.instants import optional_instant
from nornir_smartlic.parsers.section import (
    Problem,
    Section,
    UnknownWord,
    bracketed,
    heading,
    number,
    one_of,
    text,
    whole,
    word_of,
)

usage_status = word_of(UsageStatus)
enforcement = word_of(EnforcementType)
license_type = word_of(LicenseType)
_authorization = word_of(AuthorizationStatus)
_export_status = whole("NOT RESTRICTED", "RESTRICTED", "RESTRICTED - ALLOWED", "RESTRICTED - NOT ALLOWED")
NONE_IN_USE: Final = "No licenses in use"


def summary_table(section: Section) -> tuple[LicenseUsage, ...]:
    """``License Usage:`` of the summary, its title first: a heading, a rule, a row per licence.

    Where there is none, the heading may stand all the same.
    """
    section.take_line()
    rows = []
    while section.next_line() is not None:
        rows.append(section.take_line())
    if rows == [NONE_IN_USE]:
        return ()
    if len(rows) < 2 or not rows[0].startswith("License ") or not rows[1].startswith("---"):
        raise Problem("expected the table of licences", rows[0] if rows else None)
    if len(rows) == 2:
        raise Problem("the output ends where a licence was expected", None)
    if rows[2:] == [NONE_IN_USE]:
        return ()
    return tuple([_row(section, row) for row in rows[2:]])


def _row(section: Section, row: str) -> LicenseUsage:
    """``network-advantage       (C9300-24 Network Advan...)       1 IN USE``; the name may be missing."""
    name, _, rest = row.partition("(")
    display, closing, counted = rest.rpartition(")")
    if not closing:  # the tag is long, and cut without a bracket
        raise Problem("expected a licence, its tag in brackets, a count and a status", row)
    count, _, status = counted.strip().partition(" ")
    try:
        known = usage_status(status.strip())
    except UnknownWord:
        section.leave(row)
        known = None
    except ValueError as error:
        raise Problem(str(error), row) from None
    try:
        return LicenseUsage(name.strip(), display, number(count), known)
    except ValueError as error:
        raise Problem(str(error), row) from None


def is_title(line: str) -> bool:
    """``network-advantage (C9300-24 Network Advantage):``, or ``Handle: 1`` of tech support.

    A licence that has no name yet begins with a blank: `` (C9300-24 Network Advantage):``.
    """
    return (line[-2:] == "):" and (line[0] != " " or line[:2] == " (")) or line[:8] == "Handle: "


def license_block(section: Section) -> LicenseUsage:
    """One licence of ``show license usage`` and ``show license all``, its title first."""
    title = section.take_line()
    name, _, display = title[:-2].partition("(")
    used = LicenseUsage(
        name=name.strip(),
        display=display,
        description=section.take("Description", str),
        count=section.take("Count", number),
        version=section.take_optional("Version", str),
        status=section.take("Status", usage_status),
        export_status=section.take_optional("Export status", _export_status),
        feature_name=section.take_optional("Feature Name", str),
        feature_description=section.take_optional("Feature Description", str),
        enforcement=section.take_optional("Enforcement type", enforcement),
        license_type=section.take_optional("License type", license_type),
        reservation=_reservation(section) if section.next_line() is not None else None,
        application_ha=_application_ha(section) if section.next_line() is not None else None,
    )
    is_unknown = any(line.startswith("License type:") for line in section.rest())
    if used.license_type is None and not is_unknown and used.status in (UsageStatus.IN_USE, UsageStatus.NOT_IN_USE):
        raise section.missing("License type:")  # the last line of a block under SLP
    return used


def _reservation(section: Section) -> UsageReservation | None:
    """``Reservation:`` of a licence that is reserved; unverified."""
    if section.take_optional("Reservation", heading) is None:
        return None
    return UsageReservation(
        status=section.take("Reservation status", _authorization),
        total_count=section.take("Total reserved count", number),
    )


def _application_ha(section: Section) -> ApplicationHa | None:
    """``Application HA Info:`` of CUBE. Source: ciscodoc-c8000v-17.15; the peers' lines are unverified."""
    if section.take_optional("Application HA Info", heading) is None:
        return None
    name, identity, role = _application(section)
    peers = []
    peer_info = []
    if section.take_optional("Peer Info", heading) is not None:
        while section.next_key() == "Application Name":
            peers.append(ApplicationHa(*_application(section)))
        while section.next_line() is not None:
            peer_info.append(section.take_line())
    return ApplicationHa(name, identity, role, tuple(peers), tuple(peer_info))


def _application(section: Section) -> tuple[str, int, str]:
    return (
        section.take("Application Name", text),
        section.take("Application Id", number),
        section.take("Application Role", text),
    )


def handle(section: Section) -> LicenseUsage:
    """One licence of ``show license tech support``, from ``Handle:`` to ``Soft Enforced:``."""
    number_of_handle = section.take("Handle", number)
    name = section.take("License", text)
    tag = section.take("Entitlement tag" if section.next_key() == "Entitlement tag" else "Entitlement Tag", text)
    description = section.take("Description", str)
    count = section.take("Count", number)
    version = section.take_optional("Version", str)
    status, code = section.take("Status", _coded_status)
    overdue = section.take_optional("Sync Overdue Deadline", optional_instant)
    counts = None
    if section.next_key() == "Authorized Count":
        counts = (
            section.take("Authorized Count", number),
            section.take("Out-Of-Compliance Count", number),
            section.take("Insufficient Count", number),
            section.take("No license", number),
        )
    return LicenseUsage(
        name=name,
        display=None,
        count=count,
        status=status,
        description=description,
        version=version,
        status_time=section.take("Status time", optional_instant),
        request_time=section.take("Request Time", optional_instant),
        export_status=section.take("Export status", _export_status),
        feature_name=section.take_optional("Feature Name", str),
        feature_description=section.take_optional("Feature Description", str),
        enforcement=section.take_optional("Enforcement type", enforcement),
        day0_verification=section.take_optional("Day-0 Verification", one_of({"YES": True, "NO": False})),
        license_type=section.take_optional("License type", license_type),
        measurements=_measurements(section),
        soft_enforced=section.take_optional("Soft Enforced", one_of({"True": True, "False": False})),
        reservation=_reservation(section) if section.next_line() is not None else None,
        application_ha=_application_ha(section) if section.next_line() is not None else None,
        handle=number_of_handle,
        tag=tag,
        status_code=code,
        counts=counts,
        sync_overdue_deadline=overdue,
    )


def _coded_status(value: str) -> tuple[UsageStatus | None, int | None]:
    words, bracket, tail = value.partition("(")
    code = bracketed(tail) if bracket else None
    try:
        return usage_status(words.rstrip()), code
    except UnknownWord:
        raise UnknownWord((None, code)) from None


def _measurements(section: Section) -> tuple[Measurement, ...]:
    if section.take_optional("Measurements", heading) is None:
        return ()
    measurements = []
    while (metric := section.next_key()) is not None and section.next_line() == f"{metric}:":
        section.take(metric, heading)
        interval = section.take("Interval", _span)
        value = section.take("Current Value", number)
        reports = section.take_optional("Current Report", _reports) or (None, None)
        measurements.append(Measurement(metric, interval, value, *reports))
    return tuple(measurements)


def _span(value: str) -> timedelta:
    hours, minutes, seconds = value.split(":")
    return timedelta(hours=number(hours), minutes=number(minutes), seconds=number(seconds))


def _reports(value: str) -> tuple[int | None, int | None]:
    current, previous, last = value.partition("Previous:")
    if not previous:
        raise ValueError("expected 'Previous:'")
    return number(current.strip()) or None, number(last.strip()) or None
