"""Where a consumer gets pages from: the owner's internal route, over HTTP, with this service's own token."""

from collections.abc import Mapping
from typing import Protocol

import httpx

from shared.queue.feed import FeedPage


class FeedUnavailable(Exception):
    """The owner did not answer with a page; the next wake-up or sweep tries again."""


class TokenSource(Protocol):
    """Gives this service's access token for the internal routes of another service."""

    async def token(self, service: str, /) -> str: ...


class FeedSource(Protocol):
    """Gives pages of an owner's feed."""

    async def page(self, owner: str, after: int, limit: int) -> FeedPage: ...


class HttpFeed:
    """`GET /internal/events?after=&limit=` at the owner's internal address."""

    def __init__(self, service_urls: Mapping[str, str], tokens: TokenSource, client: httpx.AsyncClient) -> None:
        self._urls = service_urls
        self._tokens = tokens
        self._client = client

    async def page(self, owner: str, after: int, limit: int) -> FeedPage:
        """The page after `after`. Errors: FeedUnavailable for no or a wrong answer."""
        base = self._urls.get(owner)
        if base is None:
            raise FeedUnavailable(f"service_urls has no address of {owner}")
        try:
            token = await self._tokens.token(owner)
            response = await self._client.get(
                f"{base.rstrip('/')}/internal/events",
                params={"after": after, "limit": limit},
                headers={"Authorization": f"Bearer {token}"},
            )
        except httpx.HTTPError as error:
            raise FeedUnavailable(f"{owner} cannot be reached: {type(error).__name__}") from error
        if response.status_code != httpx.codes.OK:
            raise FeedUnavailable(f"{owner} answered {response.status_code}")
        try:
            return FeedPage.model_validate_json(response.content)
        except ValueError as error:
            raise FeedUnavailable(f"{owner} answered no page") from error
