"""Create projects, their plans and gates, signals and copies of units."""

from alembic import op

from shared.auth.tables import create_access_cutoff, drop_access_cutoff
from shared.kit.journal import create_journal_table
from shared.kit.kit_tables import create_kit_tables, drop_kit_tables
from shared.kit.migrations import protect, service_name

revision = "2026_11_21_2145"
down_revision = None
branch_labels = None
depends_on = None

TABLES = {
    "project": """
    CREATE TABLE project (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        name text NOT NULL,
        state text NOT NULL,
        stage text NOT NULL,
        template_key text NOT NULL,
        template_version text NOT NULL,
        template_digest text NOT NULL,
        anchors jsonb NOT NULL,
        options jsonb NOT NULL,
        school_forms jsonb NOT NULL,
        created_by uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_project PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_project_stage
            CHECK (stage IN ('implementation', 'management')),
        CONSTRAINT ck_project_state
            CHECK (state IN ('active', 'closed'))
    )""",
    "project_party": """
    CREATE TABLE project_party (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        side text NOT NULL,
        name text NOT NULL,
        CONSTRAINT pk_project_party PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_project_party_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT ck_project_party_side
            CHECK (side IN ('customer', 'supplier', 'joint', 'third_party', 'programme')),
        CONSTRAINT uq_project_party_tenant_id_project_id_side_name UNIQUE (tenant_id, project_id, side, name)
    )""",
    "project_role": """
    CREATE TABLE project_role (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        key text NOT NULL,
        source_ref text NOT NULL,
        side text NOT NULL,
        title jsonb NOT NULL,
        duty jsonb NOT NULL,
        account_id uuid,
        CONSTRAINT pk_project_role PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_project_role_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT ck_project_role_side
            CHECK (side IN ('customer', 'supplier', 'joint', 'third_party', 'programme')),
        CONSTRAINT uq_project_role_tenant_id_project_id_key UNIQUE (tenant_id, project_id, key)
    )""",
    "phase": """
    CREATE TABLE phase (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        window_start date,
        window_end date,
        window_precision text,
        window_tentative boolean NOT NULL,
        key text NOT NULL,
        source_ref text NOT NULL,
        position integer NOT NULL,
        title jsonb NOT NULL,
        purpose jsonb NOT NULL,
        nominal_weeks_min integer NOT NULL,
        nominal_weeks_max integer NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_phase PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_phase_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT ck_phase_window CHECK (
            (window_start IS NULL) = (window_end IS NULL) AND (window_start IS NULL) = (window_precision IS NULL)
            AND window_start <= window_end
        ),
        CONSTRAINT ck_phase_nominal_weeks CHECK (nominal_weeks_min <= nominal_weeks_max),
        CONSTRAINT uq_phase_tenant_id_project_id_key UNIQUE (tenant_id, project_id, key)
    )""",
    "activity": """
    CREATE TABLE activity (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        window_start date,
        window_end date,
        window_precision text,
        window_tentative boolean NOT NULL,
        phase_id uuid NOT NULL,
        track_key text,
        source_ref text NOT NULL,
        position integer NOT NULL,
        title jsonb NOT NULL,
        note jsonb,
        kind text NOT NULL,
        side text,
        state text NOT NULL,
        is_enabled boolean NOT NULL,
        option_key text,
        needs_approval boolean NOT NULL,
        needed_decision jsonb,
        source_uncertain jsonb,
        links jsonb NOT NULL,
        owner_id uuid,
        notes text NOT NULL,
        done_at timestamptz,
        done_by uuid,
        done_side text,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_activity PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_activity_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT fk_activity_tenant_id_phase_id
            FOREIGN KEY (tenant_id, phase_id) REFERENCES phase (tenant_id, id),
        CONSTRAINT ck_activity_window CHECK (
            (window_start IS NULL) = (window_end IS NULL) AND (window_start IS NULL) = (window_precision IS NULL)
            AND window_start <= window_end
        ),
        CONSTRAINT ck_activity_kind
            CHECK (kind IN ('task', 'decision', 'approval', 'training', 'deliverable')),
        CONSTRAINT ck_activity_state
            CHECK (state IN ('planned', 'started', 'done', 'cancelled')),
        CONSTRAINT ck_activity_side
            CHECK (side IN ('customer', 'supplier', 'joint', 'third_party', 'programme')),
        CONSTRAINT uq_activity_tenant_id_project_id_source_ref UNIQUE (tenant_id, project_id, source_ref)
    )""",
    "gate": """
    CREATE TABLE gate (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        window_start date,
        window_end date,
        window_precision text,
        window_tentative boolean NOT NULL,
        phase_id uuid NOT NULL,
        key text NOT NULL,
        source_ref text NOT NULL,
        position integer NOT NULL,
        title jsonb NOT NULL,
        is_window_derived boolean NOT NULL,
        state text NOT NULL,
        passed_at timestamptz,
        passed_by uuid,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_gate PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_gate_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT fk_gate_tenant_id_phase_id
            FOREIGN KEY (tenant_id, phase_id) REFERENCES phase (tenant_id, id),
        CONSTRAINT ck_gate_window CHECK (
            (window_start IS NULL) = (window_end IS NULL) AND (window_start IS NULL) = (window_precision IS NULL)
            AND window_start <= window_end
        ),
        CONSTRAINT ck_gate_state
            CHECK (state IN ('open', 'ready', 'passed', 'waived')),
        CONSTRAINT uq_gate_tenant_id_project_id_key UNIQUE (tenant_id, project_id, key)
    )""",
    "gate_criterion": """
    CREATE TABLE gate_criterion (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        gate_id uuid NOT NULL,
        activity_id uuid,
        key text NOT NULL,
        position integer NOT NULL,
        kind text NOT NULL,
        params jsonb NOT NULL,
        title jsonb NOT NULL,
        is_mandatory boolean NOT NULL,
        basis text NOT NULL,
        CONSTRAINT pk_gate_criterion PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_gate_criterion_tenant_id_gate_id
            FOREIGN KEY (tenant_id, gate_id) REFERENCES gate (tenant_id, id),
        CONSTRAINT fk_gate_criterion_tenant_id_activity_id
            FOREIGN KEY (tenant_id, activity_id) REFERENCES activity (tenant_id, id),
        CONSTRAINT ck_gate_criterion_kind
            CHECK (kind IN ('activity_done', 'roster_applied', 'training_coverage', 'attestation')),
        CONSTRAINT ck_gate_criterion_activity CHECK ((kind = 'activity_done') = (activity_id IS NOT NULL)),
        CONSTRAINT uq_gate_criterion_tenant_id_gate_id_key UNIQUE (tenant_id, gate_id, key)
    )""",
    "gate_waiver": """
    CREATE TABLE gate_waiver (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        criterion_id uuid NOT NULL,
        reason text NOT NULL,
        state_then text NOT NULL,
        waived_by uuid NOT NULL,
        waived_at timestamptz NOT NULL,
        CONSTRAINT pk_gate_waiver PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_gate_waiver_tenant_id_criterion_id
            FOREIGN KEY (tenant_id, criterion_id) REFERENCES gate_criterion (tenant_id, id),
        CONSTRAINT uq_gate_waiver_tenant_id_criterion_id UNIQUE (tenant_id, criterion_id)
    )""",
    "attestation": """
    CREATE TABLE attestation (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        criterion_id uuid NOT NULL,
        statement text NOT NULL,
        side text NOT NULL,
        attested_by uuid NOT NULL,
        attested_at timestamptz NOT NULL,
        CONSTRAINT pk_attestation PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_attestation_tenant_id_criterion_id
            FOREIGN KEY (tenant_id, criterion_id) REFERENCES gate_criterion (tenant_id, id),
        CONSTRAINT ck_attestation_side
            CHECK (side IN ('customer', 'supplier', 'joint', 'third_party', 'programme')),
        CONSTRAINT uq_attestation_tenant_id_criterion_id UNIQUE (tenant_id, criterion_id)
    )""",
    "gate_transition": """
    CREATE TABLE gate_transition (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        gate_id uuid NOT NULL,
        from_state text NOT NULL,
        to_state text NOT NULL,
        at timestamptz NOT NULL,
        actor_id uuid,
        actor_side text,
        criteria jsonb NOT NULL,
        CONSTRAINT pk_gate_transition PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_gate_transition_tenant_id_gate_id
            FOREIGN KEY (tenant_id, gate_id) REFERENCES gate (tenant_id, id)
    )""",
    "signal": """
    CREATE TABLE signal (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        source text NOT NULL,
        kind text NOT NULL,
        scope text NOT NULL,
        scope_id uuid NOT NULL,
        key text NOT NULL,
        value jsonb NOT NULL,
        observed_at timestamptz NOT NULL,
        event_id uuid NOT NULL,
        position bigint NOT NULL,
        CONSTRAINT pk_signal PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_signal_scope
            CHECK (scope IN ('tenant', 'project', 'unit')),
        CONSTRAINT uq_signal_tenant_id_source_kind_scope_scope_id_key UNIQUE (tenant_id, source, kind, scope, scope_id, key)
    )""",
    "unit": """
    CREATE TABLE unit (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        name text NOT NULL,
        kind text NOT NULL,
        code text,
        parent_id uuid,
        school_forms jsonb NOT NULL,
        is_ended boolean NOT NULL,
        roster_version bigint NOT NULL,
        CONSTRAINT pk_unit PRIMARY KEY (tenant_id, id)
    )""",
    "unit_feed": """
    CREATE TABLE unit_feed (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        roster_version bigint NOT NULL,
        CONSTRAINT pk_unit_feed PRIMARY KEY (tenant_id, id)
    )""",
}

INDEXES = (
    "CREATE INDEX ix_project_role_tenant_id_account_id ON project_role (tenant_id, account_id)",
    "CREATE INDEX ix_activity_tenant_id_owner_id ON activity (tenant_id, owner_id)",
    "CREATE INDEX ix_activity_tenant_id_project_id_position_id ON activity (tenant_id, project_id, position, id)",
    "CREATE INDEX ix_gate_criterion_tenant_id_activity_id ON gate_criterion (tenant_id, activity_id)",
    "CREATE INDEX ix_gate_transition_tenant_id_gate_id_id ON gate_transition (tenant_id, gate_id, id)",
    "CREATE INDEX ix_unit_tenant_id_name_id ON unit (tenant_id, name, id)",
)

# What was decided stays as it was decided: the app may add and read, never change or remove.
APPEND_ONLY = ("gate_waiver", "attestation", "gate_transition")


def upgrade() -> None:
    create_kit_tables()
    create_access_cutoff()
    create_journal_table()
    for table, ddl in TABLES.items():
        op.execute(ddl)
        protect(table)
    for index in INDEXES:
        op.execute(index)
    for table in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {service_name()}_app")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_table("journal_entry")
    drop_access_cutoff()
    drop_kit_tables()
