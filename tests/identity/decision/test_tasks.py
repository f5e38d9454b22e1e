"""Decisions that projects took arrive here, once, and stop holding when they are superseded."""

from typing import Any
from uuid import UUID

import pytest

from services.identity.decision.errors import DecisionNotTaken, DecisionReplaced
from services.identity.decision.service import DecisionService
from services.identity.decision.tasks import on_decision_superseded, on_decision_taken
from shared.contracts.base import Event, EventEnvelope
from shared.contracts.projects_steering import DecisionSuperseded as Superseded
from shared.contracts.projects_steering import DecisionTaken as Taken
from shared.kit import clock
from shared.kit.ids import new_id
from tests.support.services import ServiceUnderTest


async def hear(identity: ServiceUnderTest, handler: Any, event: Event) -> None:
    envelope = EventEnvelope(
        id=new_id(),
        type=event.type,
        version=1,
        source="projects",
        tenant=identity.tenant,
        subject=event.subject,
        occurred_at=clock.now(),
        position=1,
        data=event.to_data(),
    )
    async with identity.database.transaction(identity.tenant) as session:
        await handler(session, envelope, event)


async def get(identity: ServiceUnderTest, decision_id: UUID, tenant: UUID | None = None) -> str:
    async with identity.database.transaction(tenant or identity.tenant) as session:
        return (await DecisionService(session).get_taken(decision_id)).decision_key


async def test_a_taken_decision_may_be_rested_on_until_a_later_one_takes_its_place(identity: ServiceUnderTest) -> None:
    decision_id, successor = new_id(), new_id()
    with pytest.raises(DecisionNotTaken):
        await get(identity, decision_id)
    taken = Taken(project_id=new_id(), decision_id=decision_id, decision_key="guardians", body_id=new_id())
    for _ in range(2):
        await hear(identity, on_decision_taken, taken)
    assert await get(identity, decision_id) == "guardians"
    with pytest.raises(DecisionNotTaken):
        await get(identity, decision_id, tenant=new_id())
    superseded = Superseded(
        project_id=new_id(), decision_id=decision_id, decision_key="guardians", successor_id=successor
    )
    await hear(identity, on_decision_superseded, superseded)
    with pytest.raises(DecisionReplaced) as refused:
        await get(identity, decision_id)
    assert str(successor) in str(refused.value.document("en"))
    await hear(identity, on_decision_taken, taken)  # a replay does not revive it
    with pytest.raises(DecisionReplaced):
        await get(identity, decision_id)
