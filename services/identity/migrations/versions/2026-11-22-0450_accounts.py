"""Login scopes, alternatives, hand-over, populations, break-glass."""

from alembic import op

from shared.kit.migrations import definer_function, protect

revision = "2026_11_22_0450"
down_revision = "2026_11_22_0440"
branch_labels = None
depends_on = None

_VERSIONED = """
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,"""


def _account(table: str) -> str:
    return f"""CONSTRAINT fk_{table}_tenant_id_account_id FOREIGN KEY (tenant_id, account_id)
            REFERENCES account (tenant_id, id) ON DELETE CASCADE"""


TABLES = {
    "login_scope": f"""
    CREATE TABLE login_scope (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,{_VERSIONED}
        domain text NOT NULL,
        state text NOT NULL CONSTRAINT ck_login_scope_state CHECK (state IN ('pending', 'verified')),
        how text CONSTRAINT ck_login_scope_how CHECK (how IN ('federation', 'operator')),
        evidence text,
        requested_by uuid,
        verified_by uuid,
        verified_at timestamptz,
        CONSTRAINT pk_login_scope PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_login_scope_tenant_id_domain UNIQUE (tenant_id, domain),
        CONSTRAINT ck_login_scope_domain CHECK (domain = lower(domain) AND domain <> '')
    )""",
    "account_alternative": f"""
    CREATE TABLE account_alternative (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        account_id uuid NOT NULL,
        provider_id uuid NOT NULL,
        subject_hash bytea NOT NULL,
        relink_hash bytea,
        confirmed_by text NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT pk_account_alternative PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_account_alternative_tenant_id_subject_hash UNIQUE (tenant_id, subject_hash),
        {_account("account_alternative")}
    )""",
    "alternative_request": f"""
    CREATE TABLE alternative_request (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        account_id uuid NOT NULL,
        provider_id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        CONSTRAINT pk_alternative_request PRIMARY KEY (tenant_id, id),
        {_account("alternative_request")}
    )""",
    "link_case": f"""
    CREATE TABLE link_case (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,{_VERSIONED}
        kind text NOT NULL CONSTRAINT ck_link_case_kind CHECK (kind IN ('roster', 'relink')),
        fingerprint bytea NOT NULL,
        account_id uuid NOT NULL,
        person_id uuid,
        provider_id uuid,
        subject_hash bytea,
        state text NOT NULL CONSTRAINT ck_link_case_state CHECK (state IN ('open', 'confirmed', 'rejected')),
        decided_by uuid,
        decided_at timestamptz,
        CONSTRAINT pk_link_case PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_link_case_tenant_id_fingerprint UNIQUE (tenant_id, fingerprint),
        {_account("link_case")}
    )""",
    "person_tie": """
    CREATE TABLE person_tie (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        population text NOT NULL CONSTRAINT ck_person_tie_population CHECK (population IN ('pupil', 'guardian')),
        person_id uuid NOT NULL,
        child_id uuid,
        unit_id uuid,
        starts_on date,
        ends_on date,
        is_ended boolean NOT NULL,
        roster_version integer NOT NULL,
        CONSTRAINT pk_person_tie PRIMARY KEY (tenant_id, id)
    )""",
    "school_unit": """
    CREATE TABLE school_unit (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        kind text NOT NULL,
        is_ended boolean NOT NULL,
        roster_version integer NOT NULL,
        CONSTRAINT pk_school_unit PRIMARY KEY (tenant_id, id)
    )""",
    "population_opening": f"""
    CREATE TABLE population_opening (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,{_VERSIONED}
        population text NOT NULL
            CONSTRAINT ck_population_opening_population CHECK (population IN ('pupil', 'guardian')),
        unit_id uuid,
        state text NOT NULL CONSTRAINT ck_population_opening_state CHECK (state IN ('open', 'closed')),
        opens_on date,
        decision_id uuid,
        closed_at timestamptz,
        CONSTRAINT pk_population_opening PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_population_opening_decision CHECK (population <> 'guardian' OR decision_id IS NOT NULL)
    )""",
    "handover": f"""
    CREATE TABLE handover (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,{_VERSIONED}
        role text NOT NULL CONSTRAINT ck_handover_role CHECK (role IN ('tenant_admin', 'register_admin')),
        unit_id uuid,
        from_account_id uuid,
        to_account_id uuid NOT NULL,
        previous text NOT NULL CONSTRAINT ck_handover_previous CHECK (previous IN ('none', 'ended', 'kept')),
        reason text,
        due_on date,
        state text NOT NULL CONSTRAINT ck_handover_state CHECK (state IN ('offered', 'accepted', 'withdrawn')),
        offered_by uuid,
        offered_at timestamptz NOT NULL,
        decided_at timestamptz,
        CONSTRAINT pk_handover PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_handover_unit CHECK ((role = 'tenant_admin') = (unit_id IS NULL)),
        CONSTRAINT fk_handover_tenant_id_to_account_id FOREIGN KEY (tenant_id, to_account_id)
            REFERENCES account (tenant_id, id) ON DELETE CASCADE
    )""",
    "handover_policy": """
    CREATE TABLE handover_policy (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        wanted_per_unit integer NOT NULL,
        CONSTRAINT pk_handover_policy PRIMARY KEY (tenant_id, id)
    )""",
    "break_glass": f"""
    CREATE TABLE break_glass (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,{_VERSIONED}
        account_id uuid NOT NULL,
        state text NOT NULL CONSTRAINT ck_break_glass_state CHECK (state IN ('pending', 'enabled', 'disabled')),
        totp_sealed bytea NOT NULL,
        last_step bigint NOT NULL,
        recovery_hash bytea NOT NULL,
        failures integer NOT NULL,
        locked_until timestamptz,
        CONSTRAINT pk_break_glass PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_break_glass_tenant_id_recovery_hash UNIQUE (tenant_id, recovery_hash),
        {_account("break_glass")}
    )""",
    "break_glass_use": """
    CREATE TABLE break_glass_use (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        break_glass_id uuid NOT NULL,
        account_id uuid NOT NULL,
        used_at timestamptz NOT NULL,
        acknowledged_by uuid,
        acknowledged_at timestamptz,
        CONSTRAINT pk_break_glass_use PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_break_glass_use_tenant_id_break_glass_id FOREIGN KEY (tenant_id, break_glass_id)
            REFERENCES break_glass (tenant_id, id) ON DELETE CASCADE
    )""",
}

INDEXES = (
    # A domain is at most one tenant's, whoever asks at the same time. Tells nobody whose.
    "CREATE UNIQUE INDEX uq_login_scope_domain ON login_scope (domain) WHERE state = 'verified'",
    "CREATE INDEX ix_account_alternative_tenant_id_account_id ON account_alternative (tenant_id, account_id)",
    "CREATE INDEX ix_alternative_request_tenant_id_account_id ON alternative_request (tenant_id, account_id)",
    "CREATE INDEX ix_link_case_tenant_id_account_id ON link_case (tenant_id, account_id)",
    "CREATE INDEX ix_person_tie_tenant_id_person_id ON person_tie (tenant_id, person_id)",
    "CREATE INDEX ix_person_tie_tenant_id_child_id ON person_tie (tenant_id, child_id)",
    "CREATE UNIQUE INDEX uq_population_opening_open ON population_opening (tenant_id, population, unit_id)"
    " NULLS NOT DISTINCT WHERE state = 'open'",
    "CREATE UNIQUE INDEX uq_handover_offered ON handover (tenant_id, role, unit_id, to_account_id)"
    " NULLS NOT DISTINCT WHERE state = 'offered'",
    "CREATE INDEX ix_break_glass_tenant_id_account_id ON break_glass (tenant_id, account_id)",
    "CREATE INDEX ix_break_glass_use_tenant_id_break_glass_id ON break_glass_use (tenant_id, break_glass_id)",
)

# Volatile and in plpgsql, so that the second statement sees what was committed while the first one waited.
IS_FREE = """
CREATE FUNCTION login_scope_is_free(wanted text) RETURNS boolean
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(hashtextextended('login_scope/' || wanted, 0));
    RETURN NOT EXISTS (
        SELECT FROM login_scope WHERE domain = wanted AND state = 'verified'
            AND tenant_id IS DISTINCT FROM nullif(current_setting('app.tenant', true), '')::uuid);
END
$$
"""


def upgrade() -> None:
    op.execute("ALTER TABLE identity_provider ADD COLUMN is_scoped boolean NOT NULL DEFAULT true")
    op.execute("ALTER TABLE identity_provider ALTER COLUMN is_scoped DROP DEFAULT")
    for table, ddl in TABLES.items():
        op.execute(ddl)
        protect(table)
    for index in INDEXES:
        op.execute(index)
    op.execute(IS_FREE)
    definer_function("login_scope_is_free(text)")
    # Enrolments, guardians and units were not kept until now: the roster is read once more from its beginning.
    op.execute("DELETE FROM roster_position")


def downgrade() -> None:
    op.execute("DROP FUNCTION login_scope_is_free(text)")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.execute("ALTER TABLE identity_provider DROP COLUMN is_scoped")
