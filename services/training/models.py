"""Every table of training, for alembic and the app."""

from services.training.access.models import AccessPolicy, PlatformAccount, PlatformLogin, PlatformSight
from services.training.address.models import MailAddress, MailChoice
from services.training.appointment.models import Appointment
from services.training.attendance.models import Attendance, AttendanceClose, AttendanceMark, AttendancePolicy
from services.training.availability.models import AbsenceCap, Availability
from services.training.calendar.models import CalendarFeed
from services.training.catchup.models import CatchUp, CatchUpPolicy
from services.training.certificate.models import Certificate
from services.training.checkin.models import SessionDoor
from services.training.choice.models import SessionChoice
from services.training.course.models import Course
from services.training.coverage.models import Coverage
from services.training.curriculum.models import Curriculum, CurriculumModule
from services.training.db import Model
from services.training.feedback.models import FeedbackBox, FeedbackForm
from services.training.invitation.models import EnrolmentTold, Invitation, Mail, SessionMessage
from services.training.issuer.models import IssuerKey, IssuerProfile
from services.training.meeting.models import SessionDate, SessionTrainer
from services.training.mentorship.models import Mentorship
from services.training.obligation.models import Attestation, Cascade, Obligation
from services.training.prerequisite.models import Completion, Prerequisite
from services.training.proposal.models import Plan, PlanSeat, PlanSession
from services.training.report.models import SubstituteRate
from services.training.roll.models import AttendanceRoll
from services.training.room.models import Room
from services.training.roster.models import Duty, Person, RosterPosition, Unit
from services.training.session.models import Enrolment, FreeSeat, Session
from services.training.signal.models import TrainingSignal
from services.training.statement.models import RecordStore, Statement
from services.training.wave.models import Wave, WaveUnit
from services.training.wording.models import MailRule, MailTemplate
from shared.auth.tables import declare_access_cutoff, declare_assurance_rule
from shared.kit.journal import declare_journal_table
from shared.kit.kit_tables import declare_kit_tables
from shared.kit.retention import declare_retention_rule

declare_kit_tables(Model)
declare_journal_table(Model)
declare_access_cutoff(Model)
declare_assurance_rule(Model)
declare_retention_rule(Model)

__all__ = [
    "AbsenceCap",
    "AccessPolicy",
    "Appointment",
    "Attendance",
    "AttendanceClose",
    "AttendanceMark",
    "AttendancePolicy",
    "AttendanceRoll",
    "Attestation",
    "Availability",
    "CalendarFeed",
    "Cascade",
    "CatchUp",
    "CatchUpPolicy",
    "Certificate",
    "Completion",
    "Course",
    "Coverage",
    "Curriculum",
    "CurriculumModule",
    "Duty",
    "Enrolment",
    "EnrolmentTold",
    "FeedbackBox",
    "FeedbackForm",
    "FreeSeat",
    "Invitation",
    "IssuerKey",
    "IssuerProfile",
    "Mail",
    "MailAddress",
    "MailChoice",
    "MailRule",
    "MailTemplate",
    "Mentorship",
    "Model",
    "Obligation",
    "Person",
    "Plan",
    "PlanSeat",
    "PlanSession",
    "PlatformAccount",
    "PlatformLogin",
    "PlatformSight",
    "Prerequisite",
    "RecordStore",
    "Room",
    "RosterPosition",
    "Session",
    "SessionChoice",
    "SessionDate",
    "SessionDoor",
    "SessionMessage",
    "SessionTrainer",
    "Statement",
    "SubstituteRate",
    "TrainingSignal",
    "Unit",
    "Wave",
    "WaveUnit",
]
