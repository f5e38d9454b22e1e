"""Mails, messages and invitations go when their time is over; what has still to leave keeps what it hangs on."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.training.invitation.models import Invitation, Mail, SessionMessage
from shared.contracts.processing import holding
from shared.kit import clock
from shared.kit.ids import new_id
from shared.queue.retention import purge_some
from tests.support.services import ServiceUnderTest
from tests.support.training import create_course, create_roster, create_session, enrol

_LEFT = "SELECT (SELECT count(*) FROM mail), (SELECT count(*) FROM session_message), (SELECT count(*) FROM invitation)"


async def test_what_was_mailed_goes_after_its_days_with_what_it_hung_on(training: ServiceUnderTest) -> None:
    people = (await create_roster(training))["people"]
    session_id = await create_session(training, await create_course(training))
    seats = [(await enrol(training, session_id, person)).json()["id"] for person in people]
    kept = holding("training.mails")
    assert kept is not None
    async with training.database.transaction(training.tenant) as session:
        await session.execute(text("DELETE FROM mail"))
        await session.execute(text("DELETE FROM invitation"))
        for age, state, seat, person in zip((401, 399, 401), ("sent", "sent", "waiting"), seats, people, strict=True):
            at = clock.now() - timedelta(days=age)
            about: dict[str, Any] = {"tenant_id": training.tenant, "session_id": UUID(str(session_id))}
            whose = about | {"enrolment_id": UUID(str(seat)), "person_id": UUID(str(person))}
            message = SessionMessage(**about, id=new_id(), subject="Sal", body="Kim tar nyckeln", created_at=at)
            when: dict[str, Any] = {
                "starts_at": at,
                "ends_at": at,
                "zone": "Europe/Stockholm",
                "place": "Sal 1",
                "part": 1,
            }
            invitation = Invitation(**whose, **when, id=new_id())
            session.add_all([message, invitation])
            await session.flush()
            hung: dict[str, Any] = {
                "message_id": message.id,
                "invitation_id": invitation.id,
                "created_at": at,
                "key": str(age) + state,
            }
            session.add(Mail(**whose, **hung, id=new_id(), kind="message", state=state))
        await session.flush()
        assert await purge_some(session, kept, 402) == 0
        assert await purge_some(session, kept, 400) == 1
        assert tuple((await session.execute(text(_LEFT))).one()) == (2, 2, 2)
        assert await purge_some(session, kept, 400) == 0
        body = "SELECT count(*) FROM journal_entry WHERE action = 'retention.purge'"
        assert await session.scalar(text(body)) == 1
