"""Rules of assurance, as identity tells them."""

from shared.auth.tables import create_assurance_rule, drop_assurance_rule

revision = "2026_11_22_0440"
down_revision = "t0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_assurance_rule()


def downgrade() -> None:
    drop_assurance_rule()
