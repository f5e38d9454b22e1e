"""Add risks, migration routing, copy log and integrations; let gates ask for more kinds of things."""

from alembic import op

from shared.kit.history import journaled
from shared.kit.migrations import protect

revision = "2026_11_22_0055"
down_revision = "2026_11_22_0050"
branch_labels = None
depends_on = None

FORMER_CRITERIA = "('activity_done', 'roster_applied', 'training_coverage', 'attestation')"
CRITERIA = (
    "('activity_done', 'roster_applied', 'training_coverage', 'attestation', 'decision_taken', 'survey_score',"
    " 'copylog_empty', 'risk_below', 'sync_verified', 'login_verified', 'goal_ready', 'meeting_held')"
)

# Columns, what they refer to, and constraints; every table belongs to a project, see `create`.
TABLES: dict[str, tuple[str, dict[str, str], *tuple[str, ...]]] = {
    "risk_matrix": (
        """
        number integer NOT NULL, kind text NOT NULL, basis text NOT NULL, definition jsonb NOT NULL,
        created_by uuid NOT NULL, created_at timestamptz NOT NULL
        """,
        {},
        "ck_risk_matrix_kind CHECK (kind IN ('axis', 'grid'))",
        "ck_risk_matrix_basis CHECK (basis IN ('source', 'startklar'))",
        "uq_risk_matrix_tenant_id_project_id_number UNIQUE (tenant_id, project_id, number)",
    ),
    "risk": (
        """
        position integer NOT NULL, source_ref text, area text NOT NULL, event jsonb NOT NULL, consequence jsonb,
        measure jsonb, owner_id uuid, owner_role text, owner_side text, state text NOT NULL, inherent_level text,
        current_level text, residual_level text, trigger_kind text, trigger_params jsonb NOT NULL,
        trigger_state text, trigger_changed_at timestamptz, version integer NOT NULL,
        created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
        """,
        {},
        "ck_risk_state CHECK (state IN ('open', 'closed'))",
        "ck_risk_inherent_level CHECK (inherent_level IN ('small', 'medium', 'large', 'severe'))",
        "ck_risk_current_level CHECK (current_level IN ('small', 'medium', 'large', 'severe'))",
        "ck_risk_residual_level CHECK (residual_level IN ('small', 'medium', 'large', 'severe'))",
        "ck_risk_trigger_kind CHECK (trigger_kind IN ('attendance_below', 'trained_without_account', "
        "'unpurged_copies', 'guardians_before_content', 'decision_overdue', 'assigned_hours_below_planned', "
        "'third_party_overdue', 'training_coverage_below'))",
        "ck_risk_trigger_state CHECK (trigger_state IN ('triggered', 'quiet', 'unknown'))",
        "ck_risk_owner_side CHECK (owner_side IN ('customer', 'supplier', 'joint', 'third_party', 'programme'))",
    ),
    "risk_assessment": (
        """
        risk_id uuid NOT NULL, kind text NOT NULL, level text NOT NULL, likelihood integer, consequence integer,
        matrix_number integer NOT NULL, matrix jsonb NOT NULL, note text NOT NULL, assessed_by uuid,
        assessed_side text NOT NULL, assessed_at timestamptz NOT NULL
        """,
        {"risk_id": "risk"},
        "ck_risk_assessment_kind CHECK (kind IN ('inherent', 'current', 'residual'))",
        "ck_risk_assessment_level CHECK (level IN ('small', 'medium', 'large', 'severe'))",
        "ck_risk_assessment_axes CHECK ((likelihood IS NULL) = (consequence IS NULL))",
    ),
    "risk_acceptance": (
        """
        risk_id uuid NOT NULL, level text NOT NULL, reason text NOT NULL, expires_on date NOT NULL,
        accepted_by uuid NOT NULL, accepted_at timestamptz NOT NULL
        """,
        {"risk_id": "risk"},
        "ck_risk_acceptance_level CHECK (level IN ('small', 'medium', 'large', 'severe'))",
    ),
    "risk_measure": (
        """
        risk_id uuid NOT NULL, activity_id uuid NOT NULL
        """,
        {"activity_id": "activity", "risk_id": "risk"},
        "uq_risk_measure_tenant_id_risk_id_activity_id UNIQUE (tenant_id, risk_id, activity_id)",
    ),
    "risk_proposal": (
        """
        text text NOT NULL, area text, side text NOT NULL, state text NOT NULL, risk_id uuid, proposed_by uuid,
        version integer NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
        """,
        {"risk_id": "risk"},
        "ck_risk_proposal_state CHECK (state IN ('new', 'promoted', 'dismissed'))",
        "ck_risk_proposal_side CHECK (side IN ('customer', 'supplier', 'joint', 'third_party', 'programme'))",
        "ck_risk_proposal_promoted CHECK ((state = 'promoted') = (risk_id IS NOT NULL))",
    ),
    "transfer_destination": (
        """
        key text NOT NULL, title jsonb NOT NULL, ceiling text, version integer NOT NULL,
        created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
        """,
        {},
        "ck_transfer_destination_ceiling CHECK (ceiling IN ('ordinary', 'confidential', 'sensitive'))",
        "uq_transfer_destination_tenant_id_project_id_key UNIQUE (tenant_id, project_id, key)",
    ),
    "migration_flow": (
        """
        position integer NOT NULL, source_ref text, scope text, content jsonb NOT NULL, currency text NOT NULL,
        is_sensitive boolean, data_class text, from_system jsonb, is_enabled boolean NOT NULL, option_key text,
        disposition text, destination_id uuid, decision_ref text, reach_percent integer, use_percent integer,
        note jsonb, version integer NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
        """,
        {"destination_id": "transfer_destination"},
        "ck_migration_flow_scope CHECK (scope IN ('school', 'group', 'individual'))",
        "ck_migration_flow_currency CHECK (currency IN ('current', 'historic', 'any'))",
        "ck_migration_flow_data_class CHECK (data_class IN ('ordinary', 'confidential', 'sensitive'))",
        "ck_migration_flow_disposition CHECK (disposition IN ('route', 'delete'))",
        "ck_migration_flow_destination CHECK ((disposition = 'route') = (destination_id IS NOT NULL))",
        "ck_migration_flow_priority CHECK (reach_percent BETWEEN 0 AND 100 AND use_percent BETWEEN 0 AND 100)",
    ),
    "migration_run": (
        """
        flow_id uuid NOT NULL, kind text NOT NULL, state text NOT NULL, items integer,
        started_at timestamptz NOT NULL, finished_at timestamptz, version integer NOT NULL,
        created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
        """,
        {"flow_id": "migration_flow"},
        "ck_migration_run_kind CHECK (kind IN ('trial', 'live'))",
        "ck_migration_run_state CHECK (state IN ('started', 'done', 'abandoned'))",
    ),
    "migration_check": (
        """
        run_id uuid NOT NULL, unit_id uuid NOT NULL, result text, note text NOT NULL, checked_by uuid,
        checked_at timestamptz
        """,
        {"run_id": "migration_run", "unit_id": "unit"},
        "ck_migration_check_result CHECK (result IN ('ok', 'corrections', 'failed'))",
        "ck_migration_check_checked CHECK ((result IS NULL) = (checked_at IS NULL))",
        "uq_migration_check_tenant_id_run_id_unit_id UNIQUE (tenant_id, run_id, unit_id)",
    ),
    "copy_log_entry": (
        """
        what text NOT NULL, place text NOT NULL, medium text NOT NULL, data_class text NOT NULL,
        is_encrypted boolean NOT NULL, run_id uuid, made_by uuid, made_side text NOT NULL,
        made_at timestamptz NOT NULL, purge_due date NOT NULL, overdue_told_on date, purged_at timestamptz,
        purged_by uuid, purge_proof text, version integer NOT NULL, created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
        """,
        {"run_id": "migration_run"},
        "ck_copy_log_entry_medium CHECK (medium IN ('server', 'cloud', 'mailbox', 'workstation', "
        "'usb_drive', 'external_disk', 'tape'))",
        "ck_copy_log_entry_data_class CHECK (data_class IN ('ordinary', 'confidential', 'sensitive'))",
        "ck_copy_log_entry_made_side CHECK (made_side IN ('customer', 'supplier', 'joint', 'third_party', "
        "'programme'))",
        "ck_copy_log_entry_encrypted CHECK (medium NOT IN ('usb_drive', 'external_disk', 'tape') OR is_encrypted)",
        "ck_copy_log_entry_purged CHECK ((purged_at IS NULL) = (purge_proof IS NULL))",
    ),
    "migration_environment": (
        """
        name text NOT NULL, kind text NOT NULL, owner_side text NOT NULL, holds_live_data boolean NOT NULL,
        test_accounts integer, purge_due date, purged_at timestamptz, purged_by uuid, purge_proof text,
        version integer NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
        """,
        {},
        "ck_migration_environment_kind CHECK (kind IN ('test', 'migration', 'training'))",
        "ck_migration_environment_owner_side CHECK (owner_side IN ('customer', 'supplier', 'joint', "
        "'third_party', 'programme'))",
        "ck_migration_environment_test_accounts CHECK (test_accounts >= 0)",
        "ck_migration_environment_purged CHECK ((purged_at IS NULL) = (purge_proof IS NULL))",
        "uq_migration_environment_tenant_id_project_id_name UNIQUE (tenant_id, project_id, name)",
    ),
    "purge_certificate": (
        """
        number integer NOT NULL, statement text NOT NULL, copies integer NOT NULL, environments integer NOT NULL,
        entries jsonb NOT NULL, digest text NOT NULL, issued_by uuid NOT NULL, issued_at timestamptz NOT NULL
        """,
        {},
        "uq_purge_certificate_tenant_id_project_id_number UNIQUE (tenant_id, project_id, number)",
    ),
    "system_entry": (
        """
        position integer NOT NULL, key text NOT NULL, source_ref text, title jsonb NOT NULL, kind text NOT NULL,
        direction text, protocol text, owner_side text, owner_name text, data_classes jsonb NOT NULL,
        exit_rule jsonb, note jsonb, version integer NOT NULL, created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
        """,
        {},
        "ck_system_entry_kind CHECK (kind IN ('register', 'login', 'schedule', 'suite', 'federation', "
        "'broker', 'migration_source', 'statistics', 'other'))",
        "ck_system_entry_direction CHECK (direction IN ('in', 'out', 'both'))",
        "ck_system_entry_owner_side CHECK (owner_side IN ('customer', 'supplier', 'joint', 'third_party', "
        "'programme'))",
        "uq_system_entry_tenant_id_project_id_key UNIQUE (tenant_id, project_id, key)",
    ),
    "integration": (
        """
        system_id uuid NOT NULL, key text NOT NULL, title jsonb NOT NULL, side text NOT NULL,
        state text NOT NULL, soak_days integer NOT NULL, soak_from date, licence_activity_id uuid,
        verified_at timestamptz, activated_at timestamptz, activated_by uuid, version integer NOT NULL,
        created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL
        """,
        {"licence_activity_id": "activity", "system_id": "system_entry"},
        "ck_integration_state CHECK (state IN ('planned', 'set_up', 'verifying', 'verified', 'active'))",
        "ck_integration_side CHECK (side IN ('customer', 'supplier', 'joint', 'third_party', 'programme'))",
        "ck_integration_soak_days CHECK (soak_days >= 0)",
        "uq_integration_tenant_id_project_id_key UNIQUE (tenant_id, project_id, key)",
    ),
    "integration_step": (
        """
        integration_id uuid NOT NULL, activity_id uuid NOT NULL, position integer NOT NULL
        """,
        {"activity_id": "activity", "integration_id": "integration"},
        "uq_integration_step_tenant_id_integration_id_activity_id UNIQUE (tenant_id, integration_id, activity_id)",
    ),
    "integration_verification": (
        """
        integration_id uuid NOT NULL, verified_on date NOT NULL, result text NOT NULL, method text NOT NULL,
        checked integer, deviations integer, note text NOT NULL, side text NOT NULL, verified_by uuid,
        recorded_at timestamptz NOT NULL
        """,
        {"integration_id": "integration"},
        "ck_integration_verification_result CHECK (result IN ('passed', 'failed'))",
        "ck_integration_verification_side CHECK (side IN ('customer', 'supplier', 'joint', 'third_party', "
        "'programme'))",
        "ck_integration_verification_numbers CHECK (checked >= 0 AND deviations >= 0 AND deviations <= checked)",
    ),
}

INDEXES = (
    "CREATE INDEX ix_risk_tenant_id_owner_id ON risk (tenant_id, owner_id)",
    "CREATE INDEX ix_risk_tenant_id_project_id_position ON risk (tenant_id, project_id, position)",
    "CREATE UNIQUE INDEX uq_risk_source ON risk (tenant_id, project_id, source_ref) WHERE source_ref IS NOT NULL",
    "CREATE INDEX ix_risk_assessment_tenant_id_project_id ON risk_assessment (tenant_id, project_id)",
    "CREATE INDEX ix_risk_assessment_tenant_id_risk_id_id ON risk_assessment (tenant_id, risk_id, id)",
    "CREATE INDEX ix_risk_acceptance_tenant_id_project_id ON risk_acceptance (tenant_id, project_id)",
    "CREATE INDEX ix_risk_acceptance_tenant_id_risk_id_id ON risk_acceptance (tenant_id, risk_id, id)",
    "CREATE INDEX ix_risk_measure_tenant_id_activity_id ON risk_measure (tenant_id, activity_id)",
    "CREATE INDEX ix_risk_measure_tenant_id_project_id ON risk_measure (tenant_id, project_id)",
    "CREATE INDEX ix_risk_proposal_tenant_id_project_id_id ON risk_proposal (tenant_id, project_id, id)",
    "CREATE INDEX ix_risk_proposal_tenant_id_proposed_by ON risk_proposal (tenant_id, proposed_by)",
    "CREATE INDEX ix_risk_proposal_tenant_id_risk_id ON risk_proposal (tenant_id, risk_id)",
    "CREATE INDEX ix_migration_flow_tenant_id_destination_id ON migration_flow (tenant_id, destination_id)",
    "CREATE INDEX ix_migration_flow_tenant_id_project_id_position ON migration_flow (tenant_id, project_id, position)",
    "CREATE UNIQUE INDEX uq_migration_flow_source"
    " ON migration_flow (tenant_id, project_id, source_ref) WHERE source_ref IS NOT NULL",
    "CREATE INDEX ix_migration_run_tenant_id_flow_id ON migration_run (tenant_id, flow_id)",
    "CREATE INDEX ix_migration_run_tenant_id_project_id_id ON migration_run (tenant_id, project_id, id)",
    "CREATE INDEX ix_migration_check_tenant_id_project_id ON migration_check (tenant_id, project_id)",
    "CREATE INDEX ix_migration_check_tenant_id_unit_id ON migration_check (tenant_id, unit_id)",
    "CREATE INDEX ix_copy_log_entry_tenant_id_made_by ON copy_log_entry (tenant_id, made_by)",
    "CREATE INDEX ix_copy_log_entry_tenant_id_project_id_id ON copy_log_entry (tenant_id, project_id, id)",
    "CREATE INDEX ix_copy_log_entry_tenant_id_run_id ON copy_log_entry (tenant_id, run_id)",
    "CREATE INDEX ix_integration_tenant_id_licence_activity_id ON integration (tenant_id, licence_activity_id)",
    "CREATE INDEX ix_integration_tenant_id_system_id ON integration (tenant_id, system_id)",
    "CREATE INDEX ix_integration_step_tenant_id_activity_id ON integration_step (tenant_id, activity_id)",
    "CREATE INDEX ix_integration_step_tenant_id_project_id ON integration_step (tenant_id, project_id)",
    "CREATE INDEX ix_integration_verification_tenant_id_integration_id_id"
    " ON integration_verification (tenant_id, integration_id, id)",
    "CREATE INDEX ix_integration_verification_tenant_id_project_id ON integration_verification (tenant_id, project_id)",
)


def upgrade() -> None:
    op.execute("ALTER TABLE gate_criterion DROP CONSTRAINT ck_gate_criterion_kind")
    op.execute(f"ALTER TABLE gate_criterion ADD CONSTRAINT ck_gate_criterion_kind CHECK (kind IN {CRITERIA})")
    for table, (columns, references, *constraints) in TABLES.items():
        create(table, columns, {"project_id": "project", **references}, constraints)
    for index in INDEXES:
        op.execute(index)


def create(table: str, columns: str, references: dict[str, str], constraints: list[str]) -> None:
    """A protected table of a project; references hold the tenant, so that none points at another tenant's row."""
    keys = [
        f"fk_{table}_tenant_id_{column} FOREIGN KEY (tenant_id, {column}) REFERENCES {parent} (tenant_id, id)"
        for column, parent in references.items()
    ]
    named = [f"pk_{table} PRIMARY KEY (tenant_id, id)", *keys, *constraints]
    every = ",".join(f" CONSTRAINT {constraint}" for constraint in named)
    ids = "tenant_id uuid NOT NULL, id uuid NOT NULL, project_id uuid NOT NULL"
    op.execute(f"CREATE TABLE {table} ({ids}, {columns}, {every})")
    protect(table)
    journaled(table)


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("ALTER TABLE gate_criterion DROP CONSTRAINT ck_gate_criterion_kind")
    op.execute(f"ALTER TABLE gate_criterion ADD CONSTRAINT ck_gate_criterion_kind CHECK (kind IN {FORMER_CRITERIA})")
