"""Logging out everywhere: here, at the applications and at the identity provider, whoever of them begins."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.e2e.browser.application import Application
from tests.e2e.browser.login import Client, log_in, refused_refresh, register
from tests.e2e.browser.person import Person
from tests.e2e.house import House
from tests.identity.world import claims_of

pytestmark = [pytest.mark.stack, pytest.mark.browser]

SOON = 15


@pytest.fixture
def application() -> Iterator[Application]:
    application = Application()
    yield application
    application.stop()


def callback(application: Application) -> dict[str, Any]:
    return {
        "redirectUris": [f"{application.url}/callback"],
        "postLogoutRedirectUris": [f"{application.url}/bye"],
    }


def leave(person: Person, client: Client, application: Application, tokens: dict[str, Any]) -> None:
    """The application sends the person to log out, as RP-initiated logout says."""
    asked = {
        "id_token_hint": tokens["id_token"],
        "client_id": client.client_id,
        "post_logout_redirect_uri": f"{application.url}/bye",
        "state": "s",
    }
    person.visit(f"{client.house.gateway}/oauth2/logout?{urlencode(asked)}")


def test_logging_out_of_one_application_logs_out_of_all_that_the_session_opened(
    house: House, person: Person, application: Application
) -> None:
    told = register(
        house, "admin", name="Told", backchannelLogoutUri=f"{application.url}/backchannel", **callback(application)
    )
    framed = register(
        house, "admin", name="Framed", frontchannelLogoutUri=f"{application.url}/frontchannel", **callback(application)
    )
    first = log_in(person, told, "norrvik", "rektor")
    second = log_in(person, framed, "norrvik")  # one login, two applications

    leave(person, framed, application, second)

    sid = claims_of(second["id_token"])["sid"]
    assert application.framed.get(timeout=SOON) == {"iss": house.gateway, "sid": sid}
    token = claims_of(application.told.get(timeout=SOON))
    assert (token["iss"], token["aud"], token["sid"]) == (house.gateway, told.client_id, sid)
    assert "Told" in person.sees
    assert "Framed" in person.sees
    assert refused_refresh(told, first)
    assert refused_refresh(framed, second)
    person.follow("Fortsätt")
    assert person.arrives_at(f"{application.url}/bye") == {"state": "s"}
    person.visit(told.address("norrvik"))
    assert "Demo login" in person.sees, "nobody is logged in any more"


def test_a_logout_here_ends_the_login_at_the_saml_provider_too(
    house: House, person: Person, application: Application
) -> None:
    client = register(house, "admin-soderby", name="Söderby", **callback(application))
    tokens = log_in(person, client, "soderby", "admin-soderby")
    leave(person, client, application, tokens)
    assert person.arrives_at(f"{application.url}/bye") == {"state": "s"}
    assert refused_refresh(client, tokens)
    person.visit(client.address("soderby"))
    assert "Demo login" in person.sees, "the identity provider has forgotten the person"


def test_a_logout_at_the_saml_provider_ends_the_session_here_and_tells_the_applications(
    house: House, person: Person, application: Application
) -> None:
    client = register(
        house,
        "admin-soderby",
        name="Söderby",
        backchannelLogoutUri=f"{application.url}/backchannel",
        **callback(application),
    )
    tokens = log_in(person, client, "soderby", "admin-soderby")
    person.visit(f"{house.cast.facts['identityProvider']}/saml/logout")
    assert "Logged out" in person.sees
    assert claims_of(application.told.get(timeout=SOON))["sid"] == claims_of(tokens["id_token"])["sid"]
    assert refused_refresh(client, tokens)
    person.visit(client.address("soderby"))
    assert "Demo login" in person.sees


def test_a_person_without_an_application_is_asked_and_told_in_their_language(house: House, person: Person) -> None:
    log_in(person, Client(house), "norrvik", "rektor")
    person.visit(f"{house.gateway}/oauth2/logout")
    assert "Vill du logga ut?" in person.sees
    person.press()
    assert "Här är du utloggad" in person.sees
    assert "Hos Demo är du fortfarande inloggad" in person.sees, "what cannot be ended is said"
