"""The three sides of a reconciliation, and what came of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from nornir_smartlic.model import Udi


@dataclass(frozen=True, slots=True)
class CountedLicense:
    """A licence that a device says it uses; ``display`` is what stands in brackets behind the name."""

    name: str
    count: int
    display: str | None = None
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class HostCount:
    """What one host of the inventory counts itself."""

    host: str
    virtual_account: str | None = None  # that the inventory names; None: it names none
    udis: tuple[Udi, ...] = ()  # of all members
    licenses: tuple[CountedLicense, ...] = ()
    read: datetime | None = None  # None: now
    error: str | None = None  # why it was not read; None: it was


@dataclass(frozen=True, slots=True)
class BelievedDevice:
    """A product instance of CSSM, and what CSSM counts for it, by the names that it gives to licences."""

    udi: Udi
    virtual_account: str
    host_name: str | None = None
    licenses: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Purchase:
    """So many of a licence; ``ends`` is ``None`` where they are perpetual."""

    quantity: int
    ends: datetime | None = None
    subscription_id: str | None = None


@dataclass(frozen=True, slots=True)
class OwnedLicense:
    """How a virtual account stands with a licence in CSSM's books; ``None``: CSSM does not tell."""

    name: str
    virtual_account: str
    bought: int | None
    in_use: int | None = None
    purchases: tuple[Purchase, ...] = ()


class Accounting(Enum):
    """What over-use leads to. Source: Cisco's FAQ on SLP, "How often is reporting required?"."""

    TRUE_FORWARD = "true forward"  # under an enterprise agreement: the next period has the higher quantity
    TRUE_UP = "true up"  # all else: it is quoted and invoiced


class Kind(Enum):
    """How two sides disagree."""

    UNREAD = "unread"  # a host that was not read: what it uses is not known
    MISSING = "missing"  # uses licences, and CSSM does not know the device
    MOVED = "moved"  # CSSM has it in another virtual account than the inventory
    COUNT_DIFFERS = "count differs"  # the device uses more or less of a licence than CSSM counts for it
    NAME_UNKNOWN = "name unknown"  # a licence of a device that cannot be matched with one of CSSM
    ORPHANED = "orphaned"  # CSSM has it, the inventory does not
    OVER_USED = "over-used"  # more in use in a virtual account than bought for it
    ENDING = "ending"
    UNDER_USED = "under-used"

    @property
    def is_finding(self) -> bool:
        """Whether something is to be mended; what is left over is worth knowing, and in order."""
        return self is not Kind.UNDER_USED


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One disagreement; what does not belong to its kind is ``None``."""

    kind: Kind
    message: str
    virtual_account: str | None = None
    host: str | None = None
    udi: Udi | None = None
    license: str | None = None
    on_device: int | None = None
    in_cssm: int | None = None
    bought: int | None = None
    ends: datetime | None = None
    accounting: Accounting | None = None
    fix: str | None = None  # a command; None: nothing that a command does


@dataclass(frozen=True, slots=True)
class Position:
    """A licence in a virtual account, from all three sides.

    ``in_use`` is what devices count themselves; for those that were not read it is what CSSM counts for them.
    """

    license: str
    virtual_account: str | None  # None: of devices that neither CSSM nor the inventory has in one
    bought: int | None  # None, here and below: CSSM does not tell
    in_cssm: int | None
    in_use: int
    accounting: Accounting = Accounting.TRUE_UP

    @property
    def left(self) -> int | None:
        """How many are bought and not in use; negative: a shortage."""
        return None if self.bought is None else self.bought - self.in_use


class Answer(Enum):
    """Is what is in use what we own?"""

    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not known"


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What came of it; ``answer_text`` is the answer as one line."""

    answer: Answer
    answer_text: str
    positions: tuple[Position, ...]
    discrepancies: tuple[Discrepancy, ...]

    @property
    def findings(self) -> tuple[Discrepancy, ...]:
        """What is to be mended."""
        return tuple(each for each in self.discrepancies if each.kind.is_finding)

    @property
    def counts(self) -> dict[Kind, int]:
        """How many of each kind there are, all kinds in order."""
        counted = Counter(each.kind for each in self.discrepancies)
        return {kind: counted[kind] for kind in Kind}
