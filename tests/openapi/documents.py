"""A small document that keeps every rule of the profile, and the means to spoil one thing in it."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from openapi.rules import Document

Node = dict[str, Any]
Spoil = Callable[[Node], None]

TRACE_HEADER: Node = {"traceparent": {"schema": {"type": "string"}}}
PROBLEM: Node = {
    "description": "The request cannot be carried out",
    "headers": TRACE_HEADER,
    "content": {
        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}},
        "application/json": {"schema": {"$ref": "#/components/schemas/Problem"}},
    },
}
COURSE = {"$ref": "#/components/schemas/Course"}


def json_body(schema: Node) -> Node:
    return {"application/json": {"schema": schema}}


def answer(schema: Node) -> Node:
    return {"description": "What was asked for", "headers": TRACE_HEADER, "content": json_body(schema)}


def parameter(name: str, place: str, **schema: Any) -> Node:
    return {"name": name, "in": place, "required": place == "path", "schema": {"type": "string", **schema}}


def operation(name: str, answers: Node, **more: Any) -> Node:
    return {
        "operationId": name,
        "description": "Does what its name says.",
        "security": [{"bearer": []}],
        "responses": answers | {"404": PROBLEM},
        **more,
    }


GOOD: Node = {
    "openapi": "3.1.0",
    "info": {
        "title": "Courses",
        "version": "1.0.0",
        "description": "Kurser och tillfällen. Courses and sessions. Known limitations: none.",
        "termsOfService": "https://startklar.dev/terms",
        "contact": {
            "name": "Startklar",
            "email": "hello@startklar.dev",
            "url": "https://startklar.dev",
        },
        "license": {"name": "EUPL-1.2", "url": "https://startklar.dev/license"},
    },
    "externalDocs": {"description": "Guide", "url": "https://startklar.dev/docs"},
    "servers": [{"url": "https://api.startklar.dev/training/v1"}],
    "paths": {
        "/api-info": {
            "parameters": [parameter("traceparent", "header")],
            "get": operation("api_info", {"200": answer(COURSE)}),
        },
        "/course-sessions": {
            "parameters": [parameter("traceparent", "header")],
            "get": operation(
                "sessions_list",
                {"200": answer(COURSE)},
                parameters=[
                    parameter("page", "query", type="integer", default=1),
                    parameter("limit", "query", type="integer", default=20),
                ],
            ),
            "post": operation("sessions_create", {"201": answer(COURSE)}, requestBody={"content": json_body(COURSE)}),
        },
        "/course-sessions/{sessionId}": {
            "parameters": [parameter("traceparent", "header"), parameter("sessionId", "path")],
            "get": operation("sessions_get", {"200": answer(COURSE)}),
        },
    },
    "components": {
        "schemas": {
            "Course": {
                "type": "object",
                "example": {"name": "Kalender"},
                "properties": {
                    "name": {"type": "string"},
                    "startsOn": {"type": "string", "format": "date", "example": "2027-08-16"},
                    "changedAt": {
                        "anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}],
                        "example": "2027-08-16T06:00:00Z",
                    },
                    "_links": {"type": "object"},
                },
            },
            "Problem": {
                "type": "object",
                "example": {"status": 404},
                "properties": {name: {} for name in ("type", "title", "status", "detail", "instance")},
            },
        },
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer"},
            "oauth": {
                "type": "oauth2",
                "flows": {
                    "authorizationCode": {
                        "authorizationUrl": "https://api.startklar.dev/oauth2/authorize",
                        "tokenUrl": "https://api.startklar.dev/oauth2/token",
                        "refreshUrl": "https://api.startklar.dev/oauth2/token",
                        "scopes": {},
                    }
                },
            },
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        },
    },
}


def good() -> Document:
    return Document(deepcopy(GOOD), "training")


def spoiled(spoil: Spoil) -> Document:
    raw = deepcopy(GOOD)
    spoil(raw)
    return Document(raw, "training")


def put(path: str, value: Any) -> Spoil:
    """Set the value at `path`; keys are joined by `>`, a number is a list index. `...` as value removes it."""

    def change(raw: Node) -> None:
        *steps, last = [int(key) if key.isdigit() and len(key) < 3 else key for key in path.split(">")]
        node: Any = raw
        for step in steps:
            node = node[step]
        if value is ...:
            del node[last]
        else:
            node[last] = value

    return change
