"""Carrying out what a file wants of the links, through the one door that every change of links uses."""

from collections.abc import Mapping
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.dependency.schemas import DependencyChange, DependencyCreate
from services.projects.dependency.service import DependencyService
from services.projects.interchange.linking import Link, LinkChanges
from services.projects.plan.vocabulary import DependencyType
from shared.auth.principal import Principal


async def apply_links(
    session: AsyncSession, project_id: UUID, links: LinkChanges, ids: Mapping[str, UUID], caller: Principal
) -> int:
    """Remove, change and add; returns how many. `ids` are the new rows by node. Removing comes first, so that a link
    that turns around closes no circle on the way."""
    dependencies = DependencyService(session)
    for link in links.removed:
        await dependencies.remove(_id(link), None, caller)
    for link in links.changed:
        row = await dependencies.get(_id(link))
        change = DependencyChange(lag_days=link.lag_days, is_soft=link.is_soft)
        await dependencies.change(row.id, row.version, change, caller)
    for link in links.added:
        new = DependencyCreate(
            predecessor_id=ids.get(link.predecessor) or UUID(link.predecessor),
            successor_id=ids.get(link.successor) or UUID(link.successor),
            type=DependencyType(link.kind),
            lag_days=link.lag_days,
            is_soft=link.is_soft,
        )
        await dependencies.create(project_id, new, caller)
    return len(links.removed) + len(links.changed) + len(links.added)


def _id(link: Link) -> UUID:
    if link.link_id is None:
        raise ValueError("the link does not stand yet")
    return UUID(link.link_id)
