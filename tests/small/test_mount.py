"""One port for all: every path reaches the service that it reaches in a process of its own, and no other."""

import re
from typing import Any

import httpx
import pytest
import structlog
import yaml
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from cli.stack.places import ROOT
from shared.web import build_app
from small.app import SPECS, create_app
from small.mount import Mounted, PathClaimedTwice
from small.settings import SERVICES

# Routed by the gateway, and no service has routes there so far: a 404 from whomever.
NOT_YET = {"/scim/v2", "/ss12000/v2.0", "/ims/oneroster/rostering/v1p2"}
SHARED = {"", "internal", "livez", "readyz", "startupz"}


@pytest.fixture(scope="module")
def mounted() -> Mounted:
    return create_app()


def test_it_holds_every_service() -> None:
    assert {spec.name for spec in SPECS} == set(SERVICES)


@pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)
def test_every_route_of_a_service_is_reached_at_its_own_path_and_below_its_name(mounted: Mounted, spec: Any) -> None:
    paths = {str(route.path) for route in iter_route_contexts(build_app(spec, alone=False).routes) if route.path}
    for path in paths:
        assert mounted.addressed(f"/services/{spec.name}{path}") == (spec.name, path)
        if path.split("/")[1] not in SHARED:
            assert mounted.addressed(path) == (spec.name, path)
    assert len(paths) > 5


def test_the_gateway_and_the_process_agree_on_whose_a_path_is(mounted: Mounted) -> None:
    template = yaml.safe_load((ROOT / "deploy" / "gateway" / "envoy.yaml").read_text())
    public = next(one for one in template["static_resources"]["listeners"] if one != "${plain_listeners}")
    manager = public["filter_chains"][0]["filters"][0]["typed_config"]
    compared = 0
    for route in manager["route_config"]["virtual_hosts"][0]["routes"]:
        if "route" not in route:
            continue
        match = route["match"]
        stem = match.get("path_separated_prefix") or re.split(r"[\[|]", match["safe_regex"]["regex"])[0]
        found, _ = mounted.addressed(f"{stem}/x".replace("//", "/"))
        if stem not in NOT_YET:
            compared += 1
            assert found == route["route"]["cluster"], stem
        else:
            assert found == "portal", f"{stem} has routes by now: take it from NOT_YET"
    assert compared > 10


@pytest.mark.parametrize("path", ["/internal/events", "/services/internal/events", "/services/nobody/readyz", "/x"])
def test_what_nobody_claims_is_the_fronts_to_refuse(mounted: Mounted, path: str) -> None:
    assert mounted.addressed(path) == ("portal", path)


def test_two_services_that_claim_one_path_do_not_start_together() -> None:
    apps = {"a": FastAPI(openapi_url=None), "b": FastAPI(openapi_url=None)}
    for app in apps.values():
        app.add_api_route("/scim/v2/Users", lambda: None)
    with pytest.raises(PathClaimedTwice, match="/scim belongs to both a and b"):
        Mounted(apps, front="a")


async def test_a_service_sees_its_own_path_and_its_lines_carry_its_name() -> None:
    def answer(name: str) -> FastAPI:
        app = FastAPI(openapi_url=None)

        async def seen() -> dict[str, Any]:
            return {"app": name, "named": structlog.contextvars.get_contextvars().get("service")}

        for path in ("/internal/å", f"/{name}/v1/x", "/readyz", "/livez"):
            app.add_api_route(path, seen)
        return app

    both = Mounted({"a": answer("a"), "b": answer("b")}, front="a")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(both), base_url="http://x") as client:
        for path, name in (("/b/v1/x", "b"), ("/services/b/internal/å", "b"), ("/services/a/internal/å", "a")):
            assert (await client.get(path)).json() == {"app": name, "named": name}
        assert (await client.get("/services/b/a/v1/x")).status_code == 404
        ready = await client.get("/readyz")
        assert (ready.status_code, ready.json()["checks"]) == (200, {"a": "ok", "b": "ok"})


async def test_it_is_ready_when_every_service_is() -> None:
    well, unwell = FastAPI(openapi_url=None), FastAPI(openapi_url=None)
    well.add_api_route("/readyz", lambda: None)
    unwell.add_api_route("/readyz", lambda: None, status_code=503)
    both = Mounted({"well": well, "unwell": unwell}, front="well")
    async with httpx.AsyncClient(transport=httpx.ASGITransport(both), base_url="http://x") as client:
        answer = await client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json() == {"status": "unavailable", "checks": {"well": "ok", "unwell": "unavailable"}}
