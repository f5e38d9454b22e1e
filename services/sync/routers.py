"""The routes of sync, feature by feature: what people and systems call, and what other services call."""

from fastapi import APIRouter

from services.sync.access.endpoints import router as access
from services.sync.casework.endpoints import router as cases
from services.sync.change.endpoints import public_router as roster_changes
from services.sync.change.endpoints import router as changes
from services.sync.copy.endpoints import router as copies
from services.sync.erasure.endpoints import router as erasures
from services.sync.evidence.endpoints import router as evidence
from services.sync.fetching.endpoints import router as fetches
from services.sync.guarding.endpoints import router as policies
from services.sync.history.endpoints import router as history
from services.sync.outbound.endpoints import router as outbound
from services.sync.person.endpoints import router as persons
from services.sync.platform.endpoints import router as platform
from services.sync.register.endpoints import router as notices
from services.sync.retention.endpoints import router as retention
from services.sync.roster.endpoints import router as roster
from services.sync.run.endpoints import router as runs
from services.sync.source.endpoints import router as sources
from services.sync.statistic.endpoints import router as statistics
from services.sync.subject.endpoints import router as subjects
from services.sync.tombstone.endpoints import router as tombstones
from services.sync.undo.endpoints import router as undos
from services.sync.unit.endpoints import router as units
from services.sync.upload.endpoints import router as uploads
from services.sync.verification.endpoints import router as verification
from services.sync.verification_policy.endpoints import router as verification_policy
from shared.web.journal import journal_router

ROUTERS: list[APIRouter] = [
    units,
    persons,
    uploads,
    sources,
    fetches,
    copies,
    notices,
    runs,
    policies,
    cases,
    undos,
    platform,
    verification,
    verification_policy,
    evidence,
    roster,
    history,
    roster_changes,
    erasures,
    tombstones,
    subjects,
    retention,
    outbound,
    statistics,
    journal_router("sync"),
]
INTERNAL_ROUTERS: list[APIRouter] = [changes, access]
