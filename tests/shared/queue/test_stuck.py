"""What stands still is listed across tenants without what it holds, and set going again by the operator's command."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pytest

from shared.kit import clock
from shared.kit.ids import new_id
from shared.queue import start_job
from shared.queue.stuck import main, stuck
from tests.shared.queue.conftest import Pair
from tests.shared.queue.test_parking import PARKED, Shelf


async def test_an_operator_sees_what_stands_still_and_replays_or_ends_it(pair: Pair, tenant: UUID) -> None:
    other = new_id()
    await pair.make(tenant, tenant, other)
    shelf = Shelf(pair, 0)
    await shelf.pull()
    for minutes in range(1, 6):
        with clock.frozen(clock.now() + timedelta(minutes=minutes)):
            await shelf.retry()
    (event,) = await stuck(pair.shelf.relay)
    assert event.startswith(f"event parked owner=toys tenant={tenant} position=1 ")
    assert event.endswith("behind=1")
    assert "Lindqvist" not in event
    assert await _stuck(pair, "--replay", "toys", "--tenant", str(other)) == 1
    assert await _stuck(pair, "--replay", "toys", "--tenant", str(tenant)) == 0
    assert ("retrying", 0) in [(state, attempts) for _, state, attempts in await pair.shelf.rows(PARKED)]
    async with pair.shelf.app.transaction(tenant) as session:
        job = await start_job(session, "toil", {})
    assert await _stuck(pair, "--cancel", str(job), "--tenant", str(other)) == 1
    assert await _stuck(pair, "--cancel", str(job), "--tenant", str(tenant)) == 0
    assert await pair.shelf.rows("SELECT state FROM job") == [("cancelled",)]


def test_without_a_database_it_says_which_variable_to_set(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["toys"])
    assert "TOYS_RELAY_DATABASE_URL" in capsys.readouterr().err


async def _stuck(pair: Pair, *words: str) -> int:
    def run() -> int:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("SHELF_RELAY_DATABASE_URL", pair.shelf.urls.relay)
            return main(["shelf", *words])

    return await asyncio.to_thread(run)
