"""Keeping ballot boxes: opened with a survey or poll, destroyed when it closes."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.benefit import ballots
from services.projects.benefit.models import Ballot, BallotBox
from shared.kit.db import tenant_of


async def open_box(session: AsyncSession, box_id: UUID) -> None:
    """A new box; `box_id` is the survey's or poll's id."""
    session.add(BallotBox(tenant_id=tenant_of(session), id=box_id, salt=ballots.new_salt()))
    await session.flush()


async def cast(session: AsyncSession, box_id: UUID, account_id: UUID) -> bool:
    """Note that the account has answered; False where it had already, or where the box is gone."""
    box = await session.get(BallotBox, (tenant_of(session), box_id))
    if box is None:
        return False
    token = ballots.token(box.salt, account_id)
    row = {"tenant_id": box.tenant_id, "id": ballots.anonymous_id(), "box_id": box_id, "token": token}
    written = insert(Ballot).values(row).on_conflict_do_nothing().returning(col(Ballot.id))
    return (await session.execute(written)).first() is not None


async def destroy_box(session: AsyncSession, box_id: UUID) -> None:
    """Forget who has answered: from now on nobody can find out."""
    tenant = tenant_of(session)
    await session.execute(delete(Ballot).where(col(Ballot.tenant_id) == tenant, col(Ballot.box_id) == box_id))
    await session.execute(delete(BallotBox).where(col(BallotBox.tenant_id) == tenant, col(BallotBox.id) == box_id))
