"""Every table of the service, for alembic and the app."""

from services.projects.activity.models import Activity, ActivityParticipation, Dependency
from services.projects.agreement.models import ChangeRequest, PlanStep
from services.projects.assessment.models import AssessmentMatrix, MatrixAssessment
from services.projects.attachment.models import Attachment
from services.projects.baseline.models import Baseline, BaselineItem
from services.projects.benefit.models import Ballot, BallotBox
from services.projects.body.models import Body, Seat, SeatMembership
from services.projects.calendar.models import CalendarException, ProjectCalendar
from services.projects.consultation.models import Consultation, ConsultationResponse
from services.projects.copylog.models import CopyLogEntry, MigrationEnvironment, PurgeCertificate
from services.projects.datarequest.models import DataRequest, DataRequestUnit
from services.projects.db import Model
from services.projects.decision.models import Decision, FunctionUsage
from services.projects.deviation.models import Deviation, DeviationCause
from services.projects.document.models import PlanText, StatusReport
from services.projects.escalation.models import Escalation
from services.projects.feed.models import CalendarFeed
from services.projects.gate.models import Attestation, Gate, GateCriterion, GateTransition, GateWaiver
from services.projects.goal.models import Goal, GoalLink, Indicator, Measurement
from services.projects.instantiation.models import Instantiation
from services.projects.integration.models import Integration, IntegrationStep, IntegrationVerification, SystemEntry
from services.projects.interchange.models import PlanImport
from services.projects.lesson.models import Evaluation, Lesson, NeedCard, Requirement
from services.projects.meeting.models import ActionItem, AgendaItem, Meeting, MeetingSeries
from services.projects.member.models import WaveMember
from services.projects.membership.models import ProgrammeMembership
from services.projects.notice.models import NoticeMail, NotificationPreference, SentNotice
from services.projects.phase.models import Phase, Track
from services.projects.poll.models import Poll, PollVote
from services.projects.programme.models import Programme, Publication, Wave
from services.projects.project.models import Project, ProjectParty
from services.projects.risk.models import (
    Risk,
    RiskAcceptance,
    RiskAssessment,
    RiskMatrix,
    RiskMeasure,
    RiskProposal,
)
from services.projects.role.models import ProjectRole, RoleAssignment
from services.projects.share.models import ShareLink
from services.projects.signal.models import Signal
from services.projects.survey.models import (
    Survey,
    SurveyComment,
    SurveyDefinition,
    SurveyResponse,
    SurveyUnit,
)
from services.projects.template.models import PublishedTemplate
from services.projects.transfer.models import MigrationCheck, MigrationFlow, MigrationRun, TransferDestination
from services.projects.unit.models import Unit, UnitFeed
from services.projects.wheel.models import AnnualWheel, WheelEvent, WheelOccurrence
from shared.auth.tables import declare_access_cutoff, declare_assurance_rule
from shared.kit.files import declare_file_tables
from shared.kit.history import declare_history
from shared.kit.journal import declare_sealed_journal
from shared.kit.kit_tables import declare_kit_tables
from shared.kit.retention import declare_retention_rule

declare_kit_tables(Model)
declare_file_tables(Model)
declare_sealed_journal(Model)
declare_history(Model)
declare_access_cutoff(Model)
declare_assurance_rule(Model)
declare_retention_rule(Model)

__all__ = [
    "ActionItem",
    "Activity",
    "ActivityParticipation",
    "AgendaItem",
    "AnnualWheel",
    "AssessmentMatrix",
    "Attachment",
    "Attestation",
    "Ballot",
    "BallotBox",
    "Baseline",
    "BaselineItem",
    "Body",
    "CalendarException",
    "CalendarFeed",
    "ChangeRequest",
    "Consultation",
    "ConsultationResponse",
    "CopyLogEntry",
    "DataRequest",
    "DataRequestUnit",
    "Decision",
    "Dependency",
    "Deviation",
    "DeviationCause",
    "Escalation",
    "Evaluation",
    "FunctionUsage",
    "Gate",
    "GateCriterion",
    "GateTransition",
    "GateWaiver",
    "Goal",
    "GoalLink",
    "Indicator",
    "Instantiation",
    "Integration",
    "IntegrationStep",
    "IntegrationVerification",
    "Lesson",
    "MatrixAssessment",
    "Measurement",
    "Meeting",
    "MeetingSeries",
    "MigrationCheck",
    "MigrationEnvironment",
    "MigrationFlow",
    "MigrationRun",
    "Model",
    "NeedCard",
    "NoticeMail",
    "NotificationPreference",
    "Phase",
    "PlanImport",
    "PlanStep",
    "PlanText",
    "Poll",
    "PollVote",
    "Programme",
    "ProgrammeMembership",
    "Project",
    "ProjectCalendar",
    "ProjectParty",
    "ProjectRole",
    "Publication",
    "PublishedTemplate",
    "PurgeCertificate",
    "Requirement",
    "Risk",
    "RiskAcceptance",
    "RiskAssessment",
    "RiskMatrix",
    "RiskMeasure",
    "RiskProposal",
    "RoleAssignment",
    "Seat",
    "SeatMembership",
    "SentNotice",
    "ShareLink",
    "Signal",
    "StatusReport",
    "Survey",
    "SurveyComment",
    "SurveyDefinition",
    "SurveyResponse",
    "SurveyUnit",
    "SystemEntry",
    "Track",
    "TransferDestination",
    "Unit",
    "UnitFeed",
    "Wave",
    "WaveMember",
    "WheelEvent",
    "WheelOccurrence",
]
