"""What changed between two JSON Schemas, judged from the client's side.

A request may ask less than before and never more; an answer may promise more than before and never less.
So the same difference is harmless in one direction and breaking in the other: the tables say which.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from openapi.rules.document import Document, Node


class Direction(StrEnum):
    REQUEST = "request"
    RESPONSE = "response"


@dataclass(frozen=True)
class Change:
    """One difference. `kind` is a stable name for tests and filters, `where` reads as a path."""

    kind: str
    breaking: bool
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what} [{self.kind}]"


# kind -> breaks a request, breaks an answer
SETS: dict[str, tuple[bool, bool]] = {
    "type-removed": (True, False),
    "type-added": (False, True),
    "value-removed": (True, False),
    "value-added": (False, True),
    "alternative-removed": (True, False),
    "alternative-added": (False, True),
    "property-removed": (True, True),
    "property-added": (False, False),
    "required-added": (True, False),
    "required-removed": (False, True),
}
# keyword -> is the new limit tighter? Only requests break by tighter limits; looser answers are not judged.
LIMITS: dict[str, Callable[[float, float], bool]] = {
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems"), lambda old, new: new < old),
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems"), lambda old, new: new > old),
}
FORMS = ("format", "pattern")


@dataclass
class SchemaComparison:
    """Compares schemas of two documents. One object per document pair: it remembers which pairs it has seen."""

    old: Document
    new: Document
    seen: set[tuple[str, str, Direction]] = field(default_factory=set)

    def compare(self, old: Node, new: Node, direction: Direction, where: str) -> Iterator[Change]:
        """Every change below two schemas. A pair of named components is reported once per direction."""
        pair = (str(old.get("$ref")), str(new.get("$ref")), direction)
        if "$ref" in old and "$ref" in new:
            if pair in self.seen:
                return
            self.seen.add(pair)
        before, after = flatten(self.old, old), flatten(self.new, new)
        yield from self._sets(before, after, direction, where)
        yield from limits(before, after, direction, where)
        yield from self._children(before, after, direction, where)

    def _sets(self, old: Node, new: Node, direction: Direction, where: str) -> Iterator[Change]:
        yield from judge("type", types(old), types(new), direction, where)
        if "enum" in old and "enum" in new:
            yield from judge("value", labels(old["enum"]), labels(new["enum"]), direction, where)
        elif "enum" in new and direction is Direction.REQUEST:
            yield Change("value-removed", True, where, f"only {new['enum']} are taken now")
        elif "enum" in old and direction is Direction.RESPONSE:
            yield Change("value-added", True, where, f"no longer one of {old['enum']}")
        yield from judge("alternative", names(old), names(new), direction, where)
        yield from judge("property", set(old["properties"]), set(new["properties"]), direction, where)
        known = set(old["properties"]) if direction is Direction.RESPONSE else None
        yield from judge(
            "required",
            set(old["required"]),
            set(new["required"]) if known is None else set(new["required"]) & known,
            direction,
            where,
        )

    def _children(self, old: Node, new: Node, direction: Direction, where: str) -> Iterator[Change]:
        for name in sorted(set(old["properties"]) & set(new["properties"])):
            parts = old["properties"][name], new["properties"][name]
            yield from self.compare(*parts, direction, f"{where}.{name}")
        for key, mark in (("items", "[]"), ("additionalProperties", ".*")):
            if isinstance(old.get(key), dict) and isinstance(new.get(key), dict):
                yield from self.compare(old[key], new[key], direction, where + mark)
        after = {label(part): part for part in new["alternatives"]}
        for part in old["alternatives"]:
            if label(part) in after:
                yield from self.compare(part, after[label(part)], direction, where)


def flatten(doc: Document, schema: Node) -> Node:
    """The schema with references, `allOf` and nullable unions dissolved; always has the keys compared here."""
    flat: Node = {"types": set(), "properties": {}, "required": [], "alternatives": []}
    absorb(doc, schema, flat)
    return flat


def absorb(doc: Document, schema: Node, flat: Node) -> None:
    node = doc.resolve(schema)
    kind = node.get("type", [])
    flat["types"] |= {kind} if isinstance(kind, str) else set(kind)
    flat["properties"] |= node.get("properties", {})
    flat["required"] = [*flat["required"], *node.get("required", [])]
    taken = (*LIMITS, *FORMS, "enum", "items", "additionalProperties")
    flat.update({key: node[key] for key in taken if key in node})
    if "const" in node:
        flat["enum"] = [node["const"]]
    for part in node.get("allOf", []):
        absorb(doc, part, flat)
    union = [*node.get("anyOf", []), *node.get("oneOf", [])]
    rest = [part for part in union if part.get("type") != "null"]
    if len(rest) < len(union):
        flat["types"].add("null")
    if len(rest) == 1:
        absorb(doc, rest[0], flat)
    else:
        flat["alternatives"] = [*flat["alternatives"], *rest]


def types(flat: Node) -> set[str]:
    """The JSON types; a number takes every integer."""
    kinds: set[str] = set(flat["types"])
    return kinds | {"integer"} if "number" in kinds else kinds


def label(part: Node) -> str:
    """How one alternative of a union is recognised in the other document."""
    return str(part.get("$ref") or part.get("title") or sorted(part.items(), key=str))


def names(flat: Node) -> set[str]:
    return {label(part) for part in flat["alternatives"]}


def labels(values: list[Any]) -> set[str]:
    return {repr(value) for value in values}


def judge(kind: str, old: set[str], new: set[str], direction: Direction, where: str) -> Iterator[Change]:
    """Look every removed and added member up in the table. Nothing known before or after says nothing."""
    if kind in ("type", "alternative") and not (old and new):
        return
    for verb, members in (("removed", old - new), ("added", new - old)):
        in_request, in_response = SETS[f"{kind}-{verb}"]
        breaking = in_request if direction is Direction.REQUEST else in_response
        for member in sorted(members):
            yield Change(f"{kind}-{verb}", breaking, where, f"{kind} {member} {verb}")


def limits(old: Node, new: Node, direction: Direction, where: str) -> Iterator[Change]:
    if direction is Direction.REQUEST:
        for key, tighter in LIMITS.items():
            if key in new and (key not in old or tighter(old[key], new[key])):
                yield Change("limit-tightened", True, where, f"{key} is {new[key]}, was {old.get(key, 'open')}")
    for key in FORMS:
        if old.get(key) != new.get(key) and (key in new or direction is Direction.RESPONSE):
            yield Change("form-changed", True, where, f"{key} is {new.get(key)}, was {old.get(key)}")
