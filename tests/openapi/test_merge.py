"""Merging: paths under their service's address, one name for one thing, no operation twice."""

from typing import Any

import pytest

from openapi.merge import ClashingOperation, merge
from tests.openapi.documents import answer, operation

INFO = {"title": "All", "version": "1"}
REF = "#/components/schemas/"


def document(service: str, name: str, schemas: dict[str, Any]) -> dict[str, Any]:
    listed = operation(name, {"200": answer({"$ref": f"{REF}Item"})})
    return {
        "servers": [{"url": f"https://api.startklar.dev/{service}/v1"}],
        "paths": {"/items": {"get": listed}},
        "components": {"schemas": schemas},
    }


def schemas_of(merged: dict[str, Any]) -> list[str]:
    return sorted(merged["components"]["schemas"])


def answered(merged: dict[str, Any], path: str) -> str:
    content = merged["paths"][path]["get"]["responses"]["200"]["content"]
    found: str = content["application/json"]["schema"]["$ref"]
    return found


def test_paths_stand_under_the_address_of_their_service() -> None:
    item = {"Item": {"type": "object"}}
    merged = merge({"sync": document("sync", "a", item), "portal": document("portal", "b", item)}, INFO)
    assert sorted(merged["paths"]) == ["/portal/v1/items", "/sync/v1/items"]
    assert merged["servers"] == [{"url": "https://api.startklar.dev"}]
    assert merged["info"] == INFO


def test_components_that_are_alike_stay_one() -> None:
    item = {"Item": {"type": "object"}}
    merged = merge({"sync": document("sync", "a", item), "portal": document("portal", "b", item)}, INFO)
    assert schemas_of(merged) == ["Item"]


def test_components_that_differ_take_the_name_of_their_service() -> None:
    merged = merge(
        {
            "sync": document("sync", "a", {"Item": {"type": "object"}}),
            "portal": document("portal", "b", {"Item": {"type": "string"}}),
        },
        INFO,
    )
    assert schemas_of(merged) == ["PortalItem", "SyncItem"]
    assert answered(merged, "/sync/v1/items") == f"{REF}SyncItem"
    assert answered(merged, "/portal/v1/items") == f"{REF}PortalItem"


def test_what_refers_to_a_component_that_differs_is_kept_apart_too() -> None:
    item = {"Item": {"properties": {"part": {"$ref": f"{REF}Part"}}}}
    merged = merge(
        {
            "sync": document("sync", "a", {**item, "Part": {"type": "object"}}),
            "portal": document("portal", "b", {**item, "Part": {"type": "string"}}),
        },
        INFO,
    )
    assert schemas_of(merged) == ["PortalItem", "PortalPart", "SyncItem", "SyncPart"]
    part = merged["components"]["schemas"]["SyncItem"]["properties"]["part"]
    assert part == {"$ref": f"{REF}SyncPart"}


def test_an_operation_id_used_twice_is_refused_by_name() -> None:
    item = {"Item": {"type": "object"}}
    with pytest.raises(ClashingOperation, match="items_list is used by sync and by portal"):
        merge({"sync": document("sync", "items_list", item), "portal": document("portal", "items_list", item)}, INFO)
