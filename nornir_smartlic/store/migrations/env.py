"""What Alembic runs; the connection is handed in by `nornir_smartlic.store.migrations`."""

from __future__ import annotations

from alembic import context

from nornir_smartlic.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,  # SQLite changes a table by making it anew
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
