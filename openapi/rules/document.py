"""An OpenAPI 3 document as the rules read it: references resolved, every place named by a JSON pointer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Node = dict[str, Any]
Found = tuple[str, str]
"""Where (a JSON pointer into the document) and what is wrong there."""

METHODS = ("get", "post", "put", "patch", "delete")


class Severity(StrEnum):
    """SKALL in the profile is an error, BÖR is a warning."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True)
class Operation:
    """One method at one path."""

    pointer: str
    path: str
    method: str
    raw: Node
    item: Node


@dataclass(frozen=True)
class Document:
    """Read-only view of one document. `name` is its file name without `.json`."""

    raw: Node
    name: str = "document"
    info: Node = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "info", self.raw.get("info", {}))

    @property
    def paths(self) -> dict[str, Node]:
        paths: dict[str, Node] = self.raw.get("paths", {})
        return paths

    @property
    def servers(self) -> list[tuple[str, str]]:
        """Pointer and URL of each server, variables replaced by their defaults."""
        found = []
        for index, server in enumerate(self.raw.get("servers", [])):
            url = server["url"]
            for name, variable in server.get("variables", {}).items():
                url = url.replace("{" + name + "}", variable["default"])
            found.append((f"/servers/{index}/url", url))
        return found

    def resolve(self, node: Node) -> Node:
        """Follow local `$ref`s to the object meant. An unknown target raises KeyError."""
        while "$ref" in node:
            target: Any = self.raw
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part.replace("~1", "/").replace("~0", "~")]
            node = target
        return node

    def operations(self) -> Iterator[Operation]:
        for path, item in self.paths.items():
            for method in METHODS:
                if method in item:
                    yield Operation(f"/paths/{escape(path)}/{method}", path, method, item[method], item)

    def parameters(self, operation: Operation) -> Iterator[tuple[str, Node]]:
        """Parameters of the operation and those that it takes over from its path item."""
        own = [
            (f"{operation.pointer}/parameters/{index}", self.resolve(raw))
            for index, raw in enumerate(operation.raw.get("parameters", []))
        ]
        seen = {(parameter["in"], parameter["name"]) for _, parameter in own}
        yield from own
        for index, raw in enumerate(operation.item.get("parameters", [])):
            parameter = self.resolve(raw)
            if (parameter["in"], parameter["name"]) not in seen:
                yield f"/paths/{escape(operation.path)}/parameters/{index}", parameter

    def all_parameters(self, place: str) -> Iterator[tuple[str, Node]]:
        """Every parameter in `place` (query, header, path), each written place once."""
        seen: set[str] = set()
        for operation in self.operations():
            for pointer, parameter in self.parameters(operation):
                if parameter["in"] == place and pointer not in seen:
                    seen.add(pointer)
                    yield pointer, parameter

    def responses(self, operation: Operation) -> Iterator[tuple[str, str, Node]]:
        """Pointer, status code and response."""
        for code, raw in operation.raw.get("responses", {}).items():
            yield f"{operation.pointer}/responses/{code}", str(code), self.resolve(raw)

    def request_body(self, operation: Operation) -> Node | None:
        raw = operation.raw.get("requestBody")
        return None if raw is None else self.resolve(raw)

    def contents(self, operation: Operation) -> Iterator[tuple[str, dict[str, Node]]]:
        """Pointer and media type map of the request body and of each response that has a body."""
        body = self.request_body(operation)
        if body is not None:
            yield f"{operation.pointer}/requestBody", body.get("content", {})
        for pointer, _, response in self.responses(operation):
            if response.get("content"):
                yield pointer, response["content"]

    def properties(self) -> Iterator[tuple[str, str, Node]]:
        """Pointer, name and schema of each property: of the components, and of schemas written in place."""
        for name, schema in self.raw.get("components", {}).get("schemas", {}).items():
            yield from walk_properties(f"/components/schemas/{escape(name)}", schema)
        for operation in self.operations():
            for pointer, content in self.contents(operation):
                for media, value in content.items():
                    where = f"{pointer}/content/{escape(media)}/schema"
                    yield from walk_properties(where, value.get("schema", {}))


def walk_properties(pointer: str, schema: Any) -> Iterator[tuple[str, str, Node]]:
    """Each property below `schema`, without following references (their targets are walked once, at home)."""
    if not isinstance(schema, dict):
        return
    for name, value in schema.get("properties", {}).items():
        where = f"{pointer}/properties/{escape(name)}"
        yield where, name, value
        yield from walk_properties(where, value)
    for key in ("items", "additionalProperties", "not"):
        yield from walk_properties(f"{pointer}/{key}", schema.get(key))
    for key in ("allOf", "anyOf", "oneOf", "prefixItems"):
        for index, part in enumerate(schema.get(key, [])):
            yield from walk_properties(f"{pointer}/{key}/{index}", part)


def escape(part: str) -> str:
    """A key as one step of a JSON pointer (RFC 6901)."""
    return part.replace("~", "~0").replace("/", "~1")


@dataclass(frozen=True)
class Rule:
    """One requirement of the profile: its number there, what it asks, and how a document is checked for it."""

    name: str
    severity: Severity
    asks: str
    check: Callable[[Document], Iterator[Found]]


def error(name: str, asks: str, check: Callable[[Document], Iterator[Found]]) -> Rule:
    return Rule(name, Severity.ERROR, asks, check)


def warning(name: str, asks: str, check: Callable[[Document], Iterator[Found]]) -> Rule:
    return Rule(name, Severity.WARNING, asks, check)
