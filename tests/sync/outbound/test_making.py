"""The roster may move while a package is made: a name hidden meanwhile is not in it, and it shows one state."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.outbound.declared import shipped
from services.sync.outbound.making import Made, PackageMaker
from services.sync.outbound.models import OutboundDelivery
from services.sync.person.erasing import forget_person
from services.sync.plan.applying import lock_head
from services.sync.plan.marking import protect
from services.sync.settings import Settings
from shared.kit.files import FileStore
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest, Start
from tests.sync.outbound.packages import content, declared, unzipped
from tests.sync.town import oneroster_zip, town, version_of
from tests.sync.work import LOADER, load, read, work

_IS_FREE = "SELECT count(*) FROM (SELECT FROM roster_head WHERE tenant_id = :tenant FOR UPDATE SKIP LOCKED) free"
_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = CAST(:name AS regclass) AND NOT granted)"


@asynccontextmanager
async def worked_up_to(service: ServiceUnderTest, name: str, work: Awaitable[Any]) -> AsyncIterator[AsyncSession]:
    """`work` goes on until it wants to read the table `name`, and further when the block has committed."""
    async with service.database.transaction(service.tenant) as session:
        await session.execute(text(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE"))
        working = asyncio.ensure_future(work)
        while not await session.scalar(text(_WAITS), {"name": name}):
            assert not working.done(), "nobody read it"
            await asyncio.sleep(0.01)
        yield session
    await working


async def marked(session: AsyncSession, person: UUID) -> Any:
    return await protect(session, [person], "register")


@pytest.mark.parametrize("hide", [marked, forget_person])
async def test_who_is_hidden_while_a_package_is_made_is_not_in_it(
    committed_service: Start, hide: Callable[[AsyncSession, UUID], Awaitable[Any]]
) -> None:
    sync = await committed_service("sync")
    small = town()
    person = small.of_part("pupil")[0]
    person.family = "Avslöjad"
    await load(sync, oneroster_zip(small))
    body = {"templateId": await declared(sync, template=None, shipped="startklar-total"), "mode": "total"}
    asked = await sync.client.post("/sync/v1/outbound-deliveries", json=body, headers=sync.as_(LOADER))
    async with worked_up_to(sync, "membership", work(sync)) as session:  # persons.csv is written by then
        row_id = await session.scalar(text("SELECT id FROM person WHERE source_id = :id"), {"id": person.id})
        await hide(session, row_id)
        version = await version_of(session)
    delivery = await read(sync, f"/sync/v1/outbound-deliveries/{asked.json()['id']}")
    files = unzipped(await content(sync, delivery))
    assert [name for name, told in files.items() if person.id in told.decode() or person.family in told.decode()] == []
    assert (delivery["state"], delivery["rosterVersion"]) == ("ready", version)


@pytest.mark.parametrize("still", [False, True])
async def test_the_roster_is_held_still_only_where_it_moved_before(committed_service: Start, still: bool) -> None:
    sync = await committed_service("sync")
    assert isinstance(sync.settings, Settings)
    settings, store = sync.settings, FileStore(sync.settings.file_key_bytes())
    async with sync.database.transaction(sync.tenant) as session:
        await lock_head(session)

    async def making() -> Made:
        async with sync.database.transaction(sync.tenant) as session:
            row = OutboundDelivery(tenant_id=sync.tenant, template_id=new_id(), mode="total")
            return await PackageMaker(session, store, settings).make(row, shipped("startklar-total"), still=still)

    async with worked_up_to(sync, "membership", making()) as session:
        is_free = bool(await session.scalar(text(_IS_FREE), {"tenant": sync.tenant}))
    assert is_free is not still
