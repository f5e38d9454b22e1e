"""Staff with addresses, a worker's post, and a session to come."""

from dataclasses import dataclass, replace
from datetime import datetime
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import httpx
import pytest
from icalendar import Calendar, Event

from services.training.address.service import AddressSeal, AddressService
from services.training.invitation.tasks import Post, tell_all
from services.training.settings import Settings
from shared.contracts.sync import PersonChange
from tests.support.jobs import Context
from tests.support.postbox import Postbox
from tests.support.services import ServiceUnderTest
from tests.support.training import LEADER, create_course, create_roster, enrol


def address(number: int) -> str:
    return f"test.{number}@skola.example"


@dataclass
class Office:
    """Training with a way out for mail."""

    training: ServiceUnderTest
    box: Postbox
    post: Post
    people: list[UUID]
    unit: UUID
    course: str

    async def call(
        self, method: str, path: str, body: Any = None, *, roles: tuple[str, ...] = (LEADER,), **more: Any
    ) -> httpx.Response:
        version = more.pop("version", None)
        headers = self.training.as_(*roles, **more) | ({} if version is None else {"If-Match": f'"{version}"'})
        return await self.training.client.request(method, f"/training/v1{path}", json=body, headers=headers)

    async def made(self, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
        answer = await self.call("POST", path, body, **more)
        assert answer.status_code in (200, 201, 202), answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def plan(self, *dates: tuple[datetime, datetime], capacity: int = 2, **more: Any) -> str:
        """A session with these dates."""
        body = {
            "courseId": self.course,
            "dates": [{"startsAt": begins.isoformat(), "endsAt": ends.isoformat()} for begins, ends in dates],
            "place": "Sal 2", "capacity": capacity,
        }  # fmt: skip
        return str((await self.made("/sessions", body | more))["id"])

    async def change(self, session: str, **changed: Any) -> None:
        found = (await self.call("GET", f"/sessions/{session}")).json()
        answer = await self.call("PATCH", f"/sessions/{session}", changed, version=found["version"])
        assert answer.status_code == 200, answer.text

    async def seat(self, session: str, number: int = 0) -> dict[str, Any]:
        answer = await enrol(self.training, session, self.people[number])
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def act(self, enrolment: dict[str, Any], last: str, body: Any = None) -> dict[str, Any]:
        found = (await self.call("GET", f"/enrolments/{enrolment['id']}")).json()
        return await self.made(f"/enrolments/{enrolment['id']}/{last}", body, version=found["version"])

    async def work(self) -> list[EmailMessage]:
        """One run of the worker's job; what arrived."""
        await tell_all(Context(self.training), self.post)
        return self.box.take()


def event_of(mail: EmailMessage) -> Event:
    """The one event of an invitation; METHOD is the same in the part's header and in its body."""
    [part] = [part for part in mail.walk() if part.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_content())
    assert (part.get_param("method"), part.get_content_charset()) == (str(calendar["method"]), "utf-8")
    [event] = calendar.walk("VEVENT")
    assert isinstance(event, Event)
    event["method"] = calendar["method"]
    return event


def has_event(mail: EmailMessage) -> bool:
    return any(part.get_content_type() == "text/calendar" for part in mail.walk())


def mailing(training: ServiceUnderTest, box: Postbox, **more: Any) -> Settings:
    values = training.settings.model_dump() | {
        "mail_host": "127.0.0.1", "mail_port": box.port, "mail_tls": "none", "mail_from": "startklar@example.org",
        "front_end_url": "https://app.example",
    }  # fmt: skip
    return Settings(**(values | more))


@pytest.fixture
async def office(training: ServiceUnderTest, postbox: Postbox) -> Office:
    roster = await create_roster(training, people=5)
    settings = mailing(training, postbox)
    await give_addresses(training, settings, roster["people"])
    course = await create_course(training)
    post = replace(Post.of(settings), at_a_time=1)  # the test has one connection
    return Office(training, postbox, post, roster["people"], roster["unit"], course)


async def give_addresses(training: ServiceUnderTest, settings: Settings, people: list[UUID], version: int = 1) -> None:
    """The roster's lines with addresses."""
    lines = [
        PersonChange(
            version=version, op="put", id=person, display_name=f"Test {number}", email=address(number), protected=False
        )
        for number, person in enumerate(people)
    ]
    async with training.database.transaction(training.tenant) as session:
        await AddressService(session, AddressSeal(settings.file_key_bytes())).take_in(lines)
