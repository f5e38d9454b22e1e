"""Subscriptions to registers' notices, and what registers were told of runs."""

from alembic import op

from shared.kit.migrations import definer_function, protect

revision = "2026_11_22_0640"
down_revision = "2026_11_22_0630"
branch_labels = None
depends_on = None

_SUBSCRIPTION = """
CREATE TABLE source_subscription (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    source_id uuid NOT NULL,
    state text NOT NULL,
    digest bytea NOT NULL,
    remote_id text,
    expires_at timestamptz,
    renew_at timestamptz,
    noticed_at timestamptz,
    slot text,
    problem text,
    reached jsonb,
    sealed bytea,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_source_subscription PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_source_subscription_tenant_id_source_id UNIQUE (tenant_id, source_id),
    CONSTRAINT uq_source_subscription_tenant_id_digest UNIQUE (tenant_id, digest),
    CONSTRAINT ck_source_subscription_state CHECK (state IN ('wanted', 'active', 'ended')),
    CONSTRAINT fk_source_subscription_tenant_id_source_id
        FOREIGN KEY (tenant_id, source_id) REFERENCES source (tenant_id, id)
)"""
_FEEDBACK = """
CREATE TABLE run_feedback (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    run_id uuid NOT NULL,
    source_id uuid NOT NULL,
    kind text NOT NULL,
    state text NOT NULL,
    entries integer NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    CONSTRAINT pk_run_feedback PRIMARY KEY (tenant_id, id),
    CONSTRAINT uq_run_feedback_tenant_id_run_id_kind UNIQUE (tenant_id, run_id, kind),
    CONSTRAINT ck_run_feedback_kind CHECK (kind IN ('log', 'statistics')),
    CONSTRAINT ck_run_feedback_state CHECK (state IN ('waiting', 'sent', 'refused', 'failed')),
    CONSTRAINT fk_run_feedback_tenant_id_run_id FOREIGN KEY (tenant_id, run_id) REFERENCES run (tenant_id, id),
    CONSTRAINT fk_run_feedback_tenant_id_source_id
        FOREIGN KEY (tenant_id, source_id) REFERENCES source (tenant_id, id)
)"""
_TENANTS = """
CREATE FUNCTION register_tenants() RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = public, pg_temp AS
'SELECT tenant_id FROM source WHERE connector ->> ''kind'' = ''ss12000''
UNION SELECT tenant_id FROM source_subscription WHERE state <> ''ended'' ORDER BY tenant_id'"""


def upgrade() -> None:
    op.execute(_SUBSCRIPTION)
    protect("source_subscription")
    op.execute(_FEEDBACK)
    protect("run_feedback")
    op.execute(_TENANTS)
    definer_function("register_tenants()")


def downgrade() -> None:
    op.execute("DROP FUNCTION register_tenants()")
    op.drop_table("run_feedback")
    op.drop_table("source_subscription")
