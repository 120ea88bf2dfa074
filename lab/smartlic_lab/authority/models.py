"""The tables of CSSM. Every instant is stored in UTC; nothing is computed here that another table knows.

Source of the nouns: reference/smart-licensing-faq-2020-11.txt and reference/reports.md sections 7 and 8.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import Enum
from typing import Any, Final

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy import Enum as EnumColumn
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

from smartlic_lab.authority.rights import Role

MAX_TEXT: Final = 255
"""Characters of a text column that has no other bound."""


class Utc(TypeDecorator[datetime]):
    """An aware instant; SQLite keeps it without its zone, which is UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  its shape
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  its shape
        return None if value is None else value.astimezone(UTC)

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], object] | None:
        """Every row of every report has some: for SQLite their text is made here, in the form of its DATETIME."""
        return _to_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)


def _to_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    in_utc = value if value.tzinfo is UTC else value.astimezone(UTC)
    return in_utc.isoformat(" ", "microseconds")[:26]


def _from_text(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """All tables; constraints have names, so that migrations can speak of them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: Utc, dict[str, Any]: JSON, list[Any]: JSON, str: String(MAX_TEXT)}  # noqa: RUF012


def table_of(kind: type[Base]) -> Table:
    """The table of these rows, for statements that read or write many of them."""
    table = kind.__table__
    assert isinstance(table, Table)
    return table


def _values(kind: type[Enum]) -> list[str]:
    return [member.value for member in kind]


def _enum(kind: type[Enum]) -> EnumColumn:
    """A closed set, stored as the members' values in a text column."""
    return EnumColumn(kind, native_enum=False, values_callable=_values, length=40)


# --- accounts -------------------------------------------------------------------------------------------------------


class AccountKind(Enum):
    """What sort of smart account. Source: FAQ, "What is a Limited Use Smart Account?"."""

    CUSTOMER = "Customer"
    LIMITED_USE = "Limited Use"


class SmartAccount(Base):
    """The repository of one organisation, known by its domain."""

    __tablename__ = "smart_accounts"
    id: Mapped[int] = mapped_column(primary_key=True)
    domain: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    kind: Mapped[AccountKind] = mapped_column(_enum(AccountKind), default=AccountKind.CUSTOMER)
    export_controlled_allowed: Mapped[bool] = mapped_column(default=False)
    created: Mapped[datetime]
    virtual_accounts: Mapped[list[VirtualAccount]] = relationship(back_populates="smart_account")


class VirtualAccount(Base):
    """A part of a smart account; parents nest up to ten levels."""

    __tablename__ = "virtual_accounts"
    __table_args__ = (UniqueConstraint("smart_account_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    smart_account_id: Mapped[int] = mapped_column(ForeignKey("smart_accounts.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("virtual_accounts.id"), index=True)
    name: Mapped[str]
    description: Mapped[str] = mapped_column(default="")
    commerce_access_level: Mapped[str] = mapped_column(default="PUBLIC")
    is_default: Mapped[bool] = mapped_column(default=False)
    policy_id: Mapped[int | None] = mapped_column(ForeignKey("policies.id"))
    created: Mapped[datetime]
    smart_account: Mapped[SmartAccount] = relationship(back_populates="virtual_accounts")
    policy: Mapped[PolicyRow | None] = relationship()


class Agreement(Base):
    """A text that the account must accept."""

    __tablename__ = "agreements"
    id: Mapped[int] = mapped_column(primary_key=True)
    smart_account_id: Mapped[int] = mapped_column(ForeignKey("smart_accounts.id"), index=True)
    name: Mapped[str]
    accepted: Mapped[datetime | None]
    accepted_by: Mapped[str | None]


class PrincipalKind(Enum):
    """A person, or a program, or a program of the lab's owner that may do all that Cisco does."""

    USER = "user"
    CLIENT = "client"
    OPERATOR = "operator"


class Principal(Base):
    """A user or an API client: who signs in, and to whom roles are given."""

    __tablename__ = "principals"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[PrincipalKind] = mapped_column(_enum(PrincipalKind))
    name: Mapped[str] = mapped_column(unique=True)  # user name, or client id
    email: Mapped[str | None]
    secret_digest: Mapped[str | None]  # of the password or client secret, salted
    created: Mapped[datetime]
    roles: Mapped[list[RoleAssignment]] = relationship(back_populates="principal", cascade="all, delete-orphan")

    @property
    def is_operator(self) -> bool:
        """Whether nothing is closed to it."""
        return self.kind is PrincipalKind.OPERATOR


class RoleAssignment(Base):
    """One role of one principal: over a smart account, or over one of its virtual accounts."""

    __tablename__ = "role_assignments"
    __table_args__ = (
        UniqueConstraint(
            "principal_id", "role", "smart_account_id", "virtual_account_id", name="uq_role_assignments_whole"
        ),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    principal_id: Mapped[int] = mapped_column(ForeignKey("principals.id"), index=True)
    role: Mapped[Role] = mapped_column(_enum(Role))
    smart_account_id: Mapped[int] = mapped_column(ForeignKey("smart_accounts.id"), index=True)
    virtual_account_id: Mapped[int | None] = mapped_column(ForeignKey("virtual_accounts.id"), index=True)
    principal: Mapped[Principal] = relationship(back_populates="roles")


class AccessToken(Base):
    """An OAuth bearer token; only its digest is kept."""

    __tablename__ = "access_tokens"
    digest: Mapped[str] = mapped_column(primary_key=True)
    principal_id: Mapped[int] = mapped_column(ForeignKey("principals.id"), index=True)
    expires: Mapped[datetime] = mapped_column(index=True)


class Event(Base):
    """A line of the event log: who did what, when, to what."""

    __tablename__ = "events"
    __table_args__ = (Index(None, "smart_account_id", "at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    smart_account_id: Mapped[int] = mapped_column(ForeignKey("smart_accounts.id"))
    virtual_account_id: Mapped[int | None] = mapped_column(index=True)  # kept when the virtual account is deleted
    at: Mapped[datetime]
    actor: Mapped[str]
    kind: Mapped[str]
    message: Mapped[str] = mapped_column(Text)


# --- tokens and product instances -----------------------------------------------------------------------------------


class RegistrationToken(Base):
    """What ``license smart trust idtoken`` and ``register idtoken`` carry."""

    __tablename__ = "registration_tokens"
    id: Mapped[int] = mapped_column(primary_key=True)
    virtual_account_id: Mapped[int] = mapped_column(ForeignKey("virtual_accounts.id"), index=True)
    text: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str] = mapped_column(default="")
    created: Mapped[datetime]
    creator: Mapped[str]
    expires: Mapped[datetime] = mapped_column(index=True)
    max_uses: Mapped[int | None]
    export_controlled: Mapped[bool] = mapped_column(default=False)
    revoked: Mapped[datetime | None]
    virtual_account: Mapped[VirtualAccount] = relationship()


class TokenUse(Base):
    """One device that used a token; a device counts once however often it comes."""

    __tablename__ = "token_uses"
    token_id: Mapped[int] = mapped_column(ForeignKey("registration_tokens.id"), primary_key=True)
    product_instance_id: Mapped[int] = mapped_column(ForeignKey("product_instances.id"), primary_key=True)
    at: Mapped[datetime]


class ProductInstance(Base):
    """A device: its active member's UDI names it, `ProductUdi` finds it by any member's."""

    __tablename__ = "product_instances"
    __table_args__ = (Index(None, "virtual_account_id", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    virtual_account_id: Mapped[int] = mapped_column(ForeignKey("virtual_accounts.id"))
    pid: Mapped[str]
    sn: Mapped[str] = mapped_column(index=True)
    hostname: Mapped[str | None]
    software: Mapped[str] = mapped_column(default="")  # regid... of the product
    software_version: Mapped[str | None]
    registered: Mapped[datetime]
    removed: Mapped[datetime | None]  # it is kept for what it reported
    last_contact: Mapped[datetime] = mapped_column(index=True)
    last_report: Mapped[datetime | None]
    report_due: Mapped[datetime | None] = mapped_column(index=True)  # by the policy, from what is in use
    policy_sent: Mapped[str | None]  # stamp of the custom policy that it was given last
    certificate_expires: Mapped[datetime | None] = mapped_column(index=True)  # registered (legacy) only
    authorization_expires: Mapped[datetime | None] = mapped_column(index=True)  # registered (legacy) only
    export_controlled: Mapped[bool] = mapped_column(default=False)  # its token allowed export-controlled licences
    virtual_account: Mapped[VirtualAccount] = relationship()
    udis: Mapped[list[ProductUdi]] = relationship(back_populates="product_instance", cascade="all, delete-orphan")


class ProductUdi(Base):
    """A member's UDI. One UDI belongs to one product instance at a time.

    Its identity is a trust code, or the certificate of an older release. Until the device has shown the one that it
    was given last, that may have been lost on the way, and the one before is good too.
    """

    __tablename__ = "product_udis"
    pid: Mapped[str] = mapped_column(primary_key=True)
    sn: Mapped[str] = mapped_column(primary_key=True)
    product_instance_id: Mapped[int] = mapped_column(ForeignKey("product_instances.id"), index=True)
    trust_code: Mapped[str | None]
    trust_issued: Mapped[datetime | None]
    trust_expires: Mapped[datetime | None]
    unconfirmed: Mapped[bool] = mapped_column(default=False, server_default=false())
    former_code: Mapped[str | None]  # None: there was none, or it is good no more
    product_instance: Mapped[ProductInstance] = relationship(back_populates="udis")

    def give(self, code: str, issued: datetime, expires: datetime) -> None:
        """Give it another identity."""
        if not self.unconfirmed:
            self.former_code = self.trust_code
        self.trust_code, self.trust_issued, self.trust_expires, self.unconfirmed = code, issued, expires, True

    def shows(self, code: str) -> bool:
        """Whether *code* is its identity, or may be all that it has."""
        return code in (self.trust_code, self.former_code)

    def confirm(self, code: str) -> None:
        """It has shown *code*."""
        if self.unconfirmed and code == self.trust_code:
            self.unconfirmed, self.former_code = False, None


# --- reports --------------------------------------------------------------------------------------------------------


class Origin(Enum):
    """How a submission came in."""

    DEVICE = "device"
    API = "api"
    FILE = "file"


class SubmissionStatus(Enum):
    """Where a submission is. Source: the words on the page Usage Data Files are unverified."""

    PROCESSING = "Processing"
    NO_ERRORS = "No Errors"
    ERRORS = "Errors"


class Submission(Base):
    """What was handed in at once: reports of one or many devices. Its id is the poll id."""

    __tablename__ = "submissions"
    __table_args__ = (Index(None, "status", "ready"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    smart_account_id: Mapped[int] = mapped_column(ForeignKey("smart_accounts.id"), index=True)
    virtual_account_id: Mapped[int] = mapped_column(ForeignKey("virtual_accounts.id"))
    origin: Mapped[Origin] = mapped_column(_enum(Origin))
    submitted_by: Mapped[str]
    product_instance_id: Mapped[int | None] = mapped_column(ForeignKey("product_instances.id"))  # None: carried
    file_name: Mapped[str | None]
    nonce: Mapped[str | None]
    correlation_id: Mapped[str]
    received: Mapped[datetime]
    ready: Mapped[datetime]  # when its processing ends
    status: Mapped[SubmissionStatus] = mapped_column(_enum(SubmissionStatus), default=SubmissionStatus.PROCESSING)
    items: Mapped[list[SubmissionItem]] = relationship(back_populates="submission", order_by="SubmissionItem.id")


class SubmissionItem(Base):
    """One report in a submission: what became of it. ``reason`` is why it was refused or what was noticed."""

    __tablename__ = "submission_items"
    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True)
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"), index=True)  # None: refused
    member_file: Mapped[str | None]  # its file in the bundle
    udi: Mapped[str]  # as it came, also when it is no device of ours
    rum_id: Mapped[int] = mapped_column(BigInteger)
    duplicate: Mapped[bool] = mapped_column(default=False)
    reason: Mapped[str | None] = mapped_column(Text)
    submission: Mapped[Submission] = relationship(back_populates="items")
    report: Mapped[Report | None] = relationship()


class Report(Base):
    """A RUM report that was accepted. It is counted once, and is in exactly one acknowledgement."""

    __tablename__ = "reports"
    __table_args__ = (
        UniqueConstraint("pid", "sn", "rum_id"),
        Index(None, "product_instance_id", "acknowledgement_id"),
    )
    id: Mapped[int] = mapped_column(primary_key=True)
    product_instance_id: Mapped[int] = mapped_column(ForeignKey("product_instances.id"))
    pid: Mapped[str]
    sn: Mapped[str]
    rum_id: Mapped[int] = mapped_column(BigInteger)
    tag: Mapped[str | None]  # None: telemetry
    started: Mapped[datetime | None]
    ended: Mapped[datetime | None]
    digest: Mapped[str]
    payload: Mapped[str] = mapped_column(Text)  # byte for byte
    received: Mapped[datetime]
    acknowledgement_id: Mapped[int | None] = mapped_column(ForeignKey("acknowledgements.id"), index=True)
    acknowledgement: Mapped[Acknowledgement | None] = relationship()
    product_instance: Mapped[ProductInstance] = relationship()


class Acknowledgement(Base):
    """An ACK document for one device; asked for again, the very same text is handed out again."""

    __tablename__ = "acknowledgements"
    id: Mapped[int] = mapped_column(primary_key=True)
    product_instance_id: Mapped[int] = mapped_column(ForeignKey("product_instances.id"), index=True)
    issued: Mapped[datetime]
    document: Mapped[str] = mapped_column(Text)
    first_delivered: Mapped[datetime | None]
    product_instance: Mapped[ProductInstance] = relationship()


class UploadAnswer(Base):
    """A document that answers a file of an upload beside its ACK: trust codes, authorization codes."""

    __tablename__ = "upload_answers"
    id: Mapped[int] = mapped_column(primary_key=True)
    submission_id: Mapped[int] = mapped_column(ForeignKey("submissions.id"), index=True)
    member_file: Mapped[str | None]
    document: Mapped[str] = mapped_column(Text)


class Usage(Base):
    """What a device has in use of one licence, by its newest report."""

    __tablename__ = "usage"
    product_instance_id: Mapped[int] = mapped_column(ForeignKey("product_instances.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(primary_key=True, index=True)
    quantity: Mapped[int]
    covered_until: Mapped[datetime]


class Consumption(Base):
    """One measurement of a report: so many of a licence, in that time. Period reports add these up."""

    __tablename__ = "consumption"
    __table_args__ = (Index(None, "virtual_account_id", "tag", "ended"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("reports.id"), index=True)
    product_instance_id: Mapped[int] = mapped_column(ForeignKey("product_instances.id"))
    virtual_account_id: Mapped[int] = mapped_column(ForeignKey("virtual_accounts.id"))
    tag: Mapped[str]
    started: Mapped[datetime]
    ended: Mapped[datetime]
    quantity: Mapped[int]


# --- licences -------------------------------------------------------------------------------------------------------


class Term(Enum):
    """How long a purchase lasts; the value is the ``license_type`` of the API. Source: reference/reports.md 7.4."""

    PERPETUAL = "PERPETUAL"
    TERM = "TERM"


class License(Base):
    """What Cisco sells, by its entitlement tag."""

    __tablename__ = "licenses"
    tag: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]  # network-advantage
    display: Mapped[str] = mapped_column(index=True)  # C9300-24 Network Advantage
    subscription: Mapped[bool] = mapped_column(default=False)
    enforced: Mapped[bool] = mapped_column(default=False)
    export_restricted: Mapped[bool] = mapped_column(default=False)


class Pool(Base):
    """One purchase of one licence in one virtual account."""

    __tablename__ = "pools"
    __table_args__ = (Index(None, "virtual_account_id", "tag"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    virtual_account_id: Mapped[int] = mapped_column(ForeignKey("virtual_accounts.id"))
    tag: Mapped[str] = mapped_column(ForeignKey("licenses.tag"))
    term: Mapped[Term] = mapped_column(_enum(Term), default=Term.PERPETUAL)
    quantity: Mapped[int]
    started: Mapped[datetime]
    ended: Mapped[datetime | None] = mapped_column(index=True)  # None: perpetual
    subscription_id: Mapped[str | None]
    enterprise_agreement_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise_agreements.id"))
    license: Mapped[License] = relationship()
    virtual_account: Mapped[VirtualAccount] = relationship()


class Accounting(Enum):
    """What becomes of over-use at the end of a period. Source: FAQ, "How often is reporting required?"."""

    TRUE_FORWARD = "True Forward"  # enterprise agreements: the next period has the higher quantity
    TRUE_UP = "True Up"  # all others: over-use is quoted and invoiced


class EnterpriseAgreement(Base):
    """An agreement whose quantities follow use, period by period."""

    __tablename__ = "enterprise_agreements"
    id: Mapped[int] = mapped_column(primary_key=True)
    smart_account_id: Mapped[int] = mapped_column(ForeignKey("smart_accounts.id"), index=True)
    subscription_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    started: Mapped[datetime]
    ended: Mapped[datetime]


class AccountingPeriod(Base):
    """A period of a smart account's accounting that has its report when it is over."""

    __tablename__ = "accounting_periods"
    id: Mapped[int] = mapped_column(primary_key=True)
    smart_account_id: Mapped[int] = mapped_column(ForeignKey("smart_accounts.id"), index=True)
    enterprise_agreement_id: Mapped[int | None] = mapped_column(ForeignKey("enterprise_agreements.id"))
    accounting: Mapped[Accounting] = mapped_column(_enum(Accounting))
    started: Mapped[datetime]
    ended: Mapped[datetime] = mapped_column(index=True)
    length_days: Mapped[int]
    report: Mapped[list[Any] | None]  # lines: license, bought, peak, over_use, outcome


class AuthorizationCode(Base):
    """A SLAC of one member for one licence."""

    __tablename__ = "authorization_codes"
    __table_args__ = (Index(None, "pid", "sn"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    virtual_account_id: Mapped[int] = mapped_column(ForeignKey("virtual_accounts.id"), index=True)
    product_instance_id: Mapped[int | None] = mapped_column(ForeignKey("product_instances.id"), index=True)
    pid: Mapped[str]
    sn: Mapped[str]
    tag: Mapped[str] = mapped_column(ForeignKey("licenses.tag"), index=True)
    count: Mapped[int]
    code: Mapped[str] = mapped_column(Text)
    confirmation_code: Mapped[str | None]  # of the code before, as the device gave it
    issued: Mapped[datetime]
    confirmed: Mapped[datetime | None]
    returned: Mapped[datetime | None]
    return_code: Mapped[str | None]


class ReservationType(Enum):
    """Of specific licences, or of whatever the device wants."""

    SPECIFIC = "SPECIFIC"
    UNIVERSAL = "UNIVERSAL"


class ReservationRow(Base):
    """Licences that were taken out of a pool for one device (SLR, PLR)."""

    __tablename__ = "reservations"
    id: Mapped[int] = mapped_column(primary_key=True)
    virtual_account_id: Mapped[int] = mapped_column(ForeignKey("virtual_accounts.id"), index=True)
    product_instance_id: Mapped[int] = mapped_column(ForeignKey("product_instances.id"), index=True)
    kind: Mapped[ReservationType] = mapped_column(_enum(ReservationType))
    request_code: Mapped[str]
    authorization_code: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime]
    updated: Mapped[datetime | None]
    confirmed: Mapped[datetime | None]  # None: an update whose confirmation code has not been entered yet
    returned: Mapped[datetime | None]
    return_code: Mapped[str | None]
    lines: Mapped[list[ReservationLine]] = relationship(cascade="all, delete-orphan")


class ReservationLine(Base):
    """So many of one licence in a reservation."""

    __tablename__ = "reservation_lines"
    reservation_id: Mapped[int] = mapped_column(ForeignKey("reservations.id"), primary_key=True)
    tag: Mapped[str] = mapped_column(ForeignKey("licenses.tag"), primary_key=True)
    quantity: Mapped[int]


class ClassicLicense(Base):
    """A PAK, or what is left of it."""

    __tablename__ = "classic_licenses"
    id: Mapped[int] = mapped_column(primary_key=True)
    virtual_account_id: Mapped[int] = mapped_column(ForeignKey("virtual_accounts.id"), index=True)
    pak: Mapped[str] = mapped_column(unique=True)
    product: Mapped[str]
    quantity: Mapped[int]
    smart_tag: Mapped[str | None] = mapped_column(ForeignKey("licenses.tag"))  # None: no smart equivalent
    pid: Mapped[str | None]  # of the device it is registered to
    sn: Mapped[str | None]
    created: Mapped[datetime]


class Conversion(Base):
    """A conversion of classic licences to smart ones: by LRP, by CSSM, or led by the device."""

    __tablename__ = "conversions"
    id: Mapped[int] = mapped_column(primary_key=True)
    virtual_account_id: Mapped[int] = mapped_column(ForeignKey("virtual_accounts.id"), index=True)
    way: Mapped[str]  # LRP | CSSM | DLC
    pak: Mapped[str | None]
    pid: Mapped[str | None]
    sn: Mapped[str | None]
    tag: Mapped[str]
    quantity: Mapped[int]
    requested: Mapped[datetime]
    ready: Mapped[datetime]
    done: Mapped[datetime | None]
    reported: Mapped[datetime | None] = mapped_column("told")  # when its device got the notice
    pool_id: Mapped[int | None] = mapped_column(ForeignKey("pools.id"))


class PolicyRow(Base):
    """A custom policy that was ordered for an account: twelve numbers of days. The Cisco default has no row."""

    __tablename__ = "policies"
    __table_args__ = (UniqueConstraint("smart_account_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    smart_account_id: Mapped[int] = mapped_column(ForeignKey("smart_accounts.id"), index=True)
    name: Mapped[str]
    content: Mapped[dict[str, Any]]  # as policies.py writes it


# --- alerts and notices ---------------------------------------------------------------------------------------------


class AlertKind(Enum):
    """What an alert is about. Source: issue 5; the words on the portal are unverified."""

    INSUFFICIENT_LICENSES = "Insufficient Licenses"
    LICENSE_EXPIRING = "Licenses Expiring"
    LICENSE_EXPIRED = "Licenses Expired"
    FAILED_TO_CONNECT = "Product Instance Failed to Connect"
    FAILED_TO_RENEW = "Product Instance Failed to Renew"
    REPORT_OVERDUE = "Usage Report Overdue"
    TOKEN_EXPIRING = "Token Expiring"  # noqa: S105  the words of an alert
    TRUE_UP = "Over-use to be Invoiced"


class Alert(Base):
    """Something that somebody should look at, while it lasts. ``subject`` distinguishes two of a kind."""

    __tablename__ = "alerts"
    __table_args__ = (Index(None, "virtual_account_id", "kind", "subject"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    smart_account_id: Mapped[int] = mapped_column(ForeignKey("smart_accounts.id"), index=True)
    virtual_account_id: Mapped[int] = mapped_column(ForeignKey("virtual_accounts.id"))
    kind: Mapped[AlertKind] = mapped_column(_enum(AlertKind))
    subject: Mapped[str]
    message: Mapped[str] = mapped_column(Text)
    raised: Mapped[datetime]
    cleared: Mapped[datetime | None] = mapped_column(index=True)
    dismissed: Mapped[datetime | None]


class SummaryRhythm(Enum):
    """How often the summary mail goes out."""

    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"


class Preference(Base):
    """What one user wants to hear of one smart account."""

    __tablename__ = "preferences"
    principal_id: Mapped[int] = mapped_column(ForeignKey("principals.id"), primary_key=True)
    smart_account_id: Mapped[int] = mapped_column(ForeignKey("smart_accounts.id"), primary_key=True)
    kinds: Mapped[list[Any]]  # values of AlertKind that are mailed as they come
    summary: Mapped[SummaryRhythm] = mapped_column(_enum(SummaryRhythm), default=SummaryRhythm.NEVER)
    next_summary: Mapped[datetime | None] = mapped_column(index=True)


class Mail(Base):
    """A mail that was written; ``sent`` is set when the postman has taken it."""

    __tablename__ = "mails"
    id: Mapped[int] = mapped_column(primary_key=True)
    recipient: Mapped[str]
    subject: Mapped[str]
    body: Mapped[str] = mapped_column(Text)
    written: Mapped[datetime]
    sent: Mapped[datetime | None] = mapped_column(index=True)
