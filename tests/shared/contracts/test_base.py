"""Contracts: naming, subject, tolerance, and no personal data."""

import re
import sys
from typing import Any, ClassVar
from uuid import UUID

import pytest
from pydantic import BaseModel, ValidationError

from shared.contracts.base import Event, owner_of, version_of
from shared.contracts.registry import CONTRACTS, collect, schemas
from shared.kit.ids import new_id

# One word of a field's name is enough: `displayName`, `mailAddress` and `birthDate` are all caught.
PERSONAL = {
    "name", "names", "email", "mail", "phone", "mobile", "civic", "personnummer", "ssn", "birth", "born", "birthday",
    "address", "street", "postcode", "given", "family", "surname", "alias", "login", "username", "gender", "sex",
    "photo", "ip", "comment", "note", "text",
}  # fmt: skip


class Moved(Event):
    type: ClassVar[str] = "toys.play_thing.moved.v2"

    play_thing_id: UUID
    old_shelf: int = 0


def words_of(field: str) -> set[str]:
    return set(re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", field).lower().split("_"))


def fields_of(model: type[BaseModel]) -> set[str]:
    """Field names of a model and of the models inside it, as its JSON schema shows them."""
    schema = model.model_json_schema(by_alias=True)
    parts: list[dict[str, Any]] = [schema, *schema.get("$defs", {}).values()]
    return {field for part in parts for field in part.get("properties", {})}


def test_an_event_knows_its_subject_and_writes_camel_case() -> None:
    event = Moved(play_thing_id=new_id(), old_shelf=3)
    assert event.subject == event.play_thing_id
    assert event.to_data() == {"playThingId": str(event.play_thing_id), "oldShelf": 3}


def test_a_consumer_ignores_fields_that_it_does_not_know() -> None:
    data = {"playThingId": str(new_id()), "oldShelf": 1, "addedLater": True}
    assert Moved.model_validate(data).old_shelf == 1


def test_an_event_cannot_be_changed_after_the_fact() -> None:
    event = Moved(play_thing_id=new_id())
    with pytest.raises(ValidationError):
        event.old_shelf = 4  # type: ignore[misc]


@pytest.mark.parametrize("name", ["toys.moved.v1", "Toys.thing.moved.v1", "toys.thing.moved", "toys.thing.moved.v0"])
def test_a_type_that_breaks_the_naming_rule_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match="must be"):
        type("Broken", (Event,), {"type": name, "__annotations__": {"thing_id": UUID, "type": ClassVar[str]}})


def test_an_event_without_a_subject_is_refused() -> None:
    with pytest.raises(TypeError, match="thing_id"):
        type("Broken", (Event,), {"type": "toys.thing.moved.v1", "__annotations__": {"type": ClassVar[str]}})


def test_owner_and_version_are_read_from_the_type() -> None:
    assert (owner_of(Moved.type), version_of(Moved.type)) == ("toys", 2)
    with pytest.raises(ValueError, match="not an event type"):
        owner_of("toys")


def test_the_registry_finds_every_contract_by_its_type() -> None:
    assert CONTRACTS
    for name, event in CONTRACTS.items():
        assert event.type == name
        assert event.model_config.get("frozen")
    assert set(schemas()["events"]) == set(CONTRACTS)


def test_an_event_in_a_strangers_file_is_refused() -> None:
    with pytest.raises(ValueError, match="does not belong"):
        collect([sys.modules[__name__]])


@pytest.mark.parametrize("name", list(CONTRACTS))
def test_no_contract_has_a_field_for_personal_data(name: str) -> None:
    found = {field for field in fields_of(CONTRACTS[name]) if words_of(field) & PERSONAL}
    assert not found, f"{name} would carry {found}"


def test_the_personal_data_rule_sees_a_nested_name() -> None:
    class Person(BaseModel):
        displayName: str  # noqa: N815

    class Leaky(BaseModel):
        who: list[Person]

    assert any(words_of(field) & PERSONAL for field in fields_of(Leaky))
