"""Asking a device why it does not report."""

from __future__ import annotations

from nornir_smartlic.model import Intent
from nornir_smartlic.operations.causes import Symptoms, causes_of
from nornir_smartlic.operations.conversation import Conversation
from nornir_smartlic.operations.licensing_log import last_of, new_messages
from nornir_smartlic.operations.reading import read_licensing
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
    )
    failure = symptoms.failure
    return Diagnosis(causes_of(symptoms), None if failure is None else failure.reason, reading, symptoms.failed_at)
