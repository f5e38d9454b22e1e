"""Statements as the Experience API has them (xAPI 1.0.3, part two): who, by a pseudonym, did what with which course.

The same fact is the same statement, byte for byte: its id is a UUIDv5 of the row and the verb, its time the fact's, so
that sending it again changes nothing in the store.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final, Literal
from uuid import UUID, uuid5

Verb = Literal["registered", "attended", "completed"]

# (IRI, display) of the registered verbs and of the kinds of activity.
_VERBS: Final[Mapping[str, str]] = {
    "registered": "http://adlnet.gov/expapi/verbs/registered",
    "attended": "http://adlnet.gov/expapi/verbs/attended",
    "completed": "http://adlnet.gov/expapi/verbs/completed",
}
_COURSE = "http://adlnet.gov/expapi/activities/course"
_MEETING = "http://adlnet.gov/expapi/activities/meeting"
_LANGUAGES = {"sv": "sv-SE", "en": "en-GB", "da": "da-DK"}


def statement_id(tenant: UUID, subject_id: UUID, verb: str) -> UUID:
    """The id of the one statement that says `verb` of a row."""
    return uuid5(tenant, f"{subject_id}/{verb}")


def pseudonym(key: bytes, person_id: UUID) -> str:
    """Who it was, the same in every statement to one store, and of no use without `key`."""
    return hmac.new(key, person_id.bytes, hashlib.sha256).hexdigest()[:32]


def statement(fact: Any, key: bytes, home: str, tenant: UUID) -> dict[str, Any]:
    """`fact` is a row of what waits (`StatementRepository.waiting`), `home` our public address."""
    base = f"{home.rstrip('/')}/training/v1"
    context: dict[str, Any] = {"platform": "Startklar"}
    if fact.session_id is not None:
        meeting = {"id": f"{base}/sessions/{fact.session_id}", "definition": {"type": _MEETING}}
        context["contextActivities"] = {"grouping": [meeting]}
    said: dict[str, Any] = {
        "id": str(statement_id(tenant, fact.subject_id, fact.verb)),
        "timestamp": _instant(fact.happened_at),
        "actor": {"objectType": "Agent", "account": {"homePage": home, "name": pseudonym(key, fact.person_id)}},
        "verb": {"id": _VERBS[fact.verb], "display": {"en-GB": fact.verb}},
        "object": {
            "objectType": "Activity",
            "id": f"{base}/courses/{fact.course_id}",
            "definition": {"type": _COURSE, "name": _names(fact.title)},
        },
        "context": context,
    }
    if fact.verb == "completed":
        said["result"] = {"completion": True}
    return said


def _names(title: Mapping[str, str | None]) -> dict[str, str]:
    return {_LANGUAGES[lang]: name for lang, name in title.items() if name}


def _instant(value: datetime) -> str:
    """Whole milliseconds in UTC: stores may cut off what is finer."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
