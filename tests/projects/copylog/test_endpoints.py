"""The copy log over HTTP: nothing leaves it, and nothing that can be carried away is plain."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from services.projects.copylog.changes import digest_of
from services.projects.copylog.service import CopyLogService
from shared.kit import clock
from shared.kit.clock import frozen
from shared.kit.ids import new_id
from tests.projects.conftest import BASE, CREATE, LEADER
from tests.projects.copylog.conftest import PROOF, CopyLog
from tests.support.services import Start


async def test_a_copy_that_can_be_carried_away_must_be_encrypted(log: CopyLog) -> None:
    for medium in ("usb_drive", "external_disk", "tape"):
        refused = await log.log(medium=medium)
        assert refused.status_code == 422
        assert [error["pointer"] for error in refused.json()["errors"]] == ["#/isEncrypted"]
    made = await log.log(medium="usb_drive", isEncrypted=True)
    assert made.status_code == 201
    headers = log.service.as_(LEADER) | {"If-Match": '"1"'}
    path = f"{BASE}/copy-log-entries/{made.json()['id']}"
    decrypted = await log.service.client.patch(path, json={"isEncrypted": False}, headers=headers)
    assert decrypted.status_code == 422
    assert (await log.service.client.get(path, headers=log.service.as_(LEADER))).json()["isEncrypted"] is True


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"madeAt": "2099-01-01T00:00:00Z"}, "#/madeAt"),
        ({"purgeDue": "2026-05-31"}, "#/purgeDue"),
        ({"runId": str(new_id())}, "#/runId"),
        ({"madeAt": "2026-06-01T08:00:00"}, "#/madeAt"),
        ({"medium": "paper"}, "#/medium"),
        ({"what": " "}, "#/what"),
    ],
)
async def test_an_entry_that_cannot_be_is_refused_with_its_field(
    log: CopyLog, changed: dict[str, Any], pointer: str
) -> None:
    answer = await log.log(**changed)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_supplier_logs_and_purges_its_own_copies_only(log: CopyLog) -> None:
    own = (await log.log(side="supplier")).json()
    customers = (await log.log()).json()
    assert (own["madeSide"], customers["madeSide"]) == ("supplier", "customer")
    assert (await log.purge(customers["id"], side="supplier")).status_code == 403
    assert (await log.purge(own["id"], side="supplier")).status_code == 201
    assert (await log.environment(side="supplier", ownerSide="customer")).status_code == 403
    assert (await log.environment(side="supplier")).status_code == 201


async def test_a_purged_copy_stays_in_the_log_and_is_purged_once(log: CopyLog) -> None:
    copy = (await log.log()).json()
    purged = (await log.purge(copy["id"])).json()
    assert (purged["purgeProof"], purged["purgedAt"] is None) == (PROOF["proof"], False)
    assert (await log.purge(copy["id"])).status_code == 409
    listed = await log.service.client.get(
        f"{BASE}/projects/{log.project}/copy-log-entries", headers=log.service.as_(LEADER)
    )
    assert [row["id"] for row in listed.json()["items"]] == [copy["id"]]


async def test_the_gates_hear_how_many_copies_and_environments_are_left(log: CopyLog) -> None:
    assert await log.told() is None
    copy = (await log.log()).json()
    environment = (await log.environment()).json()
    assert await log.told() == {"open": 2, "overdue": 0}
    await log.purge(copy["id"])
    await log.post(f"/migration-environments/{environment['id']}/purges", PROOF)
    assert await log.told() == {"open": 0, "overdue": 0}


@pytest.mark.parametrize(
    ("live", "accounts", "is_open"), [(True, 0, True), (False, 0, False), (False, 3, True), (False, None, True)]
)
async def test_an_environment_counts_while_anything_is_or_may_be_left(
    log: CopyLog, live: bool, accounts: int | None, is_open: bool
) -> None:
    made = (await log.environment(holdsLiveData=live, testAccounts=accounts)).json()
    assert made["isOpen"] is is_open
    assert await log.told() == {"open": int(is_open), "overdue": 0}


async def test_a_certificate_names_what_is_left_and_is_the_customers_approvers(log: CopyLog) -> None:
    copy = (await log.log()).json()
    environment = (await log.environment()).json()
    refused = await log.certify()
    assert refused.status_code == 409
    assert refused.json()["open"] == {"copies": [copy["id"]], "environments": [environment["id"]]}
    await log.purge(copy["id"])
    await log.post(f"/migration-environments/{environment['id']}/purges", PROOF)
    assert (await log.certify(LEADER)).status_code == 403
    assert (await log.certify(side="supplier")).status_code == 403
    given = (await log.certify()).json()
    assert (given["number"], given["copies"], given["environments"]) == (1, 1, 1)
    assert given["digest"] == digest_of(given["entries"])
    again = await log.certify()
    assert again.json()["number"] == 2
    found = await log.service.client.get(f"{BASE}/purge-certificates/{given['id']}", headers=log.service.as_(LEADER))
    assert found.json() == given


async def test_where_nothing_was_ever_logged_the_certificate_is_what_the_gates_hear(log: CopyLog) -> None:
    assert (await log.certify()).status_code == 201
    assert await log.told() == {"open": 0, "overdue": 0}
    await log.log()
    assert await log.told() == {"open": 1, "overdue": 0}


async def test_an_overdue_copy_is_told_once_and_shown(committed_service: Start) -> None:
    service = await committed_service("projects")
    made = await service.client.post(f"{BASE}/projects", json=CREATE, headers=service.as_(LEADER))
    log = CopyLog(service, made.json()["id"])
    copy = (await log.log(purgeDue=(clock.today() + timedelta(days=1)).isoformat())).json()
    with frozen(clock.now() + timedelta(days=2)):
        for _ in range(2):
            async with log.service.database.transaction(log.service.tenant) as session:
                await CopyLogService(session).recheck(UUID(log.project))
        path = f"{BASE}/copy-log-entries/{copy['id']}"
        shown = await log.service.client.get(path, headers=log.service.as_(LEADER))
        assert shown.json()["isOverdue"] is True
    assert await log.told() == {"open": 1, "overdue": 1}
    async with log.service.relay.transaction(None) as session:
        told = await session.execute(text("SELECT count(*) FROM outbox WHERE type = 'projects.copy_log.overdue.v1'"))
        assert told.scalar_one() == 1


async def test_two_environments_of_one_name_are_one_too_many(log: CopyLog) -> None:
    assert (await log.environment()).status_code == 201
    assert (await log.environment()).status_code == 409
