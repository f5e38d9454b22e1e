"""A request for any route, made from its OpenAPI operation: example body, required parameters, given ids."""

import re
from collections.abc import Callable
from typing import Any

import httpx

from shared.kit.ids import new_id
from tests.architecture.routes import Endpoint, documents
from tests.architecture.synthetic_rows import Rows
from tests.support.services import ServiceUnderTest

# Gives the id for a path parameter by its name.
Ids = Callable[[str], str]
UUID_TEXT = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def random_id(_: str) -> str:
    return str(new_id())


def ids_of(rows: Rows) -> Ids:
    """The id of the tenant's row that a parameter means: `courseSessionId` -> course_session, session."""

    def find(parameter: str) -> str:
        words = re.sub(r"(?<!^)(?=[A-Z])", "_", parameter).lower().removesuffix("_id").split("_")
        for start in range(len(words)):
            name = "_".join(words[start:])
            for table in (name, *(one for one in rows.by_table if one.endswith(f"_{name}"))):
                if rows.by_table.get(table, {}).get("id"):
                    return str(rows.by_table[table]["id"])
        return random_id(parameter)

    return find


async def call(service: ServiceUnderTest, endpoint: Endpoint, ids: Ids, headers: dict[str, str]) -> httpx.Response:
    """Send the request. A precondition is met by guess (version 1), so that it does not hide a missing check."""
    path = re.sub(r"\{(\w+)(:\w+)?\}", lambda match: ids(match[1]), endpoint.path)
    operation = operation_of(endpoint)
    asked: dict[str, Any] = {"params": required_query(operation, ids)} | body_of(operation, ids)
    more = {"If-Match": '"1"'} if endpoint.method in ("PUT", "PATCH", "DELETE") else {}
    headers = headers | more | asked.pop("headers", {})
    return await service.client.request(endpoint.method, path, headers=headers, **asked)


def operation_of(endpoint: Endpoint) -> dict[str, Any]:
    """The documented operation; empty for internal routes, which have none."""
    for document in documents(endpoint.service):
        for item in document["paths"].values():
            operation: dict[str, Any] = item.get(endpoint.method.lower(), {})
            if operation.get("operationId") == endpoint.name:
                return operation
    return {}


def required_query(operation: dict[str, Any], ids: Ids) -> dict[str, Any]:
    wanted = [one for one in operation.get("parameters", []) if one["in"] == "query" and one.get("required")]
    return {one["name"]: value_for(one["name"], one.get("schema", {}), ids) for one in wanted}


def value_for(name: str, schema: dict[str, Any], ids: Ids) -> Any:
    if "example" in schema or "default" in schema:
        return schema.get("example", schema.get("default"))
    if schema.get("format") == "uuid":
        return ids(name)
    return {"integer": 1, "number": 1, "boolean": "true"}.get(schema.get("type", ""), "2027-08-16")


def body_of(operation: dict[str, Any], ids: Ids) -> dict[str, Any]:
    """The example of a JSON body with the given ids in it; a few bytes for anything else."""
    content = operation.get("requestBody", {}).get("content", {})
    if not content:
        return {}
    kind, media = next(iter(content.items()))
    if kind == "application/json":
        return {"json": with_ids(media["example"], "", ids)}
    if kind == "multipart/form-data":
        return {"files": {"file": ("roster.csv", b"a,b\n1,2\n", "text/csv")}}
    if kind == "application/x-www-form-urlencoded":
        return {"data": {}}
    return {"content": b"a,b\n1,2\n", "headers": {"Content-Type": kind.replace("*/*", "text/csv")}}


def with_ids(value: Any, name: str, ids: Ids) -> Any:
    """An example whose every id is replaced; `name` is the key that the value stands under."""
    if isinstance(value, dict):
        return {key: with_ids(part, key, ids) for key, part in value.items()}
    if isinstance(value, list):
        return [with_ids(part, name.removesuffix("s"), ids) for part in value]
    return ids(name) if isinstance(value, str) and UUID_TEXT.fullmatch(value) else value
