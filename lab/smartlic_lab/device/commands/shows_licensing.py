"""``show license ...``: asked of the Smart Agent, rendered by the templates that the captures hold."""

# ruff: noqa: ARG001  every handler has the same arguments, whether it needs both or not
from __future__ import annotations

from smartlic_lab.device.commands.registry import Call, handles
from smartlic_lab.device.session import Session
from smartlic_lab.show import form_of, render


def rendered(session: Session, command: str) -> str:
    """The output of a licensing command for the agent's state of now."""
    device = session.device
    state = device.agent.state(device.clock(session.now))
    text = render(command, state, form_of(device.release.agent_number, device.family.name))
    return text if text.endswith("\n") else f"{text}\n"


@handles("show_license")
def show_license(session: Session, call: Call) -> str:
    if call.match.words[:2] == ("show", "tech-support"):
        return rendered(session, "show license tech support")
    if call.argument("id") and not call.has("detail"):
        return _rum_lines(session, call.required("id"), column=0)
    return rendered(session, call.match.text)


def _rum_lines(session: Session, wanted: str, *, column: int) -> str:
    """The lines of ``rum id all`` that have *wanted* in a column (recalled: no source shows these forms)."""
    text = rendered(session, "show license rum id all")
    return "".join(
        f"{line}\n" for line in text.splitlines() if not line[:1].isdigit() or line.split()[column] == wanted
    )


@handles("show_license_tech")
def show_license_tech(session: Session, call: Call) -> str:
    return rendered(session, "show license tech support")


@handles("show_license_rum_feature")
def show_license_rum_feature(session: Session, call: Call) -> str:
    return _rum_lines(session, call.required("feature"), column=-1)


@handles("show_license_old")
def show_license_old(session: Session, call: Call) -> str:
    return ""


@handles("show_license_rtu")
def show_license_rtu(session: Session, call: Call) -> str:
    """Right-to-use of the releases before SLP (recalled)."""
    device = session.device
    level = device.booted_with.level
    return (
        " License Name    Type     Period left \n"
        "----------------------------------------------\n"
        f" {level.level if level else 'network-essentials':<20} Permanent   Lifetime\n"
    )


@handles("show_sl_infra")
def show_sl_infra(session: Session, call: Call) -> str:
    """Only the command's name is known (reference/cli.md section 3); the content is ours."""
    device = session.device
    lines = [f"Smart Licensing infrastructure, {call.match.words[-1]}:"]
    for entitlement, number in device.usage_in_force.items():
        lines.append(f"  {entitlement.name} ({entitlement.display}): {number}")
    return "".join(f"{line}\n" for line in lines)
