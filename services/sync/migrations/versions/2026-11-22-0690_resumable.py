"""Uploads that go on where they stopped, and what else was left."""

from alembic import op

from shared.kit.migrations import definer_function, open_to_app, protect

revision = "2026_11_22_0690"
down_revision = "2026_11_22_0680"
branch_labels = None
depends_on = None

POINTED = {
    "pointed_at": "timestamptz",
    "pointed_by": "uuid",
    "pointed_person": "uuid",
    "confirmed_at": "timestamptz",
    "confirmed_by": "uuid",
}
COLUMNS = {
    "approval": {"person_id": "uuid"},
    "source": POINTED,
    "outbound_template": POINTED,
    "statistics_export": {"counted": "text NOT NULL DEFAULT 'pupils'"},
    "upload": {"received": "bigint NOT NULL DEFAULT 0"},
}
TABLES = {
    "verification_policy": """
    CREATE TABLE verification_policy (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        max_age_days integer NOT NULL,
        max_errors integer NOT NULL,
        max_drift integer NOT NULL,
        platform_source_id uuid,
        platform_named_by uuid,
        platform_named_at timestamptz,
        soaks_from date,
        CONSTRAINT pk_verification_policy PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_verification_policy_max_age_days CHECK (max_age_days BETWEEN 1 AND 90),
        CONSTRAINT ck_verification_policy_max_errors CHECK (max_errors BETWEEN 0 AND 100),
        CONSTRAINT ck_verification_policy_max_drift CHECK (max_drift BETWEEN 0 AND 100),
        CONSTRAINT fk_verification_policy_tenant_id_platform_source_id
            FOREIGN KEY (tenant_id, platform_source_id) REFERENCES source (tenant_id, id)
    )""",
    "upload_part": """
    CREATE TABLE upload_part (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        upload_id uuid NOT NULL,
        first bigint NOT NULL,
        size bigint NOT NULL,
        file_id uuid NOT NULL,
        CONSTRAINT pk_upload_part PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_upload_part_tenant_id_upload_id_first UNIQUE (tenant_id, upload_id, first),
        CONSTRAINT fk_upload_part_tenant_id_upload_id
            FOREIGN KEY (tenant_id, upload_id) REFERENCES upload (tenant_id, id),
        CONSTRAINT fk_upload_part_tenant_id_file_id
            FOREIGN KEY (tenant_id, file_id) REFERENCES stored_file (tenant_id, id)
    )""",
}


# What people wrote names whom they had in mind. The journal is append-only for the service: this, and no other change,
# is done for it, and only to words in which a name stands that the roster holds at that moment.
REASONS = {"approval": "reason", "unit_sign_off": "note", "correlation_case": "reason", "journal_entry": "reason"}
FORGET_REASONS = r"""
CREATE FUNCTION forget_reasons(persons uuid[]) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
DECLARE
    own constant uuid := current_setting('app.tenant')::uuid;
    named text;
    found integer;
    gone integer := 0;
BEGIN
    SELECT string_agg(DISTINCT regexp_replace(lower(word), '([^[:alnum:][:space:]])', '\\\1', 'g'), '|') INTO named
    FROM (SELECT given_name, family_name FROM person WHERE tenant_id = own AND id = ANY (persons)
          UNION SELECT given_name, family_name FROM planned_person WHERE tenant_id = own AND id = ANY (persons)) p,
         unnest(ARRAY[p.given_name, p.family_name]) word
    WHERE length(word) > 1;
    IF named IS NULL THEN
        RETURN 0;
    END IF;
    named := '\m(' || named || ')(s|''s)?\M';
    {updates}
    RETURN gone;
END $$
"""
_UPDATE = """
    UPDATE {table} SET {column} = NULL WHERE tenant_id = own AND {column} IS NOT NULL AND lower({column}) ~ named;
    GET DIAGNOSTICS found = ROW_COUNT;
    gone := gone + found;
"""
EVIDENCE_KEY = """
CREATE TABLE evidence_key (
    kid text NOT NULL,
    jwk jsonb NOT NULL,
    first_used_at timestamptz NOT NULL,
    CONSTRAINT pk_evidence_key PRIMARY KEY (kid)
)"""


def upgrade() -> None:
    """Add columns and tables."""
    for table, columns in COLUMNS.items():
        for name, kind in columns.items():
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
            if "DEFAULT" in kind:
                op.execute(f"ALTER TABLE {table} ALTER COLUMN {name} DROP DEFAULT")
    for table, create in TABLES.items():
        op.execute(create)
        protect(table)
    op.execute(EVIDENCE_KEY)
    updates = "".join(_UPDATE.format(table=table, column=column) for table, column in REASONS.items())
    op.execute(FORGET_REASONS.replace("{updates}", updates))
    definer_function("forget_reasons(uuid[])")
    open_to_app("evidence_key", "SELECT, INSERT")


def downgrade() -> None:
    """Take them away."""
    op.execute("DROP FUNCTION forget_reasons(uuid[])")
    op.drop_table("evidence_key")
    for table in reversed(TABLES):
        op.drop_table(table)
    for table, columns in COLUMNS.items():
        for name in columns:
            op.drop_column(table, name)
