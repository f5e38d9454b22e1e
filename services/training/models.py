"""Every table of training, for alembic and the app."""

from services.training.access.models import PlatformAccount, PlatformSight
from services.training.appointment.models import Appointment
from services.training.choice.models import SessionChoice
from services.training.course.models import Course
from services.training.coverage.models import Coverage
from services.training.curriculum.models import Curriculum, CurriculumModule
from services.training.db import Model
from services.training.meeting.models import SessionDate, SessionTrainer
from services.training.mentorship.models import Mentorship
from services.training.obligation.models import Attestation, Cascade, Obligation
from services.training.prerequisite.models import Completion, Prerequisite
from services.training.room.models import Room
from services.training.roster.models import Duty, Person, RosterPosition, Unit
from services.training.session.models import Enrolment, FreeSeat, Session
from services.training.signal.models import TrainingSignal
from services.training.wave.models import Wave, WaveUnit
from shared.auth.tables import declare_access_cutoff, declare_assurance_rule
from shared.kit.journal import declare_journal_table
from shared.kit.kit_tables import declare_kit_tables

declare_kit_tables(Model)
declare_journal_table(Model)
declare_access_cutoff(Model)
declare_assurance_rule(Model)

__all__ = [
    "Appointment",
    "Attestation",
    "Cascade",
    "Completion",
    "Course",
    "Coverage",
    "Curriculum",
    "CurriculumModule",
    "Duty",
    "Enrolment",
    "FreeSeat",
    "Mentorship",
    "Model",
    "Obligation",
    "Person",
    "PlatformAccount",
    "PlatformSight",
    "Prerequisite",
    "Room",
    "RosterPosition",
    "Session",
    "SessionChoice",
    "SessionDate",
    "SessionTrainer",
    "TrainingSignal",
    "Unit",
    "Wave",
    "WaveUnit",
]
