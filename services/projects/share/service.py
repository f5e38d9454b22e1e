"""Making and revoking share links, and reading a plan through one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.baseline.models import BaselineItem
from services.projects.baseline.service import BaselineService
from services.projects.plan.window import add_months
from services.projects.project.models import Project
from services.projects.project.service import ProjectService
from services.projects.share.errors import ShareNotValid
from services.projects.share.models import ShareLink
from services.projects.share.repository import ShareRepository
from shared.contracts.projects_agreement import PlanShared, PlanShareRevoked
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.handle import Handle
from shared.kit.journal import record
from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text
from shared.queue.outbox import publish
from shared.web.preconditions import check_version

MONTHS = 12
_TOO_LONG = Text(
    sv="Välj en dag från och med i dag och högst tolv månader fram",
    en="Choose a day from today to at most twelve months ahead",
    da="Vælg en dag fra i dag og højst tolv måneder frem",
)


@dataclass(frozen=True)
class Shown:
    """A plan as its link shows it."""

    project: Project
    link: ShareLink
    rows: list[BaselineItem]


class ShareService:
    """The share links of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._links = ShareRepository(session)

    async def create(
        self, project_id: UUID, label: str, last_day: date | None, created_by: UUID
    ) -> tuple[ShareLink, Handle]:
        """A new link and its secret, which nobody can read again. Raises Invalid for a day out of bounds."""
        handle = Handle.new(tenant_of(self._session))
        link = ShareLink(
            tenant_id=tenant_of(self._session),
            project_id=project_id,
            label=label,
            secret_hash=handle.digest,
            created_by=created_by,
            expires_at=_end_of(_checked(last_day)),
        )
        self._links.add(link)
        await self._session.flush()
        after = {"project_id": project_id, "expires_at": link.expires_at.isoformat()}
        await record(self._session, "share_link.create", "share_link", link.id, after=after)
        await publish(self._session, PlanShared(project_id=project_id, share_link_id=link.id))
        return link, handle

    async def list_after(self, project_id: UUID, after: UUID | None, limit: int) -> Sequence[ShareLink]:
        return await self._links.list_after(project_id, after, limit)

    async def get(self, link_id: UUID) -> ShareLink:
        """Raises ShareLinkNotFound."""
        return await self._links.get(link_id)

    async def made_by(self, account_id: UUID) -> Sequence[ShareLink]:
        """The links that an account gave out."""
        return await self._links.made_by(account_id)

    async def revoke(self, link_id: UUID, version: int) -> None:
        """End a link at once; revoking it again changes nothing. Raises ShareLinkNotFound, StaleVersion."""
        link = await self._links.get(link_id, lock=True)
        check_version(version, link.version)
        if link.revoked_at is not None:
            return
        link.revoked_at = clock.now()
        link.touch()
        await record(self._session, "share_link.revoke", "share_link", link.id)
        await publish(self._session, PlanShareRevoked(project_id=link.project_id, share_link_id=link.id))

    async def show(self, handle: Handle) -> Shown:
        """The plan behind a secret of this tenant. Raises ShareNotValid."""
        link = await self._links.valid(handle.digest, clock.now())
        if link is None:
            raise ShareNotValid()
        today = datetime.combine(clock.now().date(), time(), UTC)
        if link.last_used_at != today:  # to the day: a use must not cost a write each time
            link.last_used_at = today
        project = await ProjectService(self._session).get(link.project_id)
        return Shown(project, link, await BaselineService(self._session).current(project.id))


def _checked(last_day: date | None) -> date:
    today = clock.today()
    latest = add_months(today, MONTHS)
    if last_day is not None and not today <= last_day <= latest:
        raise Invalid(errors=[FieldError(pointer="#/expiresOn", detail=_TOO_LONG, code="out_of_range")])
    return last_day or latest


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)
