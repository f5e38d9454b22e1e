"""Every route says who may call it, what it answers and what for; none can be added that does not."""

import inspect
from typing import Annotated, Any

import jsonschema
import pytest
from fastapi import Body, Depends, FastAPI

from shared.auth import Scope, internal, requires
from shared.auth.principal import Principal
from tests.architecture.routes import PUBLIC, Endpoint, endpoints, endpoints_of, every_endpoint, operations
from tests.architecture.tree import SERVICES


def unguarded(endpoint: Endpoint) -> bool:
    return not endpoint.requirements and not endpoint.is_public


def guarded_for_others(endpoint: Endpoint) -> bool:
    """A service token opens internal routes alone, a person's token all others."""
    return any(one.is_internal is not endpoint.is_internal for one in endpoint.requirements)


def late_commits(endpoint: Endpoint) -> list[str]:
    """Generator dependencies that end after the response is sent: what they commit may fail unseen."""
    return [
        str(getattr(one.call, "__qualname__", one.call))
        for one in endpoint.dependencies()
        if is_generator(one.call) and one.scope != "function"
    ]


def is_generator(call: Any) -> bool:
    return inspect.isgeneratorfunction(call) or inspect.isasyncgenfunction(call)


def misnamed(endpoint: Endpoint) -> bool:
    """Code of `shared` runs in every service, so its routes carry the service's name in front."""
    if endpoint.function.__module__.startswith("shared."):
        return not endpoint.name.startswith(f"{endpoint.service}_")
    return endpoint.name != str(endpoint.function.__name__)


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_demands_a_token_or_is_public_by_name(service: str) -> None:
    assert [str(one) for one in endpoints(service) if unguarded(one)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_internal_routes_take_service_tokens_alone(service: str) -> None:
    assert [str(one) for one in endpoints(service) if guarded_for_others(one)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_internal_routes_and_probes_are_not_documented(service: str) -> None:
    assert [str(one) for one in endpoints(service) if one.is_internal and one.in_document] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_transaction_ends_before_the_response(service: str) -> None:
    found = {str(one): late for one in endpoints(service) if (late := late_commits(one))}
    assert found == {}


@pytest.mark.parametrize("service", SERVICES)
def test_a_route_is_named_as_its_function(service: str) -> None:
    assert [str(one) for one in endpoints(service) if one.in_document and misnamed(one)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_is_described_by_its_docstring(service: str) -> None:
    short = [
        str(one) for one in endpoints(service) if one.in_document and len((one.function.__doc__ or "").split()) < 2
    ]
    assert short == []


@pytest.mark.parametrize("service", SERVICES)
def test_no_get_takes_a_body(service: str) -> None:
    assert [str(one) for one in endpoints(service) if one.method == "GET" and one.body_fields] == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_declares_its_problems(service: str) -> None:
    found = {}
    public = {one.name for one in endpoints(service) if one.is_public}
    for name, operation, _ in operations(service):
        wanted = {"500"} if name in public else {"401", "403", "429", "500"}
        wanted |= {"422"} if "requestBody" in operation and not takes_form(operation) else set()
        if missing := sorted(wanted - set(operation["responses"])):
            found[name] = missing
    assert found == {}


@pytest.mark.parametrize("service", SERVICES)
def test_every_change_of_a_resource_demands_the_version_it_builds_on(service: str) -> None:
    found = []
    by_name = {name: operation for name, operation, _ in operations(service)}
    for endpoint in endpoints(service):
        if endpoint.method in ("PUT", "PATCH", "DELETE") and endpoint.path.startswith(f"/{service}/v1/"):
            operation = by_name[endpoint.name]
            demands = {one["name"] for one in operation["parameters"] if one["required"]}
            if "If-Match" not in demands or not {"412", "428"} <= set(operation["responses"]):
                found.append(str(endpoint))
    assert found == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_named_body_has_an_example_of_its_own(service: str) -> None:
    found = set()
    for name, operation, document in operations(service):
        for schema in bodies(operation):
            model = schema.get("$ref", "").rsplit("/", 1)[-1]
            if model and not model.startswith("Page_") and "example" not in document["components"]["schemas"][model]:
                found.add(f"{name}: {model}")
    assert sorted(found) == []


@pytest.mark.parametrize("service", SERVICES)
def test_every_example_is_valid(service: str) -> None:
    found = []
    for name, operation, document in operations(service):
        for media in json_media(operation):
            validator = jsonschema.Draft202012Validator(
                {"components": document.get("components", {}), **media.get("schema", {})}
            )
            found += [
                f"{name}: {error.json_path}: {error.message}" for error in validator.iter_errors(media["example"])
            ]
    assert sorted(set(found)) == []


def json_media(operation: dict[str, Any]) -> list[dict[str, Any]]:
    contents = [operation.get("requestBody", {}).get("content", {})]
    contents += [response.get("content", {}) for code, response in operation["responses"].items() if code < "400"]
    return [media for content in contents for kind, media in content.items() if kind == "application/json"]


def takes_form(operation: dict[str, Any]) -> bool:
    """A protocol's form: its errors are 400 with OAuth's own codes."""
    return "application/x-www-form-urlencoded" in operation["requestBody"]["content"]


def bodies(operation: dict[str, Any]) -> list[dict[str, Any]]:
    return [media.get("schema", {}) for media in json_media(operation)]


def test_operation_ids_are_unique_across_services() -> None:
    names = [name for service in SERVICES for name, _, _ in operations(service)]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_no_public_route_is_listed_that_does_not_exist() -> None:
    keys = {one.public_key for one in every_endpoint()}
    known = keys | {("*", method, path) for _, method, path in keys}
    assert [key for key in PUBLIC if key not in known] == []


# What the rules above must find, shown on routes that break them.


async def a_session() -> Any:
    yield None


def broken_app() -> FastAPI:
    app = FastAPI(generate_unique_id_function=lambda route: route.name)

    @app.get("/projects/v1/open")
    async def open_to_all() -> None: ...

    @app.get("/projects/v1/feed")
    async def feed_for_people(_: Annotated[Principal, internal(Scope.events_read)]) -> None: ...

    @app.get("/internal/people")
    async def people_inside(_: Annotated[Principal, requires(Scope.projects_read)]) -> None: ...

    @app.get("/projects/v1/late")
    async def late(
        _: Annotated[Principal, requires(Scope.projects_read)], session: Annotated[Any, Depends(a_session)]
    ) -> None: ...

    @app.get("/projects/v1/named", name="another_name")
    async def named(_: Annotated[Principal, requires(Scope.projects_read)]) -> None: ...

    @app.get("/projects/v1/searches")
    async def searches(
        _: Annotated[Principal, requires(Scope.projects_read)], text: Annotated[str, Body()]
    ) -> None: ...

    return app


def broken() -> dict[str, Endpoint]:
    return {one.function.__name__: one for one in endpoints_of("projects", broken_app()) if one.in_document}


def test_a_route_without_auth_is_found() -> None:
    assert [name for name, one in broken().items() if unguarded(one)] == ["open_to_all"]


def test_a_route_with_the_other_kind_of_token_is_found() -> None:
    assert [name for name, one in broken().items() if guarded_for_others(one)] == ["feed_for_people", "people_inside"]


def test_a_session_that_commits_after_the_response_is_found() -> None:
    assert {name for name, one in broken().items() if late_commits(one)} == {"late"}


def test_a_route_with_another_name_and_a_get_with_a_body_are_found() -> None:
    assert [name for name, one in broken().items() if misnamed(one)] == ["named"]
    assert [name for name, one in broken().items() if one.method == "GET" and one.body_fields] == ["searches"]
