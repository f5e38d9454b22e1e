"""Seal the journal in a chain, so that nobody can change it unseen."""

from shared.kit.journal import create_seals, drop_seals

revision = "2026_11_22_0025"
down_revision = "2026_11_21_2240"
branch_labels = None
depends_on = None


def upgrade() -> None:
    create_seals()


def downgrade() -> None:
    drop_seals()
