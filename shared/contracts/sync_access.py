"""How sync tells our other services who has access at the platform: ids, dates and whether an account is active.

`GET /internal/platform-access?cursor=` gives NDJSON: a line for each account of somebody who works here, as the
platform's newest export saw it, and the end of the page (`PlatformSeen`). Nothing in it is a name, a login name or the
platform's own key, so that protected persons are told of as everybody else.
"""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.alias_generators import to_camel


class _Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)


class AccountSeen(_Line):
    """An account at the platform. `last_login_on` is null where nobody ever logged in, or where it is not told."""

    person_id: UUID
    is_active: bool
    last_login_on: date | None = None


class PlatformSeen(_Line):
    """The last line of every page: what was looked at, and how much it proves.

    `comparison_id` is null where no one platform was looked at: then nothing is known of anybody. `observed_at` is when
    the export arrived here. `is_whole`: who has no line has no account. `tells_login`: an account without a date was
    never used. `version` has no meaning here; `next` is the cursor of the following page.
    """

    kind: Literal["page"] = "page"
    next: str | None = None
    version: int = 0
    comparison_id: UUID | None = None
    observed_at: datetime | None = None
    is_whole: bool = False
    tells_login: bool = False


_ACCOUNT = TypeAdapter(AccountSeen)


def parse_access_page(body: bytes) -> tuple[list[AccountSeen], PlatformSeen]:
    """A page as its lines and its end. Raises ValueError for a page that was cut off or holds a broken line."""
    *lines, last = [line for line in body.splitlines() if line] or [b""]
    if b'"page"' not in last:
        raise ValueError("the page was cut off")
    return [_ACCOUNT.validate_json(line) for line in lines], PlatformSeen.model_validate_json(last)
