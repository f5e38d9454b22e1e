"""Many API documents into one.

Paths get the path of their document's server in front. A component that two services have alike stays one; where they
differ under one name, each gets its service's name in front, and so does whatever refers to it.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

Document = dict[str, Any]
_REF = "#/components/"


def merge(documents: Mapping[str, Document], info: Document, server: str) -> Document:
    """One document of `documents` (by service), to be called at `server`."""
    merged: Document = {"openapi": "3.1.0", "info": info, "servers": [{"url": server}], "paths": {}, "components": {}}
    clashing = _clashing(documents)
    for service, raw in documents.items():
        prefix = "".join(part.title() for part in service.split("-"))
        names = {f"{_REF}{kind}/{name}": f"{_REF}{kind}/{prefix}{name}" for kind, name in clashing}
        base = urlsplit(raw["servers"][0]["url"]).path.rstrip("/")
        for path, item in raw.get("paths", {}).items():
            merged["paths"][base + path] = _renamed(item, names)
        for kind, entries in raw.get("components", {}).items():
            kept = merged["components"].setdefault(kind, {})
            for name, entry in entries.items():
                place = names.get(f"{_REF}{kind}/{name}", f"{_REF}{kind}/{name}").rpartition("/")[2]
                kept[place] = _renamed(entry, names)
    return merged


def _clashing(documents: Mapping[str, Document]) -> set[tuple[str, str]]:
    """(kind, name) of the components that differ between services, or refer to one that does."""
    versions: dict[tuple[str, str], list[str]] = {}
    for document in documents.values():
        for kind, entries in document.get("components", {}).items():
            for name, entry in entries.items():
                versions.setdefault((kind, name), []).append(json.dumps(entry, sort_keys=True))
    found = {key for key, texts in versions.items() if len(set(texts)) > 1}
    while True:
        targets = [f'"{_REF}{kind}/{name}"' for kind, name in found]
        more = {
            key
            for key, texts in versions.items()
            if len(texts) > 1 and key not in found and any(target in texts[0] for target in targets)
        }
        if not more:
            return found
        found |= more


def _renamed(node: Any, names: Mapping[str, str]) -> Any:
    """A copy of `node` in which references (and keys of `mapping`s to them) have their new names."""
    if isinstance(node, dict):
        return {key: _renamed(value, names) for key, value in node.items()}
    if isinstance(node, list):
        return [_renamed(value, names) for value in node]
    return names.get(node, node) if isinstance(node, str) else node
