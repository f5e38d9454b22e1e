"""A tenant's own signing key: made when it is first needed, changed when somebody asks."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.training.issuer.models import IssuerKey, IssuerProfile
from services.training.issuer.repository import IssuerRepository
from services.training.issuer.schemas import IssuerProfileInput
from shared.auth.jws import SigningKey
from shared.contracts.training_day import IssuerChanged
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.ids import new_id
from shared.kit.journal import record
from shared.kit.sealing import Sealer
from shared.queue import publish
from shared.web.preconditions import check_version

_INFO = b"startklar.training.seal.v1"


@dataclass(frozen=True)
class Issuer:
    """In whose name things are signed: `url` is the public profile, which is also the issuer's id."""

    sealer: Sealer
    public_url: str

    @classmethod
    def build(cls, file_key: bytes, public_url: str) -> "Issuer":
        """From the service's settings."""
        return cls(Sealer(file_key, _INFO), public_url.rstrip("/"))

    def url(self, tenant: UUID) -> str:
        """The public profile of a tenant."""
        return f"{self.public_url}/training/v1/badge-issuers/{tenant}"

    def key_url(self, tenant: UUID, kid: str) -> str:
        """Where a public key is read, which is its `kid` in signatures."""
        return f"{self.url(tenant)}/keys/{kid}"


class IssuerService:
    """The keys of the session's tenant."""

    def __init__(self, session: AsyncSession, issuer: Issuer) -> None:
        self._session = session
        self._issuer = issuer
        self._keys = IssuerRepository(session)

    async def signing_key(self) -> SigningKey:
        """The key in use, its `kid` the URL of its public half; made if there is none yet."""
        row = await self._keys.in_use()
        if row is None:
            await self._keys.lock()
            row = await self._keys.in_use() or await self._make()
        tenant = tenant_of(self._session)
        pem = self._issuer.sealer.open(row.private_sealed, f"issuer_key/{row.id}")
        return SigningKey.from_pem(pem, self._issuer.key_url(tenant, row.kid))

    async def replace(self) -> IssuerKey:
        """A new key signs from now on; what the old one signed still verifies."""
        await self._keys.lock()
        old = await self._keys.in_use()
        if old is not None:
            old.retired_at = clock.now()
            await self._session.flush()
        return await self._make()

    async def list(self) -> Sequence[IssuerKey]:
        """Every key, the newest first."""
        return await self._keys.list()

    async def oldest_first(self) -> Sequence[IssuerKey]:
        """Every key, in the order in which they were made."""
        return (await self._keys.list())[::-1]

    async def profile(self) -> IssuerProfile:
        """How the authority is called; version 0 and a name of ours until it says so."""
        tenant = tenant_of(self._session)
        found = await self._keys.profile()
        return found or IssuerProfile(tenant_id=tenant, id=tenant, version=0, name=f"Startklar {str(tenant)[-12:]}")

    async def set_profile(self, given: IssuerProfileInput, version: int) -> IssuerProfile:
        """How the authority is called in what it signs from now on."""
        profile = await self.profile()
        check_version(version, profile.version)
        profile.name, profile.homepage = given.name, given.homepage
        if profile.version == 0:
            profile.version = 1
            self._keys.add(profile)
        else:
            profile.touch()
        await record(self._session, "issuer_profile.set", "issuer_profile", profile.id, after=given.model_dump())
        await publish(self._session, IssuerChanged(issuer_id=profile.id))
        return profile

    async def is_known(self) -> bool:
        """Whether the tenant has issued, or is about to: nobody learns of tenants by asking for issuers."""
        return await self._keys.in_use() is not None

    async def _make(self) -> IssuerKey:
        key, key_id = SigningKey.generate(), new_id()
        row = IssuerKey(
            tenant_id=tenant_of(self._session),
            id=key_id,
            kid=key.kid,
            private_sealed=self._issuer.sealer.seal(key.pem(), f"issuer_key/{key_id}"),
            public_jwk=key.public_jwk(),
            created_at=clock.now(),
        )
        self._keys.add(row)
        await record(self._session, "issuer_key.make", "issuer_key", key_id, after={"kid": key.kid})
        await publish(self._session, IssuerChanged(issuer_id=row.tenant_id))
        return row
