"""Add risks, migration routing, copy log and integrations."""

from alembic import op

revision = "2026_11_22_0055"
down_revision = "2026_11_22_0050"
branch_labels = None
depends_on = None

FORMER_CRITERIA = "('activity_done', 'roster_applied', 'training_coverage', 'attestation')"
CRITERIA = (
    "('activity_done', 'roster_applied', 'training_coverage', 'attestation', 'decision_taken', 'survey_score',"
    " 'copylog_empty', 'risk_below', 'sync_verified', 'login_verified', 'goal_ready', 'meeting_held')"
)


def upgrade() -> None:
    op.execute("ALTER TABLE gate_criterion DROP CONSTRAINT ck_gate_criterion_kind")
    op.execute(f"ALTER TABLE gate_criterion ADD CONSTRAINT ck_gate_criterion_kind CHECK (kind IN {CRITERIA})")


def downgrade() -> None:
    op.execute("ALTER TABLE gate_criterion DROP CONSTRAINT ck_gate_criterion_kind")
    op.execute(f"ALTER TABLE gate_criterion ADD CONSTRAINT ck_gate_criterion_kind CHECK (kind IN {FORMER_CRITERIA})")
