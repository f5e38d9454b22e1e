"""How identity tells our other services who of the staff has logged in through us at one application: ids and dates.

`GET /internal/client-logins/{clientId}?after=<seconds>&cursor=` gives NDJSON: a line for each person who has logged in
there since (`ClientLogin`), and the end of the page (`ClientLoginsRead`). Protected persons are not told of.
"""

from datetime import date
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class ClientLogin(_Line):
    """Somebody let in at the application, by a new login or one that still held, on `last_login_on` at the latest."""

    person_id: UUID
    last_login_on: date


class ClientLoginsRead(_Line):
    """The last line of every page. `version`: the instant, in seconds since 1970, up to which logins are told, to be
    given as `after` next time; `next` is the cursor of the following page."""

    kind: Literal["page"] = "page"
    next: str | None = None
    version: int = 0


_LOGIN = TypeAdapter(ClientLogin)


def parse_logins_page(body: bytes) -> tuple[list[ClientLogin], ClientLoginsRead]:
    """A page as its lines and its end. Raises ValueError for a page that was cut off or holds a broken line."""
    *lines, last = [line for line in body.splitlines() if line] or [b""]
    if b'"page"' not in last:
        raise ValueError("the page was cut off")
    return [_LOGIN.validate_json(line) for line in lines], ClientLoginsRead.model_validate_json(last)
