"""`python -m shared.queue.stuck SERVICE`: what stands still in a service's queues, and the two ways to set it going.

Lists, across tenants, events that could not be applied (with how many wait behind each) and the last day's jobs that
failed. `--replay OWNER --tenant ID` tries a parked event again once its cause is mended; `--cancel JOB --tenant ID`
ends a job. Works as the relay role (`<SERVICE>_RELAY_DATABASE_URL`), which sees ids, kinds and names of faults alone.
"""

import argparse
import asyncio
import os
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import text

from shared.kit.db import Database
from shared.queue.jobs import cancel_job
from shared.queue.parking import replay_parked

_EVENTS = text(
    "SELECT DISTINCT ON (owner, tenant_id) owner, tenant_id, position, state, attempts, error,"
    " envelope ->> 'type' AS type, count(*) OVER (PARTITION BY owner, tenant_id) - 1 AS behind"
    " FROM parked_event ORDER BY owner, tenant_id, position"
)
_JOBS = text(
    "SELECT tenant_id, id, kind, state, attempts, problem ->> 'type' AS problem FROM job"
    " WHERE (state = 'failed' AND finished_at > now() - interval '1 day')"
    " OR (state IN ('queued', 'running') AND attempts > 1) ORDER BY created_at DESC LIMIT 200"
)


async def stuck(database: Database) -> list[str]:
    """One line for each thing that stands still."""
    async with database.transaction(None) as session:
        events = (await session.execute(_EVENTS)).all()
        jobs = (await session.execute(_JOBS)).all()
    told = [
        f"event {row.state} owner={row.owner} tenant={row.tenant_id} position={row.position} type={row.type}"
        f" attempts={row.attempts} fault={row.error!r} behind={row.behind}"
        for row in events
    ]
    return told + [
        f"job {row.state} id={row.id} tenant={row.tenant_id} kind={row.kind} attempts={row.attempts}"
        f" problem={(row.problem or '').rpartition('/')[2] or '-'}"
        for row in jobs
    ]


async def _run(url: str, asked: argparse.Namespace) -> int:
    database = Database(url, pool_size=1)
    try:
        await database.start()
        if asked.replay or asked.cancel:
            async with database.transaction(asked.tenant) as session:
                done = await (
                    cancel_job(session, asked.cancel) if asked.cancel else replay_parked(session, asked.replay)
                )
            print("done" if done else "nothing of that kind is there")
            return 0 if done else 1
        for line in await stuck(database):
            print(line)
        return 0
    finally:
        await database.stop()


def main(arguments: Sequence[str] | None = None) -> int:
    """0 when it was done, 1 when there was nothing to do it to."""
    parser = argparse.ArgumentParser(prog="python -m shared.queue.stuck", description=__doc__)
    parser.add_argument("service")
    parser.add_argument("--tenant", type=UUID, help="whose event or job; left out for the platform's own")
    parser.add_argument("--replay", metavar="OWNER", help="try the parked event of this service's feed again")
    parser.add_argument("--cancel", metavar="JOB", type=UUID, help="end this job")
    asked = parser.parse_args(arguments)
    name = "RELAY_DATABASE_URL"
    url = os.environ.get(f"{asked.service.upper()}_{name}") or os.environ.get(f"STARTKLAR_{name}")
    if not url:
        parser.error(f"set {asked.service.upper()}_{name} to the database URL of the role {asked.service}_relay")
    return asyncio.run(_run(url, asked))


if __name__ == "__main__":
    raise SystemExit(main())
