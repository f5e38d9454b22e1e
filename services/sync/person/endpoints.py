"""Persons of the roster."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request, Response

from services.sync.person.auth import SEEING, PersonsRead, PersonsWrite, refusal_to_write, require_protecting
from services.sync.person.schemas import (
    DutyPublic,
    EnrolmentPublic,
    Part,
    PersonCreate,
    PersonDetail,
    PersonPatch,
    PersonPublic,
)
from services.sync.person.seen import Seen
from services.sync.person.service import PersonService, problem_with_changing
from services.sync.roster.alias import display_name
from services.sync.roster.models import Person
from shared.auth import Principal
from shared.kit.text import Lang
from shared.web import (
    AllowedAction,
    IfMatch,
    LangDep,
    Page,
    PageDep,
    SessionDep,
    check_version,
    created,
    etag,
    make_page,
    new_router,
)
from shared.web.actions import allowed_action
from shared.web.route import problem_responses

router = new_router("persons")

PersonId = Annotated[UUID, Path(alias="personId")]


@router.post("/persons", status_code=201, summary="Create a person")
async def persons_create(
    body: PersonCreate, caller: PersonsWrite, session: SessionDep, request: Request, response: Response, lang: LangDep
) -> PersonPublic:
    """Enter a person by hand. It becomes a version of the roster of its own, which the other services follow."""
    if body.protected:
        await require_protecting(request, caller)
    person = await PersonService(session).create(body.model_dump())
    created(response, request, f"/sync/v1/persons/{person.id}")
    etag(response, person.version)
    return _show(person, caller, request, lang)


@router.get("/persons", summary="List persons")
async def persons_list(
    caller: PersonsRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    lang: LangDep,
    unit_id: Annotated[UUID | None, Query(alias="unitId", description="Only with a place at this unit")] = None,
    part: Annotated[Part | None, Query(description="Only pupils, staff or guardians")] = None,
) -> Page[PersonPublic]:
    """Present persons at the units that the caller may see, in no order that would tell a name."""
    keys = page.keys(UUID)
    seen = Seen(caller.units_for(*SEEING), unit_id, part)
    rows = await PersonService(session).list_after(keys[0] if keys else None, page.limit + 1, seen)
    return make_page(request, page, rows, key=lambda row: (row.id,), show=lambda row: _show(row, caller, request, lang))


@router.get("/persons/{personId}", summary="Read a person")
async def persons_get(
    person_id: PersonId, caller: PersonsRead, session: SessionDep, request: Request, response: Response, lang: LangDep
) -> PersonDetail:
    """One person, an ended one too, with the present duties and enrolments at the units that the caller may see."""
    whole = await PersonService(session).get(person_id, Seen(caller.units_for(*SEEING)))
    etag(response, whole.person.version)
    return PersonDetail(
        **_show(whole.person, caller, request, lang).model_dump(),
        duties=[DutyPublic.model_validate(duty) for duty in whole.duties],
        enrolments=[
            EnrolmentPublic.model_validate(enrolment.model_dump() | {"school_form": enrolment.school_form or None})
            for enrolment in whole.enrolments
        ],
    )


@router.patch("/persons/{personId}", summary="Change a person", responses=problem_responses(412, 428))
async def persons_patch(
    person_id: PersonId,
    body: PersonPatch,
    caller: PersonsWrite,
    session: SessionDep,
    version: IfMatch,
    request: Request,
    response: Response,
    lang: LangDep,
) -> PersonPublic:
    """Change a person who was entered by hand, or protect anybody's identity, which takes effect at once."""
    changes = body.model_dump(exclude_unset=True)
    if "protected" in changes:
        await require_protecting(request, caller)
    persons = PersonService(session)
    person = await persons.locked(person_id)
    check_version(version, person.version)
    person = await persons.change(person, {name: value for name, value in changes.items() if _fits(name, value)})
    etag(response, person.version)
    return _show(person, caller, request, lang)


def _fits(name: str, value: object) -> bool:
    """Null empties what may be empty and leaves the rest."""
    return value is not None or name in ("email", "login")


def _show(person: Person, caller: Principal, request: Request, lang: Lang) -> PersonPublic:
    """The person as anybody may see it: of a protected one the row itself holds no names."""
    return PersonPublic(
        id=person.id,
        display_name=display_name(person.id, person.given_name, person.family_name, protected=person.protected),
        given_name=person.given_name,
        family_name=person.family_name,
        email=person.email,
        login=person.login,
        is_protected=person.protected,
        source=person.source,
        changed_version=person.changed_version,
        ended_at=person.ended_at,
        allowed_actions=_actions(person, caller, request, lang),
    )


def _actions(person: Person, caller: Principal, request: Request, lang: Lang) -> list[AllowedAction]:
    """Change what is kept by hand, and (while not protected) protect, which works for everybody."""
    path, refused = f"/sync/v1/persons/{person.id}", refusal_to_write(caller)
    problem = problem_with_changing(person)
    why_not = refused or (problem.title if problem else None)
    actions = [allowed_action(request, lang, "change", "PATCH", path, refused=why_not)]
    if not person.protected:
        actions.append(allowed_action(request, lang, "protect", "PATCH", path, refused=refused))
    return actions
