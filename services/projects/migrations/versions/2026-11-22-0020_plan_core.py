"""Widen the plan: tracks, participants with hours, links between activities, children per unit, agreement."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0020"
down_revision = "2026_11_21_2145"
branch_labels = None
depends_on = None

SIDES = "('customer', 'supplier', 'joint', 'third_party', 'programme')"
KINDS = "('task', 'milestone', 'meeting', 'decision', 'approval', 'training', 'deliverable')"
FORMER_KINDS = "('task', 'decision', 'approval', 'training', 'deliverable')"

TABLES = {
    "track": """
    CREATE TABLE track (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        key text NOT NULL,
        source_ref text,
        position integer NOT NULL,
        title jsonb NOT NULL,
        alias jsonb,
        content jsonb,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_track PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_track_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT uq_track_tenant_id_project_id_key UNIQUE (tenant_id, project_id, key)
    )""",
    "activity_participation": f"""
    CREATE TABLE activity_participation (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        activity_id uuid NOT NULL,
        side text NOT NULL,
        role_key text,
        account_id uuid,
        raci text NOT NULL,
        hours_min numeric(8, 2),
        hours_max numeric(8, 2),
        actual_hours numeric(8, 2),
        note jsonb,
        CONSTRAINT pk_activity_participation PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_activity_participation_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT fk_activity_participation_tenant_id_activity_id
            FOREIGN KEY (tenant_id, activity_id) REFERENCES activity (tenant_id, id),
        CONSTRAINT ck_activity_participation_side CHECK (side IN {SIDES}),
        CONSTRAINT ck_activity_participation_raci CHECK (raci IN ('R', 'A', 'C', 'I')),
        CONSTRAINT ck_activity_participation_hours
            CHECK (hours_min >= 0 AND hours_min <= hours_max AND actual_hours >= 0),
        CONSTRAINT ck_activity_participation_hours_range CHECK ((hours_min IS NULL) = (hours_max IS NULL))
    )""",
    "dependency": """
    CREATE TABLE dependency (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        project_id uuid NOT NULL,
        predecessor_id uuid NOT NULL,
        successor_id uuid NOT NULL,
        type text NOT NULL,
        lag_days integer NOT NULL,
        is_soft boolean NOT NULL,
        source_ref text,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_dependency PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_dependency_tenant_id_project_id
            FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
        CONSTRAINT fk_dependency_tenant_id_predecessor_id
            FOREIGN KEY (tenant_id, predecessor_id) REFERENCES activity (tenant_id, id),
        CONSTRAINT fk_dependency_tenant_id_successor_id
            FOREIGN KEY (tenant_id, successor_id) REFERENCES activity (tenant_id, id),
        CONSTRAINT ck_dependency_type CHECK (type IN ('FS', 'SS', 'FF', 'SF')),
        CONSTRAINT ck_dependency_itself CHECK (predecessor_id <> successor_id),
        CONSTRAINT uq_dependency_tenant_id_predecessor_id_successor_id_type
            UNIQUE (tenant_id, predecessor_id, successor_id, type)
    )""",
}

WIDEN = (
    "ALTER TABLE project ADD COLUMN plan_state text NOT NULL DEFAULT 'draft'",
    "ALTER TABLE project ALTER COLUMN plan_state DROP DEFAULT",
    "ALTER TABLE project ADD CONSTRAINT ck_project_plan_state CHECK (plan_state IN ('draft', 'proposed', 'approved'))",
    "ALTER TABLE phase ALTER COLUMN source_ref DROP NOT NULL",
    "ALTER TABLE phase ALTER COLUMN nominal_weeks_min DROP NOT NULL",
    "ALTER TABLE phase ALTER COLUMN nominal_weeks_max DROP NOT NULL",
    "ALTER TABLE activity ALTER COLUMN source_ref DROP NOT NULL",
    "ALTER TABLE activity DROP CONSTRAINT uq_activity_tenant_id_project_id_source_ref",
    "ALTER TABLE activity DROP CONSTRAINT ck_activity_kind",
    f"ALTER TABLE activity ADD CONSTRAINT ck_activity_kind CHECK (kind IN {KINDS})",
    """ALTER TABLE activity
        ADD COLUMN modality text,
        ADD COLUMN section jsonb,
        ADD COLUMN is_checklist boolean NOT NULL DEFAULT false,
        ADD COLUMN parent_id uuid,
        ADD COLUMN unit_id uuid,
        ADD COLUMN fan_out jsonb,
        ADD COLUMN is_pinned boolean NOT NULL DEFAULT false,
        ADD COLUMN duration_days_min integer,
        ADD COLUMN duration_days_max integer,
        ADD COLUMN external_party text,
        ADD COLUMN external_ids jsonb NOT NULL DEFAULT '{}',
        ADD COLUMN started_at timestamptz,
        ADD COLUMN deleted_at timestamptz""",
    """ALTER TABLE activity
        ALTER COLUMN is_checklist DROP DEFAULT, ALTER COLUMN is_pinned DROP DEFAULT,
        ALTER COLUMN external_ids DROP DEFAULT""",
    """ALTER TABLE activity
        ADD CONSTRAINT ck_activity_modality CHECK (modality IN ('must', 'should', 'may')),
        ADD CONSTRAINT fk_activity_tenant_id_parent_id
            FOREIGN KEY (tenant_id, parent_id) REFERENCES activity (tenant_id, id),
        ADD CONSTRAINT ck_activity_duration CHECK (duration_days_min >= 0 AND duration_days_min <= duration_days_max),
        ADD CONSTRAINT ck_activity_child CHECK ((parent_id IS NULL) = (unit_id IS NULL))""",
)
INDEXES = (
    """CREATE UNIQUE INDEX uq_activity_source ON activity (tenant_id, project_id, source_ref, unit_id)
        NULLS NOT DISTINCT WHERE source_ref IS NOT NULL AND deleted_at IS NULL""",
    "CREATE INDEX ix_activity_tenant_id_parent_id ON activity (tenant_id, parent_id)",
    "CREATE INDEX ix_activity_tenant_id_unit_id ON activity (tenant_id, unit_id)",
    "CREATE INDEX ix_activity_participation_tenant_id_project_id ON activity_participation (tenant_id, project_id)",
    "CREATE INDEX ix_activity_participation_tenant_id_activity_id ON activity_participation (tenant_id, activity_id)",
    "CREATE INDEX ix_activity_participation_tenant_id_account_id ON activity_participation (tenant_id, account_id)",
    "CREATE UNIQUE INDEX uq_activity_participation_accountable ON activity_participation (tenant_id, activity_id) WHERE raci = 'A'",
    "CREATE INDEX ix_dependency_tenant_id_project_id ON dependency (tenant_id, project_id)",
    "CREATE INDEX ix_dependency_tenant_id_successor_id ON dependency (tenant_id, successor_id)",
)
NARROW = (
    "DROP INDEX uq_activity_source",
    "DROP INDEX ix_activity_tenant_id_parent_id",
    "DROP INDEX ix_activity_tenant_id_unit_id",
    """ALTER TABLE activity
        DROP COLUMN modality, DROP COLUMN section, DROP COLUMN is_checklist, DROP COLUMN parent_id,
        DROP COLUMN unit_id, DROP COLUMN fan_out, DROP COLUMN is_pinned, DROP COLUMN duration_days_min,
        DROP COLUMN duration_days_max, DROP COLUMN external_party, DROP COLUMN external_ids, DROP COLUMN started_at,
        DROP COLUMN deleted_at""",
    "ALTER TABLE activity DROP CONSTRAINT ck_activity_kind",
    f"ALTER TABLE activity ADD CONSTRAINT ck_activity_kind CHECK (kind IN {FORMER_KINDS})",
    "ALTER TABLE activity ALTER COLUMN source_ref SET NOT NULL",
    """ALTER TABLE activity ADD CONSTRAINT uq_activity_tenant_id_project_id_source_ref
        UNIQUE (tenant_id, project_id, source_ref)""",
    "ALTER TABLE phase ALTER COLUMN nominal_weeks_max SET NOT NULL",
    "ALTER TABLE phase ALTER COLUMN nominal_weeks_min SET NOT NULL",
    "ALTER TABLE phase ALTER COLUMN source_ref SET NOT NULL",
    "ALTER TABLE project DROP COLUMN plan_state",
)


def upgrade() -> None:
    for statement in WIDEN:
        op.execute(statement)
    for table, ddl in TABLES.items():
        op.execute(ddl)
        protect(table)
    for index in INDEXES:
        op.execute(index)


def downgrade() -> None:
    """Only while no plan uses what is new: rows without a source and children stand in the way otherwise."""
    for table in reversed(TABLES):
        op.drop_table(table)
    for statement in NARROW:
        op.execute(statement)
