"""Obligations arise from rules, are met by attesting, and are followed up by the day."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.course.service import CourseService
from services.training.obligation.errors import CascadeKnown, ObligationOver
from services.training.obligation.models import Attestation, Cascade, Obligation
from services.training.obligation.repository import ObligationRepository
from services.training.obligation.schemas import AttestationCreate, CascadeCreate, CascadeUpdate, Sight
from services.training.prerequisite.service import PrerequisiteService
from shared.contracts.training_cascade import ObligationChanged
from shared.kit.db import tenant_of
from shared.kit.journal import Entry, record, record_all
from shared.kit.problems import FieldError, Invalid, NotFound
from shared.kit.text import Text
from shared.queue import publish
from shared.queue.outbox import publish_all
from shared.web.preconditions import check_version

_NO_COURSE = Text(sv="Kursen finns inte", en="There is no such course", da="Kurset findes ikke")
_SAME = Text(sv="Kurserna måste vara två", en="The courses must be two", da="Kurserne skal være to")
_STRANGER = Text(
    sv="Personen är ingen kollega på enheten", en="No colleague at the unit", da="Ingen kollega på enheden"
)
_HAS_IT = Text(sv="Har redan kursen", en="Has had the course already", da="Har allerede haft kurset")
_SOURCE = "attested"


class CascadeService:
    """One transaction's work on rules; who owes what follows at once."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._repository = ObligationRepository(session)

    async def create(self, given: CascadeCreate) -> Cascade:
        """A rule. Raises Invalid for unknown or equal courses, CascadeKnown."""
        if given.course_id == given.teaches_id:
            raise Invalid(_SAME, errors=[FieldError(pointer="#/teachesId", detail=_SAME, code="same")])
        known = await CourseService(self._session).known([given.course_id, given.teaches_id])
        wrong = [
            FieldError(pointer=pointer, detail=_NO_COURSE, code="unknown")
            for pointer, course in (("#/courseId", given.course_id), ("#/teachesId", given.teaches_id))
            if course not in known
        ]
        if wrong:
            raise Invalid(_NO_COURSE, errors=wrong)
        cascade = Cascade(tenant_id=tenant_of(self._session), **given.model_dump())
        await self._repository.lock()
        like = await self._repository.find_cascade(cascade)
        if like is not None:
            raise CascadeKnown(cascadeId=str(like.id))
        self._repository.add(cascade)
        await record(self._session, "cascade.create", "cascade", cascade.id, after=_facts(cascade))
        await follow(self._session)
        return cascade

    async def change(self, cascade_id: UUID, given: CascadeUpdate, version: int) -> Cascade:
        """Apply the given fields to the version that the caller saw."""
        cascade = await self._repository.cascade(cascade_id, lock=True)
        check_version(version, cascade.version)
        before = _facts(cascade)
        for name in given.model_fields_set:
            setattr(cascade, name, getattr(given, name))
        cascade.touch()
        await record(self._session, "cascade.change", "cascade", cascade.id, before=before, after=_facts(cascade))
        await follow(self._session)
        return cascade

    async def get(self, cascade_id: UUID) -> Cascade:
        """The rule, or NotFound."""
        return await self._repository.cascade(cascade_id)

    async def list(self, limit: int, after: tuple[UUID] | None) -> Sequence[Cascade]:
        """Rules, oldest first."""
        return await self._repository.cascades(limit, after)


class ObligationService:
    """One transaction's work on what is owed; `sight` is whose obligations the caller sees."""

    def __init__(self, session: AsyncSession, sight: Sight) -> None:
        self._session = session
        self._sight = sight
        self._repository = ObligationRepository(session)

    async def list(self, state: str | None, limit: int, after: tuple[UUID] | None) -> Sequence[Row[Any]]:
        """Obligations with names and counts, oldest first."""
        return await self._repository.list(self._sight, state, limit, after)

    async def read(self, obligation_id: UUID) -> Row[Any]:
        """One obligation with name and counts; NotFound for one that the caller does not see."""
        self._check_seen(await self._repository.get(obligation_id))
        return await self._repository.standing(obligation_id)

    async def attest(self, obligation_id: UUID, given: AttestationCreate, version: int) -> Sequence[Attestation]:
        """Colleagues were taught: each gets a completion, all or none. Coverage and the obligation follow.

        Raises ObligationOver, Invalid for who is no colleague at the unit or has had the course already."""
        obligation = await self._open(obligation_id, version)
        cascade = await self._repository.cascade(obligation.cascade_id)
        strangers = await self._repository.strangers(obligation, given.person_ids)
        self._refuse(given.person_ids, strangers, _STRANGER, "no_colleague")
        made = await PrerequisiteService(self._session).complete_each(
            cascade.teaches_id, given.person_ids, given.taught_on, _SOURCE
        )
        self._refuse(given.person_ids, frozenset(given.person_ids) - made.keys(), _HAS_IT, "has_it")
        rows = [
            Attestation(
                tenant_id=tenant_of(self._session),
                obligation_id=obligation.id,
                person_id=person,
                completion_id=made[person],
                taught_on=given.taught_on,
            )
            for person in given.person_ids
        ]
        for row in rows:
            self._repository.add(row)
        obligation.touch()
        after = {"attestations": [str(row.id) for row in rows], "taught_on": given.taught_on.isoformat()}
        await record(self._session, "obligation.attest", "obligation", obligation.id, after=after)
        await follow(self._session)
        return rows

    async def attestations(self, obligation_id: UUID, limit: int, after: tuple[UUID] | None) -> Sequence[Attestation]:
        """Who was taught, oldest first."""
        self._check_seen(await self._repository.get(obligation_id))
        return await self._repository.attestations(obligation_id, limit, after)

    async def withdraw(self, attestation_id: UUID, version: int) -> None:
        """What was attested was not so: the completion goes too."""
        row = await self._repository.attestation(attestation_id)
        self._check_seen(await self._repository.get(row.obligation_id, lock=True))
        check_version(version, row.version)
        await self._repository.remove(row)
        await record(self._session, "attestation.withdraw", "attestation", row.id)
        await PrerequisiteService(self._session).withdraw(row.completion_id)
        await follow(self._session)

    async def release(self, obligation_id: UUID, reason: str, version: int) -> None:
        """Nobody expects it of this person any more."""
        obligation = await self._open(obligation_id, version)
        before = {"state": obligation.state}
        obligation.state, obligation.release_reason = "released", reason
        obligation.touch()
        after = {"state": "released"}
        await record(
            self._session, "obligation.release", "obligation", obligation.id, before=before, after=after, reason=reason
        )
        await publish(self._session, _event(obligation))

    async def _open(self, obligation_id: UUID, version: int) -> Obligation:
        await self._repository.lock()
        obligation = await self._repository.get(obligation_id, lock=True)
        self._check_seen(obligation)
        check_version(version, obligation.version)
        if obligation.state in ("released", "vacant"):
            raise ObligationOver(state=obligation.state)
        return obligation

    def _check_seen(self, obligation: Obligation) -> None:
        """NotFound for one that is neither at the caller's units nor the caller's own."""
        units = self._sight.units
        if units is not None and obligation.unit_id not in units and obligation.person_id != self._sight.own:
            raise NotFound(Text(sv="Åtagandet finns inte", en="No such obligation", da="Forpligtelsen findes ikke"))

    @staticmethod
    def _refuse(asked: Sequence[UUID], wrong: frozenset[UUID], detail: Text, code: str) -> None:
        errors = [
            FieldError(pointer=f"#/personIds/{index}", detail=detail, code=code)
            for index, person in enumerate(asked)
            if person in wrong
        ]
        if errors:
            raise Invalid(detail, errors=errors)


async def follow(session: AsyncSession) -> int:
    """Write down what is newly owed, and how all stands today; how many obligations are new or moved.

    In the caller's transaction; a second one waits, so that nobody is obliged twice."""
    repository = ObligationRepository(session)
    await repository.lock()
    new = [Obligation(tenant_id=tenant_of(session), **row._mapping) for row in await repository.arising()]
    for obligation in new:
        repository.add(obligation)
    entries = [_entry(one, "create") for one in new]
    moved = await repository.moved()
    changed = await repository.locked(list(moved))
    for obligation in changed:
        before, obligation.state = obligation.state, moved[obligation.id]
        obligation.touch()
        entries.append(_entry(obligation, obligation.state, before))
    await record_all(session, entries)
    await publish_all(session, [_event(one) for one in (*new, *changed)])
    return len(new) + len(changed)


def _entry(obligation: Obligation, action: str, before: str | None = None) -> Entry:
    after = {"state": obligation.state, "unit_id": str(obligation.unit_id)}
    was = {"state": before} if before else None
    return Entry(f"obligation.{action}", "obligation", obligation.id, before=was, after=after)


def _event(obligation: Obligation) -> ObligationChanged:
    facts = obligation.model_dump(include={"cascade_id", "unit_id", "state"}) | {"obligation_id": obligation.id}
    return ObligationChanged.model_validate(facts)


def _facts(cascade: Cascade) -> dict[str, object]:
    return cascade.model_dump(mode="json", exclude={"tenant_id", "id", "version", "created_at", "updated_at"})
