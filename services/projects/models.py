"""Every table of the service, for alembic and the app."""

from services.projects.activity.models import Activity, ActivityParticipation, Dependency
from services.projects.baseline.models import Baseline, BaselineItem
from services.projects.attachment.models import Attachment
from services.projects.db import Model
from services.projects.gate.models import Attestation, Gate, GateCriterion, GateTransition, GateWaiver
from services.projects.phase.models import Phase, Track
from services.projects.project.models import Project, ProjectParty, ProjectRole
from services.projects.signal.models import Signal
from services.projects.unit.models import Unit, UnitFeed
from shared.auth.tables import declare_access_cutoff
from shared.kit.files import declare_file_tables
from shared.kit.journal import declare_journal_table
from shared.kit.kit_tables import declare_kit_tables

declare_kit_tables(Model)
declare_file_tables(Model)
declare_journal_table(Model)
declare_access_cutoff(Model)

__all__ = [
    "Activity",
    "ActivityParticipation",
    "Attachment",
    "Attestation",
    "Baseline",
    "BaselineItem",
    "Dependency",
    "Gate",
    "GateCriterion",
    "GateTransition",
    "GateWaiver",
    "Model",
    "Phase",
    "Project",
    "ProjectParty",
    "ProjectRole",
    "Signal",
    "Track",
    "Unit",
    "UnitFeed",
]
