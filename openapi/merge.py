"""One document of all services' documents: what portal shows and what client generators read."""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from openapi.rules.document import METHODS, Node

_COMPONENT = "#/components/"


class ClashingOperation(ValueError):
    """Two operations share an operationId; client methods are named after it."""


def merge(documents: Mapping[str, Node], info: Node) -> Node:
    """Merge `documents` (by service). Paths get the path of their document's server in front.

    A component that two services have alike stays one. Where they differ under one name, each gets its service's
    name in front (`ProjectsJob`), and so does whatever refers to it.
    """
    renamed = clashing(documents)
    merged: Node = {"openapi": "3.1.0", "info": info, "paths": {}, "components": {}, "security": []}
    owners: dict[str, str] = {}
    for service, raw in documents.items():
        document = rename(raw, {key: f"{service.title().replace('-', '')}{key[1]}" for key in renamed})
        server = urlsplit(document["servers"][0]["url"])
        merged.setdefault("servers", [{"url": f"{server.scheme}://{server.netloc}"}])
        for path, item in document["paths"].items():
            claim(owners, service, item)
            merged["paths"][server.path.rstrip("/") + path] = item
        for kind, entries in document.get("components", {}).items():
            merged["components"].setdefault(kind, {}).update(entries)
    return merged


def claim(owners: dict[str, str], service: str, item: Node) -> None:
    for method in METHODS:
        name = item.get(method, {}).get("operationId")
        if name in owners:
            raise ClashingOperation(
                f"operationId {name} is used by {owners[name]} and by {service}: rename one function"
            )
        if name:
            owners[name] = service


def clashing(documents: Mapping[str, Node]) -> set[tuple[str, str]]:
    """(kind, name) of the components that differ between services, or refer to one that does."""
    versions: dict[tuple[str, str], list[str]] = {}
    for document in documents.values():
        for kind, entries in document.get("components", {}).items():
            for name, entry in entries.items():
                versions.setdefault((kind, name), []).append(json.dumps(entry, sort_keys=True))
    found = {key for key, texts in versions.items() if len(set(texts)) > 1}
    while True:
        targets = [f'"{_COMPONENT}{kind}/{name}"' for kind, name in found]
        more = {
            key
            for key, texts in versions.items()
            if len(texts) > 1 and key not in found and any(target in texts[0] for target in targets)
        }
        if not more:
            return found
        found |= more


def rename(raw: Node, names: Mapping[tuple[str, str], str]) -> Node:
    """A copy of the document in which the components in `names` and all references to them have new names."""
    targets = {f"{_COMPONENT}{kind}/{old}": f"{_COMPONENT}{kind}/{new}" for (kind, old), new in names.items()}

    def copy(node: Any) -> Any:
        if isinstance(node, dict):
            return {key: copy(value) for key, value in node.items()}
        if isinstance(node, list):
            return [copy(value) for value in node]
        return targets.get(node, node) if isinstance(node, str) else node

    document: Node = copy(raw)
    for kind, entries in document.get("components", {}).items():
        document["components"][kind] = {names.get((kind, name), name): entry for name, entry in entries.items()}
    return document
