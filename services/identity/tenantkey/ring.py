"""Tenants' keys in a process's memory: opening a sealed RSA key costs more than using it."""

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from services.identity.secret.sealing import Sealer
from services.identity.tenantkey.material import Purpose, make
from services.identity.tenantkey.models import TenantKey
from services.identity.tenantkey.service import TenantKeyService
from shared.auth.jws import SigningKey
from shared.kit import clock
from shared.kit.db import Database

CACHE_FOR = timedelta(seconds=60)
MOST_TENANTS = 500


@dataclass(frozen=True)
class SamlKeys:
    """`signing_certificates` are published: the one in use, then its successor. `decryption` is newest first, with
    former keys that a provider may still encrypt to. Certificates are base64 DER."""

    signing: RSAPrivateKey
    signing_certificates: tuple[str, ...]
    encryption_certificates: tuple[str, ...]
    decryption: tuple[RSAPrivateKey, ...]


@dataclass(frozen=True)
class OidcKeys:
    """What signs client assertions now, and the public JWKs (the one in use, then its successor)."""

    signing: SigningKey
    public_jwks: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class _Held:
    """Keys of one tenant for one protocol, and when they were read."""

    read_at: datetime
    keys: SamlKeys | OidcKeys


class TenantKeyRing:
    """Reads a tenant's keys at most once a minute and makes the first ones. `name` stands in certificates."""

    def __init__(self, database: Database, sealer: Sealer, name: str) -> None:
        self._database = database
        self._sealer = sealer
        self._name = name
        self._held: OrderedDict[tuple[UUID, str], _Held] = OrderedDict()
        self._lock = asyncio.Lock()

    async def saml(self, tenant: UUID) -> SamlKeys:
        """The tenant's keys for SAML."""
        keys = await self._get(tenant, "saml", (Purpose.saml_signing, Purpose.saml_encryption))
        assert isinstance(keys, SamlKeys)  # noqa: S101 - kept under this name
        return keys

    async def oidc(self, tenant: UUID) -> OidcKeys:
        """The tenant's keys for `private_key_jwt` (RFC 7523)."""
        keys = await self._get(tenant, "oidc", (Purpose.oidc_client,))
        assert isinstance(keys, OidcKeys)  # noqa: S101 - kept under this name
        return keys

    def forget(self, tenant: UUID) -> None:
        """Read this tenant's keys again next time; other processes do within a minute."""
        for protocol in ("saml", "oidc"):
            self._held.pop((tenant, protocol), None)

    async def _get(self, tenant: UUID, protocol: str, purposes: tuple[Purpose, ...]) -> SamlKeys | OidcKeys:
        held = self._held.get((tenant, protocol))
        if held is None or clock.now() - held.read_at >= CACHE_FOR:
            async with self._lock:
                held = _Held(clock.now(), await self._read(tenant, purposes))
                self._held[tenant, protocol] = held
                while len(self._held) > MOST_TENANTS:
                    self._held.popitem(last=False)
        return held.keys

    async def _read(self, tenant: UUID, purposes: tuple[Purpose, ...]) -> SamlKeys | OidcKeys:
        rows, private = await self._rows(tenant)
        missing = [one for one in purposes if not any((row.purpose, row.state) == (one, "active") for row in rows)]
        if missing:
            made = [await asyncio.to_thread(make, purpose, self._name) for purpose in missing]
            async with self._database.transaction(tenant) as session:
                for material in made:
                    await TenantKeyService(session, self._sealer).take_first(material)
            rows, private = await self._rows(tenant)
        if purposes == (Purpose.oidc_client,):
            return _oidc(_of(rows, Purpose.oidc_client), private)
        return _saml(rows, private)

    async def _rows(self, tenant: UUID) -> tuple[Sequence[TenantKey], dict[UUID, bytes]]:
        async with self._database.transaction(tenant) as session:
            service = TenantKeyService(session, self._sealer)
            rows = await service.usable()
            return rows, {row.id: service.open(row) for row in rows}


def _of(rows: Sequence[TenantKey], purpose: Purpose) -> list[TenantKey]:
    """The keys of a purpose, the one in use first, retired ones last."""
    order = ("active", "next", "retired")
    return sorted((row for row in rows if row.purpose == purpose), key=lambda row: order.index(row.state))


def _saml(rows: Sequence[TenantKey], private: dict[UUID, bytes]) -> SamlKeys:
    signing, encryption = _of(rows, Purpose.saml_signing), _of(rows, Purpose.saml_encryption)
    return SamlKeys(
        signing=_rsa(private[signing[0].id]),
        signing_certificates=tuple(row.certificate or "" for row in signing if row.state != "retired"),
        # The next one is not published: a provider takes the first that it finds, and must not find two.
        encryption_certificates=tuple(row.certificate or "" for row in encryption if row.state == "active"),
        decryption=tuple(_rsa(private[row.id]) for row in encryption),
    )


def _oidc(rows: Sequence[TenantKey], private: dict[UUID, bytes]) -> OidcKeys:
    live = [row for row in rows if row.state != "retired"]
    return OidcKeys(
        signing=SigningKey.from_pem(private[live[0].id], live[0].fingerprint),
        public_jwks=tuple(row.public_jwk or {} for row in live),
    )


def _rsa(pem: bytes) -> RSAPrivateKey:
    # We made it, and the seal would not open had it changed: the validation costs a fifth of a second.
    key = load_pem_private_key(pem, None, unsafe_skip_rsa_key_validation=True)
    if not isinstance(key, RSAPrivateKey):
        raise TypeError("a SAML key is an RSA key")
    return key
