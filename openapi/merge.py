"""The document of all services: merged as portal merges what runs, and refused where client methods would clash."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from openapi.rules.document import METHODS, Node
from services.portal.document.merge import merge as join


class ClashingOperation(ValueError):
    """Two operations share an operationId; client methods are named after it."""


def merge(documents: Mapping[str, Node], info: Node) -> Node:
    """Merge `documents` (by file name), to be called at the host that all of them name."""
    owners: dict[str, str] = {}
    for name, document in documents.items():
        for item in document["paths"].values():
            claim(owners, name, item)
    server = urlsplit(next(iter(documents.values()))["servers"][0]["url"])
    return join(documents, info, f"{server.scheme}://{server.netloc}")


def claim(owners: dict[str, str], service: str, item: Node) -> None:
    for method in METHODS:
        name = item.get(method, {}).get("operationId")
        if name in owners:
            raise ClashingOperation(
                f"operationId {name} is used by {owners[name]} and by {service}: rename one function"
            )
        if name:
            owners[name] = service
