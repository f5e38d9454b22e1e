"""Pushed requests, device codes, sender-constrained tokens, registered applications."""

revision = "2026_11_22_0430"
down_revision = "2026_11_22_0420"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
