"""What projects holds about one person, shown or forgotten (GDPR articles 15 and 17). People are account ids here."""

from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.activity.service import ActivityService
from services.projects.agreement.person_data import KEPT_AGREEMENT, export_agreement
from services.projects.attachment.service import AttachmentService
from services.projects.delivery.person_data import (
    FORGOTTEN_DELIVERY_TEXTS,
    KEPT_DELIVERY,
    export_delivery,
    forget_delivery,
)
from services.projects.document.person_data import KEPT_DOCUMENTS, export_documents, forget_documents
from services.projects.feed.service import FeedService
from services.projects.gate.service import GateService
from services.projects.governance.person_data import KEPT_GOVERNANCE, export_governance, forget_governance
from services.projects.history.service import HistoryService
from services.projects.interchange.service import ImportRecords
from services.projects.member.service import MemberService
from services.projects.notice.person_data import export_notices, forget_notices
from services.projects.participation.service import ParticipationService
from services.projects.quality.person_data import export_quality, forget_quality
from services.projects.role.models import ProjectRole, RoleAssignment
from services.projects.role.service import RoleService
from shared.kit.persondata import ErasureReport, PersonData

KEPT = {
    "decisions": "passes, waivers and attestations are records of the authority; they hold an id, no name",
    "attachments": "documents are records of the authority; who attached them stands as an id, no name",
    "journal": "the journal is append-only; it holds ids, no names, and former rows were redacted",
}

# Free text that may speak of the person who answered for the row when it was written.
FORGOTTEN_TEXTS = ("activity.notes", *FORGOTTEN_DELIVERY_TEXTS)


async def export(session: AsyncSession, person_id: UUID) -> dict[str, Any]:
    """What the account answers for, has closed, holds as a role, and has decided."""
    activities = await ActivityService(session).of_account(person_id)
    roles = await RoleService(session).of_account(person_id)
    return {
        "activities": [{"id": str(row.id), "sourceRef": row.source_ref, "state": row.state} for row in activities],
        "participations": [
            {"activityId": str(row.activity_id), "raci": row.raci}
            for row in await ParticipationService(session).of_account(person_id)
        ],
        "attachments": [
            {"id": str(row.id), "kind": row.kind, "state": row.state}
            for row in await AttachmentService(session).declared_by(person_id)
        ],
        "roles": [_role(held, role, person_id) for held, role in roles],
        "readinessWaivers": [str(row.id) for row in await MemberService(session).waived_by(person_id)],
        "decisions": await GateService(session).decided_by(person_id),
        "calendarFeeds": [
            {"id": str(row.id), "kind": row.kind, "isRevoked": row.revoked_at is not None}
            for row in await FeedService(session).of_account(person_id)
        ],
        "imports": [
            {"id": str(row.id), "projectId": str(row.project_id), "state": row.state}
            for row in await ImportRecords(session).of_account(person_id)
        ],
        "governance": await export_governance(session, person_id),
        "delivery": await export_delivery(session, person_id),
        "notices": await export_notices(session, person_id),
        "quality": await export_quality(session, person_id),
        "agreement": await export_agreement(session, person_id),
        "documents": await export_documents(session, person_id),
    }


def _role(held: RoleAssignment, role: ProjectRole, person_id: UUID) -> dict[str, Any]:
    return {
        "projectId": str(role.project_id),
        "role": role.key,
        "unitId": held.unit_id and str(held.unit_id),
        "from": held.valid_from.isoformat(),
        "to": held.valid_to and held.valid_to.isoformat(),
        "isDeputy": held.deputy_id == person_id,
    }


async def erase(session: AsyncSession, person_id: UUID) -> ErasureReport:
    """Take the account away from what it answers for and from its roles."""
    erased = 0
    for activity in await ActivityService(session).of_account(person_id):
        if activity.owner_id == person_id:
            activity.owner_id = None
        if activity.done_by == person_id:
            activity.done_by = None
        activity.touch()
        erased += 1
    erased += await RoleService(session).forget(person_id)
    erased += await forget_governance(session, person_id)
    erased += await forget_delivery(session, person_id)
    erased += await forget_notices(session, person_id)
    erased += await forget_quality(session, person_id)
    erased += await forget_documents(session, person_id)
    erased += await ParticipationService(session).forget(person_id)
    erased += await FeedService(session).forget(person_id)
    erased += await ImportRecords(session).forget(person_id)
    await HistoryService(session).forget(person_id, FORGOTTEN_TEXTS)
    return ErasureReport(erased, KEPT | KEPT_GOVERNANCE | KEPT_DELIVERY | KEPT_AGREEMENT | KEPT_DOCUMENTS)


PERSON_DATA = PersonData(export, erase)
