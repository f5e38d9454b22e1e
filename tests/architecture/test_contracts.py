"""Events: named by the pattern of the house, frozen, without personal data, published by their owner alone."""

import ast
import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from shared.contracts.base import TYPE_PATTERN, EventEnvelope, owner_of
from shared.contracts.registry import CONTRACTS
from tests.architecture.tree import PRODUCT, SERVICES, Module, modules

TYPE = re.compile(r"^[a-z]+\.[a-z_]+\.[a-z_]+\.v\d+$")
# Whole words in a field name that speak of a person, and free text, into which people write names.
PERSONAL = {
    *("name", "names", "email", "mail", "phone", "mobile", "address", "street", "postcode", "birth", "birthdate"),
    *("born", "gender", "sex", "pnr", "personnummer", "cpr", "ssn", "nin", "login", "username", "guardian"),
    *("comment", "comments", "note", "text", "message", "subject", "ip", "photo"),
}
# The past tense of English is irregular; these are the ones in use that do not end in -ed.
IRREGULAR = {
    "overdue",
    "vacant",
    "sent",
    "begun",
    "lost",
    "withdrawn",
    "taken",
    "left",
    "ready",
    "done",
    "given",
    "held",
    "met",
    "put",
}


def fields(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, str]]:
    """Path and name of each field, those of nested models included."""
    for name, field in model.model_fields.items():
        yield f"{path}{name}", name
        for nested in nested_models(field.annotation):
            yield from fields(nested, f"{path}{name}.")


def nested_models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from nested_models(part)


def personal_fields(model: type[BaseModel]) -> list[str]:
    return [path for path, name in fields(model) if set(name.split("_")) & PERSONAL]


def event_types(module: Module) -> Iterator[tuple[str, str]]:
    """Place and value of each string that is an event type."""
    for node in module.nodes():
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and TYPE.match(node.value):
            yield module.place(node), node.value


def events_in(module: Module, *, parsed: bool) -> set[str]:
    """The classes of the events that are made in the module; `parsed` counts those read by model_validate too."""
    known = {event.__name__ for event in CONTRACTS.values()}
    calls = [node.func for node in module.nodes() if isinstance(node, ast.Call)]
    makers = calls + [one.value for one in calls if parsed and isinstance(one, ast.Attribute)]
    return {one.id for one in makers if isinstance(one, ast.Name)} & known


def made_by(service: str, *, parsed: bool) -> set[str]:
    return {name for module in modules(f"services/{service}") for name in events_in(module, parsed=parsed)}


@pytest.mark.parametrize("name", CONTRACTS)
def test_an_event_is_named_by_the_pattern_in_the_past_tense(name: str) -> None:
    assert TYPE_PATTERN.match(name)
    assert owner_of(name) in SERVICES
    verb = name.split(".")[2].rsplit("_", 1)[-1]
    assert verb.endswith("ed") or verb in IRREGULAR


@pytest.mark.parametrize("name", CONTRACTS)
def test_an_event_is_frozen_and_ignores_what_it_does_not_know(name: str) -> None:
    config = CONTRACTS[name].model_config
    assert config.get("frozen") is True
    assert config.get("extra") == "ignore"


@pytest.mark.parametrize("name", CONTRACTS)
def test_an_event_carries_no_personal_data(name: str) -> None:
    assert personal_fields(CONTRACTS[name]) == []


@pytest.mark.parametrize("name", CONTRACTS)
def test_an_event_says_what_happened(name: str) -> None:
    assert len((CONTRACTS[name].__doc__ or "").split()) > 4


def test_the_envelope_is_frozen() -> None:
    assert EventEnvelope.model_config.get("frozen") is True


def test_personal_data_is_found_in_nested_fields() -> None:
    class Contact(BaseModel):
        given_name: str

    class Person(BaseModel):
        contacts: dict[str, tuple[Contact, ...]]

    assert personal_fields(Person) == ["contacts.given_name"]


def test_every_event_type_named_in_the_code_exists() -> None:
    named = [found for module in modules(*PRODUCT) for found in event_types(module)]
    assert [f"{place} {name}" for place, name in named if name not in CONTRACTS] == []


def owners() -> dict[str, str]:
    return {event.__name__: owner_of(name) for name, event in CONTRACTS.items()}


def test_every_event_is_published_by_its_owner() -> None:
    made = {service: made_by(service, parsed=True) for service in SERVICES}
    assert sorted(name for name, owner in owners().items() if name not in made[owner]) == []


@pytest.mark.parametrize("service", SERVICES)
def test_nobody_publishes_for_another_service(service: str) -> None:
    assert sorted(name for name in made_by(service, parsed=False) if owners()[name] != service) == []


def test_two_contracts_never_share_a_class_name() -> None:
    names = [event.__name__ for event in CONTRACTS.values()]
    assert sorted({name for name in names if names.count(name) > 1}) == []
