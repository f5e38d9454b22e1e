"""A whole login by a federation's discovery page: the tenant's choice, the list, the provider, a token."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from html import unescape
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest
from sqlalchemy import text

from services.identity.federation.fetch import Fetched
from services.identity.federation.schemas import FederationCreate
from services.identity.federation.service import FederationAdministration, FeedService
from services.identity.federation.tasks import judged
from services.identity.provider.models import IdentityProvider
from shared.kit import clock
from shared.kit.ids import new_id
from tests.identity.federation.metadata import NOW, Aggregate, Member, signer
from tests.identity.world import Pkce, World, claims_of

SCOPE = "openid profile accounts:read"


@pytest.fixture
async def federated(world: World) -> AsyncIterator[UUID]:
    """Söderby's identity provider is a member of a federation, and is not the only way to log in there."""
    tenant = UUID(world.tenant("soderby"))
    async with httpx.AsyncClient(trust_env=False) as client:
        own = (await client.get(await issuer_of(world))).text
    member = re.sub(r"^<\?xml[^>]*>", "", re.sub(r"<ds:Signature.*?</ds:Signature>", "", own, flags=re.DOTALL))
    valid_for = clock.now() - NOW + timedelta(days=7)
    document = Aggregate((Member("other.example", name="Andra kommunen"),), valid_for=valid_for, inner=member).signed()
    body = {"name": "F", "url": f"https://md.example/{new_id()}.xml", "signers": [signer().fingerprint]}
    async with world.database.transaction(tenant) as session:
        federation = (await FederationAdministration(session).create(FederationCreate.model_validate(body))).id
        feed = await FeedService(session).feed(federation)
    found = judged(document, feed.signers, feed.max_bytes)
    async with found as (read, entities), world.database.transaction(tenant) as session:
        assert await FeedService(session).arrived(feed, Fetched(document, None, None), read, entities) == "in_force"
    second = IdentityProvider(
        tenant_id=tenant, id=new_id(), name="BankID", issuer="https://b.example", login_claim="sub", acr_map={}
    )
    async with world.database.transaction(tenant) as session:
        await session.execute(text("UPDATE identity_provider SET federation_id = :id"), {"id": federation})
        session.add(second)
    yield federation
    async with world.database.transaction(tenant) as session:
        await session.execute(text("DELETE FROM identity_provider WHERE id = :id"), {"id": second.id})
        await session.execute(text("UPDATE identity_provider SET federation_id = NULL"))
        await session.execute(text("UPDATE federation SET state = 'disabled' WHERE id = :id"), {"id": federation})


def link(page: httpx.Response, words: str) -> str:
    """Where the link with `words` in it, or to the member with that entityID, leads."""
    found = {unescape(shown): unescape(href) for href, shown in re.findall(r'<a href="([^"]+)">([^<]*)</a>', page.text)}
    return next(href for shown, href in found.items() if words in shown or quote(words, safe="") in href)


async def issuer_of(world: World) -> str:
    async with world.database.transaction(UUID(world.tenant("soderby"))) as session:
        found: str = (
            await session.execute(text("SELECT issuer FROM identity_provider WHERE protocol = 'saml'"))
        ).scalar_one()
    return found


async def test_a_person_logs_in_by_the_discovery_page_of_a_federation(world: World, federated: UUID) -> None:
    pkce = Pkce()
    async with world.browser() as browser:
        begun = await browser.authorize(browser.parameters("soderby", SCOPE, pkce))
        chooser = await browser.client.get(begun.headers["location"])
        assert "BankID" in chooser.text
        listed = await browser.client.get(link(chooser, "federation"))
        assert "Andra kommunen" in listed.text
        chosen = await browser.client.get(link(listed, await issuer_of(world)))
        form = await browser.to_form(chosen)
        answer = await browser.finish(await browser.fill_in(form, "admin-soderby"))
        tokens = await browser.redeem(answer["code"], pkce)
    assert claims_of(tokens["access_token"])["tenant"] == world.tenant("soderby")


async def test_when_the_federation_vouches_no_more_nobody_gets_in(world: World, federated: UUID) -> None:
    async with world.database.transaction(UUID(world.tenant("soderby"))) as session:
        await session.execute(
            text("UPDATE federation_generation SET valid_until = now() WHERE federation_id = :id"), {"id": federated}
        )
    async with world.browser() as browser:
        begun = await browser.authorize(browser.parameters("soderby", SCOPE, Pkce()))
        chooser = await browser.client.get(begun.headers["location"])
        href = next(unescape(one) for one in re.findall(r'href="(/saml/[^"]+/login[^"]+)"', chooser.text))
        refused = await browser.client.get(href)
    assert refused.status_code in (403, 503)
