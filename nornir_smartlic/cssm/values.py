"""What CSSM answers: accounts, tokens, licences, product instances, and the results of reports."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from nornir_smartlic.model import Secret, Udi


@dataclass(frozen=True, slots=True)
class VirtualAccountNumber:
    """A virtual account, with the number by which version 2 knows it."""

    name: str
    number: int
    is_default: bool = False


@dataclass(frozen=True, slots=True)
class SmartAccount:
    """A smart account that the client may see."""

    domain: str
    name: str
    number: int
    virtual_accounts: tuple[VirtualAccountNumber, ...] = ()


@dataclass(frozen=True, slots=True)
class RegistrationToken:
    """A token with which devices trust; ``expires`` and ``max_uses`` are ``None`` where CSSM does not tell."""

    token: Secret
    description: str = ""
    expires: datetime | None = None
    export_controlled: bool = False
    created_by: str | None = None
    max_uses: int | None = None
    uses: int | None = None


@dataclass(frozen=True, slots=True)
class Purchased:
    """A purchase of a licence; ``ends`` is ``None`` where it is perpetual."""

    quantity: int
    ends: datetime | None = None
    subscription_id: str | None = None


@dataclass(frozen=True, slots=True)
class LicenseLine:
    """A licence of a virtual account; ``status`` as CSSM spells it: In Compliance, Out Of Compliance."""

    name: str
    virtual_account: str
    status: str
    quantity: int | None = None
    in_use: int | None = None
    available: int | None = None  # negative: a shortage
    purchases: tuple[Purchased, ...] = ()


@dataclass(frozen=True, slots=True)
class ProductInstance:
    """A device as CSSM knows it."""

    udi: Udi
    host_name: str | None
    virtual_account: str
    product: str | None
    registered: datetime | None
    last_contact: datetime | None
    status: str | None
    licenses: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PollTicket:
    """A promise of an answer: ask again after ``interval_seconds``. All of it is needed to ask."""

    poll_id: int
    interval_seconds: int
    action: str  # acknowledgements | authorizations
    nonce: str
    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class Document:
    """A file to import for one device: an ACK, or an authorization code."""

    udi: Udi
    text: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """A device for which there is no document, and why."""

    udi: Udi
    reason: str


@dataclass(frozen=True, slots=True)
class Results:
    """What came of a request, once it is complete."""

    documents: tuple[Document, ...]
    refusals: tuple[Refusal, ...] = ()
