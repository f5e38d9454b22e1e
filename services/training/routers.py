"""The routes of training, feature by feature."""

from fastapi import APIRouter

from services.training.access.endpoints import router as access_policy
from services.training.appointment.endpoints import router as appointments
from services.training.attendance.endpoints import router as attendances
from services.training.availability.endpoints import router as availabilities
from services.training.calendar.endpoints import router as calendar_feeds
from services.training.catchup.endpoints import router as catch_ups
from services.training.certificate.endpoints import router as certificates
from services.training.checkin.endpoints import router as check_ins
from services.training.choice.endpoints import router as choices
from services.training.course.endpoints import router as courses
from services.training.coverage.endpoints import router as coverage
from services.training.curriculum.endpoints import router as curricula
from services.training.enrolment.endpoints import router as enrolments
from services.training.exchange.endpoints import router as exchanges
from services.training.feedback.endpoints import router as feedback
from services.training.invitation.endpoints import router as mails
from services.training.issuer.endpoints import router as issuers
from services.training.mentorship.endpoints import router as mentorships
from services.training.obligation.endpoints import router as obligations
from services.training.ownseat.endpoints import router as own_seats
from services.training.prerequisite.endpoints import router as prerequisites
from services.training.proposal.endpoints import router as plans
from services.training.report.endpoints import router as reports
from services.training.roll.endpoints import router as rolls
from services.training.room.endpoints import router as rooms
from services.training.session.endpoints import router as sessions
from services.training.signal.endpoints import router as signals
from services.training.standin.endpoints import router as stand_ins
from services.training.statement.endpoints import router as record_store
from services.training.wave.endpoints import router as waves
from services.training.wording.endpoints import router as mail_templates
from shared.web.journal import journal_router

ROUTERS: list[APIRouter] = [
    courses,
    curricula,
    prerequisites,
    rooms,
    choices,
    sessions,
    stand_ins,
    enrolments,
    exchanges,
    own_seats,
    availabilities,
    plans,
    attendances,
    check_ins,
    rolls,
    catch_ups,
    feedback,
    certificates,
    issuers,
    appointments,
    obligations,
    mentorships,
    waves,
    record_store,
    coverage,
    signals,
    access_policy,
    reports,
    mails,
    mail_templates,
    calendar_feeds,
    journal_router("training"),
]
