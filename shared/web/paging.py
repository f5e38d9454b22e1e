"""Keyset pages: a cursor names the last row seen, so that a page costs the same however deep it lies."""

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request

from shared.kit.problems import FieldError, Invalid
from shared.kit.text import Text
from shared.web.models import Link, Page, PageLinks, PageMeta
from shared.web.urls import absolute

T = TypeVar("T")
R = TypeVar("R")

_BAD_CURSOR = Text(
    sv="Markören är inte en som vi har lämnat ut; börja om utan cursor",
    da="Markøren er ikke en, vi har udleveret; begynd forfra uden cursor",
    en="The cursor is not one that we gave out; start again without cursor",
)


@dataclass(frozen=True)
class PageQuery:
    """`limit` items after the row named by `after` (the values of the sort key; empty for the first page)."""

    limit: int
    after: tuple[str, ...]

    def keys(self, *types: Callable[[str], Any]) -> tuple[Any, ...] | None:
        """The cursor's values parsed by `types`, or None on the first page; a wrong one is the caller's error."""
        if not self.after:
            return None
        try:
            if len(self.after) != len(types):
                raise ValueError
            return tuple(_storable(parse(value)) for parse, value in zip(types, self.after, strict=True))
        except (ValueError, TypeError, OverflowError):
            raise bad_cursor() from None


def _storable(value: Any) -> Any:
    """`value`, unless no row of ours can hold it: the database's refusal would look like a fault of ours."""
    if isinstance(value, int) and not -(2**31) <= value < 2**31:
        raise ValueError
    return value.astimezone(UTC) if isinstance(value, datetime) else value


def bad_cursor() -> Invalid:
    return Invalid(_BAD_CURSOR, errors=[FieldError(pointer="query:cursor", detail=_BAD_CURSOR, code="bad_cursor")])


def encode_cursor(values: Sequence[object]) -> str:
    """An opaque, URL-safe cursor for the sort key `values`."""
    raw = json.dumps([str(value) for value in values], separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def decode_cursor(cursor: str) -> tuple[str, ...]:
    """The values in a cursor; raises Invalid on anything that we did not make."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except ValueError:
        raise bad_cursor() from None
    if not isinstance(values, list) or not values or not all(isinstance(value, str) for value in values):
        raise bad_cursor()
    text = "".join(values)
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):  # PostgreSQL stores neither
        raise bad_cursor()
    return tuple(values)


async def _page_query(
    limit: Annotated[int, Query(ge=1, le=200, description="Items per page")] = 20,
    cursor: Annotated[str | None, Query(max_length=1024, description="Taken from `_links.next`")] = None,
) -> PageQuery:
    return PageQuery(limit, decode_cursor(cursor) if cursor else ())


PageDep = Annotated[PageQuery, Depends(_page_query)]


def make_page(
    request: Request,
    query: PageQuery,
    rows: Sequence[R],
    *,
    key: Callable[[R], Sequence[object]],
    show: Callable[[R], T],
) -> Page[T]:
    """A page from up to `limit + 1` rows: the extra row tells that there is a next page and is not shown."""
    shown = rows[: query.limit]
    following = None
    if len(rows) > query.limit:
        following = Link(href=next_href(request, key(shown[-1])), rel="next")
    return Page(
        items=[show(row) for row in shown],
        links=PageLinks(
            self=Link(href=absolute(request, request.url.path + _query(request)), rel="self"), next=following
        ),
        meta=PageMeta(limit=query.limit),
    )


def next_href(request: Request, after: Sequence[object]) -> str:
    """The URL of the next page: every other parameter as it came, the cursor replaced (profile rule FNS.12)."""
    url = request.url.include_query_params(cursor=encode_cursor(after))
    return absolute(request, f"{url.path}?{url.query}")


def _query(request: Request) -> str:
    return f"?{request.url.query}" if request.url.query else ""
