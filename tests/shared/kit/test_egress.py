"""The egress client against real sockets: hostile names, redirects, slow and endless bodies, bad certificates."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from ipaddress import IPv4Address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.kit import clock
from shared.kit.egress import EgressClient, EgressFailed, EgressRefused, Resolver

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


class Listener:
    """A TCP server that keeps what it was sent and answers with fixed bytes or a function."""

    def __init__(self, answer: bytes | Answer = OK) -> None:
        self.answer = answer
        self.requests: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            length = next((int(h.split(b":")[1]) for h in head.split(b"\r\n") if h.lower().startswith(b"content-l")), 0)
            self.requests.append(head + await reader.readexactly(length))
            if isinstance(self.answer, bytes):
                writer.write(self.answer)
                await writer.drain()
            else:
                await self.answer(writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@asynccontextmanager
async def listening(answer: bytes | Answer = OK, tls: ssl.SSLContext | None = None) -> AsyncIterator[Listener]:
    listener = Listener(answer)
    server = await asyncio.start_server(listener.serve, "127.0.0.1", 0, ssl=tls)
    listener.port = server.sockets[0].getsockname()[1]
    try:
        yield listener
    finally:
        server.close()


def answering(*answers: Sequence[str]) -> Resolver:
    """A resolver that gives each answer once, and the last one for ever after."""
    queue = list(answers)

    async def resolve(host: str, port: int) -> Sequence[str]:
        return queue.pop(0) if len(queue) > 1 else queue[0]

    return resolve


async def test_a_post_arrives_whole_with_our_host_and_length() -> None:
    async with listening() as peer:
        client = EgressClient(allow_private=True, resolver=answering(["127.0.0.1"]))
        url = f"http://hook.example.com:{peer.port}/in?a=1&b=%20"
        response = await client.request("POST", url, {"X-Own": "yes", "Host": "evil"}, b'{"a":1}', 5)
    assert (response.status, response.content, response.address) == (200, b"ok", "127.0.0.1")
    head, _, body = peer.requests[0].partition(b"\r\n\r\n")
    assert head.startswith(b"POST /in?a=1&b=%20 HTTP/1.1\r\n")
    assert f"Host: hook.example.com:{peer.port}".encode() in head
    assert b"X-Own: yes" in head
    assert b"evil" not in head
    assert body == b'{"a":1}'


async def test_a_streamed_body_is_sent_in_chunks() -> None:
    async def parts() -> AsyncIterator[bytes]:
        yield b"one"
        yield b"two"

    async with listening() as peer:
        response = await EgressClient(allow_private=True).request("PUT", peer.url, content=parts(), timeout=5)
    assert response.status == 200
    assert b"Transfer-Encoding: chunked" in peer.requests[0]


async def test_production_refuses_loopback_and_sends_nothing() -> None:
    async with listening() as peer:
        with pytest.raises(EgressRefused) as refused:
            await EgressClient(https_only=False).request("GET", f"http://127.0.0.1:{peer.port}/")
    assert refused.value.reason == "address"
    assert peer.requests == []


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]"])
async def test_other_spellings_of_loopback_are_refused(host: str) -> None:
    with pytest.raises(EgressRefused) as refused:
        await EgressClient().check(f"https://{host}/")
    assert refused.value.reason in ("address", "unresolvable", "host")


@pytest.mark.parametrize("address", ["169.254.169.254", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "100.64.0.1"])
async def test_metadata_addresses_are_refused_even_in_development(address: str) -> None:
    client = EgressClient(allow_private=True, resolver=answering([address]))
    with pytest.raises(EgressRefused) as refused:
        await client.request("GET", "http://metadata.example.com/")
    assert refused.value.reason == "address"


async def test_one_bad_address_among_good_ones_refuses_the_host() -> None:
    client = EgressClient(resolver=answering(["93.184.216.34", "10.0.0.5"]))
    with pytest.raises(EgressRefused):
        await client.check("https://mixed.example.com/")


async def test_a_name_that_rebinds_after_the_check_is_not_looked_up_again() -> None:
    """The resolver answers loopback once, then the metadata service: the call must stay on the first answer."""
    asked: list[str] = []
    answers = answering(["127.0.0.1"], ["169.254.169.254"])

    async def counting(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return await answers(host, port)

    async with listening() as peer:
        client = EgressClient(allow_private=True, resolver=counting)
        response = await client.request("GET", f"http://rebind.example.com:{peer.port}/")
        assert response.address == "127.0.0.1"
        assert asked == ["rebind.example.com"]
        with pytest.raises(EgressRefused):
            await client.request("GET", f"http://rebind.example.com:{peer.port}/")
    assert len(peer.requests) == 1


async def test_a_url_that_was_fine_at_creation_is_checked_again_at_the_call() -> None:
    client = EgressClient(resolver=answering(["93.184.216.34"], ["127.0.0.1"]))
    await client.check("https://later.example.com/")
    with pytest.raises(EgressRefused):
        await client.request("GET", "https://later.example.com/")


async def test_a_redirect_is_an_answer_and_is_not_followed() -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n"
    async with listening(moved) as peer:
        response = await EgressClient(allow_private=True).request("POST", peer.url, content=b"x")
    assert response.status == 302
    assert response.headers["location"].startswith("http://169.254")
    assert len(peer.requests) == 1


async def test_a_body_that_drips_is_cut_at_the_deadline() -> None:
    async def drip(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(100):
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with listening(drip) as peer:
        started = time.perf_counter()
        with pytest.raises(EgressFailed) as failed:
            await EgressClient(allow_private=True).request("GET", peer.url, timeout=0.3)
    assert failed.value.kind == "timeout"
    assert time.perf_counter() - started < 1.5


async def test_headers_that_never_end_are_cut_at_the_deadline() -> None:
    async def endless(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(1000):
            writer.write(b"X-%d: y\r\n" % number)
            await writer.drain()
            await asyncio.sleep(0.01)

    async with listening(endless) as peer:
        with pytest.raises(EgressFailed) as failed:
            await EgressClient(allow_private=True).request("GET", peer.url, timeout=0.3)
    assert failed.value.kind == "timeout"


async def _flood(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(10_000):
        writer.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
        await writer.drain()


async def test_a_huge_body_is_refused_after_the_limit() -> None:
    async with listening(_flood) as peer:
        with pytest.raises(EgressFailed) as failed:
            await EgressClient(allow_private=True, max_response_bytes=100_000).request("GET", peer.url)
    assert failed.value.kind == "too-large"


async def test_a_huge_body_can_be_cut_instead() -> None:
    async with listening(_flood) as peer:
        client = EgressClient(allow_private=True, max_response_bytes=1000)
        response = await client.request("GET", peer.url, truncate=True)
    assert response.content == b"x" * 1000
    assert response.truncated


async def test_a_packed_body_is_not_unpacked() -> None:
    packed = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"
    async with listening(packed) as peer:
        response = await EgressClient(allow_private=True).request("GET", peer.url)
    assert response.content == b"abc"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://a.example.com/", "scheme"),
        ("file:///etc/passwd", "scheme"),
        ("gopher://a.example.com/", "scheme"),
        ("//a.example.com/", "scheme"),
        ("http://a.example.com/", "insecure"),
        ("https://user:pw@a.example.com/", "credentials"),
        ("https://user@a.example.com/", "credentials"),
        ("https://a.example.com:22/", "port"),
        ("https://a.example.com:6379/", "port"),
        ("https://a.example.com:99999/", "port"),
        ("https:///path", "host"),
        ("https://[fe80::1%25eth0]/", "host"),
        ("https://a.example.com\\@127.0.0.1/", "host"),
        ("https://a.example.com/a b", "host"),
        ("https://a.example.com/\r\nX: y", "host"),
        ("https://a.example.com/" + "a" * 2048, "host"),
    ],
)
async def test_urls_of_the_wrong_shape_are_refused_before_any_lookup(url: str, reason: str) -> None:
    async def fails(host: str, port: int) -> Sequence[str]:
        raise AssertionError("looked up")

    with pytest.raises(EgressRefused) as refused:
        await EgressClient(resolver=fails).check(url)
    assert refused.value.reason == reason


async def test_a_name_without_addresses_is_refused() -> None:
    with pytest.raises(EgressRefused) as refused:
        await EgressClient(resolver=answering([])).check("https://nowhere.example.com/")
    assert refused.value.reason == "unresolvable"


async def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    async with listening() as peer:
        assert (await EgressClient(allow_private=True).request("GET", peer.url)).status == 200


async def test_the_second_address_is_tried_when_the_first_does_not_answer() -> None:
    async with listening() as peer:
        client = EgressClient(allow_private=True, resolver=answering(["127.0.0.2", "127.0.0.1"]))
        response = await client.request("GET", f"http://two.example.com:{peer.port}/")
    assert response.address == "127.0.0.1"


async def test_a_closed_port_is_a_failure_to_connect() -> None:
    async with listening() as peer:
        pass
    with pytest.raises(EgressFailed) as failed:
        await EgressClient(allow_private=True).request("GET", peer.url)
    assert failed.value.kind == "connect"


async def test_an_answer_that_is_not_http_is_a_protocol_failure() -> None:
    async with listening(b"220 mail.example.com ESMTP\r\n\r\n") as peer:
        with pytest.raises(EgressFailed) as failed:
            await EgressClient(allow_private=True).request("GET", peer.url)
    assert failed.value.kind == "protocol"


def _certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server context with a fresh certificate for `name`, and a client context that trusts exactly it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    names: list[x509.GeneralName] = [x509.DNSName(name), x509.IPAddress(IPv4Address("127.0.0.9"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(clock.now() - timedelta(hours=1))
        .not_valid_after(clock.now() + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path = folder / f"{name}.pem"
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cafile=str(path))


async def test_tls_is_checked_against_the_name_although_the_address_is_pinned(tmp_path: Path) -> None:
    server, trusting = _certificate(tmp_path, "peer.example.com")
    async with listening(tls=server) as peer:
        client = EgressClient(allow_private=True, ssl_context=trusting, resolver=answering(["127.0.0.1"]))
        assert (await client.request("GET", f"https://peer.example.com:{peer.port}/")).status == 200
        with pytest.raises(EgressFailed) as other_name:
            await client.request("GET", f"https://other.example.com:{peer.port}/")
        stranger = EgressClient(allow_private=True, resolver=answering(["127.0.0.1"]))
        with pytest.raises(EgressFailed) as unknown_authority:
            await stranger.request("GET", f"https://peer.example.com:{peer.port}/")
    assert other_name.value.kind == "tls"
    assert unknown_authority.value.kind == "tls"
    assert len(peer.requests) == 1
