"""Create tenants, accounts, memberships, clients, keys, sessions and tokens."""

from alembic import op

from shared.auth.tables import create_access_cutoff, drop_access_cutoff
from shared.kit.journal import create_journal_table
from shared.kit.kit_tables import create_kit_tables, drop_kit_tables
from shared.kit.migrations import definer_function, open_to_app, protect

revision = "2026_11_21_2150"
down_revision = None
branch_labels = None
depends_on = None

TABLES = {
    "tenant": """
    CREATE TABLE tenant (
        id uuid NOT NULL,
        kind text NOT NULL,
        name text NOT NULL,
        slug text NOT NULL,
        is_operator boolean NOT NULL,
        state text NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_tenant PRIMARY KEY (id),
        CONSTRAINT uq_tenant_slug UNIQUE (slug)
    )""",
    "signing_key": """
    CREATE TABLE signing_key (
        kid text NOT NULL,
        private_sealed bytea NOT NULL,
        public_jwk jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        signs_from timestamptz NOT NULL,
        published_until timestamptz,
        CONSTRAINT pk_signing_key PRIMARY KEY (kid)
    )""",
    "bootstrap_code": """
    CREATE TABLE bootstrap_code (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        code_hash bytea NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        CONSTRAINT pk_bootstrap_code PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_bootstrap_code_tenant_id_code_hash UNIQUE (tenant_id, code_hash)
    )""",
    "identity_provider": """
    CREATE TABLE identity_provider (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        name text NOT NULL,
        issuer text NOT NULL,
        client_id text NOT NULL,
        client_secret_sealed bytea NOT NULL,
        login_claim text NOT NULL,
        acr_map jsonb NOT NULL,
        state text NOT NULL,
        is_demo boolean NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_identity_provider PRIMARY KEY (tenant_id, id)
    )""",
    "account": """
    CREATE TABLE account (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        person_id uuid,
        display_name text NOT NULL,
        login_name text,
        is_protected boolean NOT NULL,
        state text NOT NULL,
        closed_reason text,
        source text NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_account PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_account_tenant_id_person_id UNIQUE (tenant_id, person_id)
    )""",
    "account_login": """
    CREATE TABLE account_login (
        tenant_id uuid NOT NULL,
        digest bytea NOT NULL,
        account_id uuid NOT NULL,
        CONSTRAINT pk_account_login PRIMARY KEY (tenant_id, digest),
        CONSTRAINT fk_account_login_tenant_id_account_id
            FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE
    )""",
    "membership": """
    CREATE TABLE membership (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        home_tenant_id uuid NOT NULL,
        account_id uuid NOT NULL,
        role text NOT NULL,
        unit_id uuid,
        side text NOT NULL,
        label text,
        duty_id uuid,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_membership PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_membership_home_tenant_id_account_id
            FOREIGN KEY (home_tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE,
        CONSTRAINT uq_membership_tenant_id_account_id_role_unit_id_duty_id
            UNIQUE NULLS NOT DISTINCT (tenant_id, account_id, role, unit_id, duty_id)
    )""",
    "duty": """
    CREATE TABLE duty (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        person_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        role text NOT NULL,
        starts_on date,
        ends_on date,
        is_ended boolean NOT NULL,
        roster_version integer NOT NULL,
        CONSTRAINT pk_duty PRIMARY KEY (tenant_id, id)
    )""",
    "roster_position": """
    CREATE TABLE roster_position (
        tenant_id uuid NOT NULL,
        version integer NOT NULL,
        CONSTRAINT pk_roster_position PRIMARY KEY (tenant_id)
    )""",
    "client": """
    CREATE TABLE client (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        client_id text NOT NULL,
        name text NOT NULL,
        kind text NOT NULL,
        secret_hash bytea,
        public_keys jsonb NOT NULL,
        redirect_uris jsonb NOT NULL,
        post_logout_redirect_uris jsonb NOT NULL,
        scopes jsonb NOT NULL,
        audiences jsonb NOT NULL,
        roles jsonb NOT NULL,
        side text,
        state text NOT NULL,
        is_demo boolean NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pk_client PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_client_tenant_id_client_id UNIQUE (tenant_id, client_id),
        CONSTRAINT ck_client_kind CHECK (kind IN ('public', 'script', 'service'))
    )""",
    "used_assertion": """
    CREATE TABLE used_assertion (
        tenant_id uuid NOT NULL,
        digest bytea NOT NULL,
        expires_at timestamptz NOT NULL,
        CONSTRAINT pk_used_assertion PRIMARY KEY (tenant_id, digest)
    )""",
    "sso_session": """
    CREATE TABLE sso_session (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        secret_hash bytea NOT NULL,
        account_id uuid NOT NULL,
        provider_id uuid NOT NULL,
        upstream_session text,
        upstream_acr text,
        acr text NOT NULL,
        auth_time timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        ended_at timestamptz,
        CONSTRAINT pk_sso_session PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_sso_session_tenant_id_account_id
            FOREIGN KEY (tenant_id, account_id) REFERENCES account (tenant_id, id) ON DELETE CASCADE,
        CONSTRAINT uq_sso_session_tenant_id_secret_hash UNIQUE (tenant_id, secret_hash)
    )""",
    "login_request": """
    CREATE TABLE login_request (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        handle_hash bytea NOT NULL,
        browser_hash bytea NOT NULL,
        request jsonb NOT NULL,
        expected_account_id uuid,
        provider_id uuid,
        state_hash bytea,
        nonce text,
        code_verifier text,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        CONSTRAINT pk_login_request PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_login_request_tenant_id_handle_hash UNIQUE (tenant_id, handle_hash),
        CONSTRAINT uq_login_request_tenant_id_state_hash UNIQUE (tenant_id, state_hash)
    )""",
    "authorization_code": """
    CREATE TABLE authorization_code (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        code_hash bytea NOT NULL,
        client_id text NOT NULL,
        redirect_uri text NOT NULL,
        scope text NOT NULL,
        nonce text,
        code_challenge text NOT NULL,
        home_tenant_id uuid NOT NULL,
        account_id uuid NOT NULL,
        session_id uuid NOT NULL,
        acr text NOT NULL,
        auth_time timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        family_id uuid,
        CONSTRAINT pk_authorization_code PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_authorization_code_tenant_id_code_hash UNIQUE (tenant_id, code_hash)
    )""",
    "refresh_family": """
    CREATE TABLE refresh_family (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        client_id text NOT NULL,
        home_tenant_id uuid NOT NULL,
        account_id uuid NOT NULL,
        session_id uuid NOT NULL,
        scope text NOT NULL,
        acr text NOT NULL,
        auth_time timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        revoked_at timestamptz,
        revoked_reason text,
        CONSTRAINT pk_refresh_family PRIMARY KEY (tenant_id, id)
    )""",
    "refresh_token": """
    CREATE TABLE refresh_token (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        family_id uuid NOT NULL,
        token_hash bytea NOT NULL,
        created_at timestamptz NOT NULL,
        expires_at timestamptz NOT NULL,
        used_at timestamptz,
        CONSTRAINT pk_refresh_token PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_refresh_token_tenant_id_family_id
            FOREIGN KEY (tenant_id, family_id) REFERENCES refresh_family (tenant_id, id) ON DELETE CASCADE,
        CONSTRAINT uq_refresh_token_tenant_id_token_hash UNIQUE (tenant_id, token_hash)
    )""",
}

INDEXES = (
    "CREATE INDEX ix_authorization_code_tenant_id_expires_at ON authorization_code (tenant_id, expires_at)",
    "CREATE INDEX ix_duty_tenant_id_person_id ON duty (tenant_id, person_id)",
    "CREATE INDEX ix_login_request_tenant_id_expires_at ON login_request (tenant_id, expires_at)",
    "CREATE INDEX ix_refresh_family_tenant_id_expires_at ON refresh_family (tenant_id, expires_at)",
    "CREATE UNIQUE INDEX uq_tenant_operator ON tenant (is_operator) WHERE is_operator",
    "CREATE INDEX ix_used_assertion_tenant_id_expires_at ON used_assertion (tenant_id, expires_at)",
    "CREATE INDEX ix_account_login_tenant_id_account_id ON account_login (tenant_id, account_id)",
    "CREATE INDEX ix_membership_home_tenant_id_account_id ON membership (home_tenant_id, account_id)",
    "CREATE INDEX ix_membership_tenant_id_duty_id ON membership (tenant_id, duty_id)",
    "CREATE INDEX ix_refresh_token_tenant_id_family_id ON refresh_token (tenant_id, family_id)",
    "CREATE INDEX ix_sso_session_tenant_id_account_id ON sso_session (tenant_id, account_id)",
    "CREATE INDEX ix_sso_session_tenant_id_expires_at ON sso_session (tenant_id, expires_at)",
)

# Read before a tenant is known, without personal data: the directory of tenants and the keys that sign.
WITHOUT_TENANT = {"tenant": "SELECT, INSERT, UPDATE", "signing_key": "SELECT, INSERT, UPDATE, DELETE"}

FUNCTIONS = {
    # A home tenant must cut its account off wherever it holds a role, and may not read those roles.
    "account_tenants(uuid)": """
    CREATE FUNCTION account_tenants(account uuid) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT DISTINCT tenant_id FROM membership
        WHERE account_id = account AND home_tenant_id = nullif(current_setting('app.tenant', true), '')::uuid
    $$""",
    # One bit, asked when a process starts: production refuses a database with demo data.
    "holds_demo_data()": """
    CREATE FUNCTION holds_demo_data() RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        SELECT EXISTS (SELECT FROM client WHERE is_demo) OR EXISTS (SELECT FROM identity_provider WHERE is_demo)
    $$""",
}


def upgrade() -> None:
    create_kit_tables()
    create_access_cutoff()
    create_journal_table()
    for table, ddl in TABLES.items():
        op.execute(ddl)
        if table in WITHOUT_TENANT:
            open_to_app(table, WITHOUT_TENANT[table])
        else:
            protect(table)
    for index in INDEXES:
        op.execute(index)
    for signature, ddl in FUNCTIONS.items():
        op.execute(ddl)
        definer_function(signature)


def downgrade() -> None:
    for signature in FUNCTIONS:
        op.execute(f"DROP FUNCTION {signature}")
    for table in reversed(TABLES):
        op.drop_table(table)
    op.drop_table("journal_entry")
    drop_access_cutoff()
    drop_kit_tables()
