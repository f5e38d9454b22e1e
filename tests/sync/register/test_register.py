"""What we agree on with an SS12000 register: notices, their address, and what it is told of our runs."""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
from sqlalchemy import text

from cli.demo_roster import ss12000
from services.sync.register.service import WINDOW, RegisterService
from services.sync.source.service import sealer
from shared.kit.clock import frozen, now
from shared.kit.handle import Handle
from shared.kit.ids import new_id
from tests.support.registers import Faults, Ss12000Register, served
from tests.support.registers.base import CLIENT_ID, CLIENT_SECRET
from tests.support.services import FILE_KEY, ServiceUnderTest, Start
from tests.sync.fetching.harness import declare
from tests.sync.town import town
from tests.sync.work import LOADER, approve, make_due, read, work


@dataclass
class Joint:
    """A service and a register that know each other."""

    service: ServiceUnderTest
    register: Ss12000Register
    source: str

    async def see_to_it(self) -> None:
        """What the sweep does in this tenant, and the jobs that it starts."""
        async with self.service.database.transaction(self.service.tenant) as session:
            await RegisterService(session, sealer(base64.b64decode(FILE_KEY))).start_due()
        await work(self.service)

    async def rows(self, query: str) -> list[Any]:
        async with self.service.database.transaction(self.service.tenant) as session:
            return list((await session.execute(text(query))).all())

    async def notify(self, *entities: str, **more: Any) -> list[int]:
        """Call what the register has been given, as the register would: there is no gateway between."""
        statuses = []
        for subscription in self.register.subscriptions.values():
            path = httpx.URL(subscription["target"]).path
            body = {self.register.faults.spelling: list(entities), "deletedEntities": False}
            answer = await self.service.client.post(path, json=body, **more)
            statuses.append(answer.status_code)
        return statuses

    async def fetches(self) -> list[str]:
        page = await read(self.service, f"/sync/v1/sources/{self.source}/fetches")
        return [item["origin"] for item in page["items"]]


@asynccontextmanager
async def joined(start: Start, secrets: dict[str, str] | None = None, **more: Any) -> AsyncIterator[Joint]:
    service = await start("sync")
    register = Ss12000Register(ss12000.objects(town()), Faults())
    async with served(register.app) as url:
        reached = {
            "kind": "ss12000",
            "baseUrl": f"{url}/v2.0",
            "tokenUrl": f"{url}/token",
            "clientId": CLIENT_ID,
        } | more
        credentials = {"clientSecret": CLIENT_SECRET} | (secrets or {})
        source = await declare(service, reached, kind="ss12000_package", credentials=credentials)
        yield Joint(service, register, source)


async def test_a_subscription_is_made_renewed_at_half_time_and_ended_with_the_source(committed_service: Start) -> None:
    async with joined(committed_service, isNotified=True) as joint:
        await joint.see_to_it()
        (subscription,) = joint.register.subscriptions.values()
        assert {"resource": "Person"} in subscription["resourceTypes"]
        shown = await read(joint.service, f"/sync/v1/sources/{joint.source}/subscription")
        assert (shown["state"], shown["problem"]) == ("active", None)
        await joint.see_to_it()
        assert (len(joint.register.subscriptions), joint.register.renewed) == (1, [])
        with frozen(now() + timedelta(days=46)):
            await joint.see_to_it()
        assert joint.register.renewed == [subscription["id"]]
        source = await joint.service.client.get(f"/sync/v1/sources/{joint.source}", headers=joint.service.as_(LOADER))
        headers = joint.service.as_(LOADER) | {"If-Match": source.headers["etag"]}
        gone = await joint.service.client.delete(f"/sync/v1/sources/{joint.source}", headers=headers)
        assert gone.status_code in (200, 204), gone.text
        with frozen(now() + timedelta(hours=2)):
            await joint.see_to_it()
        assert joint.register.subscriptions == {}


async def test_a_subscription_that_the_register_has_forgotten_is_made_anew(committed_service: Start) -> None:
    async with joined(committed_service, isNotified=True) as joint:
        await joint.see_to_it()
        joint.register.subscriptions.clear()
        with frozen(now() + timedelta(days=46)):
            await joint.see_to_it()
        assert len(joint.register.subscriptions) == 1


async def test_nobody_subscribes_where_the_source_does_not_say_so(committed_service: Start) -> None:
    async with joined(committed_service) as joint:
        await joint.see_to_it()
        assert joint.register.subscriptions == {}


async def test_a_register_that_refuses_is_asked_again_an_hour_later(committed_service: Start) -> None:
    async with joined(committed_service, isNotified=True) as joint:
        joint.register.faults.forbidden.add("subscriptions")
        await joint.see_to_it()
        assert [row.problem for row in await joint.rows("SELECT problem FROM source_subscription")] == ["NotPermitted"]
        joint.register.faults.forbidden.clear()
        await joint.see_to_it()
        assert joint.register.subscriptions == {}
        with frozen(now() + timedelta(hours=1)):
            await joint.see_to_it()
        assert len(joint.register.subscriptions) == 1


async def test_a_notice_leads_to_a_fetch_whatever_its_spelling(committed_service: Start) -> None:
    async with joined(committed_service, isNotified=True) as joint:
        await joint.see_to_it()
        spellings = ("modifiedEntites", "modifiedEntities", "somethingElse")
        for turn, joint.register.faults.spelling in enumerate(spellings):
            with frozen(now() + turn * WINDOW):
                assert await joint.notify("Person") == [200]
            await make_due(joint.service, "source-notice")
            await work(joint.service)
        assert await joint.fetches() == ["notice"] * len(spellings)


async def test_a_flood_of_notices_leads_to_one_fetch(committed_service: Start) -> None:
    async with joined(committed_service, isNotified=True) as joint:
        await joint.see_to_it()
        with frozen(now()):
            assert [await joint.notify("Person") for _ in range(20)] == [[200]] * 20
        waiting = await joint.rows("SELECT id FROM job WHERE kind = 'source-notice'")
        assert len(waiting) == 1


async def test_a_notice_during_a_fetch_is_not_lost(committed_service: Start) -> None:
    async with joined(committed_service, isNotified=True) as joint:
        await joint.see_to_it()
        await joint.notify("Person")
        await make_due(joint.service, "source-notice")
        path = f"/sync/v1/sources/{joint.source}/fetches"
        assert (await joint.service.client.post(path, headers=joint.service.as_(LOADER))).status_code == 202
        async with joint.service.database.transaction(joint.service.tenant) as session:
            # The notice's job comes first, while the other fetch is still queued.
            await session.execute(text("UPDATE job SET run_after = now() + '1 hour' WHERE kind = 'source-fetch'"))
        await work(joint.service)
        await make_due(joint.service, "source-fetch")
        await work(joint.service)
        await make_due(joint.service, "source-notice")
        await work(joint.service)
        assert sorted(await joint.fetches()) == ["notice", "request"]


async def test_nobody_is_heard_under_a_guessed_address_or_with_a_wrong_token(committed_service: Start) -> None:
    async with joined(committed_service, {"noticeToken": "agreed-with-the-register"}, isNotified=True) as joint:
        await joint.see_to_it()
        guessed = Handle.new(joint.service.tenant).text
        for secret in (guessed, "short", "x" * 64):
            answer = await joint.service.client.post(f"/sync/v1/source-notices/{secret}", json={})
            assert answer.status_code == 404
        assert await joint.notify("Person") == [404]
        assert await joint.notify("Person", headers={"Authorization": "Bearer guessed"}) == [404]
        assert await joint.rows("SELECT 1 FROM job WHERE kind = 'source-notice'") == []
        assert await joint.notify("Person", headers={"Authorization": "Bearer agreed-with-the-register"}) == [200]


async def test_the_address_holds_nothing_after_the_subscription_has_ended(committed_service: Start) -> None:
    async with joined(committed_service, isNotified=True) as joint:
        await joint.see_to_it()
        (subscription,) = joint.register.subscriptions.values()
        async with joint.service.database.transaction(joint.service.tenant) as session:
            await session.execute(text("UPDATE source_subscription SET state = 'ended'"))
        path = httpx.URL(subscription["target"]).path
        assert (await joint.service.client.post(path, json={})).status_code == 404


async def bring_in(joint: Joint, *, spoiled: bool) -> str:
    """Fetch, plan, approve and apply; the run."""
    if spoiled:
        person = next(row for row in joint.register.objects["persons"].values() if row["enrolments"])
        person["civicNo"]["value"] = "191212121213"
    path = f"/sync/v1/sources/{joint.source}/fetches"
    asked = await joint.service.client.post(path, headers=joint.service.as_(LOADER))
    await work(joint.service)
    run_id = (await read(joint.service, f"{path}/{asked.json()['id']}"))["runId"]
    run = await read(joint.service, f"/sync/v1/runs/{run_id}")
    await approve(joint.service, run)
    await approve(joint.service, run, subject=new_id())
    await work(joint.service)
    return str(run_id)


async def test_the_register_is_told_what_is_wrong_and_what_came_of_its_data(committed_service: Start) -> None:
    async with joined(committed_service, givesFeedback=True) as joint:
        await bring_in(joint, spoiled=True)
        await joint.see_to_it()
        person = next(entry for entry in joint.register.log if entry["messageType"] == "civic_check_digit")
        assert (person["severityLevel"], person["resourceType"]) == ("Warning", "Person")
        spoiled = next(
            row for row in joint.register.objects["persons"].values() if row["civicNo"]["value"] == "191212121213"
        )
        assert person.get("resourceId") == spoiled["id"]
        told = {entry["resourceType"]: entry["newCount"] for entry in joint.register.statistics}
        assert told["Person"] == len(joint.register.objects["persons"])
        names = {row["familyName"] for row in joint.register.objects["persons"].values()}
        assert not any(name in str(joint.register.log) for name in names)
        before = (len(joint.register.log), len(joint.register.statistics))
        await joint.see_to_it()
        assert (len(joint.register.log), len(joint.register.statistics)) == before


async def test_a_register_that_takes_no_feedback_holds_up_nothing(committed_service: Start) -> None:
    async with joined(committed_service, givesFeedback=True) as joint:
        joint.register.faults.forbidden |= {"log", "statistics"}
        run_id = await bring_in(joint, spoiled=True)
        await joint.see_to_it()
        assert (await read(joint.service, f"/sync/v1/runs/{run_id}"))["state"] == "applied"
        states = {row.state for row in await joint.rows("SELECT state FROM run_feedback")}
        assert states == {"refused"}


async def test_no_feedback_is_given_where_the_source_does_not_say_so(committed_service: Start) -> None:
    async with joined(committed_service) as joint:
        await bring_in(joint, spoiled=True)
        await joint.see_to_it()
        assert joint.register.log == []


async def test_the_sweep_finds_the_tenants_that_have_a_register(committed_service: Start) -> None:
    async with joined(committed_service, isNotified=True) as joint:
        async with joint.service.database.transaction(None) as session:
            tenants = (await session.execute(text("SELECT register_tenants()"))).scalars().all()
        assert tenants == [joint.service.tenant]
