"""A restore brings sessions back that had been ended; it ends them all, also where nobody was erased."""

import asyncio

from cli.backup.replaying import Replayed, replay_one
from services.identity.tenant.models import Tenant
from tests.identity.logout.scene import set_scene
from tests.support.services import Start


async def test_after_a_restore_nobody_is_logged_in_and_the_worker_tells_the_applications(
    committed_service: Start,
) -> None:
    scene = await set_scene(await committed_service("identity"))
    url = scene.settings.database_url.get_secret_value()
    async with scene.service.database.transaction(scene.tenant) as session:
        session.add(Tenant(id=scene.tenant, slug="norrvik", name="Norrvik", kind="authority"))
    _, live = await scene.log_in("kim")

    for _ in range(2):  # a restore may be begun again
        done = await asyncio.to_thread(replay_one, "identity", [], {"IDENTITY_DATABASE_URL": url})
        assert done == Replayed("identity", 0, 0, logged_out=1)
        assert not await scene.is_open(live)
    cut_off = f"SELECT count(*) FROM access_cutoff WHERE account_id = '{scene.accounts['kim'].id}'"
    assert await scene.rows(cut_off) == [(1,)], "nor is a token taken that was issued before"
    assert await scene.rows("SELECT kind FROM job") == [("logouts.tell",)]
