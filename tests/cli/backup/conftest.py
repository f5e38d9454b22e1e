"""One small installation for the tests of backups, with its history: what happened before and after which moment."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import pytest

from cli.backup.archive import folders
from cli.backup.dumps import dump_all
from cli.backup.following import Follower
from shared.kit import clock
from tests.cli.backup.house import OTHERS, SERVICES, House, small_house


@dataclass
class Story:
    """Anna and Bo were there when the base backup was made, Cai came after it. `moment` is when Bo was erased next;
    then Disa came, and the disk burned. `dump` was made just before the moment."""

    house: House
    moment: datetime
    bo: UUID
    dump: Path
    said: list[str]


@pytest.fixture(scope="module")
async def story(
    tmp_path_factory: pytest.TempPathFactory, admin_url: str, template_of: Callable[[str], Awaitable[str]]
) -> AsyncIterator[Story]:
    templates = {service: await template_of(service) for service in SERVICES}
    with ExitStack() as stack:
        manager = small_house(tmp_path_factory.mktemp("backup"), admin_url, templates)
        house = await asyncio.to_thread(stack.enter_context, manager)
        yield await _lived(house)


async def _lived(house: House) -> Story:
    await house.add_person("Anna")
    await house.add_person("Åke", OTHERS)
    bo = await house.add_person("Bo")
    said: list[str] = []
    stop = asyncio.Event()
    follower = Follower(house.archive, house.url, house.spool, said.append, every=0.5)
    following = asyncio.create_task(follower.run(stop))
    async with asyncio.timeout(300):
        while not folders(house.archive.bases):
            assert not following.done(), following
            await asyncio.sleep(0.05)
    await house.add_person("Cai")
    dump = await dump_all(house.archive, house.url, say=said.append)
    moment = clock.now()
    await house.erase(bo)
    await house.add_person("Disa")
    done = clock.now()
    async with asyncio.timeout(300):
        while datetime.fromisoformat(house.archive.read_note(house.archive.reached)["at"]) <= done:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    house.burn_down()
    stop.set()
    await following
    return Story(house, moment, bo, dump, said)
