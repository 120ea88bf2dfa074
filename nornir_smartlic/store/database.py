"""The store's database: a SQLite file or PostgreSQL, by URL, its tables brought up to date when it is opened."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.orm import Session
from sqlalchemy.pool import StaticPool

from nornir_smartlic.errors import StoreError
from nornir_smartlic.store.tables import REVISION, Base


class Store:
    """What is remembered between runs. *place* is a file, or a URL of SQLAlchemy such as ``postgresql+psycopg://...``.

    Raises:
        StoreError: it cannot be opened. The message has no URL: that may hold a password.
    """

    def __init__(self, place: str | Path) -> None:
        url = str(place) if "://" in str(place) else f"sqlite:///{place}"
        try:
            parsed = make_url(url)
        except ArgumentError:
            raise StoreError("the store is not a file and not a database URL") from None
        self.name = parsed.render_as_string(hide_password=True)
        is_memory = parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:")
        try:
            if parsed.get_backend_name() == "sqlite" and parsed.database and not is_memory:
                _make_private(Path(parsed.database))
            self._engine = _engine(url, is_memory=is_memory)
            if is_memory:
                Base.metadata.create_all(self._engine)
            elif not _is_current(self._engine):
                from nornir_smartlic.store.migrations import upgrade  # alembic takes half a second to import

                upgrade(self._engine)
        except (SQLAlchemyError, OSError, ImportError) as error:
            raise StoreError(f"{self.name}: {_reason(error)}") from None

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """A transaction: kept as a whole at its end, or not at all.

        Raises:
            StoreError: the database failed, its disk is full.
        """
        try:
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                yield session
        except SQLAlchemyError as error:
            raise StoreError(f"{self.name}: {_reason(error)}") from None

    def close(self) -> None:
        """Give the connections back."""
        self._engine.dispose()


def _make_private(path: Path) -> None:
    """The file, readable by its owner alone: what is remembered of a fleet is nobody else's."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    status = path.stat()
    if status.st_mode & 0o077 and status.st_uid == os.getuid() and path.is_file():
        path.chmod(0o600)


def _is_current(engine: Engine) -> bool:
    """Whether the tables are those of this version."""
    try:
        with engine.connect() as connection:
            return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == REVISION)
    except SQLAlchemyError:
        return False


def _engine(url: str, *, is_memory: bool) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url)
    options: dict[str, Any] = {"connect_args": {"check_same_thread": False, "timeout": 30}}
    if is_memory:  # one connection, or every session would see a database of its own
        options["poolclass"] = StaticPool
    engine = create_engine(url, **options)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    """Leave BEGIN to us, check foreign keys, and have what was committed on the disk before it is reported as done."""
    connection.isolation_level = None
    for pragma in ("foreign_keys=ON", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_immediate(connection: Any) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _reason(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    text = getattr(cause, "strerror", None) or str(cause)
    return text.splitlines()[0] if text else type(cause).__name__
