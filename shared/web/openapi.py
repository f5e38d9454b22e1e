"""The OpenAPI document as the national REST profile wants it (`openapi/profile.py` checks the result)."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import RouteContext, iter_route_contexts

from shared.auth.dependencies import Requirement, oauth2
from shared.web.route import problem_responses

_TRACEPARENT: dict[str, Any] = {
    "name": "traceparent",
    "in": "header",
    "required": False,
    "description": "W3C trace context; continued where present",
    "schema": {"type": "string", "example": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"},
}
_IDEMPOTENCY_KEY: dict[str, Any] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Repeat a request with the same key and it happens once; the first answer is kept for 24 hours",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "example": "8e03978e-40d5-43e8-bc93-6894a57f9324"},
}
_PROBLEM = "application/problem+json"
_PROBLEM_SCHEMA = {"$ref": "#/components/schemas/ProblemDocument"}
_METHODS = ("get", "put", "post", "delete", "patch")
_FORMATS = {
    "date": "2026-08-17",
    "date-time": "2026-08-17T08:00:00Z",
    "uuid": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
    "uri": "https://example.org/hook",
    "email": "someone@example.org",
    "binary": "binary content",
}


def document(app: FastAPI, prefix: str, availability: dict[str, str]) -> dict[str, Any]:
    """The document of `app`; paths are relative to the server URL that ends with `prefix` (`/projects/v1`)."""
    if not app.openapi_schema:
        app.openapi_schema = _made(app, prefix, _routes(app, prefix, inside=True), availability)
    return app.openapi_schema


def protocols(app: FastAPI, prefix: str, availability: dict[str, str]) -> dict[str, Any] | None:
    """The document of the paths that a protocol prescribes (`/oauth2/token`); None where `app` has none."""
    routes = _routes(app, prefix, inside=False)
    return _made(app, "", routes, availability, is_api=False) if routes else None


def _routes(app: FastAPI, prefix: str, *, inside: bool) -> list[RouteContext]:
    shown = (route for route in iter_route_contexts(app.routes) if getattr(route, "include_in_schema", False))
    return [route for route in shown if str(route.path).startswith(f"{prefix}/") is inside]


def _made(
    app: FastAPI, prefix: str, routes: list[RouteContext], availability: dict[str, str], *, is_api: bool = True
) -> dict[str, Any]:
    made = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=routes,
        terms_of_service="https://startklar.dev/terms",
        contact={"name": "Startklar", "url": "https://startklar.dev", "email": "api@startklar.dev"},
        license_info={"name": "EUPL-1.2", "url": "https://eupl.eu/1.2/en/"},
        servers=[{"url": f"https://api.startklar.dev{prefix}"}],
    )
    made["info"]["x-sla"] = availability
    made["info"]["x-limitations"] = "At most 200 items per page; request bodies of at most 1 MiB unless stated"
    made["externalDocs"] = {"description": "Service level agreement", "url": "https://startklar.dev/sla"}
    made["paths"] = {path.removeprefix(prefix) or "/": item for path, item in made["paths"].items()}
    _declare_scheme(made)
    schemas = made.get("components", {}).get("schemas", {})
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    for schema in schemas.values():
        _restore_nulls(schema.get("example"), schema, schemas)
    for item in made["paths"].values():
        item["parameters"] = [_TRACEPARENT]
        for method in (method for method in _METHODS if method in item):
            _headers(item[method], method, is_api=is_api)
            _finish(item[method], schemas)
    for schema in schemas.values():
        _date_examples(schema)
    _share_problems(made)
    return made


def _declare_scheme(made: dict[str, Any]) -> None:
    """What the routes ask by themselves, FastAPI does not see."""
    operations = (operation for item in made["paths"].values() for operation in item.values())
    if any(Requirement.scheme_name in each for operation in operations for each in operation.get("security", ())):
        scheme = oauth2.model.model_dump(mode="json", by_alias=True, exclude_none=True)
        made.setdefault("components", {}).setdefault("securitySchemes", {})[Requirement.scheme_name] = scheme


def _share_problems(made: dict[str, Any]) -> None:
    """Write each problem response once, as a component: every route has nearly the same ones."""
    shared = made.setdefault("components", {}).setdefault("responses", {})
    for item in made["paths"].values():
        for operation in (item[method] for method in _METHODS if method in item):
            for status, response in operation["responses"].items():
                content = response.get("content", {})
                name = f"{'Page' if 'text/html' in content else ''}Problem{status}"
                if _PROBLEM in content and shared.setdefault(name, response) == response:
                    operation["responses"][status] = {"$ref": f"#/components/responses/{name}"}


def _headers(operation: dict[str, Any], method: str, *, is_api: bool) -> None:
    """What route class and preconditions read: a media type, a key on POST, a merge patch, and If-Match."""
    body = operation.get("requestBody", {}).get("content", {})
    if method == "patch" and "application/json" in body:
        body["application/merge-patch+json"] = body["application/json"]
    if "application/json" in body:
        _declare_problems(operation, 415)
    given = operation.setdefault("parameters", [])
    if method == "post" and is_api:
        given.append(_IDEMPOTENCY_KEY)
    for parameter in given:
        if parameter["name"].lower() == "if-match":
            parameter |= {"name": "If-Match", "required": True, "schema": {"type": "string", "example": '"3"'}}
            _declare_problems(operation, 412, 428)


def _declare_problems(operation: dict[str, Any], *statuses: int) -> None:
    for status, entry in problem_responses(*statuses).items():
        content = {_PROBLEM: {"schema": _PROBLEM_SCHEMA}}
        operation["responses"].setdefault(str(status), {"description": entry["description"], "content": content})


def _finish(operation: dict[str, Any], schemas: dict[str, Any]) -> None:
    operation.setdefault("description", operation.get("summary", ""))
    operation.setdefault("security", [])  # nobody must log in, said aloud (DOK.21)
    if "422" in operation["responses"]:
        operation["responses"]["422"]["description"] = problem_responses(422)[422]["description"]
        operation["responses"]["422"].setdefault("content", {})[_PROBLEM] = {}
    for response in operation["responses"].values():
        response.setdefault("headers", {})["traceparent"] = {"schema": {"type": "string"}}
        content = response.get("content", {})
        if _PROBLEM in content:  # FastAPI gives the model under the type that the route answers with when all is well
            page = {"text/html": {"schema": {"type": "string"}}} if "text/html" in content else {}
            content = response["content"] = {_PROBLEM: {"schema": _PROBLEM_SCHEMA}} | page
        _media_examples(content, schemas)
    body = operation.get("requestBody", {}).get("content", {})
    _media_examples(body, schemas)


def _media_examples(content: dict[str, Any], schemas: dict[str, Any]) -> None:
    for kind, media in content.items():
        if kind.endswith("json") and "example" not in media and "examples" not in media:
            media["example"] = example_of(media.get("schema", {}), schemas)


def example_of(schema: dict[str, Any], schemas: dict[str, Any], depth: int = 0) -> Any:
    """An example value: the schema's own where it has one, else made of its parts."""
    for found in _given(schema):
        return found
    if "$ref" in schema:
        return None if depth > 6 else example_of(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas, depth + 1)
    for combined in ("anyOf", "oneOf", "allOf"):
        if combined in schema:
            return example_of(schema[combined][0], schemas, depth)
    kind = schema.get("type")
    if kind == "object" or "properties" in schema:
        parts = schema.get("properties", {}).items()
        return {name: example_of(part, schemas, depth + 1) for name, part in parts}
    if kind == "array":
        return [example_of(schema.get("items", {}), schemas, depth + 1)]
    return {"integer": 1, "number": 1.0, "boolean": True, "null": None}.get(kind or "", schema.get("title", "text"))


def _given(schema: dict[str, Any]) -> Iterator[Any]:
    if "example" in schema:
        yield schema["example"]
    if schema.get("examples"):
        yield schema["examples"][0]
    if "const" in schema:
        yield schema["const"]
    if schema.get("enum"):
        yield schema["enum"][0]
    if schema.get("format") in _FORMATS:
        yield _FORMATS[schema["format"]]


def _restore_nulls(example: Any, schema: dict[str, Any], schemas: dict[str, Any]) -> None:
    """FastAPI drops null from examples: put it back where a required field may be null."""
    schema = schemas[schema["$ref"].rsplit("/", 1)[-1]] if "$ref" in schema else schema
    for variant in schema.get("anyOf", []):
        _restore_nulls(example, variant, schemas)
    if isinstance(example, list):
        for each in example:
            _restore_nulls(each, schema.get("items", {}), schemas)
    if not isinstance(example, dict):
        return
    for name, part in schema.get("properties", {}).items():
        if name in example:
            _restore_nulls(example[name], part, schemas)
        elif name in schema.get("required", ()) and {"type": "null"} in part.get("anyOf", ()):
            example[name] = None


def _date_examples(schema: dict[str, Any]) -> None:
    for part in schema.get("properties", {}).values():
        for variant in (part, *part.get("anyOf", [])):
            if variant.get("format") in ("date", "date-time"):
                variant.setdefault("example", _FORMATS[variant["format"]])
                part.setdefault("example", _FORMATS[variant["format"]])
