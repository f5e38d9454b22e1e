"""The shape of everything that one service tells the others: a typed event, and the envelope that carries it.

An event names what happened and to which entity; it never carries personal data (a test reads every field name).
"""

import re
from typing import Any, ClassVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

# {service}.{entity}.{past_tense}.v{n}
TYPE_PATTERN = re.compile(
    r"^(?P<service>[a-z]+)\.(?P<entity>[a-z]+(?:_[a-z]+)*)\.[a-z]+(?:_[a-z]+)*\.v(?P<version>[1-9]\d*)$"
)


class Event(BaseModel):
    """Base of every contract. Frozen; consumers ignore fields that they do not know; JSON names are camelCase.

    A subclass sets `type`. Its `subject` is the field `<entity>_id` of the type, unless it overrides the property.
    A new meaning is a new version: a new class with `.v2`, both published for a release.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)

    type: ClassVar[str]
    is_public: ClassVar[bool] = True
    """Whether subscribers outside may hear of it; False where the mere event tells something about a person."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        event_type = cls.__dict__.get("type")
        if event_type is None:
            return
        if TYPE_PATTERN.match(event_type) is None:
            raise TypeError(
                f"{cls.__name__}.type must be {{service}}.{{entity}}.{{past_tense}}.v{{n}}, not {event_type!r}"
            )
        if cls.subject is Event.subject and _subject_field(event_type) not in cls.model_fields:
            raise TypeError(f"{cls.__name__} needs a field {_subject_field(event_type)} or its own subject property")

    @property
    def subject(self) -> UUID:
        """The id of the entity that the event is about."""
        found: UUID = getattr(self, _subject_field(self.type))
        return found

    def to_data(self) -> dict[str, Any]:
        """The event's fields as JSON values under their camelCase names."""
        return self.model_dump(mode="json", by_alias=True)


class EventEnvelope(BaseModel):
    """One event as its owner's feed gives it. `position` is gapless per owner, counted from 1, in order of commit.

    `source` is the owning service; `tenant` is None for what belongs to the platform; `traceparent` is that of the
    request that caused the event (W3C Trace Context).
    """

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel, populate_by_name=True)

    id: UUID
    type: str
    version: int
    source: str
    tenant: UUID | None
    subject: UUID
    occurred_at: AwareDatetime
    position: int
    traceparent: str | None = None
    data: dict[str, Any]


def owner_of(event_type: str) -> str:
    """The service that owns an event type; ValueError when it is no event type."""
    return _parts(event_type)["service"]


def version_of(event_type: str) -> int:
    """The n of `.v{n}`; ValueError when it is no event type."""
    return int(_parts(event_type)["version"])


def _parts(event_type: str) -> dict[str, str]:
    found = TYPE_PATTERN.match(event_type)
    if found is None:
        raise ValueError(f"not an event type: {event_type!r}")
    return found.groupdict()


def _subject_field(event_type: str) -> str:
    return f"{_parts(event_type)['entity']}_id"
