"""Persons: those that registers deliver, and those kept by hand."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.person.errors import LoginTaken, PersonEnded, PersonOfRegister
from services.sync.person.repository import PersonRepository
from services.sync.person.seen import ANYBODY, Seen
from services.sync.plan.applying import lock_head
from services.sync.plan.manual import SOURCE, change_by_hand
from services.sync.plan.marking import keep_protected, protect
from services.sync.roster.models import Duty, Enrolment, Person, PersonFields
from shared.kit.ids import new_id

_NAMES = ("given_name", "family_name", "email", "login")


@dataclass(frozen=True)
class Whole:
    """A person with those present duties and enrolments that the caller may see."""

    person: Person
    duties: Sequence[Duty]
    enrolments: Sequence[Enrolment]


class PersonService:
    """Persons of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._persons = PersonRepository(session)

    async def get(self, person_id: UUID, seen: Seen) -> Whole:
        person = await self._persons.get(person_id, seen)
        duties = await self._persons.ties(Duty, person_id, seen)
        return Whole(person, duties, await self._persons.ties(Enrolment, person_id, seen))

    async def list_after(self, after: UUID | None, limit: int, seen: Seen) -> Sequence[Person]:
        return await self._persons.list_after(after, limit, seen)

    async def locked(self, person_id: UUID) -> Person:
        """The person as of now, with the roster held still: the head is always locked before a row."""
        await lock_head(self._session)
        return await self._persons.get(person_id, ANYBODY, lock=True)

    async def create(self, values: dict[str, Any]) -> Person:
        """Raises LoginTaken."""
        person_id = new_id()
        row = await self._with_login(person_id, {"source_id": str(person_id), **values})
        await change_by_hand(self._session, "person", "create", person_id, _nameless_if_protected(row))
        return await self._persons.get(person_id, ANYBODY)

    async def change(self, person: Person, changes: dict[str, Any]) -> Person:
        """Tighten the protection of anybody; change the rest of those kept by hand.

        Raises PersonOfRegister, PersonEnded, LoginTaken.
        """
        marks = bool(changes.get("protected"))
        tightens = marks and not person.protected
        others = {name: value for name, value in changes.items() if name != "protected" or not marks}
        if others and (problem := problem_with_changing(person)):
            raise problem
        if marks and not tightens:
            await keep_protected(self._session, [person.id])
        if tightens:
            await protect(self._session, [person.id], person.source)
        elif others:
            before = person.model_dump(include={*_NAMES, "source_id", "protected"}, mode="json")
            values = await self._with_login(
                person.id, person.model_dump(include=set(PersonFields.model_fields)) | others
            )
            await change_by_hand(self._session, "person", "change", person.id, _nameless_if_protected(values), before)
        return await self._persons.get(person.id, ANYBODY, lock=True)

    async def _with_login(self, person_id: UUID, values: dict[str, Any]) -> dict[str, Any]:
        """The digest follows the login name; of a protected person only the digest is known and stays."""
        login = values.get("login")
        if login is None:
            return values
        folded = str(login).casefold()
        digest = hashlib.sha256(folded.encode()).digest()
        if await self._persons.has_login(digest, besides=person_id):
            raise LoginTaken()
        return values | {"login": folded, "login_digest": digest, "login_scope": folded.partition("@")[2] or None}


def problem_with_changing(person: Person) -> PersonOfRegister | PersonEnded | None:
    """What about the person keeps everybody from changing more than to tighten the protection; None where nothing."""
    if person.source != SOURCE:
        return PersonOfRegister(source=person.source)
    return PersonEnded() if person.ended_at is not None else None


def _nameless_if_protected(values: dict[str, Any]) -> dict[str, Any]:
    return values | dict.fromkeys(_NAMES) if values["protected"] else values
