"""A register that tells less than before: nobody is ended, and nothing that is known is forgotten."""

from typing import Any

from sqlalchemy import text

from cli.demo_roster import ss12000
from shared.kit.ids import new_id
from tests.support.registers import Ss12000Register, served
from tests.support.registers.base import CLIENT_ID, CLIENT_SECRET
from tests.support.services import ServiceUnderTest, Start
from tests.sync.fetching.harness import declare
from tests.sync.town import town
from tests.sync.work import LOADER, approve, read, work

_FACTS = """
SELECT (SELECT count(*) FROM person WHERE civic_hash IS NOT NULL AND ended_at IS NULL) AS numbers,
       (SELECT count(*) FROM person WHERE login_digest IS NOT NULL AND ended_at IS NULL) AS logins,
       (SELECT count(*) FROM duty WHERE ended_at IS NULL) AS duties,
       (SELECT count(*) FROM membership WHERE ended_at IS NULL) AS memberships,
       (SELECT count(*) FROM responsible WHERE ended_at IS NULL) AS responsibles
"""


async def run_of(service: ServiceUnderTest, source: str) -> dict[str, Any]:
    """Fetch, plan, approve and apply; the run."""
    path = f"/sync/v1/sources/{source}/fetches"
    asked = await service.client.post(path, headers=service.as_(LOADER))
    await work(service)
    fetched = await read(service, f"{path}/{asked.json()['id']}")
    assert fetched["state"] == "stored", fetched
    run = await read(service, f"/sync/v1/runs/{fetched['runId']}")
    assert run["state"] == "planned", run
    if run["guard"] != "held":
        await approve(service, run)
        await approve(service, run, subject=new_id())
        await work(service)
    return await read(service, f"/sync/v1/runs/{fetched['runId']}")


async def facts(service: ServiceUnderTest) -> tuple[int, ...]:
    async with service.database.transaction(service.tenant) as session:
        return tuple((await session.execute(text(_FACTS))).one())


async def test_what_a_register_may_not_tell_any_more_is_kept(committed_service: Start) -> None:
    service = await committed_service("sync")
    register = Ss12000Register(ss12000.objects(town()))
    async with served(register.app) as url:
        reached = {"kind": "ss12000", "baseUrl": f"{url}/v2.0", "tokenUrl": f"{url}/token", "clientId": CLIENT_ID}
        source = await declare(service, reached, kind="ss12000_package", credentials={"clientSecret": CLIENT_SECRET})
        assert (await run_of(service, source))["state"] == "applied"
        before = await facts(service)
        assert all(before)
        register.faults.forbidden.add("duties")
        register.faults.hidden = {
            "persons": {"civicNo", "eduPersonPrincipalNames", "responsibles"},
            "groups": {"groupMemberships"},
        }
        for row in register.objects["persons"].values():
            row["meta"]["modified"] = register.now().isoformat()
        run = await run_of(service, source)
        assert {kind: counts["ended"] for kind, counts in run["counts"].items() if counts["ended"]} == {}
        assert await facts(service) == before
