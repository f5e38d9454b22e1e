"""A document as its reader sees it."""

from typing import Literal

from services.projects.attachment.models import Attachment
from services.projects.attachment.rights import Subject, refusal_to_attach, refusal_to_remove
from services.projects.attachment.schemas import AttachmentPublic
from services.projects.attachment.vocabulary import AttachmentState
from shared.auth.principal import Principal
from shared.kit.text import Lang, Text
from shared.web.models import AllowedAction

Method = Literal["POST", "PUT", "PATCH", "DELETE"]


def show(attachment: Attachment, subject: Subject, caller: Principal, lang: Lang) -> AttachmentPublic:
    """The document, never its content."""
    path = f"/projects/v1/attachments/{attachment.id}"
    actions = []
    if attachment.state == AttachmentState.declared:
        actions.append(_action("send_content", "PUT", f"{path}/content", refusal_to_attach(caller, subject), lang))
    if attachment.state != AttachmentState.erased:
        actions.append(_action("delete", "DELETE", path, refusal_to_remove(caller, attachment, subject), lang))
    computed = {
        "subject": "activity" if attachment.activity_id else "gate" if attachment.gate_id else "project",
        "subject_id": attachment.activity_id or attachment.gate_id or attachment.project_id,
        "content_path": f"{path}/content",
        "allowed_actions": actions,
    }
    return AttachmentPublic.model_validate(attachment.model_dump() | computed)


def _action(name: str, method: Method, href: str, refusal: Text | None, lang: Lang) -> AllowedAction:
    reason = refusal and refusal.pick(lang)
    return AllowedAction(action=name, method=method, href=href, allowed=refusal is None, reason=reason)
