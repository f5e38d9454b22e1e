"""The training service, rolled back after the test or with commits of its own."""

import pytest

from tests.support.services import ServiceUnderTest, Start


@pytest.fixture
async def training(service: Start) -> ServiceUnderTest:
    return await service("training")


@pytest.fixture
async def committed(committed_service: Start) -> ServiceUnderTest:
    return await committed_service("training")
