"""Every table of the service, for alembic and the app."""

from services.sync.casework.models import CorrelationCase
from services.sync.db import Model
from services.sync.erasure.models import Erasure
from services.sync.evidence.models import EvidencePack, PublishedKey
from services.sync.fetching.models import SourceFetch
from services.sync.guarding.models import GuardPolicyRow
from services.sync.loginscope.models import LoginScope
from services.sync.outbound.models import OutboundDelivery, OutboundTemplate
from services.sync.plan.models import (
    Approval,
    FindingRow,
    PlannedAbsence,
    PlannedActivity,
    PlannedActivityTeacher,
    PlannedDuty,
    PlannedEnrolment,
    PlannedGroup,
    PlannedMembership,
    PlannedPerson,
    PlannedPlacement,
    PlannedResponsible,
    PlannedTeaching,
    PlannedUnit,
    Run,
)
from services.sync.platform.models import PlatformAccount, PlatformComparison, PlatformDifference
from services.sync.proof.models import RunProof
from services.sync.register.models import RunFeedback, SourceSubscription
from services.sync.roster.models import (
    Absence,
    Activity,
    ActivityTeacher,
    Duty,
    Enrolment,
    Group,
    Membership,
    Person,
    Placement,
    Responsible,
    RosterHead,
    RosterVersion,
    Teaching,
    Unit,
)
from services.sync.source.models import Source
from services.sync.statistic.models import StatisticsExport, StatisticsTemplate
from services.sync.subject.models import PersonErasure, PersonExport
from services.sync.tombstone.models import GracePolicy
from services.sync.upload.models import Upload, UploadPart
from services.sync.verification.models import UnitSignOff, VerificationState
from services.sync.verification_policy.models import VerificationPolicy
from shared.auth.tables import declare_access_cutoff, declare_assurance_rule
from shared.kit.files import declare_file_tables
from shared.kit.journal import declare_journal_table
from shared.kit.kit_tables import declare_kit_tables
from shared.kit.retention import declare_retention_rule

declare_kit_tables(Model)
declare_file_tables(Model)
declare_journal_table(Model)
declare_access_cutoff(Model)
declare_assurance_rule(Model)
declare_retention_rule(Model)

__all__ = [
    "Absence",
    "Activity",
    "ActivityTeacher",
    "Approval",
    "CorrelationCase",
    "Duty",
    "Enrolment",
    "Erasure",
    "EvidencePack",
    "FindingRow",
    "GracePolicy",
    "Group",
    "GuardPolicyRow",
    "LoginScope",
    "Membership",
    "Model",
    "OutboundDelivery",
    "OutboundTemplate",
    "Person",
    "PersonErasure",
    "PersonExport",
    "Placement",
    "PlannedAbsence",
    "PlannedActivity",
    "PlannedActivityTeacher",
    "PlannedDuty",
    "PlannedEnrolment",
    "PlannedGroup",
    "PlannedMembership",
    "PlannedPerson",
    "PlannedPlacement",
    "PlannedResponsible",
    "PlannedTeaching",
    "PlannedUnit",
    "PlatformAccount",
    "PlatformComparison",
    "PlatformDifference",
    "PublishedKey",
    "Responsible",
    "RosterHead",
    "RosterVersion",
    "Run",
    "RunFeedback",
    "RunProof",
    "Source",
    "SourceFetch",
    "SourceSubscription",
    "StatisticsExport",
    "StatisticsTemplate",
    "Teaching",
    "Unit",
    "UnitSignOff",
    "Upload",
    "UploadPart",
    "VerificationPolicy",
    "VerificationState",
]
