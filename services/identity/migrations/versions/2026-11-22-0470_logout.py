"""Single logout: what a session touched and what was delivered."""

revision = "2026_11_22_0470"
down_revision = "2026_11_22_0460"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
