"""The smallest service: one tenant table, create, list, read, change. Shows what the kit promises."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response
from pydantic import Field
from sqlalchemy import MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel, col, select, tuple_

from shared.auth import Principal, Scope, requires
from shared.kit.db import NAMING, TenantRow, Versioned, tenant_of
from shared.kit.kit_tables import declare_kit_tables
from shared.kit.problems import NotFound
from shared.kit.settings import ServiceSettings
from shared.kit.text import Text
from shared.web import (
    ApiInput,
    ApiModel,
    IfMatch,
    Page,
    PageDep,
    ServiceSpec,
    SessionDep,
    check_version,
    created,
    etag,
    make_page,
    new_router,
)


class Model(SQLModel, registry=registry(metadata=MetaData(naming_convention=NAMING))):
    """Base of the toy's tables."""


class Note(Model, TenantRow, Versioned, table=True):
    """A line of text."""

    __tablename__ = "note"

    body: str


declare_kit_tables(Model)


class Settings(ServiceSettings):
    """The toy's settings."""

    service = "toy"


class NoteCreate(ApiInput):
    body: str = Field(min_length=1, max_length=100)


class NotePublic(ApiModel):
    id: UUID
    body: str
    version: int


NoteWrite = Annotated[Principal, requires(Scope.projects_write)]
NoteRead = Annotated[Principal, requires(Scope.projects_read)]
NoteId = Annotated[UUID, Path(alias="noteId")]

router = new_router("notes")


@router.post("/notes", status_code=201)
async def note_create(
    body: NoteCreate, caller: NoteWrite, session: SessionDep, request: Request, response: Response
) -> NotePublic:
    """Write a note."""
    note = Note(tenant_id=tenant_of(session), body=body.body)
    session.add(note)
    await session.flush()
    created(response, request, f"/toy/v1/notes/{note.id}")
    etag(response, note.version)
    return NotePublic.model_validate(note)


@router.get("/notes")
async def note_list(caller: NoteRead, session: SessionDep, request: Request, page: PageDep) -> Page[NotePublic]:
    """All notes, oldest first."""
    query = select(Note).order_by(col(Note.id)).limit(page.limit + 1)
    after = page.keys(UUID)
    if after:
        query = query.where(tuple_(col(Note.id)) > after)
    rows = (await session.exec(query)).all()
    return make_page(request, page, rows, key=lambda note: [note.id], show=NotePublic.model_validate)


@router.get("/notes/{noteId}")
async def note_read(note_id: NoteId, caller: NoteRead, session: SessionDep, response: Response) -> NotePublic:
    """One note."""
    note = await _get(session, note_id)
    etag(response, note.version)
    return NotePublic.model_validate(note)


@router.patch("/notes/{noteId}")
async def note_change(
    note_id: NoteId, body: NoteCreate, caller: NoteWrite, version: IfMatch, session: SessionDep, response: Response
) -> NotePublic:
    """Change a note."""
    note = await _get(session, note_id)
    check_version(version, note.version)
    note.body = body.body
    note.touch()
    etag(response, note.version)
    return NotePublic.model_validate(note)


@router.get("/me")
async def me_read(caller: NoteRead) -> dict[str, str]:
    """Who calls."""
    return {"subject": str(caller.subject)}


@router.get("/boom")
async def boom(caller: NoteRead, session: SessionDep) -> NotePublic:
    """Always fails."""
    raise RuntimeError("Anna Testsson, 20121212-1212")


async def _get(session: SessionDep, note_id: UUID) -> Note:
    note = (await session.exec(select(Note).where(Note.id == note_id).with_for_update())).one_or_none()
    if note is None:
        raise NotFound()
    return note


SPEC = ServiceSpec(
    name="toy",
    title="Toy",
    version="1.0.0",
    released=date(2026, 11, 21),
    description=Text(sv="En leksak", en="A toy"),
    settings=Settings,
    routers=[router],
)
