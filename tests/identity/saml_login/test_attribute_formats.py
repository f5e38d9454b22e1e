"""Providers that name attributes plainly, as UNI-Login and ADFS do: read where the tenant says so, never by itself."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest
from lxml import etree
from sqlalchemy import text

from services.identity.saml.certificates import der_base64
from tests.identity.saml_login.forging import Underway, configure, depart
from tests.identity.world import World
from tests.support.saml_signer import Login, SamlIdp

BASIC = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
STRONG = "urn:startklar:demo:two-factor"


def plainly(assertion: etree._Element) -> None:
    for attribute in assertion.iter("{*}Attribute"):
        attribute.set("NameFormat", BASIC)


@pytest.fixture
async def plain(world: World) -> AsyncIterator[SamlIdp]:
    """soderby's provider under another key, with attributes by plain names; as it was afterwards."""
    idp = SamlIdp(entity_id=f"{world.facts['identityProvider']}/saml/metadata", name="plain")
    async with world.database.transaction(UUID(world.tenant("soderby"))) as session:
        rows = await session.execute(text("SELECT configuration, login_claim FROM identity_provider WHERE is_demo"))
        before, claim = rows.one()
        await session.execute(text("UPDATE identity_provider SET login_claim = 'eduPersonPrincipalName'"))
    await configure(world, certificates=[der_base64(idp.credential.certificate)])
    yield idp
    await configure(world, certificates=before["certificates"], attribute_formats=["uri"])
    async with world.database.transaction(UUID(world.tenant("soderby"))) as session:
        await session.execute(text("UPDATE identity_provider SET login_claim = :claim"), {"claim": claim})


def answer(idp: SamlIdp, login: Underway) -> bytes:
    return idp.response(
        Login(
            login.wish.request_id,
            login.acs,
            login.wish.issuer,
            datetime.now(UTC),
            context=STRONG,
            attributes={"eduPersonPrincipalName": ["admin-soderby@soderby.example"]},
            assertion_edits=(plainly,),
        )
    )


async def test_attributes_with_plain_names_are_read_where_the_tenant_says_so(world: World, plain: SamlIdp) -> None:
    await configure(world, attribute_formats=["uri", "basic"])
    async with world.browser() as browser:
        login = await depart(browser)
        assert await login.outcome(answer(plain, login)) == "logged in"


async def test_without_a_word_of_the_tenant_a_plain_name_is_no_login_name(world: World, plain: SamlIdp) -> None:
    async with world.browser() as browser:
        login = await depart(browser)
        assert await login.outcome(answer(plain, login)) == "access_denied"
