"""More of the canonical roster: placements, activities and who teaches them, absence counts, ids of other systems."""

from alembic import op

from shared.kit.migrations import definer_function, protect, service_name

revision = "2026_11_22_0610"
down_revision = "2026_11_22_0600"
branch_labels = None
depends_on = None

_OLD_NAMELESS = "given_name IS NULL AND family_name IS NULL AND email IS NULL AND login IS NULL"
_NAMELESS = f"{_OLD_NAMELESS} AND external_ids IS NULL"
_PERIOD = "starts_on date, ends_on date"
# Table: its columns, its natural key, and where its columns point.
TABLES = {
    "placement": (
        "child_id uuid NOT NULL, unit_id uuid NOT NULL, school_form text NOT NULL, group_id uuid,"
        f" {_PERIOD}, weekly_hours integer",
        ("child_id", "unit_id", "school_form"),
        {"child_id": "person", "unit_id": "unit", "group_id": "school_group"},
    ),
    "activity": (
        f"source_id text NOT NULL, name text NOT NULL, unit_id uuid NOT NULL, subject text, {_PERIOD}",
        ("source", "source_id"),
        {"unit_id": "unit"},
    ),
    "teaching": (
        "activity_id uuid NOT NULL, group_id uuid NOT NULL",
        ("activity_id", "group_id"),
        {"activity_id": "activity", "group_id": "school_group"},
    ),
    "activity_teacher": (
        "activity_id uuid NOT NULL, person_id uuid NOT NULL",
        ("activity_id", "person_id"),
        {"activity_id": "activity", "person_id": "person"},
    ),
    "absence": (
        "about_id uuid NOT NULL, month date NOT NULL, unit_id uuid NOT NULL, group_id uuid, pupils integer NOT NULL,"
        " absent_minutes integer NOT NULL, planned_minutes integer",
        ("about_id", "month"),
        {"unit_id": "unit", "group_id": "school_group"},
    ),
}
INDEXES = (
    "CREATE INDEX ix_placement_unit ON placement (tenant_id, unit_id)",
    "CREATE INDEX ix_activity_teacher_person ON activity_teacher (tenant_id, person_id)",
)


RUN_KINDS = "'delivery', 'manual', 'marking', 'undo'"
GONE = "ended_at IS NOT NULL AND source_id NOT LIKE 'erased:%'"
BY_SOURCE = ("unit", "person", "school_group", "activity")


def upgrade() -> None:
    for table in ("person", "planned_person"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN external_ids text[], ADD COLUMN external_digests text[]")
        _nameless(table, _NAMELESS)
    for table in ("school_group", "planned_school_group", "membership", "planned_membership"):
        op.execute(f"ALTER TABLE {table} ADD COLUMN starts_on date, ADD COLUMN ends_on date")
    for table, (columns, key, references) in TABLES.items():
        _create(table, columns, key, references)
        _create_planned(table, columns)
    op.execute("ALTER TABLE absence ADD CONSTRAINT ck_absence_about_nobody CHECK (pupils >= 5)")
    for statement in INDEXES:
        op.execute(statement)
    for table in BY_SOURCE:
        _unique_by_source(table, "DEFERRABLE INITIALLY IMMEDIATE")
    op.execute("ALTER TABLE run ADD COLUMN undoes_run_id uuid")
    op.execute(
        "ALTER TABLE run ADD CONSTRAINT fk_run_tenant_id_undoes_run_id"
        " FOREIGN KEY (tenant_id, undoes_run_id) REFERENCES run (tenant_id, id)"
    )
    op.execute("CREATE INDEX ix_run_applied ON run (tenant_id, applied_version)")
    _run_kinds(f"{RUN_KINDS}, 'erasure'")
    _create_ledger()


def _create_ledger() -> None:
    op.execute("""
    CREATE TABLE erasure (
        tenant_id uuid NOT NULL, id uuid NOT NULL, person_id uuid NOT NULL, reason text NOT NULL, part text NOT NULL,
        ended_at timestamptz, erased_at timestamptz NOT NULL, run_id uuid NOT NULL,
        CONSTRAINT pk_erasure PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_erasure_tenant_id_person_id UNIQUE (tenant_id, person_id),
        CONSTRAINT ck_erasure_reason CHECK (reason IN ('grace_over', 'request')),
        CONSTRAINT ck_erasure_part CHECK (part IN ('pupil', 'staff', 'guardian', 'none'))
    )""")
    protect("erasure")
    op.execute(f"REVOKE UPDATE, DELETE ON erasure FROM {service_name()}_app")
    op.execute("""
    CREATE TABLE grace_policy (
        tenant_id uuid NOT NULL, id uuid NOT NULL, version integer NOT NULL, created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL, pupil_days integer NOT NULL, staff_days integer NOT NULL,
        guardian_days integer NOT NULL,
        CONSTRAINT pk_grace_policy PRIMARY KEY (tenant_id, id),
        CONSTRAINT ck_grace_policy_days CHECK (least(pupil_days, staff_days, guardian_days) >= 1)
    )""")
    protect("grace_policy")
    op.execute(f"CREATE INDEX ix_person_ended ON person (tenant_id, ended_at) WHERE {GONE}")
    op.execute(f"""
    CREATE FUNCTION tombstone_tenants(before timestamptz) RETURNS SETOF uuid LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path = public, pg_temp AS
    $$SELECT DISTINCT tenant_id FROM person WHERE {GONE} AND ended_at < before ORDER BY tenant_id$$""")
    definer_function("tombstone_tenants(timestamptz)")


def _unique_by_source(table: str, when: str) -> None:
    # Two rows may exchange their ids in one run: only what stands at its end has to be unique.
    name = f"uq_{table}_tenant_id_source_source_id"
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} UNIQUE (tenant_id, source, source_id) {when}")


def _run_kinds(kinds: str) -> None:
    op.execute("ALTER TABLE run DROP CONSTRAINT ck_run_kind")
    op.execute(f"ALTER TABLE run ADD CONSTRAINT ck_run_kind CHECK (kind IN ({kinds}))")


def _nameless(table: str, condition: str) -> None:
    name = f"ck_{table}_protected_has_no_name"
    op.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    op.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} CHECK (NOT protected OR ({condition}))")


def _create(table: str, columns: str, key: tuple[str, ...], references: dict[str, str]) -> None:
    ties = "".join(
        f", CONSTRAINT fk_{table}_tenant_id_{column} FOREIGN KEY (tenant_id, {column})"
        f" REFERENCES {other} (tenant_id, id)"
        for column, other in references.items()
    )
    op.execute(f"""
    CREATE TABLE {table} (
        tenant_id uuid NOT NULL, id uuid NOT NULL, version integer NOT NULL, created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL, source text NOT NULL, changed_version bigint NOT NULL, ended_at timestamptz,
        ended_reason text, ended_run_id uuid, {columns},
        CONSTRAINT pk_{table} PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_{table}_tenant_id_{"_".join(key)} UNIQUE (tenant_id, {", ".join(key)}){ties}
    )""")
    protect(table)
    op.execute(f"CREATE INDEX ix_{table}_feed ON {table} (tenant_id, changed_version, id)")


def _create_planned(table: str, columns: str) -> None:
    op.execute(f"""
    CREATE TABLE planned_{table} (
        tenant_id uuid NOT NULL, run_id uuid NOT NULL, id uuid NOT NULL, {columns}, op text NOT NULL, before jsonb,
        at_unit uuid,
        CONSTRAINT pk_planned_{table} PRIMARY KEY (tenant_id, run_id, id),
        CONSTRAINT ck_planned_{table}_op CHECK (op IN ('create', 'change', 'end', 'revive'))
    )""")
    protect(f"planned_{table}")


def downgrade() -> None:
    op.execute("DROP FUNCTION tombstone_tenants(timestamptz)")
    op.execute("DROP INDEX ix_person_ended")
    op.execute("DROP TABLE grace_policy")
    op.execute("DROP TABLE erasure")
    _run_kinds(RUN_KINDS)
    op.execute("DROP INDEX ix_run_applied")
    op.execute("ALTER TABLE run DROP CONSTRAINT fk_run_tenant_id_undoes_run_id, DROP COLUMN undoes_run_id")
    for table in BY_SOURCE[:3]:
        _unique_by_source(table, "NOT DEFERRABLE")
    for table in reversed(TABLES):
        op.execute(f"DROP TABLE planned_{table}")
        op.execute(f"DROP TABLE {table}")
    for table in ("school_group", "planned_school_group", "membership", "planned_membership"):
        op.execute(f"ALTER TABLE {table} DROP COLUMN starts_on, DROP COLUMN ends_on")
    for table in ("person", "planned_person"):
        _nameless(table, _OLD_NAMELESS)
        op.execute(f"ALTER TABLE {table} DROP COLUMN external_ids, DROP COLUMN external_digests")
