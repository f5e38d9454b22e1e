"""Every query on what people were told, and on what they must be told now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.invitation.models import Invitation, Mail, MailState, SessionMessage
from services.training.invitation.planning import Slot
from services.training.roster.models import Duty, Person
from shared.kit import clock
from shared.kit.db import tenant_of

# When and where a session meets, as one word: it changes exactly when people must be told.
_MARKS = """
marks AS (
    SELECT s.id AS session_id, md5(concat_ws('|', s.zone, s.place, string_agg(concat_ws(' ',
        extract(epoch FROM d.starts_at), extract(epoch FROM d.ends_at), r.name, r.address), ',' ORDER BY d.starts_at)
    )) AS mark
    FROM session s
    JOIN session_date d ON d.tenant_id = s.tenant_id AND d.session_id = s.id
    LEFT JOIN room r ON r.tenant_id = d.tenant_id AND r.id = d.room_id
    WHERE s.tenant_id = :tenant AND s.ends_at > :now {more}
    GROUP BY s.tenant_id, s.id
)
"""
_UNTOLD = """
FROM marks m
JOIN enrolment e ON e.tenant_id = :tenant AND e.session_id = m.session_id
LEFT JOIN enrolment_told t ON t.tenant_id = e.tenant_id AND t.id = e.id
WHERE t.id IS NULL OR t.enrolment_version <> e.version OR t.session_mark <> m.mark
"""
_DUE = text(f"WITH {_MARKS.format(more='')} SELECT DISTINCT m.session_id {_UNTOLD} ORDER BY 1")
_CHANGED = text(
    f"WITH {_MARKS.format(more='AND s.id = :session')}"
    f" SELECT e.id, e.person_id, e.state, e.seat, e.version, t.state AS was, m.mark {_UNTOLD} ORDER BY e.id"
)
_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(CAST(:session AS uuid)::text, 23))")
_SLOTS = text(
    "SELECT d.starts_at, d.ends_at, s.zone, coalesce(nullif(concat_ws(', ', r.name, nullif(r.address, '')), ''),"
    " s.place) AS place FROM session s"
    " JOIN session_date d ON d.tenant_id = s.tenant_id AND d.session_id = s.id"
    " LEFT JOIN room r ON r.tenant_id = d.tenant_id AND r.id = d.room_id"
    " WHERE s.tenant_id = :tenant AND s.id = :session ORDER BY d.starts_at"
)
_FACTS = text(
    "SELECT e.state, e.offer_expires_at, s.state AS session_state, c.title FROM enrolment e"
    " JOIN session s ON s.tenant_id = e.tenant_id AND s.id = e.session_id"
    " JOIN course c ON c.tenant_id = s.tenant_id AND c.id = s.course_id"
    " WHERE e.tenant_id = :tenant AND e.id = :enrolment"
).columns(title=JSONB)
_SEATED = text(
    "SELECT id, person_id FROM enrolment WHERE tenant_id = :tenant AND session_id = :session"
    " AND state IN ('confirmed', 'attended', 'partial')"
    " ORDER BY id"
)
_TOLD = text(
    "INSERT INTO enrolment_told (tenant_id, id, state, enrolment_version, session_mark)"
    " SELECT :tenant, u.id, u.state, u.version, :mark FROM unnest(CAST(:ids AS uuid[]), CAST(:states AS text[]),"
    " CAST(:versions AS integer[])) AS u (id, state, version)"
    " ON CONFLICT (tenant_id, id) DO UPDATE SET state = excluded.state,"
    " enrolment_version = excluded.enrolment_version, session_mark = excluded.session_mark"
)


class InvitationRepository:
    """What the session's tenant told its people."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def due(self, now: datetime) -> Sequence[UUID]:
        """Sessions to come in which somebody's seat, or the time or place, is not as it was told."""
        found: Sequence[UUID] = (await self._run(_DUE, now=now)).scalars().all()
        return found

    async def lock(self, session_id: UUID) -> bool:
        """False while another worker tells of the session."""
        return bool((await self._run(_LOCK, session=session_id)).scalar_one())

    async def changed(self, session_id: UUID, now: datetime) -> Sequence[Row[Any]]:
        """Enrolments (id, person_id, state, seat, version) that were told otherwise (`was`), and the `mark` of now."""
        rows: Sequence[Row[Any]] = (await self._run(_CHANGED, session=session_id, now=now)).all()
        return rows

    async def slots(self, session_id: UUID) -> Sequence[Slot]:
        """The dates, in order."""
        rows = (await self._run(_SLOTS, session=session_id)).all()
        return [Slot(row.starts_at, row.ends_at, row.zone, row.place) for row in rows]

    async def facts(self, enrolment_id: UUID) -> Row[Any] | None:
        """state, offer_expires_at, session_state and title of the course; None once the enrolment is gone."""
        found: Row[Any] | None = (await self._run(_FACTS, enrolment=enrolment_id)).one_or_none()
        return found

    async def seated(self, session_id: UUID) -> Sequence[Row[Any]]:
        """(id, person_id) of every confirmed seat."""
        rows: Sequence[Row[Any]] = (await self._run(_SEATED, session=session_id)).all()
        return rows

    async def told(self, rows: Sequence[Row[Any]], mark: str) -> None:
        """Remember that these enrolments are known as they are."""
        values: dict[str, Any] = {
            "ids": [row.id for row in rows],
            "states": [row.state for row in rows],
            "versions": [row.version for row in rows],
        }
        await self._run(_TOLD, **values, mark=mark)

    async def invitations(self, ids: Sequence[UUID]) -> Mapping[UUID, list[Invitation]]:
        """Of each enrolment, in the order of their parts."""
        query = select(Invitation).where(
            Invitation.tenant_id == tenant_of(self._session), col(Invitation.enrolment_id).in_(ids)
        )
        found: dict[UUID, list[Invitation]] = defaultdict(list)
        for row in (await self._session.exec(query.order_by(col(Invitation.part)))).all():
            found[row.enrolment_id].append(row)
        return found

    async def invitation(self, invitation_id: UUID) -> Invitation | None:
        query = select(Invitation).where(
            Invitation.tenant_id == tenant_of(self._session), Invitation.id == invitation_id
        )
        return (await self._session.exec(query.execution_options(populate_existing=True))).one_or_none()

    async def to_remind(self, now: datetime, limit: int) -> Sequence[Invitation]:
        """Invitations whose reminder is due, not those that another worker has in hand."""
        query = (
            select(Invitation)
            .where(Invitation.tenant_id == tenant_of(self._session), col(Invitation.remind_at) <= now)
            .order_by(col(Invitation.remind_at), col(Invitation.id))
        )
        return (await self._session.exec(query.limit(limit).with_for_update(skip_locked=True))).all()

    async def to_come(self, now: datetime) -> Sequence[Invitation]:
        """Every invitation to a date to come."""
        query = select(Invitation).where(
            Invitation.tenant_id == tenant_of(self._session),
            col(Invitation.starts_at) > now,
            col(Invitation.is_cancelled).is_(False),
        )
        return (await self._session.exec(query.with_for_update())).all()

    async def add_mails(self, mails: Sequence[Mail]) -> None:
        """Each key once: what was written before is not written again."""
        await self._session.flush()
        if mails:
            values = [mail.model_dump() for mail in mails]
            await self._session.execute(insert(Mail).on_conflict_do_nothing(), values)

    async def mail(self, mail_id: UUID, *, waits: bool = False) -> Mail | None:
        """Held until the end of the transaction; None while another worker holds it, unless the caller waits."""
        query = select(Mail).where(Mail.tenant_id == tenant_of(self._session), Mail.id == mail_id)
        query = query.with_for_update(skip_locked=not waits).execution_options(populate_existing=True)
        return (await self._session.exec(query)).one_or_none()

    async def waiting(self, now: datetime, limit: int) -> Sequence[UUID]:
        """Mails to be tried now, the oldest first, and those on whose way a worker died."""
        query = select(Mail.id).where(
            Mail.tenant_id == tenant_of(self._session),
            col(Mail.state).in_([MailState.waiting.value, MailState.sending.value]),
            col(Mail.next_try_at) <= now,
        )
        return (await self._session.exec(query.order_by(col(Mail.id)).limit(limit))).all()

    async def states(self, invitation_id: UUID, kinds: Sequence[str]) -> Sequence[str]:
        """What became of the mails of these kinds about one invitation."""
        query = select(Mail.state).where(
            Mail.tenant_id == tenant_of(self._session), Mail.invitation_id == invitation_id, col(Mail.kind).in_(kinds)
        )
        return (await self._session.exec(query)).all()

    async def listed(
        self,
        limit: int,
        after: UUID | None,
        *,
        session_id: UUID | None = None,
        enrolment_id: UUID | None = None,
        state: str | None = None,
        units: frozenset[UUID] | None = None,
    ) -> Sequence[tuple[Mail, str]]:
        """(Mail, display name), oldest first; of people who work at `units`, None for everybody."""
        tenant = tenant_of(self._session)
        query: Any = (
            select(Mail, func.coalesce(Person.display_name, ""))
            .outerjoin(Person, (col(Person.tenant_id) == Mail.tenant_id) & (col(Person.id) == Mail.person_id))
            .where(Mail.tenant_id == tenant)
        )
        if session_id is not None:
            query = query.where(Mail.session_id == session_id)
        if enrolment_id is not None:
            query = query.where(Mail.enrolment_id == enrolment_id)
        if state is not None:
            query = query.where(Mail.state == state)
        if after is not None:
            query = query.where(col(Mail.id) > after)
        if units is not None:
            works = select(Duty.id).where(
                Duty.tenant_id == tenant, Duty.person_id == Mail.person_id, Duty.is_held(units, clock.today())
            )
            query = query.where(works.exists())
        rows = (await self._session.exec(query.order_by(col(Mail.id)).limit(limit))).all()
        return [(row[0], row[1]) for row in rows]

    async def messages_since(self, session_id: UUID, since: datetime) -> int:
        query = select(func.count()).where(
            col(SessionMessage.tenant_id) == tenant_of(self._session),
            col(SessionMessage.session_id) == session_id,
            col(SessionMessage.created_at) > since,
        )
        return (await self._session.exec(query)).one()

    async def repeats_since(self, enrolment_id: UUID, since: datetime) -> int:
        """How often (not how many mails) somebody asked for them again: `again:<time>:<part>` is their key."""
        query = select(func.count(func.split_part(col(Mail.key), ":", 2).distinct())).where(
            col(Mail.tenant_id) == tenant_of(self._session),
            col(Mail.enrolment_id) == enrolment_id,
            col(Mail.key).startswith("again:"),
            col(Mail.created_at) > since,
        )
        return (await self._session.exec(query)).one()

    async def message(self, message_id: UUID) -> SessionMessage | None:
        query = select(SessionMessage).where(
            SessionMessage.tenant_id == tenant_of(self._session), SessionMessage.id == message_id
        )
        return (await self._session.exec(query)).one_or_none()

    async def save(self, row: Invitation | Mail | SessionMessage) -> None:
        self._session.add(row)
        await self._session.flush()

    async def _run(self, statement: Any, **values: Any) -> Any:
        await self._session.flush()
        return await self._session.execute(statement, {"tenant": tenant_of(self._session), **values})
