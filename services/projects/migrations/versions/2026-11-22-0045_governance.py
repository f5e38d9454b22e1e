"""Add governance: bodies, seats, meetings, decisions, escalations."""

revision = "2026_11_22_0045"
down_revision = "2026_11_22_0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
