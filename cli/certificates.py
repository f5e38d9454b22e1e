"""The gateway's certificate as files: looked at before it is taken, and replaced while the gateway runs.

A folder holds one version per certificate and the link `current`. Renaming a new link over the old one is the whole
change: whoever watches the folder (Envoy, see `cli.gateway_tls`) finds either the old pair or the new one.
"""

import os
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cli.gateway_tls import CHAIN, KEY

TRIAL_DAYS = 90
SOON = timedelta(days=21)


class CertificateRefused(ValueError):
    """The files cannot serve this host; the text says why and what to bring."""


def install(folder: Path, chain: bytes, key: bytes, host: str, *, owner: int | None = None) -> datetime:
    """Make `chain` (PEM, leaf first) and `key` (PEM) the certificate in `folder`; returns its last instant.

    `owner` is the user id under which the gateway runs, where that is not ours. Errors: CertificateRefused, and
    nothing was changed.
    """
    leaf = _examined(chain, key, host)
    version = folder / f"{leaf.fingerprint(hashes.SHA256()).hex()[:16]}"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.rmtree(version, ignore_errors=True)
    version.mkdir(mode=0o700)
    for name, content in ((CHAIN, chain), (KEY, key)):
        _write(version / Path(name).name, content)
    if owner is not None:
        for path in (folder, version, *version.iterdir()):
            os.chown(path, owner, owner)
    fresh, current = folder / f"current.{os.getpid()}", folder / "current"
    former = current.resolve() if current.exists() else None
    fresh.unlink(missing_ok=True)
    fresh.symlink_to(version.name)
    fresh.replace(current)
    for old in folder.iterdir():  # the one before stays, for a gateway that is reading it this moment
        if old.is_dir() and not old.is_symlink() and old not in (version, former):
            shutil.rmtree(old)
    return leaf.not_valid_after_utc


def ends_soon(folder: Path) -> datetime | None:
    """The last instant of the certificate in `folder` if it is to be renewed now; None if not, or if there is none."""
    path = folder / CHAIN
    if not path.exists():
        return None
    end = x509.load_pem_x509_certificate(path.read_bytes()).not_valid_after_utc
    return end if end - datetime.now(UTC) < SOON else None


def make_trial(host: str, *, days: int = TRIAL_DAYS) -> tuple[bytes, bytes, bytes]:
    """A certificate for `host` from an authority of its own: chain, key, and the authority's certificate, all PEM.

    The authority's key is forgotten at once: whoever trusts it trusts this one certificate and no other ever.
    """
    now = datetime.now(UTC)
    authority_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    authority = (
        _begun(_name("Startklar trial authority"), _name("Startklar trial authority"), now, days)
        .public_key(authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    leaf = (
        _begun(_name(host[:64]), authority.subject, now, days)
        .public_key(key.public_key())
        .add_extension(x509.SubjectAlternativeName([_general_name(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    root = authority.public_bytes(pem)
    return leaf.public_bytes(pem) + root, private, root


def _examined(chain: bytes, key: bytes, host: str) -> x509.Certificate:
    try:
        certificates: Sequence[x509.Certificate] = x509.load_pem_x509_certificates(chain)
    except ValueError:
        raise CertificateRefused("the certificate is not PEM: bring the full chain, leaf first") from None
    try:
        private = serialization.load_pem_private_key(key, password=None)
    except (ValueError, TypeError):
        raise CertificateRefused("the key is not PEM, or it has a passphrase: bring it without") from None
    leaf = certificates[0]
    if _spki(leaf.public_key()) != _spki(private.public_key()):
        raise CertificateRefused("certificate and key do not belong together; the server's certificate stands first")
    now = datetime.now(UTC)
    if not leaf.not_valid_before_utc <= now < leaf.not_valid_after_utc:
        raise CertificateRefused(f"valid from {leaf.not_valid_before_utc} to {leaf.not_valid_after_utc}, not now")
    if not _covers(leaf, host):
        raise CertificateRefused(f"the certificate is not for {host}: the name must be among its alternative names")
    return leaf


def _covers(leaf: x509.Certificate, host: str) -> bool:
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    general = _general_name(host)
    if isinstance(general, x509.IPAddress):
        return general.value in names.get_values_for_type(x509.IPAddress)
    wanted = host.lower()
    named = {name.lower() for name in names.get_values_for_type(x509.DNSName)}
    return wanted in named or f"*.{wanted.partition('.')[2]}" in named


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _spki(key: object) -> bytes:
    read = getattr(key, "public_bytes")  # noqa: B009 - every kind of key has it, no common class does
    found: bytes = read(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return found


def _begun(subject: x509.Name, issuer: x509.Name, now: datetime, days: int) -> x509.CertificateBuilder:
    return x509.CertificateBuilder(
        subject_name=subject,
        issuer_name=issuer,
        serial_number=x509.random_serial_number(),
        not_valid_before=now - timedelta(minutes=5),
        not_valid_after=now + timedelta(days=days),
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates, key_cert_sign=signs_certificates, crl_sign=signs_certificates,
        content_commitment=False, key_encipherment=False, data_encipherment=False, key_agreement=False,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _write(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
