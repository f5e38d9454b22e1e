"""The client itself: one connection per call, pinned to a checked address, inside limits of size and time."""

import asyncio
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ssl import SSLContext, SSLError

import httpcore
import httpx

from shared.kit.egress.addresses import network_of
from shared.kit.egress.errors import EgressFailed, EgressRefused
from shared.kit.egress.resolve import Resolver, system_resolver
from shared.kit.egress.target import Target, is_shut

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})
# The connection decides these; a caller that could set them could smuggle a second request or name another host.
_OWN_HEADERS = frozenset({"host", "connection", "content-length", "transfer-encoding", "upgrade", "te", "trailer"})
_ADDRESSES_TRIED = 4
_TRANSPORT_ERRORS = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)


@dataclass(frozen=True)
class EgressResponse:
    """What came back. Header names are lower case; a redirect is an ordinary response here.

    `truncated` says that the body went on after `content`; `elapsed` is in seconds, `address` is the pinned one.
    """

    status: int
    headers: Mapping[str, str]
    content: bytes
    address: str
    elapsed: float
    truncated: bool = False


@dataclass(frozen=True)
class EgressStream:
    """An answer whose body is still to come: `pieces` gives it once, and raises EgressFailed where it breaks off."""

    status: int
    headers: Mapping[str, str]
    pieces: AsyncIterator[bytes]


@dataclass
class _PinnedBackend(httpcore.AsyncNetworkBackend):
    """Connects to the checked addresses whatever the name says now, which is what defeats DNS rebinding."""

    addresses: tuple[str, ...]
    used: str = ""
    _inner: httpcore.AsyncNetworkBackend = field(default_factory=httpcore.AnyIOBackend)

    async def connect_tcp(
        self,
        host: str,  # noqa: ARG002 - the name is what must not be looked up a second time
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        last = len(self.addresses) - 1
        for position, address in enumerate(self.addresses):
            try:
                stream = await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if position == last:
                    raise
            else:
                self.used = address
                return stream
        raise httpcore.ConnectError("no address to connect to")


class EgressClient:
    """Calls strangers. `allow_private` opens loopback and private networks, for development alone; never link-local.

    `https_only` (default: whenever `allow_private` is off) refuses plain http. Certificates and names are always
    checked; `ssl_context` may add a municipality's own authority. The environment's proxies are not used.
    """

    def __init__(
        self,
        allow_private: bool = False,
        *,
        https_only: bool | None = None,
        resolver: Resolver = system_resolver,
        ssl_context: SSLContext | None = None,
        max_response_bytes: int = 1_048_576,
    ) -> None:
        self._allowed = {"public", "loopback", "private"} if allow_private else {"public"}
        self._https_only = not allow_private if https_only is None else https_only
        self._any_port = allow_private
        self._resolver = resolver
        self._ssl_context = ssl_context or httpx.create_ssl_context()
        self._max_response_bytes = max_response_bytes

    async def check(self, url: str, timeout: float = 5) -> None:
        """Whether `url` could be called now: raises EgressRefused. A later call checks again, since DNS changes."""
        target = self._target(url)
        try:
            async with asyncio.timeout(timeout):
                await self._addresses(target)
        except TimeoutError as error:
            raise EgressRefused("unresolvable", f"{target.host} was not resolved in time") from error

    async def addresses(self, host: str, port: int, own_ports: frozenset[int] = frozenset()) -> tuple[str, ...]:
        """The addresses of a host that is reached by another protocol than HTTP, under the same rules: connect to
        exactly one of these. `own_ports` are that protocol's own below 1024. Raises EgressRefused."""
        if not self._any_port and port not in own_ports and is_shut(port):
            raise EgressRefused("port", f"port {port} is not called")
        return await self._addresses(Target("", host, port, host, b""))

    @asynccontextmanager
    async def stream(
        self,
        url: str,
        headers: Mapping[str, str] | None = None,
        *,
        max_bytes: int,
        timeout: float = 1800,
        idle: float = 60,
    ) -> AsyncIterator[EgressStream]:
        """GET a body that need not fit in memory, within `timeout` seconds in all and `idle` between its pieces.

        Raises as `request` does, while the block is entered or while it reads.
        """
        target = self._target(url)
        own = [(name, value) for name, value in (headers or {}).items() if name.lower() not in _OWN_HEADERS]
        try:
            async with asyncio.timeout(timeout):
                pin = _PinnedBackend(await self._addresses(target))
                request = _request("GET", target, own, None)
                request.extensions["timeout"] = dict.fromkeys(("connect", "read", "write"), idle)
                async with _connection(request, self._ssl_context, pin) as connection:
                    response = await connection.handle_async_request(request)
                    try:
                        body = _capped(response, target.host, max_bytes)
                        yield EgressStream(response.status, _headers(response), body)
                    finally:
                        await response.aclose()
        except (*_TRANSPORT_ERRORS, OSError) as error:
            raise _failure(error, target.host) from error

    async def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        content: bytes | AsyncIterable[bytes] | None = None,
        timeout: float = 20,
        *,
        truncate: bool = False,
    ) -> EgressResponse:
        """One request, one response, within `timeout` seconds from name lookup to the body's last byte.

        A body above the client's limit raises EgressFailed("too-large"), or is cut there with `truncate`.
        Raises EgressRefused before anything is sent, EgressFailed when the other side fails.
        """
        if method not in _METHODS:
            raise EgressRefused("method", f"method {method[:10]} is not called")
        target = self._target(url)
        own = [(name, value) for name, value in (headers or {}).items() if name.lower() not in _OWN_HEADERS]
        started = time.perf_counter()
        try:
            async with asyncio.timeout(timeout):
                pin = _PinnedBackend(await self._addresses(target))
                status, answer, body, truncated = await self._exchange(
                    target, pin, _request(method, target, own, content), truncate
                )
        except (*_TRANSPORT_ERRORS, OSError) as error:
            raise _failure(error, target.host) from error
        return EgressResponse(status, answer, body, pin.used, time.perf_counter() - started, truncated)

    def _target(self, url: str) -> Target:
        return Target.parse(url, https_only=self._https_only, any_port=self._any_port)

    async def _addresses(self, target: Target) -> tuple[str, ...]:
        try:
            found = await self._resolver(target.host, target.port)
        except (OSError, UnicodeError) as error:
            raise EgressRefused("unresolvable", f"{target.host} has no address") from error
        if not found:
            raise EgressRefused("unresolvable", f"{target.host} has no address")
        # One bad address refuses the host: else a name with a public and an inner address gets in by chance.
        if any(network_of(address) not in self._allowed for address in found):
            raise EgressRefused("address", f"{target.host} has an address that must not be called")
        return tuple(found[:_ADDRESSES_TRIED])

    async def _exchange(
        self, target: Target, pin: _PinnedBackend, request: httpcore.Request, truncate: bool
    ) -> tuple[int, dict[str, str], bytes, bool]:
        # A connection per call: a reused one may be closed by the other side just as we write to it.
        async with _connection(request, self._ssl_context, pin) as connection:
            response = await connection.handle_async_request(request)
            try:
                body, truncated = await self._body(response, target.host, truncate)
            finally:
                await response.aclose()
        return response.status, _headers(response), body, truncated

    async def _body(self, response: httpcore.Response, host: str, truncate: bool) -> tuple[bytes, bool]:
        body = bytearray()
        async for part in response.aiter_stream():
            body += part
            if len(body) > self._max_response_bytes:
                if truncate:
                    return bytes(body[: self._max_response_bytes]), True
                raise EgressFailed("too-large", f"{host} answered with more than {self._max_response_bytes} bytes")
        return bytes(body), False


@asynccontextmanager
async def _connection(
    request: httpcore.Request, ssl_context: SSLContext, pin: _PinnedBackend
) -> AsyncIterator[httpcore.AsyncHTTPConnection]:
    connection = httpcore.AsyncHTTPConnection(
        request.url.origin, ssl_context=ssl_context, http2=False, network_backend=pin
    )
    try:
        yield connection
    finally:
        await connection.aclose()


def _headers(response: httpcore.Response) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}


async def _capped(response: httpcore.Response, host: str, max_bytes: int) -> AsyncIterator[bytes]:
    size = 0
    async for part in response.aiter_stream():
        size += len(part)
        if size > max_bytes:
            raise EgressFailed("too-large", f"{host} answered with more than {max_bytes} bytes")
        yield part


def _request(
    method: str, target: Target, headers: list[tuple[str, str]], content: bytes | AsyncIterable[bytes] | None
) -> httpcore.Request:
    """The request as it goes on the wire: our Host, a length or chunks, and the caller's other headers."""
    framing = [("Host", target.authority), ("Connection", "close")]
    if isinstance(content, bytes):
        framing.append(("Content-Length", str(len(content))))
    elif content is not None:
        framing.append(("Transfer-Encoding", "chunked"))
    url = httpcore.URL(
        scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path or b"/"
    )
    wire = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in framing + headers]
    return httpcore.Request(method.encode(), url, headers=wire, content=content)


def _failure(error: Exception, host: str) -> EgressFailed:
    if isinstance(error, TimeoutError | httpcore.TimeoutException):
        return EgressFailed("timeout", f"{host} did not answer in time")
    if any(isinstance(seen, SSLError) for seen in (error, error.__cause__, error.__context__)):
        return EgressFailed("tls", f"the certificate or TLS of {host} was not accepted")
    if isinstance(error, httpcore.NetworkError | OSError):
        return EgressFailed("connect", f"{host} could not be reached")
    return EgressFailed("protocol", f"{host} did not speak proper HTTP")
