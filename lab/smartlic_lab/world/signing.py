"""How the lab's CSSM and its devices know each other's signatures: ours, real keys are not public.

A device signs a report with `report_key`, CSSM checks it with the same; CSSM signs documents with `CSSM_KEY`, and a
device refuses a document that is not signed so (agent error 45, ``Signature Verification failed``).
"""

from __future__ import annotations

from typing import Final

from nornir_smartlic.model import Udi

CSSM_KEY: Final = "lab CSSM"


def report_key(software_id: str, udi: Udi) -> str:
    """The key of the ``builtin`` signing type for one product instance."""
    return f"{software_id} {udi}"
