"""Trials of login methods, their evidence, and the log of logins."""

from alembic import op

from shared.kit.migrations import definer_function, open_to_app, protect

revision = "2026_11_22_0460"
down_revision = "2026_11_22_0450"
branch_labels = None
depends_on = None

TABLES = {
    "login_trial": """
    CREATE TABLE login_trial (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        provider_id uuid NOT NULL,
        configuration_hash text NOT NULL,
        population text NOT NULL,
        wanted_acr text,
        state text NOT NULL,
        fault text,
        acr text,
        account_id uuid,
        report jsonb NOT NULL,
        evidence_sealed bytea,
        evidence_until timestamptz,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        concluded_at timestamptz,
        CONSTRAINT pk_login_trial PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_login_trial_state CHECK (state IN ('open', 'passed', 'failed')),
        CONSTRAINT fk_login_trial_tenant_id_provider_id FOREIGN KEY (tenant_id, provider_id)
            REFERENCES identity_provider (tenant_id, id) ON DELETE CASCADE
    )""",
    "login_evidence": """
    CREATE TABLE login_evidence (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        provider_id uuid NOT NULL,
        population text NOT NULL,
        method text NOT NULL,
        acr text NOT NULL,
        configuration_hash text NOT NULL,
        trial_id uuid,
        verified_at timestamptz NOT NULL,
        renewed_at timestamptz NOT NULL,
        lapsed_at timestamptz,
        lapse_reason text,
        CONSTRAINT pk_login_evidence PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_login_evidence_tenant_id_provider_id_population UNIQUE (tenant_id, provider_id, population),
        CONSTRAINT fk_login_evidence_tenant_id_provider_id FOREIGN KEY (tenant_id, provider_id)
            REFERENCES identity_provider (tenant_id, id) ON DELETE CASCADE
    )""",
    "login_method_state": """
    CREATE TABLE login_method_state (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        method text NOT NULL,
        is_verified boolean NOT NULL,
        acr text NOT NULL,
        told_at timestamptz NOT NULL,
        CONSTRAINT pk_login_method_state PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_login_method_state_tenant_id_method UNIQUE (tenant_id, method)
    )""",
    "login_log": """
    CREATE TABLE login_log (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        at timestamptz NOT NULL,
        account_id uuid,
        provider_id uuid NOT NULL,
        method text NOT NULL,
        protocol text NOT NULL,
        outcome text NOT NULL,
        fault text,
        acr text,
        amr jsonb NOT NULL,
        factors integer NOT NULL,
        source text,
        client_id text,
        is_step_up boolean NOT NULL,
        CONSTRAINT pk_login_log PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_login_log_outcome CHECK (outcome IN ('succeeded', 'failed'))
    )""",
    "login_failure": """
    CREATE TABLE login_failure (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        day date NOT NULL,
        provider_id uuid NOT NULL,
        fault text NOT NULL,
        count integer NOT NULL,
        CONSTRAINT pk_login_failure PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_login_failure_tenant_id_day_provider_id_fault UNIQUE (tenant_id, day, provider_id, fault)
    )""",
    "login_log_setting": """
    CREATE TABLE login_log_setting (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        retention_days integer NOT NULL,
        CONSTRAINT pk_login_log_setting PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_login_log_setting_tenant_id UNIQUE (tenant_id)
    )""",
    "certificate_notice": """
    CREATE TABLE certificate_notice (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        certificate text NOT NULL,
        days integer NOT NULL,
        told_at timestamptz NOT NULL,
        CONSTRAINT pk_certificate_notice PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_certificate_notice_tenant_id_certificate_days UNIQUE (tenant_id, certificate, days)
    )""",
}
# Which providers may vouch for several tenants: said by the platform's operator, about providers and not about tenants.
SHARED_ISSUER = """
    CREATE TABLE shared_issuer (
        id uuid NOT NULL,
        issuer text NOT NULL,
        reason text NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT pk_shared_issuer PRIMARY KEY (id),
        CONSTRAINT uq_shared_issuer_issuer UNIQUE (issuer)
    )"""
INDEXES = (
    "CREATE INDEX ix_login_trial_tenant_id_provider_id ON login_trial (tenant_id, provider_id)",
    "CREATE INDEX ix_login_log_tenant_id_account_id ON login_log (tenant_id, account_id, id)",
)
# One bit: whether a tenant other than the present one lets its people in by this provider. It never says which.
CLAIMED = """
    CREATE FUNCTION provider_is_claimed(wanted text) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT EXISTS (
            SELECT FROM identity_provider
            WHERE issuer = wanted AND state = 'active' AND NOT is_demo
                AND tenant_id <> nullif(current_setting('app.tenant', true), '')::uuid
        ) AND NOT EXISTS (SELECT FROM shared_issuer s WHERE s.issuer = wanted)
    $$"""


def upgrade() -> None:
    for table, ddl in TABLES.items():
        op.execute(ddl)
        protect(table)
    op.execute(SHARED_ISSUER)
    open_to_app("shared_issuer", "SELECT, INSERT, DELETE")
    for index in INDEXES:
        op.execute(index)
    op.execute(CLAIMED)
    definer_function("provider_is_claimed(text)")


def downgrade() -> None:
    op.execute("DROP FUNCTION provider_is_claimed(text)")
    for table in reversed(["shared_issuer", *TABLES]):
        op.execute(f"DROP TABLE {table}")
