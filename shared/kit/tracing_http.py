"""Calls to our own services as parts of the present work's trace."""

import ssl
from functools import cache

import httpx

from shared.kit import tracing


@cache
def trusted() -> ssl.SSLContext:
    """Whom we believe over TLS. Made once: reading the authorities' certificates costs up to a tenth of a second."""
    return httpx.create_ssl_context()


class TracedTransport(httpx.AsyncBaseTransport):
    """Sends `traceparent` along. A span names the method and who is called, never what for: the callee's own span
    says that by its route."""

    def __init__(self, inner: httpx.AsyncBaseTransport | None = None) -> None:
        self._inner = inner or httpx.AsyncHTTPTransport(verify=trusted())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        spot = tracing.step(f"{request.method} {request.url.host}", "client")
        present = spot or tracing.here()
        if "traceparent" not in request.headers:
            # What nobody works on is a poll: it shall not begin a trace for each time that there was nothing.
            request.headers["traceparent"] = present.traceparent if present else tracing.unrecorded()
        try:
            response = await self._inner.handle_async_request(request)
        except BaseException as error:
            if spot is not None:
                spot.end(type(error).__name__)
            raise
        if spot is not None:
            spot.note("server.address", request.url.host)
            spot.note("server.port", request.url.port or 80)
            spot.note("http.request.method", request.method)
            spot.note("http.response.status_code", response.status_code)
            spot.end(str(response.status_code) if response.status_code >= 400 else None)
        return response

    async def aclose(self) -> None:
        await self._inner.aclose()
