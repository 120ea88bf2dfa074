"""Keep the identity before until a device has shown the one that it was given"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    with op.batch_alter_table("product_udis", schema=None) as batch_op:
        batch_op.add_column(sa.Column("unconfirmed", sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column("former_code", sa.String(length=255), nullable=True))


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("product_udis", schema=None) as batch_op:
        batch_op.drop_column("former_code")
        batch_op.drop_column("unconfirmed")
