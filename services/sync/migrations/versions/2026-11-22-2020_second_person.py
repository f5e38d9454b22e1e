"""Limits that let more through wait for a second person."""

from alembic import op

revision = "2026_11_22_2020"
down_revision = "2026_11_22_2010"
branch_labels = None
depends_on = None

COLUMNS = {
    "pointed_at": "timestamptz",
    "pointed_by": "uuid",
    "pointed_person": "uuid",
    "confirmed_at": "timestamptz",
    "confirmed_by": "uuid",
    "waiting": "jsonb",
    "waiting_reason": "text",
}


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.execute(f"ALTER TABLE guard_policy ADD COLUMN {name} {kind}")


def downgrade() -> None:
    for name in COLUMNS:
        op.execute(f"ALTER TABLE guard_policy DROP COLUMN {name}")
