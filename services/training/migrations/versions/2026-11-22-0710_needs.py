"""Curricula by role and school form, prerequisites, completions of online material, waves of units."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0710"
down_revision = "2026_11_22_0700"
branch_labels = None
depends_on = None

_KEY = "tenant_id uuid NOT NULL, id uuid NOT NULL"
_VERSIONED = "version integer NOT NULL, created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL"

_TABLES = {
    "curriculum": f"""{_KEY}, {_VERSIONED}, key text NOT NULL, title jsonb NOT NULL, role text NOT NULL,
        school_form text, archived boolean NOT NULL,
        CONSTRAINT pk_curriculum PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_curriculum_tenant_id_key UNIQUE (tenant_id, key)""",
    "curriculum_module": f"""{_KEY}, curriculum_id uuid NOT NULL, course_id uuid NOT NULL, position integer NOT NULL,
        CONSTRAINT pk_curriculum_module PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_curriculum_module_tenant_id_curriculum_id_course_id UNIQUE (tenant_id, curriculum_id, course_id),
        CONSTRAINT fk_curriculum_module_tenant_id_curriculum_id FOREIGN KEY (tenant_id, curriculum_id)
            REFERENCES curriculum (tenant_id, id),
        CONSTRAINT fk_curriculum_module_tenant_id_course_id FOREIGN KEY (tenant_id, course_id)
            REFERENCES course (tenant_id, id)""",
    "prerequisite": f"""{_KEY}, course_id uuid NOT NULL, requires_id uuid NOT NULL, kind text NOT NULL,
        CONSTRAINT pk_prerequisite PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_prerequisite_tenant_id_course_id_requires_id UNIQUE (tenant_id, course_id, requires_id),
        CONSTRAINT fk_prerequisite_tenant_id_course_id FOREIGN KEY (tenant_id, course_id)
            REFERENCES course (tenant_id, id),
        CONSTRAINT fk_prerequisite_tenant_id_requires_id FOREIGN KEY (tenant_id, requires_id)
            REFERENCES course (tenant_id, id),
        CONSTRAINT ck_prerequisite_kind CHECK (kind IN ('soft', 'hard')),
        CONSTRAINT ck_prerequisite_other CHECK (course_id <> requires_id)""",
    "completion": f"""{_KEY}, {_VERSIONED}, course_id uuid NOT NULL, person_id uuid NOT NULL,
        completed_on date NOT NULL, source text NOT NULL,
        CONSTRAINT pk_completion PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_completion_tenant_id_person_id_course_id UNIQUE (tenant_id, person_id, course_id),
        CONSTRAINT fk_completion_tenant_id_course_id FOREIGN KEY (tenant_id, course_id)
            REFERENCES course (tenant_id, id)""",
    "wave": f"""{_KEY}, {_VERSIONED}, name text NOT NULL, goes_live_on date,
        CONSTRAINT pk_wave PRIMARY KEY (tenant_id, id), CONSTRAINT uq_wave_tenant_id_name UNIQUE (tenant_id, name)""",
    "wave_unit": f"""{_KEY}, wave_id uuid NOT NULL, unit_id uuid NOT NULL,
        CONSTRAINT pk_wave_unit PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_wave_unit_tenant_id_unit_id UNIQUE (tenant_id, unit_id),
        CONSTRAINT fk_wave_unit_tenant_id_wave_id FOREIGN KEY (tenant_id, wave_id) REFERENCES wave (tenant_id, id)""",
}

_STATEMENTS = (
    "ALTER TABLE course ADD link text, ADD audience_only boolean NOT NULL DEFAULT false",
    "ALTER TABLE course ALTER audience_only DROP DEFAULT",
    "CREATE INDEX ix_enrolment_tenant_id_attended ON enrolment (tenant_id, person_id, session_id)"
    " WHERE state = 'attended'",
)


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        protect(table)
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP INDEX ix_enrolment_tenant_id_attended")
    op.execute("ALTER TABLE course DROP link, DROP audience_only")
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
