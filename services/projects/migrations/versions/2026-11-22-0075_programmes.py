"""Add programmes, waves and central task lists."""

revision = "2026_11_22_0075"
down_revision = "2026_11_22_0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
