"""The database of an authority: SQLite in memory, a SQLite file, or PostgreSQL, by URL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from nornir_smartlic.errors import StoreError
from smartlic_lab.authority.migrations import is_current, upgrade
from smartlic_lab.authority.models import Base


class Database:
    """One engine; `begin` gives a session that is committed as a whole, or not at all."""

    def __init__(self, url: str) -> None:
        """Open the database and bring its tables up to date; raises `StoreError`."""
        try:
            parsed = make_url(url)
        except SQLAlchemyError:  # its text may hold the password
            raise StoreError("the database cannot be opened: this is no SQLAlchemy URL") from None
        try:
            in_memory = parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:")
            self._engine = _engine(url, in_memory=in_memory)
            if in_memory:
                Base.metadata.create_all(self._engine)
            elif not is_current(self._engine):
                upgrade(self._engine)
        except (SQLAlchemyError, OSError, ImportError) as error:
            raise StoreError(f"the database cannot be opened: {_first_line(error)}") from error

    @property
    def engine(self) -> Engine:
        """For benchmarks and tests that look at the tables themselves."""
        return self._engine

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A transaction: committed at the end, rolled back on any exception.

        Who needs no objects uses the session's connection (``Work.connection``), and the session costs nothing.
        """
        with self._engine.begin() as connection, _Session(connection, expire_on_commit=False) as session:
            yield session
            session.flush()

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


class _Session(Session):
    """Knows what it has read until its end; else a row that nobody holds is read again at every mention."""


@event.listens_for(_Session, "loaded_as_persistent")
def _keep(session: Session, instance: object) -> None:
    session.info.setdefault("read", []).append(instance)


def _engine(url: str, *, in_memory: bool) -> Engine:
    """The engine; parameters of statements, tokens among them, are kept out of its errors."""
    if not url.startswith("sqlite"):
        return create_engine(url, hide_parameters=True)
    if in_memory:  # one connection, or every session would see a database of its own
        engine = create_engine(
            url, poolclass=StaticPool, connect_args={"check_same_thread": False}, hide_parameters=True
        )
    else:
        engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30}, hide_parameters=True)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Leave BEGIN to us, check foreign keys, and have what was committed on the disk before anyone hears so."""
    connection.isolation_level = None
    for pragma in ("foreign_keys=ON", "journal_mode=WAL", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
