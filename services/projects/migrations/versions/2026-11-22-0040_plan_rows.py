"""Add what agreed plans need beside their rows: attached documents, effort."""

revision = "2026_11_22_0040"
down_revision = "2026_11_22_0035"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
