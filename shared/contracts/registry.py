"""Every contract of every service, found by type. A new owner's file is imported and listed here."""

from collections.abc import Iterable, Iterator, Mapping
from types import ModuleType
from typing import Any

from shared.contracts import (
    identity,
    identity_account,
    identity_assurance,
    identity_federation,
    identity_history,
    identity_key,
    identity_login,
    identity_logout,
    projects,
    projects_agreement,
    projects_assurance,
    projects_delivery,
    projects_history,
    projects_programme,
    projects_steering,
    sync,
    sync_assurance,
    sync_outbound,
    sync_privacy,
    sync_source,
    sync_verification,
    training,
    training_booking,
    training_cascade,
    training_day,
    training_mail,
    training_planning,
    training_signal,
    webhooks,
)
from shared.contracts.base import Event, EventEnvelope, owner_of

_MODULES: tuple[ModuleType, ...] = (
    identity,
    identity_account,
    identity_assurance,
    identity_federation,
    identity_history,
    identity_login,
    identity_logout,
    identity_key,
    projects,
    projects_agreement,
    projects_assurance,
    projects_delivery,
    projects_history,
    projects_programme,
    projects_steering,
    sync,
    sync_assurance,
    sync_source,
    sync_verification,
    sync_outbound,
    sync_privacy,
    training,
    training_booking,
    training_day,
    training_cascade,
    training_mail,
    training_planning,
    training_signal,
    webhooks,
)


def collect(modules: Iterable[ModuleType]) -> Mapping[str, type[Event]]:
    """The events that `modules` define, by type. ValueError when two share a type or a file holds a stranger's."""
    found: dict[str, type[Event]] = {}
    for module in modules:
        owner = module.__name__.rpartition(".")[2].partition("_")[0]  # `projects_delivery` is part of projects
        for event in _events_of(module):
            if event.type in found:
                raise ValueError(f"two contracts are called {event.type}")
            if owner_of(event.type) != owner:
                raise ValueError(f"{event.type} does not belong in the contracts of {owner}")
            found[event.type] = event
    return dict(sorted(found.items()))


def _events_of(module: ModuleType) -> Iterator[type[Event]]:
    for value in vars(module).values():
        is_own = isinstance(value, type) and issubclass(value, Event) and value.__module__ == module.__name__
        if is_own and "type" in value.__dict__:
            yield value


CONTRACTS: Mapping[str, type[Event]] = collect(_MODULES)

PUBLIC_CONTRACTS: Mapping[str, type[Event]] = {name: event for name, event in CONTRACTS.items() if event.is_public}
"""What may leave the house: the event catalogue, the public event log, webhooks."""


def schemas() -> dict[str, Any]:
    """JSON Schemas of the envelope and of the `data` of each event type, for `openapi/tasks.json`."""
    return {
        "envelope": EventEnvelope.model_json_schema(by_alias=True),
        "events": {name: event.model_json_schema(by_alias=True) for name, event in CONTRACTS.items()},
    }
