"""Trainees who teach their colleagues, and mentors."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0770"
down_revision = "2026_11_22_0760"
branch_labels = None
depends_on = None

_KEY = """tenant_id uuid NOT NULL, id uuid NOT NULL, version integer NOT NULL, created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL"""

_TABLES = {
    "cascade": f"""{_KEY}, course_id uuid NOT NULL, teaches_id uuid NOT NULL, holder_role text NOT NULL,
        colleague_role text NOT NULL, colleagues integer NOT NULL, days integer NOT NULL, archived boolean NOT NULL,
        CONSTRAINT pk_cascade PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_cascade_tenant_id_rule UNIQUE (tenant_id, course_id,
            teaches_id, holder_role, colleague_role),
        CONSTRAINT fk_cascade_tenant_id_course_id FOREIGN KEY (tenant_id, course_id) REFERENCES course (tenant_id, id),
        CONSTRAINT fk_cascade_tenant_id_teaches_id FOREIGN KEY (tenant_id, teaches_id)
            REFERENCES course (tenant_id, id),
        CONSTRAINT ck_cascade_other CHECK (course_id <> teaches_id),
        CONSTRAINT ck_cascade_colleagues CHECK (colleagues >= 1),
        CONSTRAINT ck_cascade_days CHECK (days >= 1)""",
    "obligation": f"""{_KEY}, cascade_id uuid NOT NULL, person_id uuid NOT NULL, unit_id uuid NOT NULL,
        due_on date NOT NULL, state text NOT NULL, release_reason text,
        CONSTRAINT pk_obligation PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_obligation_tenant_id_cascade_id_person_id_unit_id UNIQUE (tenant_id, cascade_id, person_id,
            unit_id),
        CONSTRAINT fk_obligation_tenant_id_cascade_id FOREIGN KEY (tenant_id, cascade_id)
            REFERENCES cascade (tenant_id, id),
        CONSTRAINT ck_obligation_state CHECK (state IN ('open', 'met', 'overdue', 'vacant', 'released'))""",
    "attestation": f"""{_KEY}, obligation_id uuid NOT NULL, person_id uuid NOT NULL, completion_id uuid NOT NULL,
        taught_on date NOT NULL,
        CONSTRAINT pk_attestation PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_attestation_tenant_id_obligation_id_person_id UNIQUE (tenant_id, obligation_id, person_id),
        CONSTRAINT uq_attestation_tenant_id_completion_id UNIQUE (tenant_id, completion_id),
        CONSTRAINT fk_attestation_tenant_id_obligation_id FOREIGN KEY (tenant_id, obligation_id)
            REFERENCES obligation (tenant_id, id)""",
    "mentorship": f"""{_KEY}, course_id uuid NOT NULL, mentor_id uuid NOT NULL, mentee_id uuid NOT NULL,
        starts_on date NOT NULL, ends_on date,
        CONSTRAINT pk_mentorship PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_mentorship_tenant_id_course_id FOREIGN KEY (tenant_id, course_id)
            REFERENCES course (tenant_id, id),
        CONSTRAINT ck_mentorship_other CHECK (mentor_id <> mentee_id),
        CONSTRAINT ck_mentorship_order CHECK (ends_on >= starts_on)""",
}
_INDEXES = (
    "CREATE INDEX ix_obligation_tenant_id_unit_id ON obligation (tenant_id, unit_id, id)",
    "CREATE INDEX ix_obligation_tenant_id_person_id ON obligation (tenant_id, person_id)",
    "CREATE UNIQUE INDEX uq_mentorship_tenant_id_course_id_mentee_id ON mentorship (tenant_id, course_id, mentee_id)"
    " WHERE ends_on IS NULL",
    "CREATE INDEX ix_mentorship_tenant_id_mentor_id ON mentorship (tenant_id, mentor_id)",
    "CREATE INDEX ix_mentorship_tenant_id_mentee_id ON mentorship (tenant_id, mentee_id)",
)


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        protect(table)
    for index in _INDEXES:
        op.execute(index)


def downgrade() -> None:
    for table in reversed(_TABLES):
        op.execute(f"DROP TABLE {table}")
