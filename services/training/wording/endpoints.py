"""`/mail-templates` and their previews."""

from typing import Annotated

from fastapi import Path, Response

from services.training.wording.auth import WRITERS, WordingRead, WordingWrite
from services.training.wording.defaults import Kind
from services.training.wording.schemas import (
    MailPreview,
    MailTemplateInput,
    MailTemplatePreviewInput,
    MailTemplatePublic,
    MailTemplates,
)
from services.training.wording.service import WordingService, Words, preview
from shared.auth import Principal, Scope
from shared.kit.text import Lang
from shared.web import IfMatch, SessionDep, new_router
from shared.web.actions import refusal
from shared.web.reply import Reply, ReplyDep
from shared.web.route import problem_responses

router = new_router("mail-templates")

KindPath = Annotated[Kind, Path(description="What the mail tells")]
LanguagePath = Annotated[Lang, Path(description="In which language")]
_PATH = "/mail-templates/{kind}/{language}"


@router.get("/mail-templates", name="mail_templates_list", summary="List the words of every mail")
async def mail_templates_list(caller: WordingRead, session: SessionDep, reply: ReplyDep) -> MailTemplates:
    """Every kind of mail in every language: the tenant's own words, else ours."""
    return MailTemplates(items=[_shown(words, caller, reply) for words in await WordingService(session).every()])


@router.get(_PATH, name="mail_templates_get", summary="Read the words of one mail")
async def mail_templates_get(
    caller: WordingRead, session: SessionDep, kind: KindPath, language: LanguagePath, reply: ReplyDep
) -> MailTemplatePublic:
    """The words in force, and the places that they may name."""
    words = await WordingService(session).words(kind, language)
    reply.version(words.version)
    return _shown(words, caller, reply)


@router.put(
    _PATH, name="mail_templates_put", summary="Write own words for a mail", responses=problem_responses(412, 428)
)
async def mail_templates_put(
    caller: WordingWrite,
    session: SessionDep,
    kind: KindPath,
    language: LanguagePath,
    body: MailTemplateInput,
    version: IfMatch,
    reply: ReplyDep,
) -> MailTemplatePublic:
    """Mails that leave from now on use them; the first own words build on version 0. An unknown place is refused."""
    words = await WordingService(session).write(kind, language, version, body)
    reply.version(words.version)
    return _shown(words, caller, reply)


@router.delete(
    _PATH, name="mail_templates_delete", status_code=204, summary="Take our words for a mail again",
    responses=problem_responses(412, 428),
)  # fmt: skip
async def mail_templates_delete(
    caller: WordingWrite, session: SessionDep, kind: KindPath, language: LanguagePath, version: IfMatch
) -> Response:
    """The tenant's own words are forgotten."""
    await WordingService(session).reset(kind, language, version)
    return Response(status_code=204)


@router.post("/mail-template-previews", name="mail_template_previews_create", summary="Try the words of a mail")
async def mail_template_previews_create(caller: WordingRead, body: MailTemplatePreviewInput) -> MailPreview:
    """How the mail would look with invented facts; nothing is stored."""
    subject, text, html = preview(body.kind, body.language, body)
    return MailPreview(subject=subject, text=text, html=html)


def _shown(words: Words, caller: Principal, reply: Reply) -> MailTemplatePublic:
    path = f"/training/v1/mail-templates/{words.kind}/{words.language}"
    refused = refusal(caller, Scope.sessions_write, WRITERS, everywhere=True)
    return MailTemplatePublic(
        kind=words.kind,
        language=words.language,
        subject=words.subject,
        body=words.body,
        is_default=words.version == 0,
        placeholders=words.places,
        version=words.version,
        allowed_actions=[
            reply.action("change", "PUT", path, refused=refused),
            reply.action("reset", "DELETE", path, refused=refused),
        ],
    )
