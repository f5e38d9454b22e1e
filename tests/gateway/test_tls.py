"""The gateway ends TLS: old versions are refused, plain HTTP is sent away, a renewed certificate is seen at once."""

import http.client
import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography import x509

from cli.certificates import install, make_trial
from cli.gateway import GatewayOptions
from cli.gateway_tls import MOUNTED, Tls
from cli.servers.processes import wait_until
from shared.auth.testing import TokenMint
from tests.gateway.running import Answer, Gateway, free_port, read
from tests.gateway.test_problems import assert_problem

PATH = "/projects/v1/projects"
HOST = "127.0.0.1"


@dataclass
class Secured:
    """A gateway with TLS on loopback, its folder of certificates, and its port for plain HTTP."""

    gateway: Gateway
    folder: Path
    plain: int

    def renew(self) -> ssl.SSLContext:
        """Put another trial certificate in the place of the present one; what trusts it."""
        chain, key, authority = make_trial(HOST)
        install(self.folder, chain, key, HOST)
        return ssl.create_default_context(cadata=authority.decode())

    def shown(self) -> int:
        """The serial number of the certificate that a new connection is shown."""
        pem = ssl.get_server_certificate((HOST, self.gateway.port))
        return x509.load_pem_x509_certificate(pem.encode()).serial_number

    def plainly(self, method: str, path: str, headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection(HOST, self.plain, timeout=10)
        connection.request(method, path, headers={"Host": "elsewhere.test"} | (headers or {}))
        try:
            return read(connection)
        finally:
            connection.close()


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory, mint: TokenMint, upstreams: dict[str, int]) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("secured")
    chain, key, authority = make_trial(HOST)
    install(folder / "tls", chain, key, HOST)
    trusted = folder / "authority.pem"
    trusted.write_bytes(authority)
    plain = free_port()
    tls = Tls(folder / "tls", plain=(HOST, plain))
    options = GatewayOptions(issuer=mint.issuer, jwks="/oauth2/jwks", tls=tls)
    running = Gateway(folder, upstreams, options, certificate=trusted)
    yield Secured(running, folder / "tls", plain)
    running.stop()


def test_tls_ends_at_the_gateway_and_the_services_are_told(secured: Secured, bearer: dict[str, str]) -> None:
    answer = secured.gateway.get(PATH, bearer)

    assert answer.status == 200
    assert answer.seen["x-forwarded-proto"] == "https"
    assert answer.seen["forwarded"].endswith("proto=https")
    assert secured.gateway.complaints() == ""


def test_browsers_are_told_to_come_by_https_alone_also_by_the_gateways_own_answers(
    secured: Secured, bearer: dict[str, str]
) -> None:
    for path, headers, status in ((PATH, bearer, 200), (PATH, {}, 401), ("/nowhere", {}, 404)):
        answer = secured.gateway.get(path, headers)
        assert answer.status == status
        assert answer.headers["strict-transport-security"] == "max-age=31536000"


def _only(version: ssl.TLSVersion) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")  # or the client itself would refuse to speak the old ones
    context.minimum_version = context.maximum_version = version
    return context


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_what_is_older_than_tls_1_2_is_refused(secured: Secured, version: ssl.TLSVersion) -> None:
    with pytest.raises(ssl.SSLError) as refused:
        secured.gateway.request("GET", "/gateway/health", tls=_only(version))
    # For its version, not because no cipher happens to suit it.
    assert refused.value.reason == "TLSV1_ALERT_PROTOCOL_VERSION"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_tls_1_2_and_1_3_are_spoken(secured: Secured, version: ssl.TLSVersion) -> None:
    assert secured.gateway.request("GET", "/gateway/health", tls=_only(version)).status == 200


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_reader_on_plain_http_is_sent_to_https_at_our_own_name(
    secured: Secured, mint: TokenMint, method: str
) -> None:
    answer = secured.plainly(method, f"{PATH}?limit=3")

    assert answer.status == 308
    assert answer.headers["location"].startswith("https://")
    assert answer.headers["location"].endswith(f"{PATH}?limit=3")
    assert "elsewhere" not in answer.headers["location"]
    assert "strict-transport-security" not in answer.headers, "browsers must ignore it there (RFC 6797 section 8.1)"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_what_changes_something_is_refused_on_plain_http(secured: Secured, method: str) -> None:
    assert_problem(secured.plainly(method, PATH), 403, "https-required")


def test_a_renewed_certificate_is_shown_without_a_restart_and_open_connections_stay(secured: Secured) -> None:
    before = secured.shown()
    context = ssl.create_default_context(cafile=str(secured.folder.parent / "authority.pem"))
    kept = http.client.HTTPSConnection(HOST, secured.gateway.port, timeout=10, context=context)
    kept.request("GET", "/gateway/health")
    assert read(kept).status == 200

    trusting_the_new = secured.renew()
    end = time.monotonic() + 10
    while secured.shown() == before:
        assert time.monotonic() < end, "the old certificate is still shown after 10 s"
        time.sleep(0.05)

    assert secured.gateway.request("GET", "/gateway/health", tls=trusting_the_new).status == 200
    kept.request("GET", "/gateway/health")
    assert read(kept).status == 200
    kept.close()
    assert secured.gateway.process.poll() is None


def test_a_secret_that_kubernetes_mounts_is_taken_and_its_next_version_too(
    tmp_path: Path, mint: TokenMint, upstreams: dict[str, int]
) -> None:
    """Kubelet lays each version of a Secret beside the last and renames the link `..data`."""
    folder = tmp_path / "mounted"
    folder.mkdir()
    for name in ("tls.crt", "tls.key"):
        (folder / name).symlink_to(Path(MOUNTED) / name)

    def mount(version: str) -> Path:
        chain, key, authority = make_trial(HOST)
        (folder / version).mkdir()
        (folder / version / "tls.crt").write_bytes(chain)
        (folder / version / "tls.key").write_bytes(key)
        (folder / "..data_tmp").symlink_to(version)
        (folder / "..data_tmp").rename(folder / MOUNTED)
        trusted = tmp_path / f"{version}.pem"
        trusted.write_bytes(authority)
        return trusted

    options = GatewayOptions(issuer=mint.issuer, jwks="/oauth2/jwks", tls=Tls(folder, link=MOUNTED))
    gateway = Gateway(tmp_path, upstreams, options, certificate=mount("..first"))
    try:
        assert gateway.request("GET", "/gateway/health").status == 200
        trusting = ssl.create_default_context(cafile=str(mount("..second")))
        assert wait_until(lambda: _trusts(gateway, trusting), seconds=60)
    finally:
        gateway.stop()


def _trusts(gateway: Gateway, context: ssl.SSLContext) -> bool:
    try:
        return gateway.request("GET", "/gateway/health", tls=context).status == 200
    except ssl.SSLCertVerificationError:
        return False
