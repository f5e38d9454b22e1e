"""The words that mails are made of: a tenant's own where it has any, else ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.wording.defaults import DEFAULTS, EXAMPLE, KINDS, Kind, places_of
from services.training.wording.errors import TemplateInvalid
from services.training.wording.filling import Broken, as_html, fill, strangers
from services.training.wording.models import MailRule, MailTemplate
from services.training.wording.repository import WordingRepository
from services.training.wording.schemas import MailRuleInput, MailTemplateInput
from shared.contracts.training_mail import MailRuleChanged, MailTemplateChanged
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.kit.text import LANGUAGES, Lang
from shared.queue import publish
from shared.web.preconditions import check_version


@dataclass(frozen=True)
class Words:
    """A template in force; version 0 is ours."""

    kind: Kind
    language: Lang
    subject: str
    body: str
    version: int = 0

    def said(self, values: Mapping[str, str]) -> tuple[str, str, str]:
        """Subject, text and HTML."""
        text = fill(self.body, values).strip() + "\n"
        links = [link] if (link := values.get("link")) else []
        return fill(self.subject, values), text, as_html(text, self.language, links)

    @property
    def places(self) -> list[str]:
        return sorted(places_of(self.kind))


class WordingService:
    """The templates and the rule of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._wording = WordingRepository(session)

    async def words(self, kind: Kind, language: Lang) -> Words:
        return _words(kind, language, await self._wording.template(kind, language))

    async def every(self) -> Sequence[Words]:
        """All kinds in all languages."""
        own = {(row.kind, row.language): row for row in await self._wording.templates()}
        return [_words(kind, lang, own.get((kind, lang))) for kind in KINDS for lang in LANGUAGES]

    async def write(self, kind: Kind, language: Lang, version: int, given: MailTemplateInput) -> Words:
        """The first own words build on version 0. Raises StaleVersion, TemplateInvalid."""
        check(kind, given)
        row = await self._wording.template(kind, language, lock=True)
        check_version(version, row.version if row else 0)
        before = _words(kind, language, row)
        if row is None:
            tenant = tenant_of(self._session)
            row = MailTemplate(tenant_id=tenant, kind=kind, language=language, subject=given.subject, body=given.body)
        else:
            row.subject, row.body = given.subject, given.body
            row.touch()
        await self._wording.save(row)
        await self._tell("change", row, before, after={"subject": row.subject, "body": row.body})
        return _words(kind, language, row)

    async def reset(self, kind: Kind, language: Lang, version: int) -> None:
        """Back to our words; nothing happens where they are in force. Raises StaleVersion."""
        row = await self._wording.template(kind, language, lock=True)
        check_version(version, row.version if row else 0)
        if row is not None:
            await self._wording.delete(row)
            await self._tell("reset", row, _words(kind, language, row), after=None)

    async def rule(self) -> MailRule:
        """How the tenant writes; version 0 where it never chose, and then nothing is stored."""
        found = await self._wording.rule()
        return found or MailRule(tenant_id=tenant_of(self._session), version=0)

    async def set_rule(self, version: int, given: MailRuleInput) -> MailRule:
        """Raises StaleVersion."""
        row = await self._wording.rule(lock=True)
        check_version(version, row.version if row else 0)
        before = (row or MailRule(tenant_id=tenant_of(self._session))).model_dump(mode="json", include=_FACTS)
        if row is None:
            row = MailRule(tenant_id=tenant_of(self._session), **given.model_dump())
        else:
            for name, value in given.model_dump().items():
                setattr(row, name, value)
            row.touch()
        await self._wording.save(row)
        after = row.model_dump(mode="json", include=_FACTS)
        await record(self._session, "mail_rule.change", "mail_rule", row.tenant_id, before=before, after=after)
        await publish(self._session, MailRuleChanged(tenant_id=row.tenant_id, version=row.version))
        return row

    async def _tell(self, action: str, row: MailTemplate, before: Words, after: dict[str, Any] | None) -> None:
        old = {"subject": before.subject, "body": before.body}
        await record(self._session, f"mail_template.{action}", "mail_template", row.id, before=old, after=after)
        event = MailTemplateChanged(template_id=row.id, kind=row.kind, language=row.language, change=action)
        await publish(self._session, event)


_FACTS = {"language", "quiet_from", "quiet_to", "has_reminders"}


def check(kind: Kind, given: MailTemplateInput) -> None:
    """Raises TemplateInvalid, which names every unknown place."""
    wrong = []
    for name in ("subject", "body"):
        try:
            wrong += [(name, place) for place in strangers(getattr(given, name), kind)]
        except Broken:
            wrong.append((name, ""))
    if wrong:
        raise TemplateInvalid(wrong)


def preview(kind: Kind, language: Lang, given: MailTemplateInput) -> tuple[str, str, str]:
    """Subject, text and HTML with invented facts. Raises TemplateInvalid."""
    check(kind, given)
    return Words(kind, language, given.subject, given.body).said(EXAMPLE)


def _words(kind: Kind, language: Lang, row: MailTemplate | None) -> Words:
    if row is None:
        return Words(kind, language, *DEFAULTS[kind][language])
    return Words(kind, language, row.subject, row.body, row.version)
