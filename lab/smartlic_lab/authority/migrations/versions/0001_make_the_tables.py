"""Make the tables"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from smartlic_lab.authority.models import Utc

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go forward."""
    op.create_table(
        "licenses",
        sa.Column("tag", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("display", sa.String(length=255), nullable=False),
        sa.Column("subscription", sa.Boolean(), nullable=False),
        sa.Column("enforced", sa.Boolean(), nullable=False),
        sa.Column("export_restricted", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("tag", name=op.f("pk_licenses")),
    )
    with op.batch_alter_table("licenses", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_licenses_display"), ["display"], unique=False)

    op.create_table(
        "mails",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recipient", sa.String(length=255), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("written", Utc(), nullable=False),
        sa.Column("sent", Utc(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
    )
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_mails_sent"), ["sent"], unique=False)

    op.create_table(
        "principals",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "kind", sa.Enum("user", "client", name="principalkind", native_enum=False, length=40), nullable=False
        ),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("email", sa.String(length=255), nullable=True),
        sa.Column("secret_digest", sa.String(length=255), nullable=True),
        sa.Column("created", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_principals")),
        sa.UniqueConstraint("name", name=op.f("uq_principals_name")),
    )
    op.create_table(
        "smart_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("domain", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column(
            "kind", sa.Enum("Customer", "Limited Use", name="accountkind", native_enum=False, length=40), nullable=False
        ),
        sa.Column("export_controlled_allowed", sa.Boolean(), nullable=False),
        sa.Column("created", Utc(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_smart_accounts")),
        sa.UniqueConstraint("domain", name=op.f("uq_smart_accounts_domain")),
    )
    op.create_table(
        "access_tokens",
        sa.Column("digest", sa.String(length=255), nullable=False),
        sa.Column("principal_id", sa.Integer(), nullable=False),
        sa.Column("expires", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["principal_id"], ["principals.id"], name=op.f("fk_access_tokens_principal_id")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_access_tokens")),
    )
    with op.batch_alter_table("access_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_access_tokens_expires"), ["expires"], unique=False)
        batch_op.create_index(batch_op.f("ix_access_tokens_principal_id"), ["principal_id"], unique=False)

    op.create_table(
        "agreements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("smart_account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("accepted", Utc(), nullable=True),
        sa.Column("accepted_by", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["smart_account_id"], ["smart_accounts.id"], name=op.f("fk_agreements_smart_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
    )
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreements_smart_account_id"), ["smart_account_id"], unique=False)

    op.create_table(
        "enterprise_agreements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("smart_account_id", sa.Integer(), nullable=False),
        sa.Column("subscription_id", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("started", Utc(), nullable=False),
        sa.Column("ended", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["smart_account_id"], ["smart_accounts.id"], name=op.f("fk_enterprise_agreements_smart_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enterprise_agreements")),
        sa.UniqueConstraint("subscription_id", name=op.f("uq_enterprise_agreements_subscription_id")),
    )
    with op.batch_alter_table("enterprise_agreements", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_enterprise_agreements_smart_account_id"), ["smart_account_id"], unique=False
        )

    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("smart_account_id", sa.Integer(), nullable=False),
        sa.Column("virtual_account_id", sa.Integer(), nullable=True),
        sa.Column("at", Utc(), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=255), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["smart_account_id"], ["smart_accounts.id"], name=op.f("fk_events_smart_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_events_smart_account_id_at"), ["smart_account_id", "at"], unique=False)
        batch_op.create_index(batch_op.f("ix_events_virtual_account_id"), ["virtual_account_id"], unique=False)

    op.create_table(
        "policies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("smart_account_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["smart_account_id"], ["smart_accounts.id"], name=op.f("fk_policies_smart_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_policies")),
        sa.UniqueConstraint("smart_account_id", "name", name=op.f("uq_policies_smart_account_id_name")),
    )
    with op.batch_alter_table("policies", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_policies_smart_account_id"), ["smart_account_id"], unique=False)

    op.create_table(
        "preferences",
        sa.Column("principal_id", sa.Integer(), nullable=False),
        sa.Column("smart_account_id", sa.Integer(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column(
            "summary",
            sa.Enum("never", "daily", "weekly", name="summaryrhythm", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("next_summary", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["principal_id"], ["principals.id"], name=op.f("fk_preferences_principal_id")),
        sa.ForeignKeyConstraint(
            ["smart_account_id"], ["smart_accounts.id"], name=op.f("fk_preferences_smart_account_id")
        ),
        sa.PrimaryKeyConstraint("principal_id", "smart_account_id", name=op.f("pk_preferences")),
    )
    with op.batch_alter_table("preferences", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_preferences_next_summary"), ["next_summary"], unique=False)

    op.create_table(
        "accounting_periods",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("smart_account_id", sa.Integer(), nullable=False),
        sa.Column("enterprise_agreement_id", sa.Integer(), nullable=True),
        sa.Column(
            "accounting",
            sa.Enum("True Forward", "True Up", name="accounting", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("started", Utc(), nullable=False),
        sa.Column("ended", Utc(), nullable=False),
        sa.Column("length_days", sa.Integer(), nullable=False),
        sa.Column("report", sa.JSON(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enterprise_agreement_id"],
            ["enterprise_agreements.id"],
            name=op.f("fk_accounting_periods_enterprise_agreement_id"),
        ),
        sa.ForeignKeyConstraint(
            ["smart_account_id"], ["smart_accounts.id"], name=op.f("fk_accounting_periods_smart_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounting_periods")),
    )
    with op.batch_alter_table("accounting_periods", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_accounting_periods_ended"), ["ended"], unique=False)
        batch_op.create_index(batch_op.f("ix_accounting_periods_smart_account_id"), ["smart_account_id"], unique=False)

    op.create_table(
        "virtual_accounts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("smart_account_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column("commerce_access_level", sa.String(length=255), nullable=False),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.Column("policy_id", sa.Integer(), nullable=True),
        sa.Column("created", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["virtual_accounts.id"], name=op.f("fk_virtual_accounts_parent_id")),
        sa.ForeignKeyConstraint(["policy_id"], ["policies.id"], name=op.f("fk_virtual_accounts_policy_id")),
        sa.ForeignKeyConstraint(
            ["smart_account_id"], ["smart_accounts.id"], name=op.f("fk_virtual_accounts_smart_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_virtual_accounts")),
        sa.UniqueConstraint("smart_account_id", "name", name=op.f("uq_virtual_accounts_smart_account_id_name")),
    )
    with op.batch_alter_table("virtual_accounts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_virtual_accounts_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_virtual_accounts_smart_account_id"), ["smart_account_id"], unique=False)

    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("smart_account_id", sa.Integer(), nullable=False),
        sa.Column("virtual_account_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "Insufficient Licenses",
                "Licenses Expiring",
                "Licenses Expired",
                "Product Instance Failed to Connect",
                "Product Instance Failed to Renew",
                "Usage Report Overdue",
                "Token Expiring",
                "Over-use to be Invoiced",
                name="alertkind",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("raised", Utc(), nullable=False),
        sa.Column("cleared", Utc(), nullable=True),
        sa.Column("dismissed", Utc(), nullable=True),
        sa.ForeignKeyConstraint(["smart_account_id"], ["smart_accounts.id"], name=op.f("fk_alerts_smart_account_id")),
        sa.ForeignKeyConstraint(
            ["virtual_account_id"], ["virtual_accounts.id"], name=op.f("fk_alerts_virtual_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_alerts_cleared"), ["cleared"], unique=False)
        batch_op.create_index(batch_op.f("ix_alerts_smart_account_id"), ["smart_account_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_alerts_virtual_account_id_kind_subject"),
            ["virtual_account_id", "kind", "subject"],
            unique=False,
        )

    op.create_table(
        "classic_licenses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("virtual_account_id", sa.Integer(), nullable=False),
        sa.Column("pak", sa.String(length=255), nullable=False),
        sa.Column("product", sa.String(length=255), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("smart_tag", sa.String(length=255), nullable=True),
        sa.Column("pid", sa.String(length=255), nullable=True),
        sa.Column("sn", sa.String(length=255), nullable=True),
        sa.Column("created", Utc(), nullable=False),
        sa.ForeignKeyConstraint(["smart_tag"], ["licenses.tag"], name=op.f("fk_classic_licenses_smart_tag")),
        sa.ForeignKeyConstraint(
            ["virtual_account_id"], ["virtual_accounts.id"], name=op.f("fk_classic_licenses_virtual_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_classic_licenses")),
        sa.UniqueConstraint("pak", name=op.f("uq_classic_licenses_pak")),
    )
    with op.batch_alter_table("classic_licenses", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_classic_licenses_virtual_account_id"), ["virtual_account_id"], unique=False
        )

    op.create_table(
        "pools",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("virtual_account_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=255), nullable=False),
        sa.Column("term", sa.Enum("PERPETUAL", "TERM", name="term", native_enum=False, length=40), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("started", Utc(), nullable=False),
        sa.Column("ended", Utc(), nullable=True),
        sa.Column("subscription_id", sa.String(length=255), nullable=True),
        sa.Column("enterprise_agreement_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["enterprise_agreement_id"], ["enterprise_agreements.id"], name=op.f("fk_pools_enterprise_agreement_id")
        ),
        sa.ForeignKeyConstraint(["tag"], ["licenses.tag"], name=op.f("fk_pools_tag")),
        sa.ForeignKeyConstraint(
            ["virtual_account_id"], ["virtual_accounts.id"], name=op.f("fk_pools_virtual_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pools")),
    )
    with op.batch_alter_table("pools", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_pools_ended"), ["ended"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_pools_virtual_account_id_tag"), ["virtual_account_id", "tag"], unique=False
        )

    op.create_table(
        "product_instances",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("virtual_account_id", sa.Integer(), nullable=False),
        sa.Column("pid", sa.String(length=255), nullable=False),
        sa.Column("sn", sa.String(length=255), nullable=False),
        sa.Column("hostname", sa.String(length=255), nullable=True),
        sa.Column("software", sa.String(length=255), nullable=False),
        sa.Column("software_version", sa.String(length=255), nullable=True),
        sa.Column("registered", Utc(), nullable=False),
        sa.Column("removed", Utc(), nullable=True),
        sa.Column("last_contact", Utc(), nullable=False),
        sa.Column("last_report", Utc(), nullable=True),
        sa.Column("report_due", Utc(), nullable=True),
        sa.Column("policy_sent", sa.String(length=255), nullable=True),
        sa.Column("certificate_expires", Utc(), nullable=True),
        sa.Column("authorization_expires", Utc(), nullable=True),
        sa.Column("export_controlled", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["virtual_account_id"], ["virtual_accounts.id"], name=op.f("fk_product_instances_virtual_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_product_instances")),
    )
    with op.batch_alter_table("product_instances", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_product_instances_authorization_expires"), ["authorization_expires"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_product_instances_certificate_expires"), ["certificate_expires"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_product_instances_last_contact"), ["last_contact"], unique=False)
        batch_op.create_index(batch_op.f("ix_product_instances_report_due"), ["report_due"], unique=False)
        batch_op.create_index(batch_op.f("ix_product_instances_sn"), ["sn"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_product_instances_virtual_account_id_id"), ["virtual_account_id", "id"], unique=False
        )

    op.create_table(
        "registration_tokens",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("virtual_account_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.String(length=255), nullable=False),
        sa.Column("description", sa.String(length=255), nullable=False),
        sa.Column("created", Utc(), nullable=False),
        sa.Column("creator", sa.String(length=255), nullable=False),
        sa.Column("expires", Utc(), nullable=False),
        sa.Column("max_uses", sa.Integer(), nullable=True),
        sa.Column("export_controlled", sa.Boolean(), nullable=False),
        sa.Column("revoked", Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["virtual_account_id"], ["virtual_accounts.id"], name=op.f("fk_registration_tokens_virtual_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registration_tokens")),
        sa.UniqueConstraint("text", name=op.f("uq_registration_tokens_text")),
    )
    with op.batch_alter_table("registration_tokens", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_tokens_expires"), ["expires"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_registration_tokens_virtual_account_id"), ["virtual_account_id"], unique=False
        )

    op.create_table(
        "role_assignments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("principal_id", sa.Integer(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "Smart Account approver",
                "Smart Account administrator",
                "Smart Account user",
                "Virtual Account administrator",
                "Virtual Account user",
                name="role",
                native_enum=False,
                length=40,
            ),
            nullable=False,
        ),
        sa.Column("smart_account_id", sa.Integer(), nullable=False),
        sa.Column("virtual_account_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["principal_id"], ["principals.id"], name=op.f("fk_role_assignments_principal_id")),
        sa.ForeignKeyConstraint(
            ["smart_account_id"], ["smart_accounts.id"], name=op.f("fk_role_assignments_smart_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["virtual_account_id"], ["virtual_accounts.id"], name=op.f("fk_role_assignments_virtual_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_assignments")),
        sa.UniqueConstraint(
            "principal_id", "role", "smart_account_id", "virtual_account_id", name="uq_role_assignments_whole"
        ),
    )
    with op.batch_alter_table("role_assignments", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_role_assignments_principal_id"), ["principal_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_role_assignments_smart_account_id"), ["smart_account_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_role_assignments_virtual_account_id"), ["virtual_account_id"], unique=False
        )

    op.create_table(
        "acknowledgements",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_instance_id", sa.Integer(), nullable=False),
        sa.Column("issued", Utc(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("first_delivered", Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["product_instance_id"], ["product_instances.id"], name=op.f("fk_acknowledgements_product_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acknowledgements")),
    )
    with op.batch_alter_table("acknowledgements", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_acknowledgements_product_instance_id"), ["product_instance_id"], unique=False
        )

    op.create_table(
        "authorization_codes",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("virtual_account_id", sa.Integer(), nullable=False),
        sa.Column("product_instance_id", sa.Integer(), nullable=True),
        sa.Column("pid", sa.String(length=255), nullable=False),
        sa.Column("sn", sa.String(length=255), nullable=False),
        sa.Column("tag", sa.String(length=255), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("confirmation_code", sa.String(length=255), nullable=True),
        sa.Column("issued", Utc(), nullable=False),
        sa.Column("confirmed", Utc(), nullable=True),
        sa.Column("returned", Utc(), nullable=True),
        sa.Column("return_code", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["product_instance_id"], ["product_instances.id"], name=op.f("fk_authorization_codes_product_instance_id")
        ),
        sa.ForeignKeyConstraint(["tag"], ["licenses.tag"], name=op.f("fk_authorization_codes_tag")),
        sa.ForeignKeyConstraint(
            ["virtual_account_id"], ["virtual_accounts.id"], name=op.f("fk_authorization_codes_virtual_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_authorization_codes")),
    )
    with op.batch_alter_table("authorization_codes", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_authorization_codes_pid_sn"), ["pid", "sn"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_authorization_codes_product_instance_id"), ["product_instance_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_authorization_codes_tag"), ["tag"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_authorization_codes_virtual_account_id"), ["virtual_account_id"], unique=False
        )

    op.create_table(
        "conversions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("virtual_account_id", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=255), nullable=False),
        sa.Column("pak", sa.String(length=255), nullable=True),
        sa.Column("pid", sa.String(length=255), nullable=True),
        sa.Column("sn", sa.String(length=255), nullable=True),
        sa.Column("tag", sa.String(length=255), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("requested", Utc(), nullable=False),
        sa.Column("ready", Utc(), nullable=False),
        sa.Column("done", Utc(), nullable=True),
        sa.Column("told", Utc(), nullable=True),
        sa.Column("pool_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["pool_id"], ["pools.id"], name=op.f("fk_conversions_pool_id")),
        sa.ForeignKeyConstraint(
            ["virtual_account_id"], ["virtual_accounts.id"], name=op.f("fk_conversions_virtual_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversions")),
    )
    with op.batch_alter_table("conversions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_conversions_virtual_account_id"), ["virtual_account_id"], unique=False)

    op.create_table(
        "product_udis",
        sa.Column("pid", sa.String(length=255), nullable=False),
        sa.Column("sn", sa.String(length=255), nullable=False),
        sa.Column("product_instance_id", sa.Integer(), nullable=False),
        sa.Column("trust_code", sa.String(length=255), nullable=True),
        sa.Column("trust_issued", Utc(), nullable=True),
        sa.Column("trust_expires", Utc(), nullable=True),
        sa.ForeignKeyConstraint(
            ["product_instance_id"], ["product_instances.id"], name=op.f("fk_product_udis_product_instance_id")
        ),
        sa.PrimaryKeyConstraint("pid", "sn", name=op.f("pk_product_udis")),
    )
    with op.batch_alter_table("product_udis", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_product_udis_product_instance_id"), ["product_instance_id"], unique=False)

    op.create_table(
        "reservations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("virtual_account_id", sa.Integer(), nullable=False),
        sa.Column("product_instance_id", sa.Integer(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("SPECIFIC", "UNIVERSAL", name="reservationtype", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("request_code", sa.String(length=255), nullable=False),
        sa.Column("authorization_code", sa.Text(), nullable=False),
        sa.Column("created", Utc(), nullable=False),
        sa.Column("updated", Utc(), nullable=True),
        sa.Column("confirmed", Utc(), nullable=True),
        sa.Column("returned", Utc(), nullable=True),
        sa.Column("return_code", sa.String(length=255), nullable=True),
        sa.ForeignKeyConstraint(
            ["product_instance_id"], ["product_instances.id"], name=op.f("fk_reservations_product_instance_id")
        ),
        sa.ForeignKeyConstraint(
            ["virtual_account_id"], ["virtual_accounts.id"], name=op.f("fk_reservations_virtual_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reservations")),
    )
    with op.batch_alter_table("reservations", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reservations_product_instance_id"), ["product_instance_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reservations_virtual_account_id"), ["virtual_account_id"], unique=False)

    op.create_table(
        "submissions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("smart_account_id", sa.Integer(), nullable=False),
        sa.Column("virtual_account_id", sa.Integer(), nullable=False),
        sa.Column(
            "origin", sa.Enum("device", "api", "file", name="origin", native_enum=False, length=40), nullable=False
        ),
        sa.Column("submitted_by", sa.String(length=255), nullable=False),
        sa.Column("product_instance_id", sa.Integer(), nullable=True),
        sa.Column("file_name", sa.String(length=255), nullable=True),
        sa.Column("nonce", sa.String(length=255), nullable=True),
        sa.Column("correlation_id", sa.String(length=255), nullable=False),
        sa.Column("received", Utc(), nullable=False),
        sa.Column("ready", Utc(), nullable=False),
        sa.Column(
            "status",
            sa.Enum("Processing", "No Errors", "Errors", name="submissionstatus", native_enum=False, length=40),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["product_instance_id"], ["product_instances.id"], name=op.f("fk_submissions_product_instance_id")
        ),
        sa.ForeignKeyConstraint(
            ["smart_account_id"], ["smart_accounts.id"], name=op.f("fk_submissions_smart_account_id")
        ),
        sa.ForeignKeyConstraint(
            ["virtual_account_id"], ["virtual_accounts.id"], name=op.f("fk_submissions_virtual_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submissions")),
    )
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submissions_smart_account_id"), ["smart_account_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_submissions_status_ready"), ["status", "ready"], unique=False)

    op.create_table(
        "token_uses",
        sa.Column("token_id", sa.Integer(), nullable=False),
        sa.Column("product_instance_id", sa.Integer(), nullable=False),
        sa.Column("at", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_instance_id"], ["product_instances.id"], name=op.f("fk_token_uses_product_instance_id")
        ),
        sa.ForeignKeyConstraint(["token_id"], ["registration_tokens.id"], name=op.f("fk_token_uses_token_id")),
        sa.PrimaryKeyConstraint("token_id", "product_instance_id", name=op.f("pk_token_uses")),
    )
    op.create_table(
        "usage",
        sa.Column("product_instance_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=255), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("covered_until", Utc(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_instance_id"], ["product_instances.id"], name=op.f("fk_usage_product_instance_id")
        ),
        sa.PrimaryKeyConstraint("product_instance_id", "tag", name=op.f("pk_usage")),
    )
    with op.batch_alter_table("usage", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_usage_tag"), ["tag"], unique=False)

    op.create_table(
        "reports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("product_instance_id", sa.Integer(), nullable=False),
        sa.Column("pid", sa.String(length=255), nullable=False),
        sa.Column("sn", sa.String(length=255), nullable=False),
        sa.Column("rum_id", sa.BigInteger(), nullable=False),
        sa.Column("tag", sa.String(length=255), nullable=True),
        sa.Column("started", Utc(), nullable=True),
        sa.Column("ended", Utc(), nullable=True),
        sa.Column("digest", sa.String(length=255), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("received", Utc(), nullable=False),
        sa.Column("acknowledgement_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["acknowledgement_id"], ["acknowledgements.id"], name=op.f("fk_reports_acknowledgement_id")
        ),
        sa.ForeignKeyConstraint(
            ["product_instance_id"], ["product_instances.id"], name=op.f("fk_reports_product_instance_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reports")),
        sa.UniqueConstraint("pid", "sn", "rum_id", name=op.f("uq_reports_pid_sn_rum_id")),
    )
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reports_acknowledgement_id"), ["acknowledgement_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_reports_product_instance_id_acknowledgement_id"),
            ["product_instance_id", "acknowledgement_id"],
            unique=False,
        )

    op.create_table(
        "reservation_lines",
        sa.Column("reservation_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=255), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["reservation_id"], ["reservations.id"], name=op.f("fk_reservation_lines_reservation_id")
        ),
        sa.ForeignKeyConstraint(["tag"], ["licenses.tag"], name=op.f("fk_reservation_lines_tag")),
        sa.PrimaryKeyConstraint("reservation_id", "tag", name=op.f("pk_reservation_lines")),
    )
    op.create_table(
        "upload_answers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("member_file", sa.String(length=255), nullable=True),
        sa.Column("document", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_upload_answers_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_upload_answers")),
    )
    with op.batch_alter_table("upload_answers", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_upload_answers_submission_id"), ["submission_id"], unique=False)

    op.create_table(
        "consumption",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("product_instance_id", sa.Integer(), nullable=False),
        sa.Column("virtual_account_id", sa.Integer(), nullable=False),
        sa.Column("tag", sa.String(length=255), nullable=False),
        sa.Column("started", Utc(), nullable=False),
        sa.Column("ended", Utc(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["product_instance_id"], ["product_instances.id"], name=op.f("fk_consumption_product_instance_id")
        ),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_consumption_report_id")),
        sa.ForeignKeyConstraint(
            ["virtual_account_id"], ["virtual_accounts.id"], name=op.f("fk_consumption_virtual_account_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consumption")),
    )
    with op.batch_alter_table("consumption", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consumption_report_id"), ["report_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_consumption_virtual_account_id_tag_ended"),
            ["virtual_account_id", "tag", "ended"],
            unique=False,
        )

    op.create_table(
        "submission_items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("submission_id", sa.Integer(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=True),
        sa.Column("member_file", sa.String(length=255), nullable=True),
        sa.Column("udi", sa.String(length=255), nullable=False),
        sa.Column("rum_id", sa.BigInteger(), nullable=False),
        sa.Column("duplicate", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["report_id"], ["reports.id"], name=op.f("fk_submission_items_report_id")),
        sa.ForeignKeyConstraint(["submission_id"], ["submissions.id"], name=op.f("fk_submission_items_submission_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission_items")),
    )
    with op.batch_alter_table("submission_items", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_submission_items_report_id"), ["report_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_submission_items_submission_id"), ["submission_id"], unique=False)


def downgrade() -> None:
    """Go back."""
    with op.batch_alter_table("submission_items", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submission_items_submission_id"))
        batch_op.drop_index(batch_op.f("ix_submission_items_report_id"))

    op.drop_table("submission_items")
    with op.batch_alter_table("consumption", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consumption_virtual_account_id_tag_ended"))
        batch_op.drop_index(batch_op.f("ix_consumption_report_id"))

    op.drop_table("consumption")
    with op.batch_alter_table("upload_answers", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_upload_answers_submission_id"))

    op.drop_table("upload_answers")
    op.drop_table("reservation_lines")
    with op.batch_alter_table("reports", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reports_product_instance_id_acknowledgement_id"))
        batch_op.drop_index(batch_op.f("ix_reports_acknowledgement_id"))

    op.drop_table("reports")
    with op.batch_alter_table("usage", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_usage_tag"))

    op.drop_table("usage")
    op.drop_table("token_uses")
    with op.batch_alter_table("submissions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_submissions_status_ready"))
        batch_op.drop_index(batch_op.f("ix_submissions_smart_account_id"))

    op.drop_table("submissions")
    with op.batch_alter_table("reservations", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reservations_virtual_account_id"))
        batch_op.drop_index(batch_op.f("ix_reservations_product_instance_id"))

    op.drop_table("reservations")
    with op.batch_alter_table("product_udis", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_udis_product_instance_id"))

    op.drop_table("product_udis")
    with op.batch_alter_table("conversions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_conversions_virtual_account_id"))

    op.drop_table("conversions")
    with op.batch_alter_table("authorization_codes", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_authorization_codes_virtual_account_id"))
        batch_op.drop_index(batch_op.f("ix_authorization_codes_tag"))
        batch_op.drop_index(batch_op.f("ix_authorization_codes_product_instance_id"))
        batch_op.drop_index(batch_op.f("ix_authorization_codes_pid_sn"))

    op.drop_table("authorization_codes")
    with op.batch_alter_table("acknowledgements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_acknowledgements_product_instance_id"))

    op.drop_table("acknowledgements")
    with op.batch_alter_table("role_assignments", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_role_assignments_virtual_account_id"))
        batch_op.drop_index(batch_op.f("ix_role_assignments_smart_account_id"))
        batch_op.drop_index(batch_op.f("ix_role_assignments_principal_id"))

    op.drop_table("role_assignments")
    with op.batch_alter_table("registration_tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_tokens_virtual_account_id"))
        batch_op.drop_index(batch_op.f("ix_registration_tokens_expires"))

    op.drop_table("registration_tokens")
    with op.batch_alter_table("product_instances", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_product_instances_virtual_account_id_id"))
        batch_op.drop_index(batch_op.f("ix_product_instances_sn"))
        batch_op.drop_index(batch_op.f("ix_product_instances_report_due"))
        batch_op.drop_index(batch_op.f("ix_product_instances_last_contact"))
        batch_op.drop_index(batch_op.f("ix_product_instances_certificate_expires"))
        batch_op.drop_index(batch_op.f("ix_product_instances_authorization_expires"))

    op.drop_table("product_instances")
    with op.batch_alter_table("pools", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_pools_virtual_account_id_tag"))
        batch_op.drop_index(batch_op.f("ix_pools_ended"))

    op.drop_table("pools")
    with op.batch_alter_table("classic_licenses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_classic_licenses_virtual_account_id"))

    op.drop_table("classic_licenses")
    with op.batch_alter_table("alerts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_alerts_virtual_account_id_kind_subject"))
        batch_op.drop_index(batch_op.f("ix_alerts_smart_account_id"))
        batch_op.drop_index(batch_op.f("ix_alerts_cleared"))

    op.drop_table("alerts")
    with op.batch_alter_table("virtual_accounts", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_virtual_accounts_smart_account_id"))
        batch_op.drop_index(batch_op.f("ix_virtual_accounts_parent_id"))

    op.drop_table("virtual_accounts")
    with op.batch_alter_table("accounting_periods", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_accounting_periods_smart_account_id"))
        batch_op.drop_index(batch_op.f("ix_accounting_periods_ended"))

    op.drop_table("accounting_periods")
    with op.batch_alter_table("preferences", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_preferences_next_summary"))

    op.drop_table("preferences")
    with op.batch_alter_table("policies", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_policies_smart_account_id"))

    op.drop_table("policies")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_events_virtual_account_id"))
        batch_op.drop_index(batch_op.f("ix_events_smart_account_id_at"))

    op.drop_table("events")
    with op.batch_alter_table("enterprise_agreements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_enterprise_agreements_smart_account_id"))

    op.drop_table("enterprise_agreements")
    with op.batch_alter_table("agreements", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agreements_smart_account_id"))

    op.drop_table("agreements")
    with op.batch_alter_table("access_tokens", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_access_tokens_principal_id"))
        batch_op.drop_index(batch_op.f("ix_access_tokens_expires"))

    op.drop_table("access_tokens")
    op.drop_table("smart_accounts")
    op.drop_table("principals")
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mails_sent"))

    op.drop_table("mails")
    with op.batch_alter_table("licenses", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_licenses_display"))

    op.drop_table("licenses")
