"""Run inside the tree of one commit: print, as JSON, what a release of it promises.

    python survey.py          (the working directory is the tree)

It stands on nothing but the tree that it looks at, so that it can look at older ones: `record` writes it into them.
"""

import ast
import hashlib
import importlib
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

TREE = Path.cwd()
_WORDS = ("title", "description", "examples", "example", "default")


def survey() -> dict[str, Any]:
    """Migrations, schema heads, event contracts, who reads which of them, and prints of the API documents."""
    services = sorted(path.parents[1].name for path in TREE.glob("services/*/migrations/versions"))
    contracts = importlib.import_module("shared.contracts.registry").CONTRACTS
    return {
        "heads": {name: _head(name) for name in services},
        "migrations": {name: _migrations(name) for name in services},
        "contracts": {name: _shape(event.model_json_schema(by_alias=True)) for name, event in contracts.items()},
        "reads": {name: sorted(_reads(name, contracts)) for name in services},
        "documents": {path.stem: _print(path.read_bytes()) for path in sorted(TREE.glob("openapi/*.json"))},
    }


def _head(service: str) -> str:
    scripts = importlib.import_module("alembic.script").ScriptDirectory(str(TREE / "services" / service / "migrations"))
    return str(scripts.get_current_head())


def _migrations(service: str) -> dict[str, str]:
    files = sorted((TREE / "services" / service / "migrations" / "versions").glob("*.py"))
    return {path.name: _print(path.read_bytes()) for path in files}


def _shape(schema: Mapping[str, Any]) -> dict[str, Any]:
    """What readers of an event depend on: each field with a print of its type, and the fields that are always there."""
    defined = schema.get("$defs", {})
    fields = {name: _print(_canonical(one, defined)) for name, one in schema.get("properties", {}).items()}
    return {"fields": fields, "required": sorted(schema.get("required", []))}


def _canonical(node: Any, defined: Mapping[str, Any]) -> bytes:
    return json.dumps(_plain(node, defined), sort_keys=True).encode()


def _plain(node: Any, defined: Mapping[str, Any]) -> Any:
    """A schema without words for people, and with what it refers to in place. Contracts never contain themselves."""
    if isinstance(node, list):
        return [_plain(one, defined) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        return _plain(defined[node["$ref"].rpartition("/")[2]], defined)
    if "properties" in node:
        inside = {name: _plain(one, defined) for name, one in node["properties"].items()}
        return {"properties": inside, "required": sorted(node.get("required", []))}
    return {key: _plain(value, defined) for key, value in node.items() if key not in _WORDS}


def _reads(service: str, contracts: Mapping[str, Any]) -> Iterator[str]:
    """The types of other owners' events that a module of the service imports by name."""
    types = {event.__name__: name for name, event in contracts.items() if not name.startswith(f"{service}.")}
    found: set[str] = set()
    for path in (TREE / "services" / service).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("shared.contracts"):
                found |= {types[name.name] for name in node.names if name.name in types}
    yield from found


def _print(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


if __name__ == "__main__":
    sys.path.insert(0, str(TREE))
    json.dump(survey(), sys.stdout)
