"""A OneRoster 1.2 rostering service: collections under /ims/oneroster/rostering/v1p2, with X-Total-Count."""

from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from cli.demo_roster import Municipality
from cli.demo_roster.oneroster_rest import collections
from tests.support.registers.base import Register
from tests.support.registers.faults import Faults

BASE = "/ims/oneroster/rostering/v1p2"


class OneRosterRegister(Register):
    """Holds `rows` by collection (`orgs`, `users`, `classes`, `enrollments`, `courses`, `academicSessions`)."""

    def __init__(self, told: "Municipality | dict[str, list[dict[str, Any]]]", faults: Faults | None = None) -> None:
        super().__init__(faults)
        self.rows = collections(told) if isinstance(told, Municipality) else told
        self.app = Starlette(
            routes=[
                Route("/token", self.token, methods=["POST"]),
                Route(f"{BASE}/{{name}}", self.guarded(self._list)),
            ]
        )

    async def _list(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in self.rows:
            return JSONResponse({"imsx_codeMajor": "failure"}, 404)
        if name in self.faults.forbidden:
            return JSONResponse({"imsx_codeMajor": "failure"}, 403)
        limit, start = int(request.query_params.get("limit", 100)), int(request.query_params.get("offset", 0))
        if start and self.faults.moving:
            self.faults.moving(name)
        rows = self.rows[name]
        if request.query_params.get("filter") == "status='active'":
            rows = [row for row in rows if row["status"] == "active"]
        return JSONResponse({name: self.page(name, rows, start, limit)}, headers={"X-Total-Count": str(len(rows))})
