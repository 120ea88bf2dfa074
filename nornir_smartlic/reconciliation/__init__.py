"""What devices count, what CSSM believes, and what was bought: where the three disagree. Pure."""

from nornir_smartlic.reconciliation.comparison import reconcile
from nornir_smartlic.reconciliation.counting import NO_USAGE, count_of
from nornir_smartlic.reconciliation.values import (
    Accounting,
    Answer,
    BelievedDevice,
    CountedLicense,
    Discrepancy,
    HostCount,
    Kind,
    OwnedLicense,
    Position,
    Purchase,
    Reconciliation,
)

__all__ = [
    "NO_USAGE",
    "Accounting",
    "Answer",
    "BelievedDevice",
    "CountedLicense",
    "Discrepancy",
    "HostCount",
    "Kind",
    "OwnedLicense",
    "Position",
    "Purchase",
    "Reconciliation",
    "count_of",
    "reconcile",
]
