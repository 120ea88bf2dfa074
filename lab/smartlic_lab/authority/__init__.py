"""Cisco's side of the lab: CSSM, and what stands in front of it."""

from smartlic_lab.authority.cslu import Cslu
from smartlic_lab.authority.cssm import Cssm
from smartlic_lab.authority.errors import Conflict, NotAllowed, NotFound, NotSignedIn, Refusal
from smartlic_lab.authority.faults import Fault, FaultKind, Faults
from smartlic_lab.authority.onprem import OnPrem
from smartlic_lab.authority.rights import Right, Role
from smartlic_lab.authority.uploads import AcknowledgementFile, UsageDataFile

__all__ = [
    "AcknowledgementFile",
    "Conflict",
    "Cslu",
    "Cssm",
    "Fault",
    "FaultKind",
    "Faults",
    "NotAllowed",
    "NotFound",
    "NotSignedIn",
    "OnPrem",
    "Refusal",
    "Right",
    "Role",
    "UsageDataFile",
]
