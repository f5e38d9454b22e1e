"""What risks, copies and integrations show and forget about one account."""

from services.projects.delivery.person_data import export_delivery, forget_delivery
from shared.kit.ids import new_id
from tests.projects.risk.conftest import Register


async def test_an_account_is_shown_everywhere_and_forgotten_where_it_is_no_record(register: Register) -> None:
    account = new_id()
    risk = await register.add(ownerId=str(account))
    assessed = await register.post(
        f"/risks/{risk['id']}/assessments", {"kind": "current", "level": "small"}, subject=account
    )
    proposed = await register.post(
        f"/projects/{register.rollout.id}/risk-proposals", {"text": "Få konton"}, subject=account
    )
    assert (assessed.status_code, proposed.status_code) == (201, 201)
    service = register.rollout.service
    async with service.database.transaction(service.tenant) as session:
        held = await export_delivery(session, account)
        erased = await forget_delivery(session, account)
        await session.flush()
        left = await export_delivery(session, account)
    assert {name: len(rows) for name, rows in held.items() if rows} == {
        "risks": 1,
        "riskProposals": 1,
        "riskAssessments": 1,
    }
    assert erased == 2
    assert {name: len(rows) for name, rows in left.items() if rows} == {"riskAssessments": 1}
    async with service.database.transaction(new_id()) as session:
        assert not any((await export_delivery(session, account)).values())
