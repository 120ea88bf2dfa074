"""Product information, authorizations and reservations, as lines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from nornir_smartlic.model import (
    Authorization,
    AuthorizationStatus,
    AuthorizationTerm,
    Instant,
    LicenseAuthorizations,
    MemberAuthorization,
    MemberReservation,
    ReservedLicense,
)
from smartlic_lab.show.printer import of_states
from smartlic_lab.show.style import ALL, TECH, Page
from smartlic_lab.show.words import CODES, allowed, instant, member, none, time_or_none, word

Lines = list[str]


def udi(page: Page) -> Lines:
    """``show license udi``; old images print a table."""
    if page.state.slots is not None:
        lines = [f"{page.style.slot_heading}   PID    \t\tSN      \t\tUDI", "-" * (page.style.rule(80) or 80)]
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
    lines = ["Agent Version", "=============", f"Smart Agent for Licensing: {page.state.agent_version}"]
    if page.state.component_versions is not None:
        lines.append(f"Component Versions: {page.state.component_versions}")
    return lines


def authorizations_chapter(page: Page) -> Lines | None:
    """``License Authorizations`` of ``show license all``."""
    state = page.state.authorizations
    if state is None:
        return None
    title = "License Authorizations"
    return [title, "======================", *authorizations(page)]


def _pushes(state: LicenseAuthorizations) -> Lines:
    return [
        f"Last Data Push: {time_or_none(state.last_data_push)}",
        f"Last File Export: {time_or_none(state.last_file_export)}",
    ]


def authorizations(page: Page) -> Lines:
    """``show license authorization``, and the larger part of the chapter.

    Unverified: that the command of its own prints the pushes too, from agent 5.11 on.
    """
    state = page.state.authorizations
    if state is None:
        return []
    indent = " " * page.style.member_status_indent
    title = "" if page.command == "show license authorization" else "License Authorizations"
    lines = ["Overall status:"]
    if page.style.prints(title, "Last Data Push", page.style.since(5, 11)):
        lines = [*_pushes(state), "", "Overall status:"]
    for number, item in enumerate(state.members):
        lines += [f"  {member(item.member)}", f"{indent}Status: {_dated(item.status, item.installed)}"]
        known = [key for key, field in CODES.items() if getattr(item, field, None) is not None]
        lines += _codes(page, number, item, known)
    usual = ["Purchased Licenses:"]
    if state.authorizations:
        usual.insert(0, "Authorizations:")
    if page.state.reservation is not None and page.state.reservation.licenses:
        usual.insert(-1, "Specified license reservations:")
    return lines + _blocks(page, [*usual, "Derived Licenses:"] if state.derived_tags else usual)


def _codes(page: Page, number: int, item: MemberAuthorization | MemberReservation, usual: Sequence[str]) -> Lines:
    """The codes below the status of the member with this *number*."""
    indent = " " * page.style.member_status_indent
    return [f"{indent}{key}: {none(getattr(item, CODES[key], None))}" for key in page.style.codes(number, tuple(usual))]


def _blocks(page: Page, usual: Sequence[str]) -> Lines:
    """What stands below the status of the members, each under its title."""
    lines = []
    for title in page.style.blocks(tuple(usual)):
        lines += ["", title, *_BLOCKS[title](page)]
    return lines


def _dated(status: AuthorizationStatus | None, installed: Instant | None) -> str:
    return word(status) if installed is None else f"{word(status)} on {instant(installed)}"


def _purchased(page: Page) -> Lines:
    purchased = () if page.state.authorizations is None else page.state.authorizations.purchased
    return [f"  {line}" for line in purchased or (f"No Purchase Information Available{page.style.purchased_mark}",)]


def _derived(page: Page) -> Lines:
    tags = () if page.state.authorizations is None else page.state.authorizations.derived_tags
    return [f"  Entitlement Tag: {tag}" for tag in tags]


def _authorized(page: Page) -> Lines:
    state = () if page.state.authorizations is None else page.state.authorizations.authorizations
    return [line for item in state for line in _granted(page, item, "available")]


def _reserved(page: Page) -> Lines:
    state = () if page.state.reservation is None else page.state.reservation.licenses
    return [line for item in state for line in _granted(page, item, "reserved")]


def _granted(page: Page, item: Authorization | ReservedLicense, counted: str) -> Lines:
    return [
        f"  {item.name} ({item.display}):",
        f"    Description: {item.description}",
        f"    Total {counted} count: {item.total_count}",
        *([] if item.enforcement is None else [f"    Enforcement type: {item.enforcement.value}"]),
        *_terms(page, item.terms),
    ]


def _terms(page: Page, terms: Sequence[AuthorizationTerm]) -> Lines:
    title = _chapter(page)
    lines = ["    Term information:"]
    who = None
    for term in terms:
        if term.member != who:
            who = term.member
            lines.append(f"      {member(who)}")
        if term.authorization_type is not None:
            lines.append(f"        Authorization type: {term.authorization_type}")
        lines.append(f"        License type: {term.license_type}")
        for key, time in (("Start Date", term.start), ("End Date", term.end)):
            if time is not None:
                lines.append(f"          {key}: {_date(time)}")
        lines.append(f"          Term Count: {term.count}")
        dated = term.start is not None and page.style.prints(title, "Subscription ID", False)
        if term.subscription_id is not None or dated:
            lines.append(f"          Subscription ID: {none(term.subscription_id)}")
    return lines


_BLOCKS: Final[dict[str, Callable[[Page], Lines]]] = {
    "Authorizations:": _authorized,
    "Specified license reservations:": _reserved,
    "Purchased Licenses:": _purchased,
    "Derived Licenses:": _derived,
}


def _chapter(page: Page) -> str:
    """The title under which the lines of this page were saved."""
    if page.command == TECH:
        return "Reservation Info"
    return "License Authorizations" if page.command == ALL else ""


def _date(time: Instant) -> str:
    """``2026-FEB-10 UTC`` for midnight; unverified."""
    month, day, clock, year, zone = instant(time).split()
    return f"{year}-{month.upper()}-{day} {zone}" if clock == "00:00:00" else instant(time)


def reservation_chapter(page: Page) -> Lines | None:
    """``Reservation Info`` of tech support, and of ``show license all`` under the legacy model."""
    if page.state.reservation is None:
        return None
    return ["Reservation Info", "================ ", *reservation(page)]


def reservation(page: Page) -> Lines:
    """``show license reservation``, and the larger part of the chapter."""
    state = page.state.reservation
    title = "" if page.command == "show license reservation" else "Reservation Info"
    if state is None:
        return []
    lines = [f"License reservation: {'ENABLED' if state.enabled else 'DISABLED'}"]
    if page.command == ALL and not state.enabled:
        return lines  # Source: show-license-all/genie-csr1000v-agent4.8.5-legacy-registered.txt
    authorized = page.state.authorizations
    if authorized is not None and page.style.prints(title, "Last Data Push", page.style.since(5, 10)):
        lines += _pushes(authorized)
    if not state.members:
        return lines
    lines += ["", "Overall status:"]
    indent = " " * page.style.member_status_indent
    for number, item in enumerate(state.members):
        lines += [f"  {member(item.member)}", f"{indent}Reservation status: {_dated(item.status, item.installed)}"]
        if state.export_controlled_allowed is not None and page.command != TECH:
            lines.append(f"{indent}Export-Controlled Functionality: {allowed(state.export_controlled_allowed)}")
        known = [key for key, field in CODES.items() if page.command == TECH or getattr(item, field) is not None]
        lines += _codes(page, number, item, known)
    usual = ["Specified license reservations:"] if state.licenses or page.command == TECH else []
    if authorized is not None and page.command == TECH:
        usual = [*(["Authorizations:"] if authorized.authorizations else []), *usual, "Purchased Licenses:"]
        usual += ["Derived Licenses:"] if authorized.derived_tags else []
    return lines + _blocks(page, usual)


PRINTERS: Final = of_states(
    {
        "show license udi": udi,
        "show license authorization": authorizations,
        "show license reservation": reservation,
    }
)
