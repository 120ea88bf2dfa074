"""Keep the display names of licences"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("usage", sa.Column("display", sa.String(length=255), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("usage", "display")
