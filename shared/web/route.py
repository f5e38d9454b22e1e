"""The route class of every API: who may call, Idempotency-Key on POST, If-None-Match on GET."""

import functools
import inspect
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any, get_args

from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from shared.auth.dependencies import Requirement
from shared.web.idempotency import Replay, look_up, remember
from shared.web.models import ProblemDocument

Handler = Callable[[Request], Awaitable[Response]]

_current: ContextVar[Request] = ContextVar("startklar_request")


class Route(APIRoute):
    """See `idempotency` for POST. A GET whose strong ETag the caller already has answers 304 without a body.

    What the endpoint requires of its caller is asked here, before anything else of the request is looked at, and not
    among FastAPI's dependencies: to solve one costs as much as the whole check of a token.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if "POST" in (options.get("methods") or ()):
            endpoint = _replayable(endpoint)
        endpoint = _guarded(endpoint)
        if (requirement := requirement_of(endpoint)) is not None:
            options["openapi_extra"] = {"security": [requirement.security], **(options.get("openapi_extra") or {})}
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> Any:
        handler, requirement = super().get_route_handler(), requirement_of(self.endpoint)

        async def run(request: Request) -> Response:
            token = _current.set(request)
            try:
                if requirement is not None:
                    request.scope["state"]["caller"] = await requirement(request)
                response = await handler(request)
            except Replay as replay:
                return replay.response
            finally:
                _current.reset(token)
            await remember(request, response)
            return _unless_known(request, response)

        return run


def _replayable(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """Look the key up when every dependency holds, so that only who may call gets an answer."""
    if hasattr(endpoint, "is_replayable"):
        return endpoint

    @functools.wraps(endpoint)
    async def looked_up(*args: Any, **kwargs: Any) -> Any:
        await look_up(_current.get())
        return await endpoint(*args, **kwargs)

    looked_up.is_replayable = True  # type: ignore[attr-defined]
    return looked_up


def requirement_of(endpoint: Callable[..., Any] | None) -> Requirement | None:
    """What the route of this endpoint asks of every caller, where it is the route that asks."""
    found: Requirement | None = getattr(endpoint, "requirement", None)
    return found


def _guarded(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    """The endpoint without the parameter of its caller, which comes from the route's check and from nowhere else."""
    signature = inspect.signature(endpoint, eval_str=True)
    asked = {name: found for name, each in signature.parameters.items() if (found := _asked(each)) is not None}
    if len(asked) != 1 or not inspect.iscoroutinefunction(endpoint):
        return endpoint
    ((name, requirement),) = asked.items()

    @functools.wraps(endpoint)
    async def called(**values: Any) -> Any:
        return await endpoint(**values, **{name: _current.get().scope["state"]["caller"]})

    others = [each for each in signature.parameters.values() if each.name != name]
    called.__signature__ = signature.replace(parameters=others)  # type: ignore[attr-defined]
    called.requirement = requirement  # type: ignore[attr-defined]
    return called


def _asked(parameter: inspect.Parameter) -> Requirement | None:
    """The requirement of a parameter like `caller: ProjectsRead`."""
    calls = (getattr(each, "dependency", None) for each in get_args(parameter.annotation)[1:])
    return next((call for call in calls if isinstance(call, Requirement)), None)


def _unless_known(request: Request, response: Response) -> Response:
    tag = response.headers.get("etag")
    if request.method != "GET" or response.status_code != 200 or tag is None:
        return response
    known = {part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")}
    if tag not in known and "*" not in known:
        return response
    return Response(status_code=304, headers={"ETag": tag})


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI response entries for the problems that a route may answer with."""
    return {
        status: {"model": ProblemDocument, "description": _MEANING[status], "content": {"application/problem+json": {}}}
        for status in statuses
    }


_MEANING = {
    400: "The request cannot be understood",
    401: "No acceptable token, or the login is too weak or too old (RFC 6750, RFC 9470)",
    403: "The caller may not do this",
    404: "Does not exist, or the caller may not know that it does",
    406: "Cannot be given in a form that the caller accepts",
    409: "Conflicts with the present state",
    410: "Was there, and has been erased for good",
    412: "Changed since it was read",
    413: "Content too large",
    415: "Unsupported media type",
    422: "Invalid input; `errors` names each place and the mend",
    428: "If-Match is required",
    429: "Too many requests; see Retry-After",
    460: "The part arrived damaged; nothing of it was kept (tus 1.0.0)",
    500: "A fault of ours; nothing was changed",
    503: "Temporarily unavailable; see Retry-After",
}


def new_router(tag: str, **options: Any) -> APIRouter:
    """A router whose routes follow the house: this route class and the problems that any route may answer with."""
    return APIRouter(
        tags=[tag],
        route_class=Route,
        responses=problem_responses(400, 401, 403, 404, 409, 422, 429, 500, 503),
        **options,
    )
