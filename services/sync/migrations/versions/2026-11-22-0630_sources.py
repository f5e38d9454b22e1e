"""How sources are read and scheduled, the fetches from them, and which tenants have something to fetch or to purge."""

from alembic import op

from shared.kit.migrations import definer_function, protect

revision = "2026_11_22_0630"
down_revision = "2026_11_22_0620"
branch_labels = None
depends_on = None

_COLUMNS = {
    "profile": "text",
    "auto_run": "boolean NOT NULL",
    "failures": "integer NOT NULL",
    "last_fetch": "jsonb",
}
_FETCH = """
CREATE TABLE source_fetch (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    source_id uuid NOT NULL,
    origin text NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL,
    started_by uuid,
    job_id uuid,
    upload_id uuid,
    run_id uuid,
    problem text,
    detail text,
    notes text[] NOT NULL,
    created_at timestamptz NOT NULL,
    next_attempt_at timestamptz,
    ended_at timestamptz,
    CONSTRAINT pk_source_fetch PRIMARY KEY (tenant_id, id),
    CONSTRAINT ck_source_fetch_origin CHECK (origin IN ('request', 'schedule', 'notice')),
    CONSTRAINT ck_source_fetch_state
        CHECK (state IN ('queued', 'waiting', 'running', 'stored', 'unchanged', 'failed')),
    CONSTRAINT fk_source_fetch_tenant_id_source_id FOREIGN KEY (tenant_id, source_id) REFERENCES source (tenant_id, id),
    CONSTRAINT fk_source_fetch_tenant_id_upload_id FOREIGN KEY (tenant_id, upload_id) REFERENCES upload (tenant_id, id),
    CONSTRAINT fk_source_fetch_tenant_id_run_id FOREIGN KEY (tenant_id, run_id) REFERENCES run (tenant_id, id)
)"""
# One fetch at a time from each source: two would race for its memory and its files.
_ONE_AT_A_TIME = """
CREATE UNIQUE INDEX uq_source_fetch_going_on ON source_fetch (tenant_id, source_id)
WHERE state IN ('queued', 'waiting', 'running')"""
_DUE = """
CREATE FUNCTION fetch_tenants(at timestamptz) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
'SELECT DISTINCT tenant_id FROM source WHERE is_active AND next_fetch_at <= at ORDER BY tenant_id'"""
_KEEPING = """
CREATE FUNCTION copy_tenants() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
'SELECT DISTINCT tenant_id FROM file_copy_log WHERE purged_at IS NULL ORDER BY tenant_id'"""


def upgrade() -> None:
    op.execute("DELETE FROM source")
    for name, form in _COLUMNS.items():
        op.execute(f"ALTER TABLE source ADD COLUMN {name} {form}")
    op.execute("CREATE INDEX ix_source_due ON source (next_fetch_at) WHERE is_active AND next_fetch_at IS NOT NULL")
    op.execute(_FETCH)
    op.execute(_ONE_AT_A_TIME)
    op.execute("CREATE INDEX ix_source_fetch_source ON source_fetch (tenant_id, source_id, id)")
    protect("source_fetch")
    op.execute(_DUE)
    definer_function("fetch_tenants(timestamptz)")
    op.execute(_KEEPING)
    definer_function("copy_tenants()")
    op.execute("CREATE INDEX ix_upload_source ON upload (tenant_id, source_id, id) WHERE source_id IS NOT NULL")


def downgrade() -> None:
    op.execute("DROP INDEX ix_upload_source")
    op.execute("DROP FUNCTION copy_tenants()")
    op.execute("DROP FUNCTION fetch_tenants(timestamptz)")
    op.drop_table("source_fetch")
    op.execute("DROP INDEX ix_source_due")
    for name in _COLUMNS:
        op.execute(f"ALTER TABLE source DROP COLUMN {name}")
