"""Fetching a document: conditional, once, within limits of size and time, from an address that may be called."""

import hashlib
from dataclasses import dataclass

from services.identity.federation.faults import FeedFault, FeedRefused
from shared.kit.egress import EgressClient, EgressFailed, EgressRefused

TIMEOUT = 60.0
"""Seconds from name lookup to the last byte: one that drips is cut."""
ONE_ENTITY_BYTES = 512 * 1024
_ACCEPT = "application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.8"
_MOST_TAG = 200


@dataclass(frozen=True)
class Fetched:
    """`content` is None when nothing changed since the tags that were sent."""

    content: bytes | None
    etag: str | None
    last_modified: str | None


async def fetch(
    url: str, *, allow_private: bool, max_bytes: int, etag: str | None = None, last_modified: str | None = None
) -> Fetched | None:
    """The document at `url`, None where the server says that there is none (404, 410). Raises FeedRefused."""
    client = EgressClient(allow_private=allow_private, max_response_bytes=max_bytes)
    headers = {"Accept": _ACCEPT, "Accept-Encoding": "identity", "User-Agent": "Startklar"}
    if etag is not None:
        headers["If-None-Match"] = etag
    if last_modified is not None:
        headers["If-Modified-Since"] = last_modified
    try:
        answer = await client.request("GET", url, headers, timeout=TIMEOUT)
    except EgressRefused as error:
        raise FeedRefused(FeedFault.address_refused) from error
    except EgressFailed as error:
        raise FeedRefused(FeedFault.too_large if error.kind == "too-large" else FeedFault.unreachable) from error
    if answer.status == 304 and (etag or last_modified):
        return Fetched(None, etag, last_modified)
    if answer.status in (404, 410):
        return None
    if answer.status != 200 or not answer.content:
        raise FeedRefused(FeedFault.bad_answer)
    return Fetched(answer.content, _tag(answer.headers.get("etag")), _tag(answer.headers.get("last-modified")))


def query_url(base: str, sha1: str) -> str:
    """Where a metadata query service answers for the entity with this hash (Metadata Query Protocol, SAML profile)."""
    return f"{base.rstrip('/')}/entities/%7Bsha1%7D{sha1}"


def sha1_of(entity_id: str) -> str:
    """The name of an entity in such a query: SHA-1 in hex, an address and no proof of anything."""
    return hashlib.sha1(entity_id.encode(), usedforsecurity=False).hexdigest()


def _tag(value: str | None) -> str | None:
    return value if value and len(value) <= _MOST_TAG and value.isprintable() and value.isascii() else None
