"""What the database itself holds, whatever code comes by: one holder of a seat, and one answer to a question."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import IntegrityError

from services.projects.body.models import SeatMembership
from services.projects.decision.models import Decision
from services.projects.role.models import RoleAssignment
from shared.kit.ids import new_id
from tests.projects.conftest import Rollout
from tests.projects.steering import QUESTION, make, make_body, read


async def insert(rollout: Rollout, *rows: Any) -> None:
    async with rollout.service.database.transaction(rollout.service.tenant) as session, session.begin_nested():
        session.add_all(rows)
        await session.flush()


async def test_two_cannot_sit_in_one_seat_on_one_day(rollout: Rollout) -> None:
    body = await make_body(rollout)
    seat = UUID((await make(rollout, f"/bodies/{body['id']}/seats", {"key": "chair"}))["id"])

    def row(first: date, last: date | None) -> SeatMembership:
        ids: dict[str, Any] = {"tenant_id": rollout.service.tenant, "seat_id": seat, "account_id": new_id()}
        return SeatMembership(**ids, valid_from=first, valid_to=last)

    await insert(rollout, row(date(2027, 1, 1), date(2027, 6, 30)))
    with pytest.raises(IntegrityError, match="ex_seat_membership_one_holder"):
        await insert(rollout, row(date(2027, 6, 30), None))
    await insert(rollout, row(date(2027, 7, 1), None))


async def test_one_account_cannot_hold_a_role_twice_at_one_place(rollout: Rollout) -> None:
    role = UUID((await read(rollout, f"/projects/{rollout.id}/roles"))["items"][0]["id"])

    def row(account: UUID) -> RoleAssignment:
        ids: dict[str, Any] = {"tenant_id": rollout.service.tenant, "project_id": UUID(rollout.id), "role_id": role}
        return RoleAssignment(**ids, account_id=account, valid_from=date(2027, 1, 1))

    account = new_id()
    await insert(rollout, row(account), row(new_id()))
    with pytest.raises(IntegrityError, match="ex_role_assignment_once"):
        await insert(rollout, row(account))


async def test_a_question_has_one_answer_in_force_and_every_answer_a_body(rollout: Rollout) -> None:
    body = await make_body(rollout)

    def row(**more: Any) -> Decision:
        ids: dict[str, Any] = {"tenant_id": rollout.service.tenant, "project_id": UUID(rollout.id)}
        return Decision(**ids, key="connect", question=QUESTION, **more)

    await insert(rollout, row())
    with pytest.raises(IntegrityError, match="uq_decision_open"):
        await insert(rollout, row())
    with pytest.raises(IntegrityError, match="ck_decision_decided"):
        await insert(rollout, row(state="decided", body_id=UUID(body["id"])))
