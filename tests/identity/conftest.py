"""Fixtures of identity's tests: the admin API over ASGI (`identity`), the demo world over real HTTP (`world`)."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from tests.identity.world import World, running_world
from tests.support.databases import cloned
from tests.support.services import ServiceUnderTest, Start


@pytest.fixture
async def identity(service: Start) -> ServiceUnderTest:
    """identity on a database that is rolled back."""
    return await service("identity")


@pytest.fixture(scope="session")
async def world(
    admin_url: str,
    redis_url: str,
    worker_number: int,
    template_of: Callable[[str], Awaitable[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[World]:
    """One seeded world for all tests that log in; a test that breaks somebody makes that somebody first."""
    template = await template_of("identity")
    folder: Path = tmp_path_factory.mktemp("keys")
    async with (
        cloned(admin_url, template, "identity", f"world{worker_number}_identity") as urls,
        running_world(urls, redis_url, folder) as running,
    ):
        yield running
