"""Let tenants publish templates of their own."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0030"
down_revision = "2026_11_22_0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE published_template (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            key text NOT NULL,
            version text NOT NULL,
            digest text NOT NULL,
            document jsonb NOT NULL,
            created_at timestamptz NOT NULL,
            CONSTRAINT pk_published_template PRIMARY KEY (tenant_id, id),
            CONSTRAINT uq_published_template_tenant_id_key_version UNIQUE (tenant_id, key, version)
        )"""
    )
    protect("published_template")


def downgrade() -> None:
    op.execute("DROP TABLE published_template")
