"""The authority's own side of taking part in programmes. Its tenant alone: the programme's is reached by the edge,
in a transaction of its own, so that no statement ever sees two tenants."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.member.errors import HandleNotValid
from services.projects.member.service import Accepted
from services.projects.membership.errors import ProgrammeMembershipLeft
from services.projects.membership.models import ProgrammeMembership
from services.projects.membership.repository import MembershipRepository
from services.projects.programme.models import Publication
from services.projects.project.service import ProjectService
from services.projects.standing.facts import Standing
from services.projects.standing.service import StandingService
from services.projects.template.errors import TemplateNotFound, TemplateVersionTaken
from services.projects.template.published import Published
from services.projects.template.service import TemplateService
from shared.contracts.projects_programme import ProgrammeJoined, ProgrammeLeft, ProgrammeReportSent, TaskListPulled
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.handle import Handle
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.kit.sealing import Sealer
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

SEAL_INFO = b"startklar.projects.seal.v1"


class MembershipService:
    """The programmes that the session's tenant takes part in."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._rows = MembershipRepository(session)

    async def join(self, handle: Handle, accepted: Accepted, sealer: Sealer) -> ProgrammeMembership:
        """Keep an accepted invitation; the same one again is the same membership."""
        found = await self._rows.by_handle(handle.digest)
        if found is not None:
            return found
        membership_id = new_id()
        membership = ProgrammeMembership(
            tenant_id=tenant_of(self._session),
            id=membership_id,
            programme_title=accepted.programme_title,
            member_name=accepted.member_name,
            audience=accepted.audience,
            handle_hash=handle.digest,
            sealed_handle=sealer.seal(handle.text.encode(), _place(membership_id)),
        )
        await self._rows.add(membership)
        await record(self._session, "programme_membership.join", "programme_membership", membership_id)
        await publish(self._session, ProgrammeJoined(programme_membership_id=membership_id))
        return membership

    async def get(self, membership_id: UUID) -> ProgrammeMembership:
        """Raises ProgrammeMembershipNotFound."""
        return await self._rows.get(membership_id)

    async def list_after(self, after: UUID | None, limit: int) -> Sequence[ProgrammeMembership]:
        return await self._rows.list_after(after, limit)

    async def handle(self, membership_id: UUID, sealer: Sealer) -> Handle:
        """The handle on the programme. Raises ProgrammeMembershipNotFound, ProgrammeMembershipLeft, SealBroken."""
        membership = await self._rows.get(membership_id)
        if membership.sealed_handle is None:
            raise ProgrammeMembershipLeft()
        handle = Handle.parse(sealer.open(membership.sealed_handle, _place(membership_id)).decode())
        if handle is None:
            raise HandleNotValid()
        return handle

    async def standing(self, project_id: UUID) -> Standing:
        """What would be pushed. Raises ProjectNotFound."""
        await ProjectService(self._session).get(project_id)
        return (await StandingService(self._session).of([project_id]))[project_id]

    async def take_over(self, membership_id: UUID, given: Publication, found: Published) -> tuple[bool, Sequence[UUID]]:
        """Publish a task list as the authority's own template; whether it is new, and the projects to look at.

        Raises ProgrammeMembershipNotFound, and TemplateVersionTaken where an own version of that name says otherwise.
        """
        membership = await self._rows.get(membership_id, lock=True)
        key, version = found.template.key, found.template.version
        is_new = not await self._has(found)
        if is_new:
            document = found.template.model_dump(mode="json", by_alias=True)
            await TemplateService(self._session).publish(orjson.dumps(document).decode())
        if membership.pulled_number != given.number:
            membership.pulled_number, membership.pulled_at = given.number, clock.now()
            membership.pulled_key, membership.pulled_version = key, version
            membership.touch()
            after = {"number": given.number, "key": key, "version": version}
            await self._tell("pull", membership_id, after)
            await publish(self._session, TaskListPulled(programme_membership_id=membership_id, number=given.number))
        return is_new, await self._rows.projects_of(key, version)

    async def note_report(self, membership_id: UUID, project_id: UUID) -> datetime:
        """Remember what was pushed, and when. Raises ProgrammeMembershipNotFound."""
        membership = await self._rows.get(membership_id, lock=True)
        membership.project_id, membership.reported_at = project_id, clock.now()
        membership.touch()
        await self._tell("report", membership_id, {"project": project_id})
        sent = ProgrammeReportSent(programme_membership_id=membership_id, project_id=project_id)
        await publish(self._session, sent)
        return membership.reported_at

    async def leave(self, membership_id: UUID, version: int) -> None:
        """Destroy the handle. Raises ProgrammeMembershipNotFound, StaleVersion."""
        membership = await self._rows.get(membership_id, lock=True)
        check_version(version, membership.version)
        if membership.left_at is None:
            membership.left_at, membership.sealed_handle = clock.now(), None
            membership.touch()
            await self._tell("leave", membership_id, {})
            await publish(self._session, ProgrammeLeft(programme_membership_id=membership_id))

    async def _has(self, found: Published) -> bool:
        """Raises TemplateVersionTaken for other content under the same name."""
        key, version = found.template.key, found.template.version
        try:
            own = await TemplateService(self._session).get(key, version)
        except TemplateNotFound:
            return False
        if own.digest != found.digest:
            raise TemplateVersionTaken(key, version)
        return True

    async def _tell(self, verb: str, membership_id: UUID, after: dict[str, object]) -> None:
        entity = "programme_membership"
        await record(self._session, f"{entity}.{verb}", entity, membership_id, after=after)


def _place(membership_id: UUID) -> str:
    return f"programme_membership:{membership_id}"
