"""Keep every former image of a row, sealed in a chain, and let reads go back in time."""

from shared.kit.history import create_history, drop_history, journaled
from shared.kit.journal import create_seals, drop_seals

revision = "2026_11_22_0025"
down_revision = "2026_11_22_0020"
branch_labels = None
depends_on = None

# Table -> the column by which its lists are narrowed, where that is not the project.
TABLES = {
    "project": "id",
    "project_party": None,
    "project_role": None,
    "phase": None,
    "track": None,
    "activity": None,
    "activity_participation": None,
    "dependency": None,
    "gate": None,
    "gate_criterion": "gate_id",
    "gate_waiver": "criterion_id",
    "attestation": "criterion_id",
    "gate_transition": "gate_id",
    "signal": None,
    "unit": None,
}


def upgrade() -> None:
    create_seals()
    create_history()
    for table, scope in TABLES.items():
        journaled(table, scope=scope)


def downgrade() -> None:
    drop_history()
    drop_seals()
