"""Rules about messages: media types, field names, headers, errors, trace context (AME, ARQ, FEL, SPA)."""

import re
from collections.abc import Iterator

from openapi.rules.document import Document, Found, Node, error, escape, warning

CAMEL = re.compile(r"^[a-z][a-zA-Z0-9]*$")
SNAKE = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
PROBLEM = "application/problem+json"
PROBLEM_FIELDS = {"type", "title", "status", "detail", "instance"}
PLAIN_HEADERS = {"date", "cache-control", "etag", "connection", "cookie"}


def json_offered(doc: Document) -> Iterator[Found]:
    for operation in doc.operations():
        body = doc.request_body(operation)
        if body is not None and "application/json" not in body.get("content", {}):
            yield f"{operation.pointer}/requestBody", "does not take application/json"
        for pointer, code, response in doc.responses(operation):
            content = response.get("content")
            if content and code < "400" and "application/json" not in content:
                yield pointer, "does not offer application/json"


def field_names(doc: Document) -> Iterator[tuple[str, str]]:
    """Pointer and name of each property; the underscore of `_links` and `_meta` (HAL) does not count."""
    for pointer, name, _ in doc.properties():
        yield pointer, name.removeprefix("_")


def camel_or_snake(doc: Document) -> Iterator[Found]:
    for pointer, name in field_names(doc):
        if not (CAMEL.match(name) or SNAKE.match(name)):
            yield pointer, f"{name} is neither camelCase nor snake_case"


def never_mixed(doc: Document) -> Iterator[Found]:
    names = list(field_names(doc))
    camel = [name for _, name in names if re.search(r"[a-z0-9][A-Z]", name)]
    if camel:
        for pointer, name in names:
            if "_" in name:
                yield pointer, f"{name} beside {camel[0]}: one convention for the whole API"


def alphanumeric(doc: Document) -> Iterator[Found]:
    for pointer, name in field_names(doc):
        if re.search(r"[^a-zA-Z0-9_]", name):
            yield pointer, f"{name} has characters beyond letters, digits and _"


def prescribed_headers(doc: Document) -> Iterator[Found]:
    for pointer, parameter in doc.all_parameters("header"):
        if parameter["name"].lower() in PLAIN_HEADERS and schema_types(doc, parameter) != {"string"}:
            yield pointer, f"{parameter['name']} must be a plain string"


def simple_headers(doc: Document) -> Iterator[Found]:
    for pointer, parameter in doc.all_parameters("header"):
        parts = schema_parts(doc, parameter)
        complex_type = any(part.get("type") in ("object", "array") or "properties" in part for part in parts)
        if complex_type or any(part.get("format") in ("binary", "byte") for part in parts):
            yield pointer, f"{parameter['name']} carries a structure or binary data"


def schema_parts(doc: Document, parameter: Node) -> list[Node]:
    """The schema and its alternatives, resolved."""
    schema = doc.resolve(parameter.get("schema", {}))
    alternatives = [*schema.get("anyOf", []), *schema.get("oneOf", []), *schema.get("allOf", [])]
    return [schema, *(doc.resolve(part) for part in alternatives)]


def schema_types(doc: Document, parameter: Node) -> set[str]:
    return {part["type"] for part in schema_parts(doc, parameter) if "type" in part} - {"null"}


def problem_schemas(doc: Document) -> Iterator[Found]:
    for operation in doc.operations():
        for pointer, content in doc.contents(operation):
            if PROBLEM not in content:
                continue
            schema = doc.resolve(content[PROBLEM].get("schema", {}))
            missing = sorted(PROBLEM_FIELDS - set(schema.get("properties", {})))
            if schema.get("type") != "object" or missing:
                yield f"{pointer}/content/{escape(PROBLEM)}", f"is no problem object (missing: {missing})"


def errors_are_problems(doc: Document) -> Iterator[Found]:
    for operation in doc.operations():
        for pointer, code, response in doc.responses(operation):
            is_error = code == "default" or code.startswith(("4", "5"))
            if is_error and not {PROBLEM, "application/problem+xml"} & set(response.get("content", {})):
                yield pointer, "is not described as a problem document"


def trace_context_in(doc: Document) -> Iterator[Found]:
    for operation in doc.operations():
        named = {parameter["name"].lower() for _, parameter in doc.parameters(operation) if parameter["in"] == "header"}
        if "traceparent" not in named:
            yield operation.pointer, "takes no traceparent"


def trace_context_out(doc: Document) -> Iterator[Found]:
    for operation in doc.operations():
        for pointer, _, response in doc.responses(operation):
            headers = {name.lower(): doc.resolve(raw) for name, raw in response.get("headers", {}).items()}
            if "schema" not in headers.get("traceparent", {}):
                yield pointer, "returns no traceparent"


RULES = (
    warning("AME.01", "representations are JSON", json_offered),
    warning("AME.02", "application/json is the default", json_offered),
    warning("ARQ.01", "requests are JSON in UTF-8", json_offered),
    warning("AME.04", "field names are camelCase or snake_case", camel_or_snake),
    error("AME.05", "one naming convention holds for the whole API", never_mixed),
    warning("AME.07", "field names are letters, digits and _", alphanumeric),
    warning("ARQ.03", "standard request headers are plain strings", prescribed_headers),
    error("ARQ.05", "headers carry no payload", simple_headers),
    error("FEL.01", "problems have type, title, status, detail, instance", problem_schemas),
    warning("FEL.02", "every error is application/problem+json", errors_are_problems),
    error("SPA.02", "every operation takes traceparent", trace_context_in),
    warning("SPA.04", "every response returns traceparent", trace_context_out),
)
