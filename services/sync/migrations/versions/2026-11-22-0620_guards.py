"""Guard policies, correlation cases, what a run was judged by and why it ended, approvals with a reason."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0620"
down_revision = "2026_11_22_0610"
branch_labels = None
depends_on = None

STATES = "'queued', 'planned', 'applying', 'applied', 'failed', 'stale'"
TABLES = {
    "guard_policy": """
    CREATE TABLE guard_policy (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        source text NOT NULL,
        document jsonb NOT NULL,
        reason text,
        changed_by uuid,
        CONSTRAINT pk_guard_policy PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_guard_policy_tenant_id_source UNIQUE (tenant_id, source)
    )""",
    "correlation_case": """
    CREATE TABLE correlation_case (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        kind text NOT NULL,
        source text NOT NULL,
        source_id text NOT NULL,
        person_id uuid NOT NULL,
        other_id uuid,
        run_id uuid NOT NULL,
        file text NOT NULL,
        line integer,
        civic_hash bytea,
        login_digest bytea,
        state text NOT NULL,
        decision text,
        reason text,
        decided_by uuid,
        decided_at timestamptz,
        CONSTRAINT pk_correlation_case PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_correlation_case_tenant_id_source_source_id_person_id
            UNIQUE (tenant_id, source, source_id, person_id),
        CONSTRAINT ck_correlation_case_kind CHECK (kind IN ('id_reused', 'identity_conflict', 'perhaps_same')),
        CONSTRAINT ck_correlation_case_state CHECK (state IN ('open', 'decided', 'gone')),
        CONSTRAINT ck_correlation_case_decision CHECK (decision IN ('same', 'different', 'later')),
        CONSTRAINT fk_correlation_case_tenant_id_person_id
            FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
        CONSTRAINT fk_correlation_case_tenant_id_run_id FOREIGN KEY (tenant_id, run_id) REFERENCES run (tenant_id, id)
    )""",
}


def upgrade() -> None:
    for table, statement in TABLES.items():
        op.execute(statement)
        protect(table)
    op.execute("CREATE INDEX ix_correlation_case_person ON correlation_case (tenant_id, person_id)")
    op.execute("ALTER TABLE approval ADD COLUMN reason text")
    op.execute("ALTER TABLE run ADD COLUMN facts jsonb NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE run ALTER COLUMN facts DROP DEFAULT")
    op.execute("ALTER TABLE run ADD COLUMN year_roll jsonb")
    op.execute("ALTER TABLE run ADD COLUMN ended_code text")
    op.execute("ALTER TABLE run DROP CONSTRAINT ck_run_state")
    op.execute(f"ALTER TABLE run ADD CONSTRAINT ck_run_state CHECK (state IN ({STATES}, 'cancelled'))")


def downgrade() -> None:
    op.execute("ALTER TABLE run DROP CONSTRAINT ck_run_state")
    op.execute("UPDATE run SET state = 'failed' WHERE state = 'cancelled'")
    op.execute(f"ALTER TABLE run ADD CONSTRAINT ck_run_state CHECK (state IN ({STATES}))")
    for column in ("facts", "year_roll", "ended_code"):
        op.execute(f"ALTER TABLE run DROP COLUMN {column}")
    op.execute("ALTER TABLE approval DROP COLUMN reason")
    for table in reversed(TABLES):
        op.drop_table(table)
