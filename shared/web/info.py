"""api-info (profile VER.06-07), the OpenAPI document under the API's root (DOK.23), and the three probes."""

from datetime import date
from typing import Any, Literal

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from sqlalchemy import text

from shared.web.models import ApiModel, example
from shared.web.route import Route, problem_responses
from shared.web.runtime import runtime
from shared.web.urls import absolute


class ApiInfo(ApiModel):
    """About this API (national REST profile VER.07)."""

    model_config = example(
        {
            "apiName": "projects",
            "apiVersion": "1.0.0",
            "apiReleased": "2026-11-21",
            "apiDocumentation": "https://api.example.org/docs",
            "apiStatus": "active",
        }
    )

    api_name: str
    api_version: str
    api_released: date
    api_documentation: str
    api_status: Literal["alpha", "beta", "active", "deprecated", "retired", "decommissioned"]


def info_router(name: str, version: str, released: date) -> APIRouter:
    """The public routes that every API has; `name` prefixes the function names, since operation ids are unique."""
    router = APIRouter(tags=["about"], route_class=Route, responses=problem_responses(429, 500))

    async def api_info(request: Request) -> ApiInfo:
        """Name, version and state of this API. Needs no token."""
        return ApiInfo(
            api_name=name,
            api_version=version,
            api_released=released,
            api_documentation=absolute(request, "/docs"),
            api_status="active",
        )

    async def openapi_document(request: Request) -> Response:
        if request.query_params.get("part") == "protocols":  # paths outside the API's root, such as /oauth2
            found = request.app.state.protocols()
            return Response(status_code=204) if found is None else JSONResponse(found)
        return JSONResponse(request.app.openapi())

    router.add_api_route("/api-info", api_info, name=f"{name}_api_info", methods=["GET"], summary="About this API")
    router.add_api_route("/openapi.json", openapi_document, include_in_schema=False, methods=["GET"])
    return router


def add_probes(app: FastAPI, *, has_data: bool = True) -> None:
    """`/livez` (the process answers), `/readyz` (it can serve: the database answers), `/startupz` (it has started)."""

    async def livez() -> dict[str, str]:
        return {"status": "ok"}

    async def startupz(request: Request) -> Response:
        started = getattr(request.app.state, "runtime", None) is not None
        return JSONResponse({"status": "ok" if started else "starting"}, 200 if started else 503)

    async def readyz(request: Request) -> Response:
        checks: dict[str, Any] = {}
        try:
            if has_data:
                async with runtime(request).database.transaction(None) as session:
                    await session.execute(text("SELECT 1"))
                checks["database"] = "ok"
        except Exception as error:  # whatever it is, the answer is "not ready" and the kind of the error
            checks["database"] = type(error).__name__
        ready = all(value == "ok" for value in checks.values())
        return JSONResponse({"status": "ok" if ready else "unavailable", "checks": checks}, 200 if ready else 503)

    for path, endpoint in (("/livez", livez), ("/startupz", startupz), ("/readyz", readyz)):
        app.add_api_route(path, endpoint, methods=["GET"], include_in_schema=False)
