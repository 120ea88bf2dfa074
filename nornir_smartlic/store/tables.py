"""The tables of the store: what audits found, and where each usage report is on its way. Instants are UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import JSON, BigInteger, DateTime, Dialect, ForeignKey, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship
from sqlalchemy.types import TypeDecorator

REVISION: Final = "0004"
"""The newest migration, which makes these tables."""


class Utc(TypeDecorator[datetime]):
    """An aware instant; SQLite keeps it without its zone, which is UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  its shape
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


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
    type_annotation_map = {datetime: Utc, str: String(255)}  # noqa: RUF012  SQLAlchemy's protocol


# --- history --------------------------------------------------------------------------------------------------------


class Audit(Base):
    """One run of ``smartlic audit``."""

    __tablename__ = "audits"
    id: Mapped[int] = mapped_column(primary_key=True)
    taken: Mapped[datetime] = mapped_column(index=True)
    version: Mapped[str]
    readings: Mapped[list[Reading]] = relationship(back_populates="audit", cascade="all, delete-orphan")


class Reading(Base):
    """One host in an audit; ``error`` where it could not be read."""

    __tablename__ = "readings"
    id: Mapped[int] = mapped_column(primary_key=True)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audits.id", ondelete="CASCADE"), index=True)
    host: Mapped[str] = mapped_column(index=True)
    error: Mapped[str | None] = mapped_column(Text)
    udi: Mapped[str | None]
    platform: Mapped[str | None]
    release: Mapped[str | None]
    licensing_model: Mapped[str | None]
    transport: Mapped[str | None]
    smart_account: Mapped[str | None]
    virtual_account: Mapped[str | None]
    last_ack: Mapped[datetime | None]
    next_ack_deadline: Mapped[datetime | None]
    device_time: Mapped[datetime | None]
    audit: Mapped[Audit] = relationship(back_populates="readings")
    usage: Mapped[list[Usage]] = relationship(cascade="all, delete-orphan")
    verdicts: Mapped[list[StoredVerdict]] = relationship(cascade="all, delete-orphan")


class Usage(Base):
    """A licence in use at a reading."""

    __tablename__ = "usage"
    id: Mapped[int] = mapped_column(primary_key=True)
    reading_id: Mapped[int] = mapped_column(ForeignKey("readings.id", ondelete="CASCADE"), index=True)
    license: Mapped[str]
    count: Mapped[int]
    display: Mapped[str | None]  # what the device prints in brackets; None: nothing, or kept before 0003


class StoredVerdict(Base):
    """The verdict of a rule at a reading."""

    __tablename__ = "verdicts"
    __table_args__ = (UniqueConstraint("reading_id", "rule_id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    reading_id: Mapped[int] = mapped_column(ForeignKey("readings.id", ondelete="CASCADE"), index=True)
    rule_id: Mapped[str]
    severity: Mapped[str]
    verdict: Mapped[str]
    message: Mapped[str] = mapped_column(Text)
    title: Mapped[str | None]  # None: kept before 0004
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # None: a plain pass, or kept before 0004


# --- the journey of usage reports -----------------------------------------------------------------------------------


class UsageFileEntry(Base):
    """A usage file that was collected, known by its content."""

    __tablename__ = "usage_files"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)  # SHA-256, hexadecimal
    path: Mapped[str] = mapped_column(Text)
    pid: Mapped[str]
    sn: Mapped[str]
    host: Mapped[str | None]
    virtual_account: Mapped[str | None]
    collected: Mapped[datetime]
    reports: Mapped[list[ReportEntry]] = relationship(back_populates="file")


class Submission(Base):
    """Reports on their way to CSSM together: by the API, or in a bundle that somebody uploads."""

    __tablename__ = "submissions"
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))  # api | bundle
    state: Mapped[str] = mapped_column(String(10), index=True)  # prepared | sent | complete | refused
    virtual_account: Mapped[str | None]
    stamp: Mapped[str]  # of a bundle's names; the nonce of an API request
    created: Mapped[datetime]
    path: Mapped[str | None] = mapped_column(Text)  # of a bundle
    poll_id: Mapped[int | None] = mapped_column(BigInteger)
    poll_action: Mapped[str | None] = mapped_column(String(40))
    message: Mapped[str | None] = mapped_column(Text)  # why it was refused
    reports: Mapped[list[ReportEntry]] = relationship(back_populates="submission")


class ReportEntry(Base):
    """One RUM report, which is sent once, whatever files it stands in."""

    __tablename__ = "usage_reports"
    __table_args__ = (UniqueConstraint("pid", "sn", "number"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    pid: Mapped[str]
    sn: Mapped[str]
    number: Mapped[int] = mapped_column(BigInteger)  # 32 bits, without sign
    state: Mapped[str] = mapped_column(String(12), index=True)  # collected | submitted | acknowledged | refused
    file_id: Mapped[int] = mapped_column(ForeignKey("usage_files.id"), index=True)
    submission_id: Mapped[int | None] = mapped_column(ForeignKey("submissions.id"), index=True)
    file: Mapped[UsageFileEntry] = relationship(back_populates="reports")
    submission: Mapped[Submission | None] = relationship(back_populates="reports")


class AckEntry(Base):
    """An acknowledgement that came back for a device."""

    __tablename__ = "acks"
    id: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    path: Mapped[str] = mapped_column(Text)
    pid: Mapped[str]
    sn: Mapped[str]
    received: Mapped[datetime]
    imported: Mapped[datetime | None]


# --- who changes what -----------------------------------------------------------------------------------------------


class DeviceLock(Base):
    """A device that a run is changing."""

    __tablename__ = "device_locks"
    device: Mapped[str] = mapped_column(primary_key=True)
    token: Mapped[str]
    holder: Mapped[str]
    machine: Mapped[str]
    pid: Mapped[int]
    process: Mapped[str | None]  # when it started, in the clock ticks of its machine; None: not known
    taken: Mapped[datetime]
