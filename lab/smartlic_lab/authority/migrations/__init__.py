"""Migrations of an authority's database: one line of revisions for SQLite and PostgreSQL."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Engine, inspect, text

if TYPE_CHECKING:
    from alembic.config import Config

HEAD: Final = "0002"
"""The newest revision; a test compares it with the files."""

_HERE: Final = Path(__file__).parent


def is_current(engine: Engine) -> bool:
    """Whether the tables are those of `HEAD`."""
    if not inspect(engine).has_table("alembic_version"):
        return False
    with engine.begin() as connection:
        return bool(connection.scalar(text("SELECT version_num FROM alembic_version")) == HEAD)


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables of *engine* to *revision*, in one transaction."""
    from alembic import command  # slow to import, and seldom needed

    with engine.begin() as connection:
        command.upgrade(configuration(connection), revision)


def configuration(connection: object) -> Config:
    """Alembic's configuration, without a file of its own; *connection* is what the revisions run on."""
    from alembic.config import Config

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
