"""Make the tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from nornir_smartlic.store.tables import Utc

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "acks",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("pid", sa.String(length=255), nullable=False),
        sa.Column("sn", sa.String(length=255), nullable=False),
        sa.Column("received", Utc(), nullable=False),
        sa.Column("imported", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acks")),
        sa.UniqueConstraint("digest", name=op.f("uq_acks_digest")),
    )
    op.create_table(
        "audits",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("taken", Utc(), nullable=False),
        sa.Column("version", sa.String(length=255), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audits")),
    )
    op.create_index(op.f("ix_audits_taken"), "audits", ["taken"], unique=False)
    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("virtual_account", sa.String(length=255), nullable=True),
        sa.Column("stamp", sa.String(length=255), nullable=False),
        sa.Column("created", Utc(), nullable=False),
        sa.Column("path", sa.Text(), nullable=True),
        sa.Column("poll_id", sa.BigInteger(), nullable=True),
        sa.Column("poll_action", sa.String(length=40), nullable=True),
        sa.Column("message", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
    )
    op.create_index(op.f("ix_submissions_state"), "submissions", ["state"], unique=False)
    op.create_table(
        "usage_files",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("pid", sa.String(length=255), nullable=False),
        sa.Column("sn", sa.String(length=255), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=True),
        sa.Column("virtual_account", sa.String(length=255), nullable=True),
        sa.Column("collected", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_files")),
        sa.UniqueConstraint("digest", name=op.f("uq_usage_files_digest")),
    )
    op.create_table(
        "readings",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("audit_id", sa.Integer(), nullable=False),
        sa.Column("host", sa.String(length=255), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("udi", sa.String(length=255), nullable=True),
        sa.Column("platform", sa.String(length=255), nullable=True),
        sa.Column("release", sa.String(length=255), nullable=True),
        sa.Column("licensing_model", sa.String(length=255), nullable=True),
        sa.Column("transport", sa.String(length=255), nullable=True),
        sa.Column("smart_account", sa.String(length=255), nullable=True),
        sa.Column("virtual_account", sa.String(length=255), nullable=True),
        sa.Column("last_ack", Utc(), nullable=True),
        sa.Column("next_ack_deadline", Utc(), nullable=True),
        sa.Column("device_time", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["audit_id"], ["audits.id"], name=op.f("fk_readings_audit_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_readings")),
    )
    op.create_index(op.f("ix_readings_audit_id"), "readings", ["audit_id"], unique=False)
    op.create_index(op.f("ix_readings_host"), "readings", ["host"], unique=False)
    op.create_table(
        "usage_reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pid", sa.String(length=255), nullable=False),
        sa.Column("sn", sa.String(length=255), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("file_id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["file_id"], ["usage_files.id"], name=op.f("fk_usage_reports_file_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_usage_reports_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_reports")),
        sa.UniqueConstraint("pid", "sn", "number", name=op.f("uq_usage_reports_pid_sn_number")),
    )
    op.create_index(op.f("ix_usage_reports_file_id"), "usage_reports", ["file_id"], unique=False)
    op.create_index(op.f("ix_usage_reports_state"), "usage_reports", ["state"], unique=False)
    op.create_index(op.f("ix_usage_reports_submission_id"), "usage_reports", ["submission_id"], unique=False)
    op.create_table(
        "usage",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("license", sa.String(length=255), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["reading_id"], ["readings.id"], name=op.f("fk_usage_reading_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage")),
    )
    op.create_index(op.f("ix_usage_reading_id"), "usage", ["reading_id"], unique=False)
    op.create_table(
        "verdicts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.String(length=255), nullable=False),
        sa.Column("severity", sa.String(length=255), nullable=False),
        sa.Column("verdict", sa.String(length=255), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["readings.id"], name=op.f("fk_verdicts_reading_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verdicts")),
        sa.UniqueConstraint("reading_id", "rule_id", name=op.f("uq_verdicts_reading_id_rule_id")),
    )
    op.create_index(op.f("ix_verdicts_reading_id"), "verdicts", ["reading_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    op.drop_index(op.f("ix_verdicts_reading_id"), table_name="verdicts")
    op.drop_table("verdicts")
    op.drop_index(op.f("ix_usage_reading_id"), table_name="usage")
    op.drop_table("usage")
    op.drop_index(op.f("ix_usage_reports_submission_id"), table_name="usage_reports")
    op.drop_index(op.f("ix_usage_reports_state"), table_name="usage_reports")
    op.drop_index(op.f("ix_usage_reports_file_id"), table_name="usage_reports")
    op.drop_table("usage_reports")
    op.drop_index(op.f("ix_readings_host"), table_name="readings")
    op.drop_index(op.f("ix_readings_audit_id"), table_name="readings")
    op.drop_table("readings")
    op.drop_table("usage_files")
    op.drop_index(op.f("ix_submissions_state"), table_name="submissions")
    op.drop_table("submissions")
    op.drop_index(op.f("ix_audits_taken"), table_name="audits")
    op.drop_table("audits")
    op.drop_table("acks")
