"""People who want to be told, and the worker's post."""

import re
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.projects.notice.tasks import Post, send_all
from services.projects.settings import Settings
from shared.kit.ids import new_id
from tests.projects.conftest import Rollout
from tests.projects.rows import MAY, own_row, send
from tests.support.jobs import Context
from tests.support.postbox import Postbox, text_of

ADDRESS = "runa.rektor@example.org"
ME = "participant@*"


@dataclass
class Person:
    """One account with a row of its own, and the worker's post."""

    rollout: Rollout
    box: Postbox
    post: Post
    account: UUID = field(default_factory=new_id)

    async def call(self, method: str, path: str, body: Any = None, *, version: int | None = None) -> httpx.Response:
        return await send(self.rollout, method, path, body, ME, subject=self.account, version=version)

    async def choose(self, version: int = 0, **wanted: Any) -> httpx.Response:
        body = {"address": ADDRESS, "language": "sv"} | wanted
        return await self.call("PUT", "/my-notification-preferences", body, version=version)

    async def work(self) -> dict[str, Any]:
        """One run of the worker's job, codes first."""
        return await send_all(Context(self.rollout.service), self.post)

    async def confirm(self) -> None:
        """Read the code out of the mail, and give it back."""
        code = code_in(self.box.mails.pop())
        answer = await self.call("POST", "/my-notification-preferences/confirmations", {"code": code})
        assert answer.status_code == 201, answer.text

    async def subscribe(self, **wanted: Any) -> None:
        answer = await self.choose(**wanted)
        assert answer.status_code == 200, answer.text
        await self.work()
        await self.confirm()

    async def own(self, **changed: Any) -> dict[str, Any]:
        row = await own_row(self.rollout, **({"window": MAY} | changed))
        body = {"ownerId": str(self.account)}
        await send(self.rollout, "PATCH", f"/activities/{row['id']}", body, version=row["version"])
        return row


def code_in(mail: EmailMessage) -> str:
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", text_of(mail))
    assert found is not None
    return found[0]


def mailing(rollout: Rollout, box: Postbox, **more: Any) -> Settings:
    """The service's settings with a way out."""
    values = rollout.service.settings.model_dump() | {
        "mail_host": "127.0.0.1", "mail_port": box.port, "mail_tls": "none", "mail_from": "startklar@example.org",
    }  # fmt: skip
    return Settings(**(values | more))


@pytest.fixture
async def person(rollout: Rollout, postbox: Postbox) -> Person:
    return Person(rollout, postbox, Post.of(mailing(rollout, postbox)))
