"""The hand-over chain [IM-C20..22]: supplier to orderer, orderer to contact person, contact person to colleagues."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.identity.membership.schemas import MembershipCreate
from services.identity.membership.service import MembershipService
from shared.auth import Role, Side
from shared.contracts.sync import UnitChange, UnitKind
from shared.kit import clock
from shared.kit.ids import new_id
from tests.identity.account.test_endpoints import prepare
from tests.identity.people import rows, take_in
from tests.support.services import ServiceUnderTest

PATH = "/identity/v1/handovers"


async def account(service: ServiceUnderTest, name: str) -> str:
    return str((await prepare(service, f"{name}@norrvik.example"))["id"])


async def given(service: ServiceUnderTest, account_id: str, role: Role, unit: UUID | None, side: Side) -> None:
    async with service.database.transaction(service.tenant) as session:
        body = MembershipCreate(account_id=UUID(account_id), role=role, unit_id=unit, side=side)
        await MembershipService(session).grant(body)


async def offer(service: ServiceUnderTest, headers: dict[str, str], **body: Any) -> tuple[int, dict[str, Any]]:
    sent = {name: str(value) if isinstance(value, UUID) else value for name, value in body.items()}
    response = await service.client.post(PATH, json=sent, headers=headers)
    return response.status_code, response.json()


async def accept(service: ServiceUnderTest, handover: dict[str, Any], subject: str, **claims: Any) -> int:
    headers = service.as_("participant@*", subject=subject, **claims)
    return (await service.client.post(f"{PATH}/{handover['id']}/acceptances", headers=headers)).status_code


async def holders(service: ServiceUnderTest, role: str) -> set[str]:
    return {row[0] for row in await rows(service, f"SELECT account_id::text FROM membership WHERE role = '{role}'")}


async def test_the_chain_from_supplier_to_contact_person_and_colleague(identity: ServiceUnderTest) -> None:
    unit = new_id()
    await take_in(identity, UnitChange(version=0, op="put", id=unit, name="Skola", unit_kind=UnitKind.school))
    delivered, orderer, contact, colleague = [
        await account(identity, name) for name in ("leverans", "orderer", "contact", "colleague")
    ]
    await given(identity, delivered, Role.tenant_admin, None, Side.supplier)
    supplier = identity.as_("tenant_admin@*", subject=delivered, side=Side.supplier)
    status, first = await offer(
        identity, supplier, role="tenant_admin", toAccountId=orderer, fromAccountId=delivered, previous="ended"
    )
    assert status == 201, first
    assert orderer not in await holders(identity, "tenant_admin")
    assert await accept(identity, first, orderer) == 201
    assert await holders(identity, "tenant_admin") == {orderer}
    assert await rows(identity, "SELECT account_id::text FROM access_cutoff") == [(delivered,)]

    main = identity.as_("tenant_admin@*", subject=orderer)
    status, second = await offer(identity, main, role="register_admin", unitId=unit, toAccountId=contact)
    assert status == 201, second
    assert await accept(identity, second, contact) == 201
    assert await accept(identity, second, contact) == 409

    own = identity.as_(f"register_admin@{unit}", subject=contact)
    status, third = await offer(identity, own, role="register_admin", unitId=unit, toAccountId=colleague)
    assert status == 201, third
    assert await accept(identity, third, colleague) == 201
    assert await holders(identity, "register_admin") == {contact, colleague}
    kinds = await rows(identity, "SELECT action FROM journal_entry WHERE entity = 'handover' ORDER BY id")
    assert [kind for (kind,) in kinds] == ["handover.offered", "handover.accepted"] * 3


async def test_nobody_gives_what_they_do_not_hold(identity: ServiceUnderTest) -> None:
    unit, receiver = new_id(), await account(identity, "kim")
    school = identity.as_(f"register_admin@{unit}")
    cases: list[tuple[dict[str, str], dict[str, Any], int]] = [
        (school, {"role": "register_admin", "unitId": new_id()}, 403),
        (school, {"role": "tenant_admin"}, 403),
        (identity.as_("participant@*"), {"role": "register_admin", "unitId": unit}, 403),
        (identity.as_("project_leader@*", side=Side.supplier), {"role": "tenant_admin"}, 403),
        (identity.as_("tenant_admin@*", acr="urn:startklar:loa:basic"), {"role": "tenant_admin"}, 401),
        (identity.as_("tenant_admin@*"), {"role": "tenant_admin", "unitId": unit}, 422),
        (identity.as_("tenant_admin@*"), {"role": "register_admin"}, 422),
        (identity.as_("tenant_admin@*"), {"role": "register_admin", "unitId": unit}, 422),  # not in the roster
        (identity.as_("tenant_admin@*"), {"role": "platform_admin"}, 422),
    ]
    for headers, body, wanted in cases:
        assert (await offer(identity, headers, toAccountId=receiver, **body))[0] == wanted, body
    assert await rows(identity, "SELECT id FROM handover") == []


async def test_the_receiver_is_the_customers_and_takes_it_by_a_login_after_the_offer(
    identity: ServiceUnderTest,
) -> None:
    admin = identity.as_("tenant_admin@*")
    supplied, receiver = await account(identity, "supplied"), await account(identity, "kim")
    await given(identity, supplied, Role.project_leader, None, Side.supplier)
    for wrong in (supplied, str(new_id())):
        assert (await offer(identity, admin, role="tenant_admin", toAccountId=wrong))[0] == 422
    _, handover = await offer(identity, admin, role="tenant_admin", toAccountId=receiver)
    assert await accept(identity, handover, str(new_id())) == 403
    assert await accept(identity, handover, receiver, side=Side.supplier) == 403
    assert await accept(identity, handover, receiver, auth_age=60) == 403
    assert await accept(identity, handover, receiver, acr="urn:startklar:loa:basic") == 401
    assert await accept(identity, handover, receiver, tenant=new_id()) == 404
    assert await holders(identity, "tenant_admin") == set()
    assert (await offer(identity, admin, role="tenant_admin", toAccountId=receiver))[0] == 409
    assert await accept(identity, handover, receiver) == 201


async def test_who_keeps_the_role_needs_a_reason_and_the_former_holder_held_it(identity: ServiceUnderTest) -> None:
    admin, former, receiver = identity.as_("tenant_admin@*"), *[await account(identity, name) for name in ("a1", "b2")]
    body = {"role": "tenant_admin", "toAccountId": receiver, "fromAccountId": former}
    assert (await offer(identity, admin, **body, previous="ended"))[1]["type"].endswith("former-holder-unknown")
    await given(identity, former, Role.tenant_admin, None, Side.customer)
    assert (await offer(identity, admin, **body, previous="kept"))[1]["type"].endswith("handover-reason-missing")
    status, handover = await offer(identity, admin, **body, previous="kept", reason="stands in over the summer")
    assert status == 201
    assert await accept(identity, handover, receiver) == 201
    assert await holders(identity, "tenant_admin") == {former, receiver}


async def test_a_withdrawn_offer_can_no_longer_be_taken(identity: ServiceUnderTest) -> None:
    admin, receiver = identity.as_("tenant_admin@*"), await account(identity, "kim")
    _, handover = await offer(identity, admin, role="tenant_admin", toAccountId=receiver)
    assert [(action["action"], action["allowed"]) for action in handover["allowedActions"]] == [
        ("accept", False),
        ("withdraw", True),
    ]
    path = f"{PATH}/{handover['id']}/withdrawals"
    assert (await identity.client.post(path, headers=identity.as_("auditor@*"))).status_code == 403
    assert (await identity.client.post(path, headers=admin)).status_code == 201
    assert await accept(identity, handover, receiver) == 409


async def test_whoever_is_offered_a_role_sees_it_and_what_is_needed_to_take_it(identity: ServiceUnderTest) -> None:
    receiver, other = await account(identity, "kim"), await account(identity, "bo")
    for one in (receiver, other):
        status, told = await offer(identity, identity.as_("tenant_admin@*"), role="tenant_admin", toAccountId=one)
        assert status == 201, told

    async def mine(**claims: Any) -> list[tuple[str, bool]]:
        headers = identity.as_("participant@*", subject=receiver, **claims)
        found = (await identity.client.get("/identity/v1/me/handovers", headers=headers)).json()["items"]
        return [(one["toAccountId"], one["allowedActions"][0]["allowed"]) for one in found]

    assert await mine() == [(receiver, True)]
    assert await mine(acr="urn:startklar:loa:basic") == [(receiver, False)]
    handover = (await identity.client.get(PATH, headers=identity.as_("tenant_admin@*"))).json()["items"][0]
    assert await accept(identity, handover, receiver) == 201
    assert await mine() == []


@pytest.mark.parametrize("wanted", [1, 3])
async def test_which_school_has_no_administrator_of_its_own_yet(identity: ServiceUnderTest, wanted: int) -> None:
    units = [new_id(), new_id()]
    lines = [
        UnitChange(version=0, op="put", id=unit, name="Skola", unit_kind=kind)
        for unit, kind in [*((unit, UnitKind.school) for unit in units), (new_id(), UnitKind.area)]
    ]
    await take_in(identity, *lines)
    held, receiver = await account(identity, "held"), await account(identity, "kim")
    await given(identity, held, Role.register_admin, units[0], Side.customer)
    admin, yesterday = identity.as_("tenant_admin@*"), (clock.today() - timedelta(days=1)).isoformat()
    await offer(identity, admin, role="register_admin", unitId=units[1], toAccountId=receiver, dueOn=yesterday)
    changed = await identity.client.put(
        "/identity/v1/handover-policy", json={"wantedPerUnit": wanted}, headers=admin | {"If-Match": '"1"'}
    )
    assert changed.status_code == 200, changed.text
    leader = identity.as_("project_leader@*")
    schools = (await identity.client.get("/identity/v1/handover-schools", headers=leader)).json()["items"]
    assert [(one["unitId"], one["admins"], one["isDone"], one["overdueSince"]) for one in schools] == [
        (str(units[0]), 1, wanted == 1, None),
        (str(units[1]), 0, False, yesterday),
    ]
    overdue = (await identity.client.get(f"{PATH}?overdue=true", headers=leader)).json()["items"]
    assert [(one["toAccountId"], one["isOverdue"]) for one in overdue] == [(receiver, True)]
