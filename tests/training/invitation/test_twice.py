"""Two workers at once tell everybody once."""

import asyncio

import pytest

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
