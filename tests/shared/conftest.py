"""The toy's database, shared by the tests of kit and web."""

from collections.abc import AsyncIterator

import pytest

from cli.servers.provision import drop, provision
from tests.shared.web.toy import schema
from tests.support.databases import SECRET, DatabaseUrls


@pytest.fixture(scope="session")
async def toy_database(admin_url: str, worker_number: int) -> AsyncIterator[DatabaseUrls]:
    name = f"toy_web_{worker_number}"
    urls = await provision(admin_url, "toy", name, secret=SECRET)
    await schema.create(urls["owner"])
    yield DatabaseUrls(name, **urls)
    await drop(admin_url, name)
