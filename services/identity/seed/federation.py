"""The demo federation: what the demo provider signs its metadata with, and the municipality that logs in by it."""

import base64
import hashlib
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.identity.federation.models import Federation
from services.identity.federation.schemas import FederationCreate, FederationUpdate
from services.identity.federation.service import FederationAdministration
from services.identity.provider.models import IdentityProvider
from services.identity.saml.names import EPPN
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record

NAME = "Demo federation"


def federation_identity(former: dict[str, Any], scopes: list[str]) -> dict[str, Any]:
    """The federation's signing key: the one that the directory file held before, else a new one."""
    kept = former.get("federation") or _made()
    return {**kept, "scopes": scopes}


async def keep_federation(session: AsyncSession, idp: str, identity: dict[str, Any]) -> Federation:
    """The demo federation, with its signer pinned; after a restart the feed may stand on another port."""
    pin = hashlib.sha256(base64.b64decode(identity["certificate"])).hexdigest()
    url = f"{idp}/federation/metadata.xml"
    administration = FederationAdministration(session)
    present = (await session.exec(select(Federation).where(Federation.name == NAME))).first()
    if present is None:
        return await administration.create(FederationCreate(name=NAME, url=url, signers=[pin], interval_seconds=300))
    if present.url != url or present.signers != [pin]:
        present.url = url
        return await administration.change(present.id, present.version, FederationUpdate(signers=[pin]))
    return present


async def keep_member(session: AsyncSession, idp: str, federation: Federation, acr_map: dict[str, str]) -> None:
    """The session's tenant logs in at its identity provider in the federation."""
    issuer = f"{idp}/federated/metadata"
    known = select(IdentityProvider).where(IdentityProvider.is_demo, col(IdentityProvider.federation_id).is_not(None))
    present = (await session.exec(known)).first()
    if present is not None:
        if present.issuer != issuer:
            present.issuer = issuer
            present.touch()
        return
    provider = IdentityProvider(
        tenant_id=tenant_of(session),
        id=new_id(),
        protocol="saml",
        name="Demo (federation)",
        issuer=issuer,
        federation_id=federation.id,
        login_claim=EPPN,
        acr_map=acr_map,
        is_demo=True,
    )
    session.add(provider)
    await session.flush()
    after = {"issuer": provider.issuer, "federation": str(federation.id), "acrMap": provider.acr_map}
    await record(session, "provider.registered", "identity_provider", provider.id, after=after)


def _made() -> dict[str, Any]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "demo-federation")])
    now = clock.now()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    der = certificate.public_bytes(serialization.Encoding.DER)
    return {"privateKey": private.decode(), "certificate": base64.b64encode(der).decode()}
