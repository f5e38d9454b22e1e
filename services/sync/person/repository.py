"""Every statement about persons. What the caller may see is a part of the WHERE."""

from collections.abc import Collection, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, exists, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.person.seen import Seen
from services.sync.roster.models import Duty, Enrolment, Person, Responsible
from shared.kit.db import tenant_of
from shared.kit.problems import NotFound

Tie = TypeVar("Tie", Duty, Enrolment)


class PersonRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, person_id: UUID, seen: Seen, *, lock: bool = False) -> Person:
        """Raises NotFound, also for a person whom the caller may not know of."""
        query = select(Person).where(
            Person.tenant_id == tenant_of(self._session), Person.id == person_id, *_visible(seen)
        )
        query = query.execution_options(populate_existing=True).with_for_update() if lock else query
        person = (await self._session.exec(query)).one_or_none()
        if person is None:
            raise NotFound()
        return person

    async def list_after(self, after: UUID | None, limit: int, seen: Seen) -> Sequence[Person]:
        """Present persons by id: never by name, which would tell the place of a protected one in the alphabet."""
        query = select(Person).where(
            Person.tenant_id == tenant_of(self._session), col(Person.ended_at).is_(None), *_visible(seen)
        )
        if after is not None:
            query = query.where(Person.id > after)
        return (await self._session.exec(query.order_by(col(Person.id)).limit(limit))).all()

    async def ties(self, tie: type[Tie], person_id: UUID, seen: Seen) -> Sequence[Tie]:
        """The person's present duties or enrolments, those alone that the caller may see."""
        query = select(tie).where(
            tie.tenant_id == tenant_of(self._session), tie.person_id == person_id, col(tie.ended_at).is_(None)
        )
        if seen.places is not None:
            query = query.where(col(tie.unit_id).in_(seen.places))
        return (await self._session.exec(query.order_by(col(tie.id)))).all()

    async def has_login(self, digest: bytes, *, besides: UUID) -> bool:
        """Whether somebody else who is present has this login name."""
        query = select(Person.id).where(
            Person.tenant_id == tenant_of(self._session),
            Person.login_digest == digest,
            col(Person.ended_at).is_(None),
            Person.id != besides,
        )
        return (await self._session.exec(query.limit(1))).first() is not None


def _visible(seen: Seen) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if seen.places is not None:
        conditions.append(or_(_at(Duty, seen.places), _at(Enrolment, seen.places)))
    if seen.part == "staff":
        conditions.append(_at(Duty, seen.places))
    elif seen.part == "pupil":
        conditions.append(_at(Enrolment, seen.places))
    elif seen.part == "guardian":
        conditions.append(_has_child(seen.units))
    return conditions


def _has_child(units: Collection[UUID] | None) -> ColumnElement[bool]:
    """Is a child's guardian, of a child enrolled at one of `units` where given."""
    conditions: list[Any] = [
        col(Responsible.tenant_id) == Person.tenant_id,
        col(Responsible.guardian_id) == Person.id,
        col(Responsible.ended_at).is_(None),
    ]
    if units is not None:
        conditions += [
            Enrolment.tenant_id == Responsible.tenant_id,
            Enrolment.person_id == Responsible.child_id,
            col(Enrolment.ended_at).is_(None),
            col(Enrolment.unit_id).in_(units),
        ]
    return exists().where(*conditions)


def _at(tie: type[Duty | Enrolment], units: Collection[UUID] | None) -> ColumnElement[bool]:
    """Has a present duty or enrolment, at one of `units` where given."""
    conditions: list[Any] = [
        tie.tenant_id == Person.tenant_id,
        tie.person_id == Person.id,
        col(tie.ended_at).is_(None),
    ]
    if units is not None:
        conditions.append(col(tie.unit_id).in_(units))
    return exists().where(*conditions)
