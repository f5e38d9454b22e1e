"""Rules about query parameters: names and pages (FNS). Lists by cursor alone are outside the page rules."""

import re
from collections.abc import Iterator

from openapi.rules.document import Document, Found, Node, Operation, error, warning


def consistent_case(doc: Document) -> Iterator[Found]:
    found = list(doc.all_parameters("query"))
    camel = [parameter["name"] for _, parameter in found if re.search(r"[a-z0-9][A-Z]", parameter["name"])]
    for pointer, parameter in found:
        name = parameter["name"]
        if camel and re.search(r"[a-zA-Z0-9]_", name):
            yield pointer, f"{name} beside {camel[0]}: one convention for all parameters"


def starts_with_letter(doc: Document) -> Iterator[Found]:
    for pointer, parameter in doc.all_parameters("query"):
        if not re.match(r"^[a-zA-Z]", parameter["name"]):
            yield pointer, f"{parameter['name']} does not start with a letter"


def optional(doc: Document) -> Iterator[Found]:
    for pointer, parameter in doc.all_parameters("query"):
        if parameter.get("required"):
            yield pointer, f"{parameter['name']} is required"


def safe_characters(doc: Document) -> Iterator[Found]:
    for pointer, parameter in doc.all_parameters("query"):
        if re.search(r"[^A-Za-z0-9\-._~]", parameter["name"]):
            yield pointer, f"{parameter['name']} has characters that an address must escape"


def paged(doc: Document) -> Iterator[tuple[Operation, dict[str, Node]]]:
    """Operations that page by number or offset, with their query parameters by name."""
    for operation in doc.operations():
        named = {
            parameter["name"]: parameter for _, parameter in doc.parameters(operation) if parameter["in"] == "query"
        }
        if {"page", "offset"} & set(named):
            yield operation, named


def default(doc: Document, parameter: Node) -> object:
    return doc.resolve(parameter.get("schema", {})).get("default")


def limit_beside_page(doc: Document) -> Iterator[Found]:
    for operation, named in paged(doc):
        if "limit" not in named:
            yield operation.pointer, "has page or offset without limit"


def pages_start_at_one(doc: Document) -> Iterator[Found]:
    for operation, named in paged(doc):
        if "page" in named and default(doc, named["page"]) != 1:
            yield operation.pointer, "page does not start at 1"


def limit_is_twenty(doc: Document) -> Iterator[Found]:
    for operation, named in paged(doc):
        if "limit" in named and default(doc, named["limit"]) != 20:
            yield operation.pointer, "the default of limit is not 20"


RULES = (
    error("FNS.01", "query parameters follow one naming convention", consistent_case),
    error("FNS.03", "query parameters start with a letter", starts_with_letter),
    warning("FNS.05", "query parameters are optional", optional),
    warning("FNS.06", "query parameters need no escaping", safe_characters),
    error("FNS.07", "paging has limit beside page or offset", limit_beside_page),
    error("FNS.08", "pages start at 1", pages_start_at_one),
    warning("FNS.09", "limit is 20 where nothing is said", limit_is_twenty),
)
