"""Where a connector may go, and whom it believes there: nothing inside, and only certificates that are trusted."""

import asyncio
import datetime
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from services.sync.fetching.errors import SourceUntrusted, translated
from services.sync.fetching.trust import egress_for
from services.sync.settings import Settings
from shared.kit.egress import EgressClient, EgressFailed, EgressRefused
from tests.support.registers.stil import SYSTEM_ID, Identity
from tests.support.services import Start
from tests.sync.fetching.harness import bring, declared

OURS = Identity.make()
CONTENT = b"PK a delivery"
INSIDE = ("127.0.0.1", "10.0.0.7", "169.254.169.254", "192.168.0.1", "[::1]", "[fd00::1]", "[::ffff:10.0.0.1]")
CONNECTORS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "https_file": ({"url": "https://HOST/a.zip"}, {}),
    "checksum": (
        {"kind": "https_file", "url": "https://93.184.215.14/a.zip", "checksumUrl": "https://HOST/a.sha256"},
        {},
    ),
    "oneroster_rest": (
        {"baseUrl": "https://93.184.215.14/v1p2", "tokenUrl": "https://HOST/token", "clientId": "c"},
        {"clientSecret": "s"},
    ),
    "ss12000": ({"baseUrl": "https://HOST/v2.0"}, {"token": "t"}),
    "stil_ws17": (
        {
            "url": "https://HOST/bpi/wsieksport/7",
            "systemId": SYSTEM_ID,
            "certificate": OURS.certificate,
            "institutions": ["101088"],
        },
        {"privateKey": OURS.key},
    ),
    "sftp_file": (
        {"host": "HOST", "username": "u", "hostKey": "SHA256:" + "A" * 43, "pattern": "*.zip"},
        {"password": "p"},
    ),
    "drop_folder": (
        {"host": "HOST", "username": "u", "hostKey": "SHA256:" + "A" * 43, "files": ["a.csv"]},
        {"password": "p"},
    ),
}


@pytest.mark.parametrize("host", INSIDE)
@pytest.mark.parametrize("kind", sorted(CONNECTORS))
async def test_no_connector_reaches_inside(kind: str, host: str) -> None:
    settings, secrets = CONNECTORS[kind]
    if "host" in settings:
        host = host.strip("[]")
    told = {name: value.replace("HOST", host) if isinstance(value, str) else value for name, value in settings.items()}
    with pytest.raises(EgressRefused, match="must not be called"):
        await bring({"kind": kind} | told, secrets, egress=EgressClient(False))


async def test_a_name_that_leads_outside_and_inside_is_refused() -> None:
    async def both(host: str, port: int) -> list[str]:
        return ["93.184.215.14", "10.0.0.1"]

    settings, secrets = CONNECTORS["sftp_file"]
    told = {"kind": "sftp_file"} | settings | {"host": "filer.example.se"}
    with pytest.raises(EgressRefused, match="must not be called"):
        await bring(told, secrets, egress=EgressClient(False, resolver=both))


def certificate(name: str, issuer: "tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None" = None) -> Any:
    """A certificate for 127.0.0.1 (or an authority), and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if issuer:
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
        own = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer[1].public_key())
        built = built.add_extension(names, critical=False).add_extension(own, critical=False)
    return built.sign(issuer[1] if issuer else key, hashes.SHA256()), key


def pem(made: x509.Certificate) -> str:
    return made.public_bytes(Encoding.PEM).decode()


@asynccontextmanager
async def tls_server(folder: Path, issuer: Any) -> AsyncIterator[str]:
    """Gives CONTENT over TLS."""
    made, key = certificate("127.0.0.1", issuer)
    sealed = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (folder / "server.pem").write_bytes(made.public_bytes(Encoding.PEM) + sealed)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem")

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(CONTENT)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + CONTENT)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    async with server:
        yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/a.zip"


async def test_a_certificate_is_trusted_by_the_authority_that_the_source_names(service: Start, tmp_path: Path) -> None:
    sync = await service("sync")
    assert isinstance(sync.settings, Settings)
    authority, other = certificate("Kommunens CA"), certificate("En annan CA")
    async with tls_server(tmp_path, authority) as url:
        for trusted, is_trusted in ((None, False), (pem(other[0]), False), (pem(authority[0]), True)):
            told = {"kind": "https_file", "url": url, "authority": trusted}
            egress = egress_for(sync.settings, declared(told))
            if is_trusted:
                assert (await bring(told, {}, egress=egress)).content == CONTENT
                continue
            with pytest.raises(EgressFailed) as failed:
                await bring(told, {}, egress=egress)
            assert isinstance(translated(failed.value), SourceUntrusted)


async def test_an_authority_that_is_no_certificate_is_said_to_be_none(service: Start) -> None:
    sync = await service("sync")
    assert isinstance(sync.settings, Settings)
    told = {"kind": "https_file", "url": "https://x.example.se/a", "authority": "-----BEGIN CERTIFICATE-----\nnone"}
    with pytest.raises(SourceUntrusted):
        egress_for(sync.settings, declared(told))
