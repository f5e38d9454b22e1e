"""Running a job handler by hand: on the service's own database, without a worker."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from shared.queue import JobContext
from tests.support.services import ServiceUnderTest


class Tokens:
    async def token(self, service: str, tenant: UUID | None = None) -> str:
        return f"{service}:{tenant}"


class Context(JobContext):
    """A job's context on the service's own database, without a lease to keep."""

    def __init__(self, service: ServiceUnderTest, **params: str) -> None:
        self._service = service
        self._params = params

    @property
    def params(self) -> dict[str, str]:
        return self._params

    @property
    def tenant(self) -> UUID | None:
        return self._service.tenant

    @asynccontextmanager
    async def transaction(self, tenant: UUID | None = None) -> AsyncIterator[AsyncSession]:
        async with self._service.database.transaction(self._service.tenant) as session:
            yield session

    async def progress(self, done: int, total: int | None = None, message: str | None = None) -> None:
        return None
