"""Two workers at once tell everybody once."""

import asyncio

import pytest
from sqlmodel import col, select

from services.training.invitation.models import Mail, MailState
from services.training.invitation.service import MailService
from services.training.invitation.tasks import Post, tell_all
from shared.kit import clock
from tests.support.jobs import Context
from tests.support.postbox import Postbox
from tests.support.services import ServiceUnderTest
from tests.support.training import create_course, create_roster
from tests.training.invitation.conftest import Office, address, give_addresses, mailing
from tests.training.invitation.test_delivery import HOURS, LATER, NOW


@pytest.mark.parametrize("workers", [4])
async def test_workers_that_run_at_once_send_each_mail_once(
    committed: ServiceUnderTest, postbox: Postbox, workers: int
) -> None:
    with clock.frozen(NOW):
        roster, settings = await create_roster(committed, people=12), mailing(committed, postbox)
        await give_addresses(committed, settings, roster["people"])
        course = await create_course(committed)
        office = Office(committed, postbox, Post.of(settings), roster["people"], roster["unit"], course)
        session = await office.plan((LATER, LATER + HOURS), capacity=12)
        for number in range(12):
            await office.seat(session, number)
        await asyncio.gather(*(tell_all(Context(committed), office.post) for _ in range(workers)))
        await tell_all(Context(committed), office.post)
    assert sorted(str(mail["To"]) for mail in postbox.mails) == sorted(address(number) for number in range(12))
    await _ends_while_another_looks(committed, office.post)


async def _ends_while_another_looks(training: ServiceUnderTest, post: Post) -> None:
    """Another run holds a mail's row for a moment, just when the first wants to write down that it has left."""
    async with training.database.transaction(training.tenant) as session:
        mail = (await session.exec(select(Mail).order_by(col(Mail.id)).limit(1))).one()
        mail.state, mail.sent_at = MailState.sending, None

    async def write_down() -> None:
        async with training.database.transaction(training.tenant) as session:
            await MailService(session, post.out).sent(mail.id)

    async with training.database.transaction(training.tenant) as looking:
        assert await MailService(looking, post.out).begin(mail.id) is None
        written = asyncio.create_task(write_down())
        await asyncio.sleep(0.3)
    await written
    async with training.database.transaction(training.tenant) as session:
        assert (await session.exec(select(Mail.state).where(Mail.id == mail.id))).one() == MailState.sent
