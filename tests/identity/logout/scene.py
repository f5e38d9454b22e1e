"""People who are logged in: sessions that began at a provider, with applications that took part in them."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text

from services.identity.account.models import Account
from services.identity.assurance.evaluation import Assurance
from services.identity.client.models import Client
from services.identity.key.ring import KeyRing
from services.identity.provider.models import IdentityProvider
from services.identity.secret.sealing import Sealer
from services.identity.session.cookie import SESSION
from services.identity.session.service import LiveSession, NewSession, SessionService
from services.identity.settings import Settings
from shared.auth import Acr
from shared.kit import clock
from shared.kit.handle import Handle, digest_of
from shared.kit.ids import new_id
from shared.kit.kit_tables import NO_TENANT
from tests.support.services import ServiceUnderTest


@dataclass
class Scene:
    """A tenant of the service, its provider, and what happens there."""

    service: ServiceUnderTest
    provider: IdentityProvider
    sealer: Sealer
    accounts: dict[str, Account] = field(default_factory=dict)

    @property
    def tenant(self) -> UUID:
        return self.service.tenant

    @property
    def issuer(self) -> str:
        return self.settings.issuer

    @property
    def settings(self) -> Settings:
        assert isinstance(self.service.settings, Settings)
        return self.service.settings

    async def log_in(
        self, name: str = "kim", sid: str | None = "s1", subject: str | None = None
    ) -> tuple[Handle, LiveSession]:
        """A session of a person, whom the provider knows as `subject`, and its cookie."""
        subject = subject or f"sub-{name}"
        session_id = new_id()
        async with self.service.database.transaction(self.tenant) as session:
            if name not in self.accounts:
                account = Account(tenant_id=self.tenant, id=new_id(), display_name=name, login_name=f"{name}@x.example")
                session.add(account)
                await session.flush()
                self.accounts[name] = account
            new = NewSession(
                id=session_id,
                provider=self.provider,
                assurance=Assurance(Acr.strong),
                auth_time=clock.now(),
                expires_at=clock.now() + timedelta(hours=8),
                upstream_session=sid,
                upstream_subject_hash=digest_of(f"{self.provider.issuer}\x1f{subject}"),
                upstream_subject_sealed=self.sealer.seal(subject.encode(), f"sso_session/{session_id}"),
            )
            return await SessionService(session).start(self.accounts[name], new)

    async def register(self, client_id: str, **fields: Any) -> None:
        """An application of the platform."""
        async with self.service.database.transaction(NO_TENANT) as session:
            session.add(
                Client(tenant_id=NO_TENANT, client_id=client_id, name=client_id.title(), kind="public", **fields)
            )

    async def take_part(self, live: LiveSession, client_id: str, tenant: UUID | None = None) -> None:
        async with self.service.database.transaction(self.tenant) as session:
            await SessionService(session).took_part(live.id, client_id, tenant or self.tenant)

    async def is_open(self, live: LiveSession) -> bool:
        async with self.service.database.transaction(self.tenant) as session:
            return await SessionService(session).is_live(live.id)

    async def rows(self, statement: str, tenant: UUID | None = None) -> list[Any]:
        async with self.service.database.transaction(tenant or self.tenant) as session:
            return list((await session.execute(text(statement))).all())

    def cookie(self, handle: Handle) -> dict[str, str]:
        name = f"__Host-{SESSION}" if self.issuer.startswith("https") else SESSION
        return {"Cookie": f"{name}={handle.text}"}


async def set_scene(service: ServiceUnderTest, issuer: str = "https://idp.example", **fields: Any) -> Scene:
    provider = IdentityProvider(
        tenant_id=service.tenant,
        id=new_id(),
        name="Norrvik",
        issuer=issuer,
        **{"client_id": "startklar", "login_claim": "eppn", "acr_map": {}} | fields,
    )
    async with service.database.transaction(service.tenant) as session:
        session.add(provider)
    assert isinstance(service.settings, Settings)
    ring: KeyRing = service.app.state.runtime.resources[KeyRing]
    await ring.signer()
    return Scene(service, provider, Sealer(service.settings.file_key_bytes()))
