"""Correlation cases: list, read, decide."""

import re
from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import Path, Query, Request

from services.sync.casework.auth import CasesDecide, CasesRead, refusal_to_decide
from services.sync.casework.errors import CaseClosed, CaseUndecided
from services.sync.casework.models import CorrelationCase
from services.sync.casework.schemas import CaseDecide, CasePerson, CasePublic, CaseRetract, State
from services.sync.casework.service import CaseService
from services.sync.roster.alias import alias, display_name
from services.sync.roster.models import Person
from services.sync.rules.numbers import MAY_BE_NUMBER
from shared.auth import Principal
from shared.kit.text import Lang, Text
from shared.web import LangDep, Page, PageDep, SessionDep, make_page, new_router
from shared.web.actions import allowed_action

router = new_router("correlation-cases")

CaseId = Annotated[UUID, Path(alias="caseId")]
_QUESTIONS = {
    "id_reused": Text(
        sv="Är posten under detta id fortfarande den person som registret känner under det?",
        en="Is the record under this id still the person whom the roster knows by it?",
        da="Er posten under dette id stadig den person, som registret kender under det?",
    ),
    "identity_conflict": Text(
        sv="Posten bär ett personnummer som tillhör någon annan: är det ändå denna person?",
        en="The record carries a national number of somebody else: is it this person nevertheless?",
        da="Posten bærer en andens personnummer: er det alligevel denne person?",
    ),
    "perhaps_same": Text(
        sv="En ny post liknar någon som försvann ur leveransen: är det samma person?",
        en="A new record resembles somebody who vanished from the delivery: is it the same person?",
        da="En ny post ligner en, der forsvandt fra leverancen: er det den samme person?",
    ),
}


@router.get("/correlation-cases", summary="List correlation cases")
async def correlation_cases_list(
    caller: CasesRead,
    session: SessionDep,
    request: Request,
    page: PageDep,
    lang: LangDep,
    state: Annotated[State | None, Query(description="Only cases in this state")] = None,
    source: Annotated[str | None, Query(max_length=80, description="Only cases of this source")] = None,
) -> Page[CasePublic]:
    """Rows of which only a person can say whom they mean, the oldest first."""
    keys = page.keys(UUID)
    cases = CaseService(session)
    rows = await cases.list_after(state, source, keys[0] if keys else None, page.limit + 1)
    persons = await cases.persons_of(rows)

    def show(row: CorrelationCase) -> CasePublic:
        return _show(row, persons, caller, request, lang)

    return make_page(request, page, rows, key=lambda row: (row.id,), show=show)


@router.get("/correlation-cases/{caseId}", summary="Read a correlation case")
async def correlation_cases_get(
    case_id: CaseId, caller: CasesRead, session: SessionDep, request: Request, lang: LangDep
) -> CasePublic:
    """The row's place in its file, and the persons of the roster as they may be shown today."""
    cases = CaseService(session)
    case = await cases.get(case_id)
    return _show(case, await cases.persons_of([case]), caller, request, lang)


@router.post("/correlation-cases/{caseId}/decisions", status_code=200, summary="Decide a correlation case")
async def correlation_case_decisions_create(
    case_id: CaseId, body: CaseDecide, caller: CasesDecide, session: SessionDep, request: Request, lang: LangDep
) -> CasePublic:
    """Say whether the two are one person. The decision is remembered and speaks from the next plan on."""
    cases = CaseService(session)
    case = await cases.decide(case_id, body.decision, body.reason, caller)
    return _show(case, await cases.persons_of([case]), caller, request, lang)


@router.post("/correlation-cases/{caseId}/retractions", status_code=200, summary="Take a decision back")
async def correlation_case_retractions_create(
    case_id: CaseId, body: CaseRetract, caller: CasesDecide, session: SessionDep, request: Request, lang: LangDep
) -> CasePublic:
    """Open the case anew. Plans that wait become stale; where one was applied by the decision, undo that run first."""
    cases = CaseService(session)
    case = await cases.take_back(case_id, body.reason, caller)
    return _show(case, await cases.persons_of([case]), caller, request, lang)


def _show(
    case: CorrelationCase, persons: Mapping[UUID, Person], caller: Principal, request: Request, lang: Lang
) -> CasePublic:
    person = _person(case.person_id, persons)
    other = _person(case.other_id, persons) if case.other_id else None
    is_protected = person.is_protected or (other is not None and other.is_protected)
    is_shown = not is_protected and re.search(MAY_BE_NUMBER, case.source_id) is None
    refused = refusal_to_decide(caller) or (None if case.state == "open" else CaseClosed.title)
    undecided = refusal_to_decide(caller) or (None if case.state == "decided" else CaseUndecided.title)
    here = f"/sync/v1/correlation-cases/{case.id}"
    return CasePublic(
        id=case.id,
        kind=case.kind,
        source=case.source,
        source_id=case.source_id if is_shown else None,
        person=person,
        other=other,
        run_id=case.run_id,
        file=case.file,
        line=case.line,
        state=case.state,
        question=_QUESTIONS[case.kind].pick(lang),
        decision=case.decision,
        reason=None if is_protected else case.reason,
        decided_by=case.decided_by,
        decided_at=case.decided_at,
        version=case.version,
        created_at=case.created_at,
        updated_at=case.updated_at,
        allowed_actions=[
            allowed_action(request, lang, "decide", "POST", f"{here}/decisions", refused=refused),
            allowed_action(request, lang, "take_back", "POST", f"{here}/retractions", refused=undecided),
        ],
    )


def _person(person_id: UUID, persons: Mapping[UUID, Person]) -> CasePerson:
    """As the roster may show the person today; somebody who is no longer there counts as protected."""
    found = persons.get(person_id)
    if found is None:
        return CasePerson(id=person_id, label=alias(person_id), is_protected=True)
    label = display_name(found.id, found.given_name, found.family_name, protected=found.protected)
    return CasePerson(id=found.id, label=label, is_protected=found.protected)
