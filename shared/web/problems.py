"""Every error leaves as one problem document (RFC 9457): ours, FastAPI's, Starlette's and the unforeseen."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException as StarletteHTTPException

from shared.kit.problems import BadRequest, Conflict, FieldError, InternalError, Invalid, Problem, Unavailable
from shared.kit.text import Text, negotiate
from shared.web import refusals
from shared.web.validation_texts import validation_text

log = structlog.get_logger(__name__)

_LOCATIONS = {"query": "query:", "header": "header:", "path": "path:", "cookie": "cookie:"}

# SQLSTATEs. Serialization and deadlock; then unique, foreign key and exclusion constraints.
_COLLISIONS = ("40001", "40P01")
_LOST_RACES = ("23505", "23503", "23P01")
# The database is away, starting, stopping, out of resources or out of time: no fault of ours, nor of the caller.
_AWAY = ("08", "53", "55P03", "57P01", "57P02", "57P03", "57014")


class TryAgain(Conflict):
    slug = "try-again"
    title = Text(sv="Försök igen", en="Try again", da="Prøv igen")


def install(app: FastAPI) -> None:
    """Let `app` answer every error as a problem document."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(StarletteHTTPException, _http)
    for kind in (DBAPIError, PoolTimeout, ConnectionError, asyncpg.PostgresError, asyncpg.InterfaceError):
        app.add_exception_handler(kind, _database)
    app.add_exception_handler(Exception, unforeseen)


def respond(request: Request, problem: Problem) -> Response:
    """The response for `problem` in the caller's language."""
    lang = negotiate(request.headers.get("accept-language"))
    return JSONResponse(
        problem.document(lang, request.url.path),
        problem.status,
        headers={"Content-Language": lang, "Cache-Control": "no-store", **problem.headers},
        media_type="application/problem+json",
    )


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - registered for this class
    return respond(request, error)


async def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - registered for this class
    details = error.errors()
    if any(detail["type"] == "json_invalid" for detail in details):
        position = next(d["loc"][-1] for d in details if d["type"] == "json_invalid")
        text = Text(
            sv=f"Kroppen är inte giltig JSON vid tecken {position}",
            da=f"Indholdet er ikke gyldig JSON ved tegn {position}",
            en=f"The body is not valid JSON at character {position}",
        )
        return respond(request, BadRequest(text, errors=[FieldError(pointer="#", detail=text, code="json_invalid")]))
    if (refusal := refusals.of_body(details)) is not None:
        return respond(request, refusal)
    errors = [_field_error(detail) for detail in details]
    count = len(errors)
    summary = Text(
        sv=f"{count} uppgift(er) behöver rättas",
        da=f"{count} oplysning(er) skal rettes",
        en=f"{count} place(s) in the request need mending",
    )
    return respond(request, Invalid(summary, errors=errors))


def _field_error(detail: dict[str, Any]) -> FieldError:
    location: Sequence[str | int] = detail["loc"]
    where, *rest = location
    pointer = (
        "#" + "".join(f"/{part}" for part in rest)
        if where == "body"
        else f"{_LOCATIONS.get(str(where), '')}{'/'.join(map(str, rest))}"
    )
    english = str(detail["msg"]).removeprefix("Value error, ")
    text = validation_text(detail["type"], detail.get("ctx", {}), english)
    return FieldError(pointer=pointer, detail=text, code=str(detail["type"]))


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, StarletteHTTPException)  # noqa: S101 - registered for this class
    return respond(request, refusals.of_framework(request, error))


async def _database(request: Request, error: Exception) -> Response:
    state = str(getattr(getattr(error, "orig", error), "sqlstate", None) or "")
    if state in _COLLISIONS:
        return respond(request, TryAgain(headers={"Retry-After": "1"}))
    gone = isinstance(error, InterfaceError | OperationalError | PoolTimeout | ConnectionError | asyncpg.InterfaceError)
    if gone or (isinstance(error, DBAPIError) and error.connection_invalidated) or state.startswith(_AWAY):
        log.warning("database unavailable", error=type(error).__name__, sqlstate=state)
        return respond(request, Unavailable(headers={"Retry-After": "2"}))
    if state in ("22021", "22P05"):  # a NUL byte or another character that PostgreSQL cannot store
        return respond(request, await refusals.of_character(request))
    if state in _LOST_RACES:
        # The code checks first; who gets here lost a race against another request, and did nothing wrong.
        log.info("constraint held", constraint=_constraint(error), sqlstate=state)
        return respond(request, TryAgain(headers={"Retry-After": "1"}))
    return await unforeseen(request, error)


def _constraint(error: Exception) -> str | None:
    cause = getattr(getattr(error, "orig", None), "__cause__", None)
    name = getattr(cause, "constraint_name", None)
    return str(name) if name else None


async def unforeseen(request: Request, error: Exception) -> Response:
    """The answer to an error that nobody thought of, and its log line."""
    # The type alone: messages of database errors hold the values of the row, which may be a child's.
    log.error("unforeseen error", error=type(error).__name__, constraint=_constraint(error), frames=_frames(error))
    return respond(request, InternalError())


def _frames(error: Exception) -> list[str]:
    frames: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename.rsplit('/', 2)[-1]}:{trace.tb_lineno}:{code.co_name}")
        trace = trace.tb_next
    return frames[-12:]
