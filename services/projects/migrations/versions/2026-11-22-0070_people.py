"""Remind people: preferences and sent notices."""

revision = "2026_11_22_0070"
down_revision = "2026_11_22_0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
