"""Licences, as lines: the table of the summary, blocks, handles."""

from __future__ import annotations

from typing import Final

from nornir_smartlic.model import ApplicationHa, EnforcementType, LicenseUsage, Measurement, UsageStatus
from smartlic_lab.show import legacy
from smartlic_lab.show.printer import of_states
from smartlic_lab.show.style import ALL, TECH, Page, Style
from smartlic_lab.show.words import instant, interval, time_or_none, truth, word

Lines = list[str]
_WIDEST_TAG: Final = 25  # a longer one is cut to 22 characters and "..."; inferred from genie-c9300-48-noindent-table
_WIDEST_NAME: Final = 23  # a longer one is cut to 20 characters and "..."; unverified


def summary_table(page: Page) -> Lines:
    """``License Usage:`` of the summary; with nothing in use, SLP keeps the head of its table.

    Source: show-license-summary/public-router-17.13.1a-none-in-use.txt; unverified: the legacy model prints no head.
    """
    shown = [used for used in page.state.usage or () if _is_listed(page, used)]
    rule = page.style.rule(77 if shown or page.style.since(5) else None)
    if not shown and rule is None:
        return ["License Usage:", "  No licenses in use"]
    indent = " " * page.style.table_indent
    lines = [
        "License Usage:",
        f"{indent}{'License':<24}{page.style.tag_heading:<30}Count Status",
        f"{indent}{'-' * (rule or 77)}",
    ]
    if not shown:
        return [*lines, "  No licenses in use"]
    verbatim = page.style.verbatim
    for used in shown:
        name = used.name if verbatim else _cut(used.name, _WIDEST_NAME)
        tag = (used.display or "") if verbatim else _cut(used.display or used.name, _WIDEST_TAG)
        lines.append(f"{indent}{name:<23} {f'({tag})':<29} {used.count:>5} {word(used.status)}")
    return lines


def _is_listed(page: Page, used: LicenseUsage) -> bool:
    """Whether a licence stands elsewhere than in tech support: in use, or enforced. Unverified: the enforced ones."""
    enforced = used.enforcement not in (None, EnforcementType.NOT_ENFORCED)
    return page.style.verbatim or used.status is not UsageStatus.NOT_IN_USE or enforced


def _cut(text: str, widest: int) -> str:
    return text if len(text) <= widest else f"{text[: widest - 3]}..."


def chapter(page: Page) -> Lines:
    """``License Usage`` of ``show license all`` and tech support."""
    lines = ["License Usage", "=" * (13 if page.state.slp or page.command == TECH else 14)]
    if page.command == ALL:
        lines.append("")
    nothing = ["No licenses in use"] if page.style.prints("License Usage", "No licenses in use", True) else []
    return lines + (blocks(page) or nothing)


def blocks(page: Page) -> Lines:
    """A block per licence, an empty line between; what is not in use stands in tech support only."""
    lines: Lines = []
    for used in page.state.usage or ():
        if page.command != TECH and not _is_listed(page, used):
            continue
        if lines:
            lines.append("")
        lines += _handle(used, page.style) if page.command == TECH else _block(used)
    return lines


def _block(used: LicenseUsage) -> Lines:
    lines = [
        f"{used.name} ({used.name if used.display is None else used.display}):",
        f"  Description: {used.description or ''}".rstrip(),
        f"  Count: {used.count}",
        *_version(used),
        f"  Status: {word(used.status)}",
    ]
    return [*lines, *_features(used), *_license_type(used), *_rest(used)]


def _version(used: LicenseUsage) -> Lines:
    return [] if used.version is None else [f"  Version: {used.version}".rstrip()]


def _rest(used: LicenseUsage) -> Lines:
    """What follows the licence type, or the measurements of tech support."""
    lines = []
    if used.reservation is not None:
        lines = [
            "  Reservation:",
            f"    Reservation status: {word(used.reservation.status)}",
            f"    Total reserved count: {used.reservation.total_count}",
        ]
    return lines + _application_ha(used.application_ha)


def _features(used: LicenseUsage) -> Lines:
    lines = []
    if used.export_status is not None:
        lines.append(f"  Export status: {used.export_status}")
    if used.feature_name is not None:
        lines.append(f"  Feature Name: {used.feature_name}".rstrip())
    if used.feature_description is not None:
        lines.append(f"  Feature Description: {used.feature_description}".rstrip())
    if used.enforcement is not None:
        lines.append(f"  Enforcement type: {used.enforcement.value}")
    return lines


def _license_type(used: LicenseUsage) -> Lines:
    return [] if used.license_type is None else [f"  License type: {used.license_type.value}"]


def _application_ha(state: ApplicationHa | None) -> Lines:
    if state is None:
        return []
    lines = ["  Application HA Info:", *_application(state, "    ")]
    if state.peers or state.peer_info:
        lines.append("    Peer Info:")
        for peer in state.peers:
            lines += _application(peer, "      ")
        lines += [f"      {line}" for line in state.peer_info]
    return lines


def _application(state: ApplicationHa, indent: str) -> Lines:
    return [
        f"{indent}Application Name: {state.name}",
        f"{indent}Application Id: {state.id}",
        f"{indent}Application Role: {state.role}",
    ]


def _handle(used: LicenseUsage, style: Style) -> Lines:
    title = "License Usage"
    code = used.status_code
    if code is None:
        code = 15 if used.status is UsageStatus.IN_USE else 1
    lines = [
        f"Handle: {used.handle}",
        f"  License: {used.name}",
        f"  {style.tag_key}: {used.tag}",
        f"  Description: {used.description or ''}".rstrip(),
        f"  Count: {used.count}",
        *_version(used),
        f"  Status: {word(used.status)}({code})",
    ]
    if style.prints(title, "Sync Overdue Deadline", style.since(8)):
        lines.append(f"  Sync Overdue Deadline: {time_or_none(used.sync_overdue_deadline)}")
    if used.counts is not None and style.has(6, 3):
        names = ("Authorized Count", "Out-Of-Compliance Count", "Insufficient Count", "No license")
        lines += [f"    {name}: {count}" for name, count in zip(names, used.counts, strict=True)]
    request = "None" if used.request_time is None else instant(used.request_time)
    lines += [f"  Status time: {time_or_none(used.status_time)}", f"  Request Time: {request}", *_features(used)]
    if used.day0_verification is not None and style.has(6, 3, 7):
        lines.append(f"  Day-0 Verification: {'YES' if used.day0_verification else 'NO'}")
    lines += _license_type(used)
    if used.measurements:
        lines.append("  Measurements:")
        for measured in used.measurements:
            lines += _measurement(measured, style, title)
    if used.soft_enforced is not None:
        lines.append(f"  Soft Enforced: {truth(used.soft_enforced)}")
    return [*lines, *_rest(used)]


def _measurement(measured: Measurement, style: Style, title: str) -> Lines:
    lines = [
        f"    {measured.metric}:",
        f"      Interval: {interval(measured.interval)}",
        f"      Current Value: {measured.current_value}",
    ]
    if style.prints(title, "Current Report", style.since(5, 3)):
        current, previous = measured.current_report or 0, measured.previous_report or 0
        lines.append(f"      Current Report: {current}       Previous: {previous}")
    return lines


def usage(page: Page) -> Lines:
    """``show license usage``: a block per licence, below the authorization where the device heads it so."""
    title = "License Authorization:"
    heads = title in page.style.order((title,) if page.style.heads_usage or page.state.slp is False else ())
    lines = [*(legacy.authorization_state(page) or []), ""] if heads else []
    return lines + (blocks(page) or ["No licenses in use"])


PRINTERS: Final = of_states({"show license usage": usage})
