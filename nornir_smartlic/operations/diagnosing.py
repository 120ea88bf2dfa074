"""Asking a device why it does not report."""

from __future__ import annotations

from dataclasses import replace

from nornir_smartlic.errors import CommandRefused, DeviceError
from nornir_smartlic.model import Intent
from nornir_smartlic.operations.causes import NO_GATEWAY, TECH_SUPPORT, Symptoms, causes_of, show_gateway
from nornir_smartlic.operations.conversation import Conversation, Show
from nornir_smartlic.operations.licensing_log import last_of, new_messages
from nornir_smartlic.operations.reading import read_licensing, read_state
from nornir_smartlic.operations.results import Diagnosis


def diagnose(wanted: Intent | None = None) -> Conversation[Diagnosis]:
    """Why this device does not report: causes with evidence and the fix, the freshest first; none where all is well.

    What is as *wanted*, the inventory's, is no cause: transport off.
    """
    reading = yield from read_licensing()
    messages = new_messages((), reading.messages or ())
    last = last_of(messages, "COMM_FAILED", "COMM_RESTORED")
    trust = last_of(messages, "TRUST_CODE_INSTALL_FAILED", "TRUST_CODE_INSTALL_SUCCESS")
    symptoms = Symptoms(
        reading,
        failure=last if last is not None and last.mnemonic == "COMM_FAILED" else None,
        trust_failure=trust if trust is not None and trust.mnemonic == "TRUST_CODE_INSTALL_FAILED" else None,
        platform_error=last_of(messages, "PLATFORM_ERROR"),
        wanted=wanted or Intent(),
        down_rev=last_of(messages, "REPORTING_NOT_SUPPORTED"),
    )
    failure = symptoms.failure
    if failure is not None:
        symptoms = replace(symptoms, has_default_route=(yield from _default_route(symptoms.way.vrf)))
    elif reading.state.slp and reading.state.trust_codes:
        symptoms = replace(symptoms, refusal=(yield from _refusal()))
    return Diagnosis(causes_of(symptoms), None if failure is None else failure.reason, reading, symptoms.failed_at)


def _default_route(vrf: str | None) -> Conversation[bool | None]:
    """Whether the routing table has a default route; ``None``: the device does not say."""
    try:
        answer = yield Show(show_gateway(vrf))
    except CommandRefused:
        return None
    return NO_GATEWAY not in answer.text if "Gateway of last resort" in answer.text else None


def _refusal() -> Conversation[str | None]:
    """Why CSSM refused the last report, in its words; ``None``: it did not."""
    try:
        state = yield from read_state(TECH_SUPPORT)
    except DeviceError:
        return None
    groups = state.tech_support.statistics if state.tech_support is not None else ()
    found = (group for group in groups if group.name == "Usage Reporting" and group.ongoing_overall)
    return next((group.failure_reason for group in found), None)
