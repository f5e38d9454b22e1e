"""A gate that waits for an empty copy log turns ready by the worker when the last copy is purged."""

from uuid import UUID

from sqlalchemy import text

from services.projects.gate.models import Gate, GateCriterion
from services.projects.gate.service import GateService
from tests.projects.conftest import BASE, CREATE, LEADER, Rollout
from tests.projects.copylog.conftest import CopyLog
from tests.projects.intake.test_tasks import feed_of, page
from tests.projects.test_worker import Feeds, running, until
from tests.support.services import ServiceUnderTest, Start


async def add_gate(service: ServiceUnderTest, project: str) -> None:
    """A gate that asks for an empty copy log and for nothing else."""
    async with service.database.transaction(service.tenant) as session:
        phase = (await session.execute(text("SELECT id FROM phase LIMIT 1"))).scalar_one()
        gate = Gate(
            tenant_id=service.tenant,
            project_id=UUID(project),
            phase_id=phase,
            key="purged",
            source_ref="HAN-MG5.1",
            position=99,
            title={"sv": "Gallrat", "en": "Purged"},
        )
        criterion = GateCriterion(
            tenant_id=service.tenant,
            gate_id=gate.id,
            key="copies-purged",
            position=1,
            kind="copylog_empty",
            params={},
            title={"sv": "Ingen kopia kvar", "en": "No copy left"},
            basis="source",
        )
        await GateService(session).add([gate], [criterion])


async def test_a_gate_turns_ready_when_the_last_copy_is_purged(committed_service: Start) -> None:
    service = await committed_service("projects")
    made = await service.client.post(f"{BASE}/projects", json=CREATE, headers=service.as_(LEADER))
    rollout, log = Rollout(service, made.json()["id"]), CopyLog(service, made.json()["id"])
    await add_gate(service, rollout.id)

    async def stored() -> str:
        """As the worker left it: reading a gate over HTTP would judge it anew."""
        async with service.database.transaction(service.tenant) as session:
            return str((await session.execute(text("SELECT state FROM gate WHERE key = 'purged'"))).scalar_one())

    async with running(service, Feeds(), feed_of({None: [page(None, 1)]}, [])):
        first, second = (await log.log()).json(), (await log.log(side="supplier")).json()
        assert (await rollout.criterion("purged", "copies-purged"))["state"] == "unmet"
        await log.purge(first["id"])
        assert (await rollout.gate("purged"))["state"] == "open"
        await log.purge(second["id"], side="supplier")
        await until(stored, "ready")
        await log.log()
        await until(stored, "open")
