"""Follow how far a large plan has been written, so that a lost worker's job goes on where it stopped."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0060"
down_revision = "2026_11_22_0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE instantiation (
            tenant_id uuid NOT NULL,
            id uuid NOT NULL,
            project_id uuid NOT NULL,
            job_id uuid NOT NULL,
            state text NOT NULL,
            units jsonb NOT NULL,
            children_total integer NOT NULL,
            children_done integer NOT NULL,
            version integer NOT NULL,
            created_at timestamptz NOT NULL,
            updated_at timestamptz NOT NULL,
            CONSTRAINT pk_instantiation PRIMARY KEY (tenant_id, id),
            CONSTRAINT fk_instantiation_tenant_id_project_id
                FOREIGN KEY (tenant_id, project_id) REFERENCES project (tenant_id, id),
            CONSTRAINT ck_instantiation_state CHECK (state IN ('waiting', 'writing', 'done')),
            CONSTRAINT ck_instantiation_children CHECK (children_done >= 0 AND children_done <= children_total),
            CONSTRAINT uq_instantiation_tenant_id_project_id UNIQUE (tenant_id, project_id)
        )"""
    )
    protect("instantiation")


def downgrade() -> None:
    op.execute("DROP TABLE instantiation")
