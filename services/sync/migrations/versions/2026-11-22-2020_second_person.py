"""Limits that let more through wait for a second person; names in plans that came to nothing go."""

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
# Of plans that were called off, nobody had done it; of the others some was left.
_FORGET = """
UPDATE planned_person p SET given_name = NULL, family_name = NULL, email = NULL, login = NULL, login_digest = NULL,
       login_scope = NULL, civic_hash = NULL, civic_cipher = NULL, external_ids = NULL, external_digests = NULL,
       before = NULL
FROM run r WHERE r.tenant_id = p.tenant_id AND r.id = p.run_id AND r.state IN ('failed', 'stale', 'cancelled')
  AND r.created_at < now() - interval '30 days'
"""


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.execute(f"ALTER TABLE guard_policy ADD COLUMN {name} {kind}")
    op.execute(_FORGET)


def downgrade() -> None:
    for name in COLUMNS:
        op.execute(f"ALTER TABLE guard_policy DROP COLUMN {name}")
