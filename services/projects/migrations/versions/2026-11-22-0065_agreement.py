"""Agree on plans: proposals, change requests, share links, baselines."""

revision = "2026_11_22_0065"
down_revision = "2026_11_22_0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
