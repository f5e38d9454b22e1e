"""What was mailed and which links were taken back go when their time is over."""

from datetime import timedelta

from sqlalchemy import text

from services.projects.notice.models import NoticeMail, SentNotice
from shared.contracts.processing import holding
from shared.kit import clock
from shared.kit.ids import new_id
from shared.queue.retention import purge_some
from tests.support.services import Start

_LEFT = "SELECT (SELECT count(*) FROM notice_mail), (SELECT count(*) FROM sent_notice)"


async def test_notices_go_after_their_days_and_what_waits_stays(service: Start) -> None:
    projects = await service("projects")
    kept = holding("projects.notices")
    assert kept is not None
    async with projects.database.transaction(projects.tenant) as session:
        for age, state in ((401, "sent"), (399, "sent"), (401, "waiting")):
            account = new_id()
            mail = NoticeMail(
                tenant_id=projects.tenant,
                account_id=account,
                kind="reminder",
                state=state,
                created_at=clock.now() - timedelta(days=age),
            )
            session.add(mail)
            await session.flush()
            if state == "sent":
                session.add(
                    SentNotice(
                        tenant_id=projects.tenant, account_id=account, mail_id=mail.id, kind="reminder", key=str(age)
                    )
                )
        await session.flush()
        assert await purge_some(session, kept, 400) == 1
        assert tuple((await session.execute(text(_LEFT))).one()) == (2, 1)
