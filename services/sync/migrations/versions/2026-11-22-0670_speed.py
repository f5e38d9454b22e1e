"""What a planned run rested on, for the next delivery that says the same."""

from alembic import op

from shared.kit.migrations import protect

revision = "2026_11_22_0670"
down_revision = "2026_11_22_0660"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("""
    CREATE TABLE run_proof (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        source text NOT NULL,
        surroundings text NOT NULL,
        prints jsonb,
        same_as uuid,
        is_settled boolean NOT NULL,
        evidence text,
        CONSTRAINT pk_run_proof PRIMARY KEY (tenant_id, id),
        CONSTRAINT fk_run_proof_tenant_id_id FOREIGN KEY (tenant_id, id) REFERENCES run (tenant_id, id),
        CONSTRAINT fk_run_proof_tenant_id_same_as FOREIGN KEY (tenant_id, same_as) REFERENCES run (tenant_id, id)
    )""")
    op.execute("CREATE INDEX ix_run_proof_source ON run_proof (tenant_id, source, id)")
    protect("run_proof")


def downgrade() -> None:
    op.drop_table("run_proof")
