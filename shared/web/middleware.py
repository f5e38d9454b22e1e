"""The one middleware (pure ASGI): trace context, body limit, security headers, metrics, access log."""

import re
import time
from collections.abc import Mapping
from functools import lru_cache

import structlog
from opentelemetry.trace import Tracer
from prometheus_client import Counter, Histogram
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.auth.limits import Standing
from shared.kit import tracing
from shared.web.problems import unforeseen

log = structlog.get_logger("access")

REQUESTS = Counter("startklar_http_requests_total", "Requests", ["service", "method", "route", "status"])
DURATION = Histogram(
    "startklar_http_request_seconds",
    "Time to the last byte, seconds",
    ["service", "method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

_PROBES = frozenset({"/livez", "/readyz", "/startupz"})

# Bytes; nothing but probes is answered then.
_BEFORE_START = 1024

# What every answer says unless its route said something else.
_USUAL = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-site"),
    (b"cache-control", b"private, no-cache"),
)


class BodyTooLarge(StarletteHTTPException):
    """Raised while the body is read; an HTTPException, since FastAPI hides every other error there as a 400."""

    def __init__(self) -> None:
        super().__init__(413)


class Edge:
    """Wraps the whole app. `large_bodies` maps path patterns to their own body limit in bytes; elsewhere the settings
    of the running process say it."""

    def __init__(self, app: ASGIApp, *, service: str, large_bodies: Mapping[str, int]) -> None:
        self._app = app
        self._service = service
        self._prefixes = (f"/{service}/v1", "/internal")
        self._large = [(re.compile(pattern), limit) for pattern, limit in large_bodies.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        spot = tracing.arrive(_recorder(scope), scope["method"], "server", _header(scope, b"traceparent"))
        traceparent = scope["traceparent"] = spot.traceparent
        # HEAD is GET without the content (RFC 9110 section 9.3.2), on every route.
        is_head = scope["method"] == "HEAD"
        inner = {**scope, "method": "GET"} if is_head else scope
        status, has_begun = 500, False

        async def send_marked(message: Message) -> None:
            nonlocal status, has_begun
            if message["type"] == "http.response.start":
                status, has_begun = message["status"], True
                _mark(message, traceparent, scope.get("state", {}).get("rate_limit"))
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        with tracing.standing(spot):
            try:
                await self._app(inner, self._limited(scope, receive), send_marked)
            except Exception as error:
                if has_begun:
                    raise
                # Answered here, inside the trace, and like every other answer; outside nobody would know which it was.
                await (await unforeseen(Request(scope), error))(scope, receive, send_marked)
            finally:
                route = self._route(inner)
                self._record(inner, route, status, time.perf_counter() - started)
                _end(spot, inner, route, status)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        runtime = getattr(scope["app"].state, "runtime", None)
        usual = runtime.settings.max_body_bytes if runtime else _BEFORE_START
        limit = next((limit for pattern, limit in self._large if pattern.fullmatch(scope["path"])), usual)
        length = _header(scope, b"content-length") or "0"
        declared = int(length) if length.isdecimal() else 0
        seen = 0

        async def receive_limited() -> Message:
            nonlocal seen
            if declared > limit:
                raise BodyTooLarge
            message = await receive()
            if message["type"] == "http.request":
                seen += len(message.get("body", b""))
                if seen > limit:
                    raise BodyTooLarge
            return message

        return receive_limited

    def _route(self, scope: Scope) -> str:
        """The template, never the path: ids would make endless label values, and a path may hold what nobody should
        log. The route itself does not know below what it was included."""
        path, found = scope["path"], getattr(scope.get("route"), "path", "unmatched")
        above = next((each for each in self._prefixes if path.startswith(each) and not found.startswith(each)), "")
        return f"{above}{found}" if found != "unmatched" else found

    def _record(self, scope: Scope, route: str, status: int, seconds: float) -> None:
        requests, duration = _meters(self._service, scope["method"], route, status)
        requests.inc()
        duration.observe(seconds)
        if not route.endswith("z"):  # probes
            log.info("request", method=scope["method"], route=route, status=status, ms=round(seconds * 1000, 1))


@lru_cache(maxsize=4096)  # looking a meter up by its labels costs more than counting
def _meters(service: str, method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(service, method, route, str(status)), DURATION.labels(service, method, route)


def _header(scope: Scope, name: bytes) -> str | None:
    found: bytes | None = next((value for each, value in scope["headers"] if each == name), None)
    return found.decode("latin-1") if found is not None else None


def _mark(message: Message, traceparent: str, standing: Standing | None) -> None:
    """Add the headers of every answer, in one pass over those that are there."""
    sent = message["headers"] = [each for each in message["headers"] if each[0] != b"traceparent"]
    present = {name for name, _ in sent}
    sent.append((b"traceparent", traceparent.encode()))
    sent += [each for each in _USUAL if each[0] not in present]
    if standing is not None and b"ratelimit" not in present:
        sent += [(name.lower().encode(), value.encode()) for name, value in standing.headers().items()]
    MutableHeaders(scope=message).add_vary_header("Authorization, Accept-Language")


def _recorder(scope: Scope) -> Tracer | None:
    """Who records the request's span; nobody does for probes, or without a collector."""
    held = getattr(scope["app"].state, "runtime", None)
    if held is None or held.tracing is None or scope["path"] in _PROBES:
        return None
    tracer: Tracer = held.tracing.tracer
    return tracer


def _end(spot: tracing.Spot, scope: Scope, route: str, status: int) -> None:
    if spot.span is None:
        return
    spot.note("http.request.method", scope["method"])
    spot.note("http.route", route)
    spot.note("http.response.status_code", status)
    spot.end(str(status) if status >= 500 else None, name=f"{scope['method']} {route}")
