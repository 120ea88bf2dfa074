"""Product information, authorizations and reservations, as lines."""

from __future__ import annotations

from collections.abc import Sequence

from nornir_smartlic.model import (
    Authorization,
    AuthorizationStatus,
    AuthorizationTerm,
    Instant,
    LicenseAuthorizations,
    MemberReservation,
)
from smartlic_lab.show.forms import ALL, TECH, Page
from smartlic_lab.show.words import allowed, instant, member, none, time_or_none

Lines = list[str]


def udi(page: Page) -> Lines:
    """``show license udi``; old images print a table."""
    if page.state.slots is not None:
        lines = [f"{page.form.slot_heading}   PID    \t\tSN      \t\tUDI", "-" * (page.form.dashes or 80)]
        for row in page.state.slots:
            mark = f"*{row.slot or ''}\t" if row.own else f" {row.slot or ''}\t"
            lines.append(f"{mark} {row.udi.pid:<22}{row.udi.sn:<16}{row.udi.pid}:{row.udi.sn}")
        return lines
    lines = [f"UDI: {page.state.udi}"]
    if page.state.members:
        lines += ["", "HA UDI List:", *(f"    {who.role.value}:{who.udi}" for who in page.state.members)]
    return lines


def product(page: Page) -> Lines:
    """``Product Information``."""
    return ["Product Information", "===================", *udi(page)]


def agent_version(page: Page) -> Lines:
    """``Agent Version``."""
    return ["Agent Version", "=============", f"Smart Agent for Licensing: {page.state.agent_version}"]


def authorizations_chapter(page: Page) -> Lines | None:
    """``License Authorizations`` of ``show license all``."""
    told = page.state.authorizations
    if told is None:
        return None
    title = "License Authorizations"
    return [title, "======================", *authorizations(page)]


def _pushes(told: LicenseAuthorizations) -> Lines:
    return [
        f"Last Data Push: {time_or_none(told.last_data_push)}",
        f"Last File Export: {time_or_none(told.last_file_export)}",
    ]


def authorizations(page: Page) -> Lines:
    """``show license authorization``, and the larger part of the chapter."""
    told = page.state.authorizations
    if told is None:
        return []
    indent = " " * page.form.member_status_indent
    title = "" if page.command == "show license authorization" else "License Authorizations"
    lines = ["Overall status:"]
    if page.form.prints(title, "Last Data Push", page.form.since(5, 11) and title != ""):
        lines = [*_pushes(told), "", "Overall status:"]
    for item in told.members:
        lines += [f"  {member(item.member)}", f"{indent}Status: {_dated(item.status, item.installed)}"]
        codes = [("Last return code", item.last_return_code), ("Last Confirmation code", item.last_confirmation_code)]
        for key, code in reversed(codes) if page.form.return_code_last else codes:
            if code is not None:
                lines.append(f"{indent}{key}: {code}")
    lines += _authorized(page, told.authorizations)
    lines += ["", *_purchased(told.purchased)]
    if told.derived_tags:
        lines += ["", "Derived Licenses:", *(f"  Entitlement Tag: {tag}" for tag in told.derived_tags)]
    return lines


def _dated(status: AuthorizationStatus, installed: Instant | None) -> str:
    return status.value if installed is None else f"{status.value} on {instant(installed)}"


def _purchased(purchased: Sequence[str]) -> Lines:
    return ["Purchased Licenses:", *(f"  {line}" for line in purchased or ("No Purchase Information Available",))]


def _authorized(page: Page, told: Sequence[Authorization]) -> Lines:
    if not told:
        return []
    lines = ["", "Authorizations:"]
    for item in told:
        lines += [
            f"  {item.name} ({item.display}):",
            f"    Description: {item.description}",
            f"    Total available count: {item.total_count}",
            f"    Enforcement type: {item.enforcement.value}",
            *_terms(page, item.terms),
        ]
    return lines


def _terms(page: Page, terms: Sequence[AuthorizationTerm]) -> Lines:
    title = _chapter(page)
    lines = ["    Term information:"]
    for term in terms:
        lines.append(f"      {member(term.member)}")
        if page.form.prints(title, "Authorization type", term.authorization_type is not None):
            lines.append(f"        Authorization type: {none(term.authorization_type)}")
        lines.append(f"        License type: {term.license_type}")
        for key, time in (("Start Date", term.start), ("End Date", term.end)):
            if page.form.prints(title, key, time is not None):
                lines.append(f"          {key}: {'<none>' if time is None else _date(time)}")
        lines.append(f"          Term Count: {term.count}")
        if page.form.prints(title, "Subscription ID", term.subscription_id is not None):
            lines.append(f"          Subscription ID: {none(term.subscription_id)}")
    return lines


def _chapter(page: Page) -> str:
    """The title under which the lines of this page were met."""
    if page.command == TECH:
        return "Reservation Info"
    return "License Authorizations" if page.command == ALL else ""


def _date(time: Instant) -> str:
    """``2026-FEB-10 UTC`` for midnight; recalled."""
    month, day, clock, year, zone = instant(time).split()
    return f"{year}-{month.upper()}-{day} {zone}" if clock == "00:00:00" else instant(time)


def reservation_chapter(page: Page) -> Lines | None:
    """``Reservation Info`` of tech support, and of ``show license all`` under the legacy model."""
    if page.state.reservation is None:
        return None
    return ["Reservation Info", "================", *reservation(page)]


def reservation(page: Page) -> Lines:
    """``show license reservation``, and the larger part of the chapter."""
    told = page.state.reservation
    title = "" if page.command == "show license reservation" else "Reservation Info"
    if told is None:
        return []
    lines = [f"License reservation: {'ENABLED' if told.enabled else 'DISABLED'}"]
    if page.command == ALL and not told.enabled:
        return lines  # Source: show-license-all/genie-csr1000v-agent4.8.5-legacy-registered.txt
    authorized = page.state.authorizations
    if authorized is not None and page.form.prints(title, "Last Data Push", page.form.since(5, 10)):
        lines += _pushes(authorized)
    if not told.members:
        return lines
    lines += ["", "Overall status:"]
    indent = " " * page.form.member_status_indent
    for item in told.members:
        lines += _member_reservation(item, indent, told.export_controlled_allowed if page.command != TECH else None)
    if authorized is not None and page.command == TECH:
        lines += _authorized(page, authorized.authorizations)
    if page.form.prints(title, "Specified license reservations", True):
        lines += ["", "Specified license reservations:"]
        for reserved in told.licenses:
            lines += [
                f"  {reserved.name} ({reserved.display}):",
                f"    Description: {reserved.description}",
                f"    Total reserved count: {reserved.total_count}",
                *([] if reserved.enforcement is None else [f"    Enforcement type: {reserved.enforcement.value}"]),
                *_terms(page, reserved.terms),
            ]
    if authorized is not None and page.form.prints(title, "Purchased Licenses", page.command == TECH):
        lines += ["", *_purchased(authorized.purchased)]
    return lines


def _member_reservation(item: MemberReservation, indent: str, export_allowed: bool | None) -> Lines:
    lines = [f"  {member(item.member)}", f"{indent}Reservation status: {_dated(item.status, item.installed)}"]
    if export_allowed is not None:
        lines.append(f"{indent}Export-Controlled Functionality: {allowed(export_allowed)}")
    return [
        *lines,
        f"{indent}Request code: {none(item.request_code)}",
        f"{indent}Last return code: {none(item.last_return_code)}",
        f"{indent}Last Confirmation code: {none(item.last_confirmation_code)}",
        f"{indent}Reservation authorization code: {none(item.authorization_code)}",
    ]
