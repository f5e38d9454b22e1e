"""Agree on plans: proposals, change requests, share links, baselines."""

from alembic import op

from shared.kit.history import journaled, no_longer_journaled
from shared.kit.migrations import protect, service_name

revision = "2026_11_22_0065"
down_revision = "2026_11_22_0060"
branch_labels = None
depends_on = None

SIDES = "('customer', 'supplier', 'joint', 'third_party', 'programme')"
WINDOW = """(window_start IS NULL) = (window_end IS NULL) AND (window_start IS NULL) = (window_precision IS NULL)
            AND window_start <= window_end"""

TABLES = {
    "baseline": """
    CREATE TABLE baseline (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        name text NOT NULL,
        cause text NOT NULL,
        cause_id uuid,
        reason text NOT NULL,
        taken_at timestamptz NOT NULL,
        taken_by uuid,
        CONSTRAINT pk_baseline PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_baseline_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT ck_baseline_cause CHECK (cause IN ('manual', 'approval', 'gate', 'change_request'))
    )""",
    "baseline_item": f"""
    CREATE TABLE baseline_item (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        window_start date,
        window_end date,
        window_precision text,
        window_tentative boolean NOT NULL,
        baseline_id uuid NOT NULL,
        subject text NOT NULL,
        subject_id uuid NOT NULL,
        source_ref text,
        position integer NOT NULL,
        title jsonb NOT NULL,
        side text,
        state text,
        is_enabled boolean NOT NULL,
        duration_days_min integer,
        duration_days_max integer,
        CONSTRAINT pk_baseline_item PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_baseline_item_tenant_id_baseline_id
            FOREIGN KEY (tenant_id, baseline_id) REFERENCES baseline (tenant_id, id),
        CONSTRAINT ck_baseline_item_window CHECK ({WINDOW}),
        CONSTRAINT ck_baseline_item_subject CHECK (subject IN ('phase', 'activity', 'gate')),
        CONSTRAINT uq_baseline_item_tenant_id_baseline_id_subject_subject_id
            UNIQUE (tenant_id, baseline_id, subject, subject_id)
    )""",
    "share_link": """
    CREATE TABLE share_link (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        label text NOT NULL,
        secret_hash bytea NOT NULL,
        created_by uuid,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        last_used_at timestamptz,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_share_link PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_share_link_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT uq_share_link_tenant_id_secret_hash UNIQUE (tenant_id, secret_hash)
    )""",
    "plan_step": """
    CREATE TABLE plan_step (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        from_state text NOT NULL,
        to_state text NOT NULL,
        comment text NOT NULL,
        at timestamptz NOT NULL,
        actor_id uuid,
        actor_side text,
        baseline_id uuid,
        CONSTRAINT pk_plan_step PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_plan_step_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT fk_plan_step_tenant_id_baseline_id
            FOREIGN KEY (tenant_id, baseline_id) REFERENCES baseline (tenant_id, id),
        CONSTRAINT ck_plan_step_to_state CHECK (to_state IN ('draft', 'proposed', 'approved'))
    )""",
    "change_request": """
    CREATE TABLE change_request (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        title text NOT NULL,
        reason text NOT NULL,
        concerns jsonb NOT NULL,
        change jsonb NOT NULL,
        impact jsonb NOT NULL,
        impact_at timestamptz NOT NULL,
        state text NOT NULL,
        body_id uuid,
        requested_by uuid,
        requested_side text,
        submitted_at timestamptz,
        decided_at timestamptz,
        decided_by uuid,
        motive text NOT NULL,
        baseline_id uuid,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_change_request PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_change_request_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT fk_change_request_tenant_id_body_id
            FOREIGN KEY (tenant_id, body_id) REFERENCES body (tenant_id, id),
        CONSTRAINT fk_change_request_tenant_id_baseline_id
            FOREIGN KEY (tenant_id, baseline_id) REFERENCES baseline (tenant_id, id),
        CONSTRAINT ck_change_request_state
            CHECK (state IN ('draft', 'submitted', 'approved', 'rejected', 'withdrawn'))
    )""",
}
INDEXES = (
    "CREATE INDEX ix_baseline_tenant_id_project_id_id ON baseline (tenant_id, project_id, id)",
    "CREATE INDEX ix_share_link_tenant_id_project_id_id ON share_link (tenant_id, project_id, id)",
    "CREATE INDEX ix_plan_step_tenant_id_project_id_id ON plan_step (tenant_id, project_id, id)",
    "CREATE INDEX ix_change_request_tenant_id_project_id_id ON change_request (tenant_id, project_id, id)",
)

# A frozen plan stays as it was frozen, and how a plan was agreed stays as it went.
APPEND_ONLY = ("baseline", "baseline_item", "plan_step")


def upgrade() -> None:
    for table, ddl in TABLES.items():
        op.execute(ddl)
        protect(table)
        journaled(table, scope="baseline_id" if table == "baseline_item" else None)
    for index in INDEXES:
        op.execute(index)
    for table in APPEND_ONLY:
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {service_name()}_app")


def downgrade() -> None:
    for table in reversed(TABLES):
        no_longer_journaled(table)
        op.drop_table(table)
