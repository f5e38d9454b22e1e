"""`/appointments`: key persons [nyckelpersoner] and other training roles that the roster does not know."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.training.appointment.auth import APPOINTERS, READERS, AppointmentRead, AppointmentWrite
from services.training.appointment.models import Appointment
from services.training.appointment.schemas import AppointmentCreate, AppointmentPublic
from services.training.appointment.service import AppointmentService
from shared.auth import Principal, Scope
from shared.kit.text import Lang, Text
from shared.web import IfMatch, LangDep, Page, PageDep, SessionDep, created, etag, make_page, new_router
from shared.web.actions import allowed_action, refusal

router = new_router("appointments")

_OTHER_UNIT = Text(sv="Enheten är inte din", da="Enheden er ikke din", en="The unit is not yours")

AppointmentId = Annotated[UUID, Path(alias="appointmentId")]


@router.post("/appointments", status_code=201)
async def appointments_create(
    caller: AppointmentWrite,
    session: SessionDep,
    body: AppointmentCreate,
    request: Request,
    response: Response,
    lang: LangDep,
) -> AppointmentPublic:
    """Appoint a person, for example as key person; heads appoint at their own units."""
    appointment = await AppointmentService(session, caller.units_for(*APPOINTERS)).create(body)
    created(response, request, f"/training/v1/appointments/{appointment.id}")
    etag(response, appointment.version)
    return _show(appointment, caller, request, lang)


@router.get("/appointments")
async def appointments_list(
    caller: AppointmentRead, session: SessionDep, request: Request, page: PageDep, lang: LangDep
) -> Page[AppointmentPublic]:
    """Who is appointed, oldest first."""
    service = AppointmentService(session, caller.units_for(*READERS))
    rows = await service.list(page.limit + 1, page.keys(UUID))

    def show(row: Appointment) -> AppointmentPublic:
        return _show(row, caller, request, lang)

    return make_page(request, page, rows, key=lambda row: [row.id], show=show)


@router.get("/appointments/{appointmentId}")
async def appointments_get(
    caller: AppointmentRead,
    session: SessionDep,
    appointment_id: AppointmentId,
    request: Request,
    response: Response,
    lang: LangDep,
) -> AppointmentPublic:
    """Who is appointed, where and for what."""
    appointment = await AppointmentService(session, caller.units_for(*READERS)).get(appointment_id)
    etag(response, appointment.version)
    return _show(appointment, caller, request, lang)


@router.delete("/appointments/{appointmentId}", status_code=204)
async def appointments_delete(
    caller: AppointmentWrite, session: SessionDep, appointment_id: AppointmentId, version: IfMatch
) -> None:
    """End an appointment; the person no longer counts in the role's coverage."""
    await AppointmentService(session, caller.units_for(*APPOINTERS)).remove(appointment_id, version)


def _show(appointment: Appointment, caller: Principal, request: Request, lang: Lang) -> AppointmentPublic:
    shown = AppointmentPublic.model_validate(appointment)
    units = caller.units_for(*APPOINTERS)
    refused = refusal(caller, Scope.courses_write, APPOINTERS)
    if refused is None and units is not None and appointment.unit_id not in units:
        refused = _OTHER_UNIT
    path = f"/training/v1/appointments/{appointment.id}"
    shown.allowed_actions = [allowed_action(request, lang, "remove", "DELETE", path, refused=refused)]
    return shown
