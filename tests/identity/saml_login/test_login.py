"""A login over SAML, from the client's request to its token, at the demo provider over real HTTP."""

from tests.identity.world import World, claims_of

SCOPE = "openid profile accounts:read"


async def test_a_person_logs_in_over_saml_and_gets_a_token(world: World) -> None:
    tokens = await world.log_in("admin-soderby", "soderby", SCOPE)
    claims = claims_of(tokens["access_token"])
    assert claims["tenant"] == world.tenant("soderby")
    assert claims["acr"] == "urn:startklar:loa:strong"
