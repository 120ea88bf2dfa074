"""Migrations of an authority's database: one line of revisions for SQLite and PostgreSQL."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Final

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

_HERE: Final = Path(__file__).parent


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the tables of *engine* to *revision*, in one transaction; nothing happens when they are there already."""
    with engine.begin() as connection:
        command.upgrade(configuration(connection), revision)


def configuration(connection: object) -> Config:
    """Alembic's configuration, without a file of its own; *connection* is what the revisions run on."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(_HERE).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
