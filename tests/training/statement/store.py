"""A learning record store over real HTTP that takes only what another maintainer's model of xAPI calls a statement."""

from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI, Request, Response
from ralph.models.xapi.base.statements import BaseXapiStatement

from tests.identity.world import listening, serving

USER, PASSWORD = "startklar", "a-password-of-the-test"


@dataclass
class Store:
    """`statements` by id, as they were taken; `fails` is answered instead while it is set."""

    url: str = ""
    statements: dict[str, dict[str, Any]] = field(default_factory=dict)
    requests: int = 0
    fails: int | None = None

    def take(self, statement: dict[str, Any]) -> bool:
        """Whether it was taken: a known id with other content is a conflict, with the same it changes nothing."""
        BaseXapiStatement.model_validate(statement)
        return self.statements.setdefault(statement["id"], statement) == statement


def _app(store: Store) -> FastAPI:
    app = FastAPI()
    login = "Basic " + b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    @app.middleware("http")
    async def guard(request: Request, call_next: Any) -> Any:
        store.requests += 1
        if request.headers.get("x-experience-api-version") != "1.0.3":
            return Response(status_code=400)
        if request.headers.get("authorization") != login:
            return Response(status_code=401)
        return Response(status_code=store.fails) if store.fails else await call_next(request)

    @app.post("/xapi/statements")
    async def post(request: Request) -> Response:
        sent = await request.json()
        is_new = all(one["id"] not in store.statements for one in sent)
        return Response(status_code=200 if is_new and all(store.take(one) for one in sent) else 409)

    @app.put("/xapi/statements")
    async def put(request: Request) -> Response:
        sent = await request.json()
        assert sent["id"] == request.query_params["statementId"]
        return Response(status_code=204 if store.take(sent) else 409)

    return app


@asynccontextmanager
async def running_store() -> AsyncIterator[Store]:
    """A store that listens on loopback."""
    store = Store()
    sock, url = listening()
    store.url = f"{url}/xapi"
    async with serving(_app(store), sock):
        yield store
