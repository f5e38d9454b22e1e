"""Reading an owner's change feed in pages, for large changes that one thin event announces.

`GET /internal/changes?after=<version>&cursor=` with this service's token for the tenant; the owner's contract says how
to parse a page (`shared/contracts/<owner>.py`).
"""

from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol, TypeVar
from uuid import UUID

import httpx

from shared.kit.problems import Unavailable
from shared.kit.tracing_http import TracedTransport


class PageMark(Protocol):
    """The end of a page: the cursor of the next (None at the end) and the version that the pages so far show."""

    @property
    def next(self) -> str | None: ...

    @property
    def version(self) -> int: ...


Mark = TypeVar("Mark", bound=PageMark)
Item = TypeVar("Item")


class TenantTokens(Protocol):
    """Gives this service's token for another service, bound to one tenant."""

    async def token(self, service: str, tenant: UUID | None = None) -> str: ...


class ChangeFeed:
    """The change feeds of the other services, read with this service's own tokens."""

    def __init__(
        self,
        service_urls: Mapping[str, str],
        tokens: TenantTokens,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._urls = service_urls
        self._tokens = tokens
        self._client = httpx.AsyncClient(timeout=30, transport=TracedTransport(transport))

    async def pages(
        self,
        owner: str,
        tenant: UUID,
        after: int,
        parse: Callable[[bytes], tuple[list[Item], Mark]],
        path: str = "changes",
    ) -> AsyncIterator[tuple[list[Item], Mark]]:
        """Each page after version `after`, in order. Unavailable when the owner gives no whole page: try again later.

        `path`: another list under the owner's `/internal` that pages alike, or a part of one.

        Apply a page and store its mark's version in one transaction; then a crash repeats at most one page.
        """
        cursor: str | None = None
        while True:
            params: dict[str, Any] = {"after": after} | ({} if cursor is None else {"cursor": cursor})
            url = httpx.URL(f"{self._urls[owner].rstrip('/')}/internal/{path}").copy_merge_params(params)
            items, mark = parse(await self._page(url, owner, tenant))
            yield items, mark
            cursor = mark.next
            if cursor is None:
                return

    async def _page(self, url: httpx.URL, owner: str, tenant: UUID) -> bytes:
        try:
            token = await self._tokens.token(owner, tenant)
            response = await self._client.get(url, headers={"Authorization": f"Bearer {token}"})
        except httpx.HTTPError as error:
            raise Unavailable(f"{owner} cannot be reached") from error
        if response.status_code != httpx.codes.OK:
            raise Unavailable(f"{owner} answered {response.status_code}")
        return response.content
