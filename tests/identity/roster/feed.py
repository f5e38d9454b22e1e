"""sync's change feed as its contract describes it, answered from lines that a test gives."""

import hashlib
import json
from typing import Any
from uuid import UUID

import httpx

from shared.contracts.sync import Change, DutyChange, DutyRole, PersonChange
from shared.kit.ids import new_id

PAGE = 2


class SyncFeed(httpx.AsyncBaseTransport):
    """Pages of two lines; `break_at` cuts off the page of that number, once."""

    def __init__(self) -> None:
        self.lines: list[Change] = []
        self.version = 0
        self.asked: list[dict[str, str]] = []
        self.break_at: int | None = None

    def publish(self, *lines: Change) -> int:
        """A new roster version with these lines."""
        self.version += 1
        self.lines += [line.model_copy(update={"version": self.version}) for line in lines]
        return self.version

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        query = dict(request.url.params)
        self.asked.append(query)
        start = int(query.get("cursor", "0"))
        newer = [line for line in self.lines if line.version > int(query["after"])]
        shown = newer[start : start + PAGE]
        last = start + PAGE >= len(newer)
        end = {"kind": "page", "next": None if last else str(start + PAGE), "version": self.version if last else 0}
        rows = [line.model_dump(mode="json", by_alias=True) for line in shown]
        if self.break_at == len(self.asked):
            return httpx.Response(200, content=b"\n".join(json.dumps(row).encode() for row in rows))
        return httpx.Response(200, content=b"\n".join(json.dumps(row).encode() for row in (*rows, end)))


class Tokens:
    """Identity's own service token is not what these tests are about."""

    async def token(self, service: str, tenant: UUID | None = None) -> str:
        return "a service token"


def person(name: str, login_name: str | None = None, *, protected: bool = False, **more: Any) -> PersonChange:
    """A line for a person; of a protected one `name` is the alias."""
    digests = (hashlib.sha256(login_name.lower().encode()).hexdigest(),) if login_name else ()
    names = (login_name,) if login_name and not protected else ()
    values = {"version": 0, "op": "put", "id": new_id(), "display_name": name, "protected": protected} | more
    return PersonChange(login_names=names, login_digests=digests, **values)


def duty(of: PersonChange, role: DutyRole = DutyRole.teacher, unit: UUID | None = None, **more: Any) -> DutyChange:
    """A line for a person's work at a unit."""
    values = {"version": 0, "op": "put", "id": new_id(), "protected": of.protected} | more
    return DutyChange(person_id=of.id, unit_id=unit or new_id(), role=role, **values)
