"""A further domain is proved by a federation's signature, for the tenant whose provider it is known to be alone."""

from pathlib import Path
from uuid import UUID

import pytest

from services.identity.loginscope.errors import LoginScopeNotProved
from services.identity.loginscope.service import LoginScopeService
from services.identity.provider.models import IdentityProvider
from shared.kit import clock
from shared.kit.ids import new_id
from tests.identity.federation.feed import deliver, federation_of
from tests.identity.federation.metadata import NOW, Aggregate, Member
from tests.identity.people import verify_scope
from tests.support.services import ServiceUnderTest

NORRVIK = Member("login.example", scopes=("norrvik.example", "elev.norrvik.example"))


@pytest.fixture
async def federation(identity: ServiceUnderTest, tmp_path: Path) -> UUID:
    """A federation whose metadata names two domains for one provider."""
    federation = await federation_of(identity)
    assert await deliver(identity, federation, Aggregate((NORRVIK,)), tmp_path) == "in_force"
    return federation


async def proved(
    identity: ServiceUnderTest, federation: UUID | None, domain: str = "elev.norrvik.example", state: str = "active"
) -> str:
    """How the domain was proved to be a tenant's whose provider in this state is the federation's."""
    provider = IdentityProvider(
        tenant_id=identity.tenant,
        id=new_id(),
        protocol="saml",
        name="Norrvik",
        issuer=NORRVIK.entity_id,
        federation_id=federation,
        configuration={"scopes": [domain]},
        login_claim="eduPersonPrincipalName",
        acr_map={},
        state=state,
    )
    with clock.frozen(NOW):
        async with identity.database.transaction(identity.tenant) as session:
            session.add(provider)
            await session.flush()
            scopes = LoginScopeService(session)
            try:
                scope = await scopes.prove((await scopes.request(domain)).id)
            except LoginScopeNotProved:
                return "not proved"
    return f"{scope.state} {scope.how}"


async def test_a_further_domain_of_the_tenants_provider_is_proved_by_the_federation(
    identity: ServiceUnderTest, federation: UUID
) -> None:
    await verify_scope(identity, "norrvik.example")
    assert await proved(identity, federation) == "verified federation"


@pytest.mark.parametrize("own", [None, "evil.example"])
async def test_naming_anothers_provider_proves_nothing(
    identity: ServiceUnderTest, federation: UUID, own: str | None
) -> None:
    """Anybody can point at another municipality's entity in the federation."""
    if own is not None:
        await verify_scope(identity, own)
    assert await proved(identity, federation) == "not proved"


async def test_what_the_tenant_sent_in_itself_or_never_used_proves_nothing(
    identity: ServiceUnderTest, federation: UUID
) -> None:
    await verify_scope(identity, "norrvik.example")
    assert await proved(identity, None) == "not proved"
    assert await proved(identity, federation, state="draft") == "not proved"
    assert await proved(identity, federation, "soderby.example") == "not proved"
