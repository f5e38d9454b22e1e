"""The templates that a tenant can use: those that ship with the product, and its own."""

import hashlib

import orjson
from sqlmodel.ext.asyncio.session import AsyncSession

from services.projects.template.catalogue import shipped
from services.projects.template.definition import Template
from services.projects.template.errors import TemplateKeyTaken, TemplateNotFound, TemplateVersionTaken
from services.projects.template.models import PublishedTemplate
from services.projects.template.published import Published
from services.projects.template.reading import read_template
from services.projects.template.repository import TemplateRepository
from shared.contracts.projects import TemplatePublished
from shared.kit.db import tenant_of
from shared.kit.journal import record
from shared.queue.outbox import publish


class TemplateService:
    """The templates of the session's tenant."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._templates = TemplateRepository(session)

    async def all(self) -> list[Published]:
        """Every version of every template, by key and then newest version first."""
        catalogue = shipped()
        ours = [Published(template, catalogue.digest(template), "shipped") for template in catalogue.all()]
        theirs = [_published(row) for row in await self._templates.all()]
        return sorted([*ours, *theirs], key=lambda found: found.sort_key)

    async def get(self, key: str, version: str) -> Published:
        """Raises TemplateNotFound."""
        catalogue = shipped()
        if catalogue.has(key):
            template = catalogue.get(key, version)
            return Published(template, catalogue.digest(template), "shipped")
        row = await self._templates.find(key, version)
        if row is None:
            raise TemplateNotFound(key, version)
        return _published(row)

    async def publish(self, content: str) -> Published:
        """Publish a text (YAML or JSON) as a version of the tenant's own; it never changes afterwards.

        Raises TemplateRefused, TemplateKeyTaken, TemplateVersionTaken.
        """
        template = read_template(content)
        if shipped().has(template.key):
            raise TemplateKeyTaken(template.key)
        if await self._templates.find(template.key, template.version) is not None:
            raise TemplateVersionTaken(template.key, template.version)
        document = template.model_dump(mode="json", by_alias=True)
        digest = hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()
        row = PublishedTemplate(
            tenant_id=tenant_of(self._session),
            key=template.key,
            version=template.version,
            digest=digest,
            document=document,
        )
        await self._templates.add(row)
        named = {"key": template.key, "version": template.version, "digest": digest}
        await record(self._session, "template.publish", "template", row.id, after=named)
        await publish(
            self._session,
            TemplatePublished(template_id=row.id, template_key=template.key, template_version=template.version),
        )
        return Published(template, digest, "tenant")


def _published(row: PublishedTemplate) -> Published:
    return Published(Template.model_validate(row.document), row.digest, "tenant")
