"""The route class of the protocols' endpoints, which read their requests by themselves."""

import inspect
from collections.abc import Callable
from typing import Any, get_args
from uuid import UUID

from fastapi import Request, Response, params
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from services.identity.protocol.description import ClientSecretBasic


class ProtocolRoute(APIRoute):
    """Calls an endpoint that takes nothing but the request and ids of the path at once.

    What FastAPI does around it, for dependencies that it has not, costs a tenth of a login.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, endpoint, **options)
        is_bare = all(isinstance(each.dependency, ClientSecretBasic) for each in self.dependencies)
        self._ids = _ids_of(endpoint) if is_bare else None

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        values = self._values(scope)
        if values is None:
            await super().handle(scope, receive, send)
            return
        response = await self.answer(Request(scope, receive, send), values)
        await response(scope, receive, send)

    async def answer(self, request: Request, values: dict[str, UUID]) -> Response:
        """The endpoint's answer."""
        response: Response = await self.endpoint(request=request, **values)
        return response

    def _values(self, scope: Scope) -> dict[str, UUID] | None:
        """The ids of the path by parameter; None where FastAPI has the word, on what it refuses too."""
        if self._ids is None or scope["method"] not in (self.methods or ()):
            return None
        try:
            return {name: UUID(scope["path_params"][alias]) for name, alias in self._ids.items()}
        except ValueError:
            return None


def _ids_of(endpoint: Callable[..., Any]) -> dict[str, str] | None:
    """The endpoint's ids of the path, name by name in the path; None where it takes anything else but the request."""
    ids: dict[str, str] = {}
    for name, each in inspect.signature(endpoint, eval_str=True).parameters.items():
        kind, *notes = get_args(each.annotation) or (each.annotation,)
        if kind is UUID and len(notes) == 1 and isinstance(notes[0], params.Path):
            ids[name] = notes[0].alias or name
        elif (name, kind) != ("request", Request):
            return None
    return ids
