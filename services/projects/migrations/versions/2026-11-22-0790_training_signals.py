"""Risks and gates read what training computes."""

from alembic import op

revision = "2026_11_22_0790"
down_revision = "2026_11_22_0440"
branch_labels = None
depends_on = None

_TRIGGERS = (
    "'attendance_below', 'trained_without_account', 'unpurged_copies', 'guardians_before_content', 'decision_overdue',"
    " 'assigned_hours_below_planned', 'third_party_overdue', 'training_coverage_below'"
)
_CRITERIA = (
    "'activity_done', 'roster_applied', 'training_coverage', 'attestation', 'decision_taken', 'survey_score',"
    " 'copylog_empty', 'risk_below', 'sync_verified', 'login_verified', 'goal_ready', 'meeting_held'"
)


def upgrade() -> None:
    _allow(f"{_TRIGGERS}, 'key_persons_without_time'", f"{_CRITERIA}, 'training_ready'")


def downgrade() -> None:
    _allow(_TRIGGERS, _CRITERIA)


def _allow(triggers: str, criteria: str) -> None:
    op.execute(
        "ALTER TABLE risk DROP CONSTRAINT ck_risk_trigger_kind,"
        f" ADD CONSTRAINT ck_risk_trigger_kind CHECK (trigger_kind IN ({triggers}))"
    )
    op.execute(
        "ALTER TABLE gate_criterion DROP CONSTRAINT ck_gate_criterion_kind,"
        f" ADD CONSTRAINT ck_gate_criterion_kind CHECK (kind IN ({criteria}))"
    )
