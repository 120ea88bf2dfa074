"""Lock devices while they are changed"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nornir_smartlic.store.tables import Utc

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "device_locks",
        sa.Column("device", sa.String(length=255), nullable=False),
        sa.Column("token", sa.String(length=255), nullable=False),
        sa.Column("holder", sa.String(length=255), nullable=False),
        sa.Column("machine", sa.String(length=255), nullable=False),
        sa.Column("pid", sa.Integer(), nullable=False),
        sa.Column("process", sa.String(length=255), nullable=True),
        sa.Column("taken", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("device", name=op.f("pk_device_locks")),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("device_locks")
