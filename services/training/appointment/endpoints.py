"""`/appointments`: key persons [nyckelpersoner] and other training roles that the roster does not know."""

from typing import Annotated
from uuid import UUID

from fastapi import Path, Request, Response

from services.training.appointment.auth import APPOINTERS, READERS, AppointmentRead, AppointmentWrite
from services.training.appointment.schemas import AppointmentCreate, AppointmentPublic
from services.training.appointment.service import AppointmentService
from shared.web import IfMatch, Page, PageDep, SessionDep, created, etag, make_page, new_router

router = new_router("appointments")

AppointmentId = Annotated[UUID, Path(alias="appointmentId")]


@router.post("/appointments", status_code=201)
async def appointments_create(
    caller: AppointmentWrite, session: SessionDep, body: AppointmentCreate, request: Request, response: Response
) -> AppointmentPublic:
    """Appoint a person, for example as key person; heads appoint at their own units."""
    appointment = await AppointmentService(session, caller.units_for(*APPOINTERS)).create(body)
    created(response, request, f"/training/v1/appointments/{appointment.id}")
    etag(response, appointment.version)
    return AppointmentPublic.model_validate(appointment)


@router.get("/appointments")
async def appointments_list(
    caller: AppointmentRead, session: SessionDep, request: Request, page: PageDep
) -> Page[AppointmentPublic]:
    """Who is appointed, oldest first."""
    service = AppointmentService(session, caller.units_for(*READERS))
    rows = await service.list(page.limit + 1, page.keys(UUID))
    return make_page(request, page, rows, key=lambda row: [row.id], show=AppointmentPublic.model_validate)


@router.get("/appointments/{appointmentId}")
async def appointments_get(
    caller: AppointmentRead, session: SessionDep, appointment_id: AppointmentId, response: Response
) -> AppointmentPublic:
    """Who is appointed, where and for what."""
    appointment = await AppointmentService(session, caller.units_for(*READERS)).get(appointment_id)
    etag(response, appointment.version)
    return AppointmentPublic.model_validate(appointment)


@router.delete("/appointments/{appointmentId}", status_code=204)
async def appointments_delete(
    caller: AppointmentWrite, session: SessionDep, appointment_id: AppointmentId, version: IfMatch
) -> None:
    """End an appointment; the person no longer counts in the role's coverage."""
    await AppointmentService(session, caller.units_for(*APPOINTERS)).remove(appointment_id, version)
