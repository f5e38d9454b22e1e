"""The routes of the projects service, feature by feature."""

from fastapi import APIRouter

from services.projects.activity.endpoints import router as activities
from services.projects.agreement.endpoints import router as agreements
from services.projects.assessment.endpoints import router as assessments
from services.projects.attachment.endpoints import router as attachments
from services.projects.baseline.endpoints import router as baselines
from services.projects.body.endpoints import router as bodies
from services.projects.calendar.endpoints import router as calendars
from services.projects.changerequest.endpoints import router as change_requests
from services.projects.checklist.endpoints import router as checklists
from services.projects.consultation.endpoints import router as consultations
from services.projects.copylog.endpoints import router as copies
from services.projects.datarequest.endpoints import router as data_requests
from services.projects.decision.endpoints import router as decisions
from services.projects.dependency.endpoints import router as dependencies
from services.projects.deviation.endpoints import router as deviations
from services.projects.document.endpoints import router as documents
from services.projects.escalation.endpoints import router as escalations
from services.projects.feed.endpoints import router as calendar_feeds
from services.projects.gate.endpoints import router as gates
from services.projects.goal.endpoints import goals, indicators, measurements
from services.projects.instantiation.endpoints import making as instantiation
from services.projects.instantiation.endpoints import options, upgrades
from services.projects.integration.endpoints import router as integrations
from services.projects.interchange.endpoints import exports
from services.projects.interchange.endpoints import router as imports
from services.projects.lesson.endpoints import evaluations, lessons, need_cards, requirements
from services.projects.meeting.endpoints import router as meetings
from services.projects.member.endpoints import router as members
from services.projects.membership.endpoints import router as memberships
from services.projects.mywork.endpoints import router as my_work
from services.projects.notice.endpoints import router as notices
from services.projects.participation.endpoints import router as participations
from services.projects.phase.endpoints import router as phases
from services.projects.phase.endpoints import tracks
from services.projects.picture.endpoints import router as pictures
from services.projects.poll.endpoints import router as polls
from services.projects.programme.endpoints import programmes, waves
from services.projects.progress.endpoints import router as progress
from services.projects.project.endpoints import router as projects
from services.projects.proposal.endpoints import router as proposals
from services.projects.readiness.endpoints import router as readiness
from services.projects.risk.endpoints import router as risks
from services.projects.schedule.endpoints import router as schedules
from services.projects.share.endpoints import router as shares
from services.projects.signal.endpoints import router as signals
from services.projects.staffing.endpoints import router as staffing
from services.projects.survey.endpoints import router as surveys
from services.projects.template.endpoints import router as templates
from services.projects.transfer.endpoints import router as transfers
from services.projects.unit.endpoints import router as units
from services.projects.wheel.endpoints import router as wheels
from shared.web.journal import journal_router

ROUTERS: list[APIRouter] = [
    activities,  # first: the most read list is also the first that a path is compared with
    templates,
    instantiation,
    options,
    upgrades,
    projects,
    phases,
    tracks,
    progress,
    participations,
    attachments,
    calendar_feeds,
    exports,
    imports,
    checklists,
    gates,
    baselines,
    shares,
    agreements,
    change_requests,
    documents,
    pictures,
    goals,
    indicators,
    measurements,
    wheels,
    surveys,
    polls,
    lessons,
    evaluations,
    need_cards,
    requirements,
    deviations,
    data_requests,
    assessments,
    bodies,
    decisions,
    meetings,
    staffing,
    escalations,
    consultations,
    signals,
    units,
    risks,
    proposals,
    copies,
    transfers,
    integrations,
    calendars,
    dependencies,
    schedules,
    my_work,
    notices,
    readiness,
    programmes,
    waves,
    members,
    memberships,
    journal_router("projects", is_sealed=True),
]
