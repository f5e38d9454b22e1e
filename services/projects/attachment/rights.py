"""Who may attach and remove documents where: what a side may change, it may attach to."""

from dataclasses import dataclass
from uuid import UUID

from services.projects.attachment.models import Attachment
from services.projects.project.rights import refusal_to_change_row
from shared.auth.principal import Principal
from shared.auth.roles import Side
from shared.auth.scopes import Scope
from shared.kit.text import Text


@dataclass(frozen=True)
class Subject:
    """What a document belongs to: an activity, a gate, or the project as a whole. `side` is whose row that is."""

    project_id: UUID
    side: str | None
    activity_id: UUID | None = None
    gate_id: UUID | None = None


OTHERS_DOCUMENT = Text(
    sv="Din sida får bara ta bort det som den själv har bifogat",
    en="Your side may remove only what it has attached itself",
)


def refusal_to_attach(caller: Principal, subject: Subject) -> Text | None:
    """Why the caller may not attach something here: to what its side may change, and to gates and projects all."""
    return refusal_to_change_row(caller, subject.side, Scope.files_write)


def refusal_to_remove(caller: Principal, attachment: Attachment, subject: Subject) -> Text | None:
    """Why the caller may not remove a document: the customer may all, others what their own side attached."""
    refusal = refusal_to_attach(caller, subject)
    if refusal is not None or caller.side in (Side.customer, attachment.declared_side):
        return refusal
    return OTHERS_DOCUMENT
