"""An SS12000 (2.1) register: listings, lookups, deletions, subscriptions with callbacks, log and statistics."""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from shared.kit.clock import now
from shared.kit.ids import new_id
from tests.support.registers.base import Answer, Register
from tests.support.registers.faults import Faults

ENTITIES = {
    "organisations": "Organisation",
    "persons": "Person",
    "groups": "Group",
    "duties": "Duty",
    "placements": "Placement",
    "activities": "Activity",
    "syllabuses": "Syllabus",
}
Objects = dict[str, list[dict[str, Any]]]


class Ss12000Register(Register):
    """Holds `objects` by endpoint; `put` and `remove` are what happens in the register. The API lies under /v2.0.

    What consumers tell lands in `log` and `statistics`; `subscriptions` by id. `notify` calls them all.
    """

    def __init__(self, told: Objects, faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.objects = {name: {row["id"]: row for row in told.get(name, [])} for name in ENTITIES}
        self.deleted: list[tuple[datetime, str, str]] = []
        self.subscriptions: dict[str, dict[str, Any]] = {}
        self.renewed: list[str] = []
        self.log: list[dict[str, Any]] = []
        self.statistics: list[dict[str, Any]] = []
        self.app = Starlette(routes=self._routes())

    def now(self) -> datetime:
        """The register's own clock."""
        return now() + timedelta(seconds=self.faults.skew)

    def put(self, name: str, row: dict[str, Any]) -> None:
        """Create or change an object."""
        stamp = self.now().isoformat()
        meta = {"created": row.get("meta", {}).get("created", stamp), "modified": stamp}
        self.objects[name][row["id"]] = row | {"meta": meta}

    def remove(self, name: str, sid: str) -> None:
        """Delete an object."""
        del self.objects[name][sid]
        self.deleted.append((self.now(), name, sid))

    async def notify(self, *entities: str, deleted: bool = False, headers: dict[str, str] | None = None) -> list[int]:
        """Tell every subscriber that something has changed; the statuses that they answer."""
        body = {self.faults.spelling: list(entities), "deletedEntities": deleted}
        async with httpx.AsyncClient() as client:
            answers = [await client.post(s["target"], json=body, headers=headers) for s in self.subscriptions.values()]
        return [answer.status_code for answer in answers]

    def _routes(self) -> list[Route]:
        routes = [Route("/token", self.token, methods=["POST"])]
        plain = [
            ("/subscriptions", self._subscribe, "POST"),
            ("/subscriptions", self._subscribed, "GET"),
            ("/subscriptions/{sid}", self._subscription, "GET"),
            ("/subscriptions/{sid}", self._subscription, "PATCH"),
            ("/subscriptions/{sid}", self._subscription, "DELETE"),
            ("/log/", self._log, "POST"),
            ("/statistics/", self._statistics, "POST"),
            ("/deletedEntities", self._deletions, "GET"),
            ("/{entity}/lookup", self._lookup, "POST"),
            ("/{entity}", self._list, "GET"),
        ]
        routes += [
            Route(f"/v2.0{path}", self.guarded(self._open(path, answer)), methods=[method])
            for path, answer, method in plain
        ]
        return routes

    def _open(self, path: str, answer: Answer) -> Answer:
        """`answer`, unless the endpoint is closed as a whole."""
        name = path.strip("/").partition("/")[0]

        async def checked(request: Request) -> Response:
            return _error(403) if name in self.faults.forbidden else await answer(request)

        return checked

    async def _list(self, request: Request) -> Response:
        name = request.path_params["entity"]
        if name not in self.objects:
            return _error(404)
        if name in self.faults.forbidden:
            return _error(403)
        query = dict(request.query_params)
        token = query.pop("pageToken", None)
        if token and set(query) - {"limit"}:
            return _error(400)
        start, after = _opened(token) if token else (0, query.get("meta.modified.after"))
        if start and self.faults.moving:
            self.faults.moving(name)
        rows = [
            row for row in self.objects[name].values() if not after or _time(row["meta"]["modified"]) > _time(after)
        ]
        limit = int(query.get("limit", 100))
        body: dict[str, Any] = {"data": self.page(name, rows, start, limit)}
        body["pageToken"] = _sealed(start + limit, after) if start + limit < len(rows) else None
        return self._answer(body)

    async def _lookup(self, request: Request) -> Response:
        name, ids = request.path_params["entity"], (await request.json())["ids"]
        if name in self.faults.forbidden:
            return _error(403)
        if len(ids) > self.faults.lookup_limit:
            return _error(503)
        return self._answer([self.objects[name][sid] for sid in ids if sid in self.objects[name]])

    async def _deletions(self, request: Request) -> Response:
        query = dict(request.query_params)
        token = query.pop("pageToken", None)
        if token and set(query) - {"limit"}:
            return _error(400)
        start, after = _opened(token) if token else (0, query.get("after"))
        rows = [(name, sid) for at, name, sid in self.deleted if not after or at > _time(after)]
        limit = int(query.get("limit", 100))
        data: dict[str, list[str]] = {}
        for name, sid in rows[start : start + limit]:
            data.setdefault(self.faults.deleted_spelling if name == "activities" else name, []).append(sid)
        following = _sealed(start + limit, after) if start + limit < len(rows) else None
        return self._answer({"data": data, "pageToken": following})

    async def _subscribe(self, request: Request) -> Response:
        body = await request.json()
        sid = str(new_id())
        self.subscriptions[sid] = body | {"id": sid, "expires": self._expiry()}
        return JSONResponse(self.subscriptions[sid], 201)

    async def _subscribed(self, request: Request) -> Response:
        return self._answer({"data": list(self.subscriptions.values()), "pageToken": None})

    async def _subscription(self, request: Request) -> Response:
        sid = request.path_params["sid"]
        if sid not in self.subscriptions:
            return _error(404)
        if request.method == "DELETE":
            del self.subscriptions[sid]
            return Response(status_code=204)
        if request.method == "PATCH":
            self.renewed.append(sid)
            self.subscriptions[sid]["expires"] = self._expiry()
        return self._answer(self.subscriptions[sid])

    def _expiry(self) -> str:
        return (self.now() + timedelta(days=90)).isoformat()

    async def _log(self, request: Request) -> Response:
        self.log.append(await request.json())
        return Response(status_code=201)

    async def _statistics(self, request: Request) -> Response:
        self.statistics.append(await request.json())
        return Response(status_code=201)

    def _answer(self, body: Any) -> Response:
        return JSONResponse(body, headers={"Date": self.now().strftime("%a, %d %b %Y %H:%M:%S GMT")})


def _error(status: int) -> Response:
    return JSONResponse({"code": str(status), "message": "no"}, status)


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text.replace(" ", "+")).astimezone(UTC)


def _modified(row: dict[str, Any]) -> datetime:
    return _time(row["meta"]["modified"])


def _sealed(start: int, after: str | None) -> str:
    return base64.urlsafe_b64encode(json.dumps([start, after]).encode()).decode()


def _opened(token: str) -> tuple[int, str | None]:
    start, after = json.loads(base64.urlsafe_b64decode(token))
    return start, after
