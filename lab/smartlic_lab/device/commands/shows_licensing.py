"""``show license ...``: asked of the Smart Agent, printed by `smartlic_lab.show`."""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from nornir_smartlic.model import LicensingState, RightToUse, RightToUseLicense
from smartlic_lab.agent.authorization import NOT_FOUND
from smartlic_lab.device.commands.registry import Call, CommandFailed, Handlers
from smartlic_lab.device.printing import printed
from smartlic_lab.device.session import Session

handles = Handlers[Session]()

_DAYS_KEPT: Final = 36_500  # nothing is older


def rendered(
    session: Session, command: str, part: Callable[[LicensingState], LicensingState] = lambda state: state
) -> str:
    """The output of a licensing command for the agent's state of now, or for the *part* of it that is asked for."""
    device = session.device
    state = part(device.agent.state(device.clock(session.now)))
    return printed(device, command, state)


@handles("show_license")
def show_license(session: Session, call: Call) -> str:
    if call.match.words[:2] == ("show", "tech-support"):
        return rendered(session, "show license tech support")
    return rendered(session, call.match.text)


@handles("show_license_rum")
def show_license_rum(session: Session, call: Call) -> str:
    """``show license rum``: of all reports, of one, or of a feature's.

    Source: show-license-rum-id-all, show-license-rum-id-detail; the forms for a feature are unverified, and what is
    printed where there is no such report is inferred (agent error 143).
    """
    number, feature = call.argument("id"), call.argument("feature")
    wanted = None if number is None else int(number)

    def part(state: LicensingState) -> LicensingState:
        lines = tuple(
            line
            for line in state.rum_reports or ()
            if wanted in (None, line.report_id) and feature in (None, line.feature_name)
        )
        if not lines and (wanted is not None or feature is not None):
            raise CommandFailed(NOT_FOUND)
        ids = {line.report_id for line in lines}
        details = tuple(detail for detail in state.rum_details or () if detail.report_id in ids)
        return replace(state, rum_reports=lines, rum_details=details)

    return rendered(session, f"show license rum id {'detail' if call.has('detail') else 'all'}", part)


@handles("show_license_eventlog")
def show_license_eventlog(session: Session, call: Call) -> str:
    """All events, or those of the last days, today included.

    Source: show-license-eventlog/genie-c9300-eventlog-days: asked at 10:45 for 2 days, events of every 8 hours begin
    at 03:31 of the day before. What 0 days are was not seen: today here.
    """
    days = call.argument("days")
    if days is None:
        return rendered(session, "show license eventlog")
    midnight = session.device.clock(session.now).replace(hour=0, minute=0, second=0, microsecond=0)
    since = midnight - timedelta(days=min(max(int(days), 1) - 1, _DAYS_KEPT))

    def part(state: LicensingState) -> LicensingState:
        events = tuple(
            event for event in state.event_log or () if not isinstance(event.time, datetime) or event.time >= since
        )
        return replace(state, event_log=events)

    return rendered(session, "show license eventlog", part)


@handles("test_license_rum")
def test_license_rum(session: Session, call: Call) -> str:
    """The payload of one report, as it is signed. Source: rum-report-file/xavier-c9800cl-test-license-smart-rum-show.

    What is printed for a report that is gone is inferred (agent error 143).
    """
    device = session.device
    payload = device.agent.report_payload(int(call.required("id")), device.clock(session.now))
    if payload is None:
        raise CommandFailed(NOT_FOUND)
    return f"{payload}\n"


@handles("show_license_tech")
def show_license_tech(session: Session, call: Call) -> str:
    return rendered(session, "show license tech support")


@handles("show_license_old")
def show_license_old(session: Session, call: Call) -> str:
    return ""


@handles("show_license_rtu")
def show_license_rtu(session: Session, call: Call) -> str:
    """Right-to-use of the releases before SLP; unverified."""
    device = session.device
    level = device.booted_with.level
    name = level.level if level else "network-essentials"
    held = RightToUse((RightToUseLicense(None, name, "permanent", "N/A", "Lifetime"),))
    return printed(device, "show license right-to-use", LicensingState(right_to_use=held))


@handles("show_sl_infra")
def show_sl_infra(session: Session, call: Call) -> str:
    """Only the command's name is known (reference/cli.md section 3); the content is ours."""
    device = session.device
    lines = [f"Smart Licensing infrastructure, {call.match.words[-1]}:"]
    for entitlement, number in device.usage_in_force.items():
        lines.append(f"  {entitlement.name} ({entitlement.display}): {number}")
    return "".join(f"{line}\n" for line in lines)
