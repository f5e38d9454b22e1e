"""Create the roster, runs with their plans, findings and uploads."""

from alembic import op

from shared.auth.tables import create_access_cutoff, drop_access_cutoff
from shared.kit.files import create_file_tables, drop_file_tables
from shared.kit.journal import create_journal_table
from shared.kit.kit_tables import create_kit_tables, drop_kit_tables
from shared.kit.migrations import protect, service_name

revision = "2026_11_21_2230"
down_revision = None
branch_labels = None
depends_on = None

TABLES = {
    "person": """
    CREATE TABLE person (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        source text NOT NULL,
        changed_version bigint NOT NULL,
        ended_at timestamptz,
        ended_reason text,
        ended_run_id uuid,
        source_id text NOT NULL,
        given_name text,
        family_name text,
        email text,
        login text,
        login_digest bytea,
        civic_hash bytea,
        civic_cipher bytea,
        protected boolean NOT NULL,
        CONSTRAINT pk_person PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_person_tenant_id_source_source_id UNIQUE (tenant_id, source, source_id),
        CONSTRAINT ck_person_protected_has_no_name CHECK (NOT protected OR (given_name IS NULL AND family_name IS NULL AND email IS NULL AND login IS NULL))
    )""",
    "planned_duty": """
    CREATE TABLE planned_duty (
        tenant_id uuid NOT NULL,
        run_id uuid NOT NULL,
        id uuid NOT NULL,
        person_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        role text NOT NULL,
        starts_on date,
        ends_on date,
        op text NOT NULL,
        before jsonb,
        at_unit uuid,
        CONSTRAINT pk_planned_duty PRIMARY KEY (tenant_id, run_id, id),
        CONSTRAINT ck_planned_duty_op CHECK (op IN ('create', 'change', 'end', 'revive'))
    )""",
    "planned_enrolment": """
    CREATE TABLE planned_enrolment (
        tenant_id uuid NOT NULL,
        run_id uuid NOT NULL,
        id uuid NOT NULL,
        person_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        school_form text NOT NULL,
        school_year integer,
        starts_on date,
        ends_on date,
        op text NOT NULL,
        before jsonb,
        at_unit uuid,
        CONSTRAINT pk_planned_enrolment PRIMARY KEY (tenant_id, run_id, id),
        CONSTRAINT ck_planned_enrolment_op CHECK (op IN ('create', 'change', 'end', 'revive'))
    )""",
    "planned_membership": """
    CREATE TABLE planned_membership (
        tenant_id uuid NOT NULL,
        run_id uuid NOT NULL,
        id uuid NOT NULL,
        group_id uuid NOT NULL,
        person_id uuid NOT NULL,
        role text NOT NULL,
        op text NOT NULL,
        before jsonb,
        at_unit uuid,
        CONSTRAINT pk_planned_membership PRIMARY KEY (tenant_id, run_id, id),
        CONSTRAINT ck_planned_membership_op CHECK (op IN ('create', 'change', 'end', 'revive'))
    )""",
    "planned_person": """
    CREATE TABLE planned_person (
        tenant_id uuid NOT NULL,
        run_id uuid NOT NULL,
        id uuid NOT NULL,
        source_id text NOT NULL,
        given_name text,
        family_name text,
        email text,
        login text,
        login_digest bytea,
        civic_hash bytea,
        civic_cipher bytea,
        protected boolean NOT NULL,
        op text NOT NULL,
        before jsonb,
        at_unit uuid,
        CONSTRAINT pk_planned_person PRIMARY KEY (tenant_id, run_id, id),
        CONSTRAINT ck_planned_person_op CHECK (op IN ('create', 'change', 'end', 'revive')),
        CONSTRAINT ck_planned_person_protected_has_no_name CHECK (NOT protected OR (given_name IS NULL AND family_name IS NULL AND email IS NULL AND login IS NULL))
    )""",
    "planned_responsible": """
    CREATE TABLE planned_responsible (
        tenant_id uuid NOT NULL,
        run_id uuid NOT NULL,
        id uuid NOT NULL,
        child_id uuid NOT NULL,
        guardian_id uuid NOT NULL,
        op text NOT NULL,
        before jsonb,
        at_unit uuid,
        CONSTRAINT pk_planned_responsible PRIMARY KEY (tenant_id, run_id, id),
        CONSTRAINT ck_planned_responsible_op CHECK (op IN ('create', 'change', 'end', 'revive'))
    )""",
    "planned_school_group": """
    CREATE TABLE planned_school_group (
        tenant_id uuid NOT NULL,
        run_id uuid NOT NULL,
        id uuid NOT NULL,
        source_id text NOT NULL,
        name text NOT NULL,
        kind text NOT NULL,
        unit_id uuid NOT NULL,
        school_form text,
        op text NOT NULL,
        before jsonb,
        at_unit uuid,
        CONSTRAINT pk_planned_school_group PRIMARY KEY (tenant_id, run_id, id),
        CONSTRAINT ck_planned_school_group_op CHECK (op IN ('create', 'change', 'end', 'revive'))
    )""",
    "planned_unit": """
    CREATE TABLE planned_unit (
        tenant_id uuid NOT NULL,
        run_id uuid NOT NULL,
        id uuid NOT NULL,
        source_id text NOT NULL,
        name text NOT NULL,
        kind text NOT NULL,
        parent_id uuid,
        school_forms text[] NOT NULL,
        code text,
        op text NOT NULL,
        before jsonb,
        at_unit uuid,
        CONSTRAINT pk_planned_unit PRIMARY KEY (tenant_id, run_id, id),
        CONSTRAINT ck_planned_unit_op CHECK (op IN ('create', 'change', 'end', 'revive'))
    )""",
    "roster_head": """
    CREATE TABLE roster_head (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version bigint NOT NULL,
        CONSTRAINT pk_roster_head PRIMARY KEY (tenant_id, id)
    )""",
    "roster_version": """
    CREATE TABLE roster_version (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        number bigint NOT NULL,
        run_id uuid NOT NULL,
        origin text NOT NULL,
        counts jsonb NOT NULL,
        applied_at timestamptz NOT NULL,
        CONSTRAINT pk_roster_version PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_roster_version_tenant_id_number UNIQUE (tenant_id, number)
    )""",
    "unit": """
    CREATE TABLE unit (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        source text NOT NULL,
        changed_version bigint NOT NULL,
        ended_at timestamptz,
        ended_reason text,
        ended_run_id uuid,
        source_id text NOT NULL,
        name text NOT NULL,
        kind text NOT NULL,
        parent_id uuid,
        school_forms text[] NOT NULL,
        code text,
        CONSTRAINT pk_unit PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_unit_tenant_id_source_source_id UNIQUE (tenant_id, source, source_id),
        CONSTRAINT fk_unit_tenant_id_parent_id FOREIGN KEY(tenant_id, parent_id) REFERENCES unit (tenant_id, id)
    )""",
    "duty": """
    CREATE TABLE duty (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        source text NOT NULL,
        changed_version bigint NOT NULL,
        ended_at timestamptz,
        ended_reason text,
        ended_run_id uuid,
        person_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        role text NOT NULL,
        starts_on date,
        ends_on date,
        CONSTRAINT pk_duty PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_duty_tenant_id_person_id_unit_id_role UNIQUE (tenant_id, person_id, unit_id, role),
        CONSTRAINT fk_duty_tenant_id_person_id FOREIGN KEY(tenant_id, person_id) REFERENCES person (tenant_id, id),
        CONSTRAINT fk_duty_tenant_id_unit_id FOREIGN KEY(tenant_id, unit_id) REFERENCES unit (tenant_id, id)
    )""",
    "enrolment": """
    CREATE TABLE enrolment (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        source text NOT NULL,
        changed_version bigint NOT NULL,
        ended_at timestamptz,
        ended_reason text,
        ended_run_id uuid,
        person_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        school_form text NOT NULL,
        school_year integer,
        starts_on date,
        ends_on date,
        CONSTRAINT pk_enrolment PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_enrolment_tenant_id_person_id_unit_id_school_form UNIQUE (tenant_id, person_id, unit_id, school_form),
        CONSTRAINT fk_enrolment_tenant_id_person_id FOREIGN KEY(tenant_id, person_id) REFERENCES person (tenant_id, id),
        CONSTRAINT fk_enrolment_tenant_id_unit_id FOREIGN KEY(tenant_id, unit_id) REFERENCES unit (tenant_id, id)
    )""",
    "responsible": """
    CREATE TABLE responsible (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        source text NOT NULL,
        changed_version bigint NOT NULL,
        ended_at timestamptz,
        ended_reason text,
        ended_run_id uuid,
        child_id uuid NOT NULL,
        guardian_id uuid NOT NULL,
        CONSTRAINT pk_responsible PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_responsible_tenant_id_child_id_guardian_id UNIQUE (tenant_id, child_id, guardian_id),
        CONSTRAINT fk_responsible_tenant_id_child_id FOREIGN KEY(tenant_id, child_id) REFERENCES person (tenant_id, id),
        CONSTRAINT fk_responsible_tenant_id_guardian_id FOREIGN KEY(tenant_id, guardian_id) REFERENCES person (tenant_id, id)
    )""",
    "school_group": """
    CREATE TABLE school_group (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        source text NOT NULL,
        changed_version bigint NOT NULL,
        ended_at timestamptz,
        ended_reason text,
        ended_run_id uuid,
        source_id text NOT NULL,
        name text NOT NULL,
        kind text NOT NULL,
        unit_id uuid NOT NULL,
        school_form text,
        CONSTRAINT pk_school_group PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_school_group_tenant_id_source_source_id UNIQUE (tenant_id, source, source_id),
        CONSTRAINT fk_school_group_tenant_id_unit_id FOREIGN KEY(tenant_id, unit_id) REFERENCES unit (tenant_id, id)
    )""",
    "upload": """
    CREATE TABLE upload (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        kind text NOT NULL,
        source text NOT NULL,
        state text NOT NULL,
        mapping jsonb NOT NULL,
        size bigint NOT NULL,
        sha256 text NOT NULL,
        file_id uuid,
        declared_by uuid NOT NULL,
        CONSTRAINT pk_upload PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_upload_state CHECK (state IN ('declared', 'stored', 'erased')),
        CONSTRAINT ck_upload_kind CHECK (kind IN ('oneroster_zip', 'joined_files')),
        CONSTRAINT fk_upload_tenant_id_file_id FOREIGN KEY(tenant_id, file_id) REFERENCES stored_file (tenant_id, id)
    )""",
    "membership": """
    CREATE TABLE membership (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        source text NOT NULL,
        changed_version bigint NOT NULL,
        ended_at timestamptz,
        ended_reason text,
        ended_run_id uuid,
        group_id uuid NOT NULL,
        person_id uuid NOT NULL,
        role text NOT NULL,
        CONSTRAINT pk_membership PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_membership_tenant_id_group_id_person_id_role UNIQUE (tenant_id, group_id, person_id, role),
        CONSTRAINT fk_membership_tenant_id_group_id FOREIGN KEY(tenant_id, group_id) REFERENCES school_group (tenant_id, id),
        CONSTRAINT fk_membership_tenant_id_person_id FOREIGN KEY(tenant_id, person_id) REFERENCES person (tenant_id, id)
    )""",
    "run": """
    CREATE TABLE run (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        kind text NOT NULL,
        source text NOT NULL,
        state text NOT NULL,
        upload_id uuid,
        base_version bigint,
        applied_version bigint,
        plan_hash text,
        guard text,
        guard_reasons jsonb NOT NULL,
        counts jsonb NOT NULL,
        counts_by_unit jsonb NOT NULL,
        finding_counts jsonb NOT NULL,
        files jsonb NOT NULL,
        job_id uuid,
        started_by uuid,
        ended_at timestamptz,
        CONSTRAINT pk_run PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_run_kind CHECK (kind IN ('delivery', 'manual', 'marking')),
        CONSTRAINT ck_run_state CHECK (state IN ('queued', 'planned', 'applying', 'applied', 'failed', 'stale')),
        CONSTRAINT ck_run_guard CHECK (guard IN ('clear', 'second_person', 'held')),
        CONSTRAINT fk_run_tenant_id_upload_id FOREIGN KEY(tenant_id, upload_id) REFERENCES upload (tenant_id, id)
    )""",
    "approval": """
    CREATE TABLE approval (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        run_id uuid NOT NULL,
        account_id uuid NOT NULL,
        plan_hash text NOT NULL,
        approved_at timestamptz NOT NULL,
        CONSTRAINT pk_approval PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_approval_tenant_id_run_id_account_id UNIQUE (tenant_id, run_id, account_id),
        CONSTRAINT fk_approval_tenant_id_run_id FOREIGN KEY(tenant_id, run_id) REFERENCES run (tenant_id, id)
    )""",
    "finding": """
    CREATE TABLE finding (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        run_id uuid NOT NULL,
        rule text NOT NULL,
        severity text NOT NULL,
        file text NOT NULL,
        line integer,
        column_name text,
        CONSTRAINT pk_finding PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_finding_tenant_id_run_id FOREIGN KEY(tenant_id, run_id) REFERENCES run (tenant_id, id)
    )""",
}
INDEXES = (
    "CREATE INDEX ix_person_civic ON person (tenant_id, civic_hash)",
    "CREATE INDEX ix_person_feed ON person (tenant_id, changed_version, id)",
    "CREATE INDEX ix_person_login ON person (tenant_id, login_digest)",
    "CREATE INDEX ix_planned_person_id ON planned_person (tenant_id, id)",
    "CREATE INDEX ix_unit_feed ON unit (tenant_id, changed_version, id)",
    "CREATE INDEX ix_duty_feed ON duty (tenant_id, changed_version, id)",
    "CREATE INDEX ix_duty_unit ON duty (tenant_id, unit_id)",
    "CREATE INDEX ix_enrolment_feed ON enrolment (tenant_id, changed_version, id)",
    "CREATE INDEX ix_enrolment_unit ON enrolment (tenant_id, unit_id)",
    "CREATE INDEX ix_responsible_feed ON responsible (tenant_id, changed_version, id)",
    "CREATE INDEX ix_responsible_guardian ON responsible (tenant_id, guardian_id)",
    "CREATE INDEX ix_school_group_feed ON school_group (tenant_id, changed_version, id)",
    "CREATE INDEX ix_membership_feed ON membership (tenant_id, changed_version, id)",
    "CREATE INDEX ix_membership_person ON membership (tenant_id, person_id)",
    "CREATE INDEX ix_finding_run ON finding (tenant_id, run_id, id)",
)


def upgrade() -> None:
    create_kit_tables()
    create_file_tables()
    create_journal_table()
    create_access_cutoff()
    for table, statement in TABLES.items():
        op.execute(statement)
        protect(table)
    for statement in INDEXES:
        op.execute(statement)
    app = f"{service_name()}_app"
    for table in ("approval", "roster_version"):
        op.execute(f"REVOKE UPDATE, DELETE ON {table} FROM {app}")


def downgrade() -> None:
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE {table}")
    drop_access_cutoff()
    op.execute("DROP TABLE journal_entry")
    drop_file_tables()
    drop_kit_tables()
