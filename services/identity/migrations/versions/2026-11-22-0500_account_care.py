"""Which unit opened an account, which question a decision answered, and whom nobody has told of an ended login."""

from alembic import op

revision = "2026_11_22_0500"
down_revision = "2026_11_22_0470"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE account ADD COLUMN unit_id uuid")
    op.execute("ALTER TABLE population_opening ADD COLUMN decision_key text")
    op.execute("ALTER TABLE assurance_policy ADD COLUMN decision_key text")
    op.execute("ALTER TABLE sso_session ADD COLUMN is_untold boolean NOT NULL DEFAULT false")
    op.execute("CREATE INDEX ix_account_tenant_id_unit_id ON account (tenant_id, unit_id) WHERE unit_id IS NOT NULL")
    op.execute("CREATE INDEX ix_sso_session_untold ON sso_session (tenant_id, id) WHERE is_untold")


def downgrade() -> None:
    op.execute("ALTER TABLE sso_session DROP COLUMN is_untold")
    op.execute("ALTER TABLE assurance_policy DROP COLUMN decision_key")
    op.execute("ALTER TABLE population_opening DROP COLUMN decision_key")
    op.execute("ALTER TABLE account DROP COLUMN unit_id")
