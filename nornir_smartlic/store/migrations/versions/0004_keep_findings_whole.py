"""Keep what a finding needs to be shown again"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.add_column("verdicts", sa.Column("title", sa.String(length=255), nullable=True))
    op.add_column("verdicts", sa.Column("detail", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Go back."""
    op.drop_column("verdicts", "detail")
    op.drop_column("verdicts", "title")
