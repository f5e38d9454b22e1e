"""A row of the log of copies as callers see it."""

from typing import Any

from fastapi import Request
from sqlalchemy import Row

from services.sync.copy.errors import CopyAlreadyPurged
from services.sync.copy.schemas import RegisterCopyPublic
from services.sync.upload.auth import refusal_to_write
from services.sync.upload.models import Upload
from shared.auth import Principal
from shared.kit import clock
from shared.kit.text import Lang
from shared.web.actions import allowed_action


def show_copy(
    row: Row[Any], upload: Upload | None, caller: Principal, request: Request, lang: Lang
) -> RegisterCopyPublic:
    path = f"/sync/v1/copies/{row.id}/erasures"
    refused = refusal_to_write(caller) or (CopyAlreadyPurged.title if row.purged_at is not None else None)
    return RegisterCopyPublic(
        **row._asdict() | {"upload_id": upload.id if upload else None},
        source_id=upload.source_id if upload else None,
        is_overdue=row.purged_at is None and row.purge_due < clock.now(),
        allowed_actions=[allowed_action(request, lang, "erase", "POST", path, refused=refused)],
    )
