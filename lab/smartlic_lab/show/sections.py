"""The sections of ``show license status``, ``all``, ``summary`` and tech support: titles, chapters, their order.

This table is the lab's own; the parsers have theirs, and a test compares the two.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Final

from smartlic_lab.show import legacy, licenses, members, status, techsupport
from smartlic_lab.show.printer import of_states
from smartlic_lab.show.style import ALL, STATUS, SUMMARY, TECH, Page

Lines = list[str]
Draw = Callable[[Page], Lines | None]
TRUST: Final = "Trust Code Installed:"  # the one title with a value behind it


@dataclass(frozen=True, slots=True)
class Section:
    """How a section is drawn; a *chapter* owns everything down to the next chapter."""

    draw: Draw
    chapter: bool = False


def _fixed(*lines: str) -> Draw:
    return lambda _: list(lines)


SECTIONS: Final[dict[str, Section]] = {
    "Smart Licensing Tech Support info": Section(_fixed("Smart Licensing Tech Support info")),
    "Smart Licensing Status": Section(_fixed("Smart Licensing Status", "======================")),
    "Smart Licensing is ENABLED": Section(status.enabled),
    "Smart Licensing is DISABLED": Section(status.enabled),
    "License Conversion:": Section(status.conversion),
    "Export Authorization Key:": Section(status.export_keys),
    "License Reservation is ENABLED": Section(status.reservation_mode),
    "License Reservation is DISABLED": Section(status.reservation_mode),
    "Utility:": Section(status.utility),
    "Smart Licensing Using Policy:": Section(status.using_policy),
    "Account Information:": Section(status.account),
    "Registration:": Section(legacy.registration),
    "License Authorization:": Section(legacy.authorization_state),
    "Evaluation Period:": Section(legacy.evaluation_period),
    "Data Privacy:": Section(status.data_privacy),
    "Transport:": Section(status.transport),
    "Miscellaneous:": Section(status.miscellaneous),
    "Policy:": Section(status.policy),
    "PolicyV2:": Section(status.policy_v2),
    "Usage Reporting:": Section(status.usage_reporting),
    TRUST: Section(status.trust_codes, chapter=True),
    "License Usage:": Section(licenses.summary_table, chapter=True),
    "License Usage": Section(licenses.chapter, chapter=True),
    "Product Information": Section(members.product, chapter=True),
    "Agent Version": Section(members.agent_version, chapter=True),
    "License Authorizations": Section(members.authorizations_chapter, chapter=True),
    "Reservation Info": Section(members.reservation_chapter, chapter=True),
    "Upcoming Scheduled Jobs": Section(techsupport.scheduled_jobs, chapter=True),
    "Communication Statistics:": Section(techsupport.communication, chapter=True),
    "License Certificates": Section(techsupport.certificates, chapter=True),
    "HA Info": Section(techsupport.ha_info, chapter=True),
    "Last Reporting Not Required:": Section(techsupport.reporting_not_required, chapter=True),
    "Usage Report Summary:": Section(status.report_summary, chapter=True),
    "Device Enforcement State:": Section(partial(status.device_enforcement, "Device Enforcement State:"), chapter=True),
    "Enforcement Status:": Section(partial(status.device_enforcement, "Enforcement Status:"), chapter=True),
    "Telemetry Report Summary:": Section(partial(status.telemetry, "Telemetry Report Summary:"), chapter=True),
    "Device Telemetry Report Summary:": Section(
        partial(status.telemetry, "Device Telemetry Report Summary:"), chapter=True
    ),
    "Product Analytics Report Summary:": Section(
        partial(status.telemetry, "Product Analytics Report Summary:"), chapter=True
    ),
    "Other Info": Section(techsupport.other_info, chapter=True),
    "Platform Provided Mapping Table": Section(techsupport.mapping_table, chapter=True),
}
WITHIN: Final = frozenset(  # titles of parts of the sections above
    {
        "HA UDI List:", "Overall status:", "Authorizations:", "Specified license reservations:", "Purchased Licenses:",
        "Derived Licenses:", "No licenses in use",
    }
)  # fmt: skip

_TELEMETRY: Final = (  # an agent has one of them
    "Telemetry Report Summary:", "Device Telemetry Report Summary:", "Product Analytics Report Summary:",
)  # fmt: skip
_HEAD: Final = (
    "Smart Licensing Status", "Smart Licensing is ENABLED", "License Reservation is ENABLED", "License Conversion:",
    "Export Authorization Key:",
    "Utility:", "Smart Licensing Using Policy:", "Account Information:", "Data Privacy:", "Transport:",
    "Miscellaneous:", "Policy:", "PolicyV2:", "Usage Reporting:", TRUST, "License Usage", "Product Information",
    "Agent Version",
)  # fmt: skip
_ORDER: Final = {
    STATUS: (
        "Utility:", "Smart Licensing Using Policy:", "Account Information:", "Data Privacy:", "Transport:", "Policy:",
        "PolicyV2:", "Miscellaneous:", "Usage Reporting:", TRUST, *_TELEMETRY,
    ),
    ALL: (*_HEAD, "License Authorizations", "Usage Report Summary:", "Device Enforcement State:", *_TELEMETRY),
    TECH: (
        "Smart Licensing Tech Support info", *_HEAD, "Upcoming Scheduled Jobs", "Communication Statistics:",
        "License Certificates", "HA Info", "Reservation Info", "Last Reporting Not Required:",
        "Device Enforcement State:", "Usage Report Summary:", *_TELEMETRY, "Other Info",
        "Platform Provided Mapping Table",
    ),
    SUMMARY: ("Account Information:", "License Usage:"),
}  # fmt: skip
_LEGACY_ORDER: Final = {
    STATUS: (
        "Smart Licensing is ENABLED", "License Reservation is ENABLED", "Utility:", "Data Privacy:", "Transport:",
        "Registration:", "License Authorization:", "Export Authorization Key:", "Miscellaneous:",
    ),
    ALL: (
        "Smart Licensing Status", "Smart Licensing is ENABLED", "License Reservation is ENABLED", "Registration:",
        "License Authorization:", "Export Authorization Key:", "Utility:", "Data Privacy:", "Transport:",
        "Miscellaneous:", "License Usage", "Product Information", "Agent Version", "Reservation Info",
    ),
    TECH: (  # Unverified: no capture of a legacy agent has it
        "Smart Licensing Tech Support info", "Smart Licensing Status", "Smart Licensing is ENABLED",
        "License Reservation is ENABLED", "Registration:", "License Authorization:", "Export Authorization Key:",
        "Utility:", "Data Privacy:", "Transport:", "Miscellaneous:", "Evaluation Period:", "License Usage",
        "Product Information", "Agent Version", "Upcoming Scheduled Jobs", "License Certificates", "HA Info",
        "Reservation Info", "Other Info",
    ),
    SUMMARY: (
        "Smart Licensing is ENABLED", "License Reservation is ENABLED", "Registration:", "License Authorization:",
        "License Usage:",
    ),
}  # fmt: skip


def sections(page: Page) -> Lines:
    """The lines of a command that consists of sections."""
    legacy_state = page.state.slp is False and (page.state.registration is not None or page.state.enabled is False)
    lines: Lines = []
    before = ""
    for title in page.style.order((_LEGACY_ORDER if legacy_state else _ORDER)[page.command]):
        drawn = SECTIONS[title].draw(page)
        if not drawn:
            continue
        if lines:
            lines += [""] * _blanks(page.command, before, title)
        lines += page.style.underlined(title, drawn)
        before = title
    return lines


_BLANKS: Final = {  # empty lines before a section, where it is not one. Source: the captures of 5.1 to 6.3
    (ALL, "Device Enforcement State:"): 2,
    (TECH, "Device Enforcement State:"): 2,
    (TECH, "Last Reporting Not Required:"): 2,
}


def _blanks(command: str, before: str, title: str) -> int:
    """Empty lines between the sections *before* and *title*."""
    if title.startswith("License Reservation is ") or before == "Last Reporting Not Required:":
        return 0
    if before == "Reservation Info" and title == "Other Info":
        return 2
    return _BLANKS.get((command, title), 1)


PRINTERS: Final = of_states(dict.fromkeys(_ORDER, sections))
