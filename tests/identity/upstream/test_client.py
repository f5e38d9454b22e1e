"""The client side of OpenID Connect against a provider on a real socket, honest and otherwise."""

import json
from base64 import b64decode
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from services.identity.proof.faults import LoginFailed, LoginFault
from services.identity.proof.login import ProvenLogin
from services.identity.provider.configuration import OidcConfiguration
from services.identity.upstream.client import Upstream, Wishes
from services.identity.upstream.documents import COOL_DOWN, FAILURE_FOR, STALE_FOR
from services.identity.upstream.registration import Registration
from services.identity.upstream.request import Challenge, oldest_login
from shared.auth.jws import SigningKey, read_claims
from shared.kit import clock
from shared.kit.egress import EgressClient
from tests.identity.upstream.op import Provider, new_key, running_provider

CHALLENGE = Challenge("the-state", "the-nonce", "v" * 64)
EPPN = "kim@norrvik.example"


@pytest.fixture
async def op() -> AsyncIterator[Provider]:
    async with running_provider() as provider:
        provider.claims = {"nonce": "the-nonce", "eppn": EPPN}
        yield provider


@pytest.fixture
def upstream() -> Upstream:
    return Upstream(EgressClient(allow_private=True))


def registered(op: Provider, **configuration: Any) -> Registration:
    return Registration(
        issuer=op.issuer,
        client_id="startklar",
        redirect_uri="https://api.startklar.dev/oidc/t/callback",
        login_claim="eppn",
        configuration=OidcConfiguration(**configuration),
        client_secret="ä secret:with+signs",
    )


async def redeem(upstream: Upstream, registration: Registration, issuer: str | None = None) -> ProvenLogin:
    return await upstream.redeem(registration, CHALLENGE, "the-code", issuer)


def asked_for(address: str) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(address).query))


async def test_a_login_leaves_with_pkce_state_and_nonce_and_comes_back_as_a_person(
    op: Provider, upstream: Upstream
) -> None:
    ours = registered(op, scopes=("openid", "email"), parameters={"idp_values": "mitid"})
    wishes = Wishes(("urn:a", "urn:b"), 0, must_log_in_again=True)
    query = asked_for(await upstream.login_url(ours, CHALLENGE, wishes))
    assert query["code_challenge_method"] == "S256"
    assert query["code_challenge"] != CHALLENGE.code_verifier
    assert (query["state"], query["nonce"], query["scope"]) == ("the-state", "the-nonce", "openid email")
    assert (query["acr_values"], query["max_age"], query["prompt"]) == ("urn:a urn:b", "0", "login")
    assert query["idp_values"] == "mitid"
    login = await redeem(upstream, ours)
    assert (login.login_name, login.subject) == (EPPN, "abc")
    assert op.forms["/token"]["code_verifier"] == CHALLENGE.code_verifier


async def test_a_level_is_asked_for_in_the_way_that_the_provider_knows(op: Provider, upstream: Upstream) -> None:
    wishes = Wishes(("c1",))
    by_claims = registered(op, acr_request="claims", acr_claim="acrs")
    query = asked_for(await upstream.login_url(by_claims, CHALLENGE, wishes))
    assert json.loads(query["claims"]) == {"id_token": {"acrs": {"essential": True, "value": "c1"}}}
    assert "acr_values" not in query
    silent = asked_for(await upstream.login_url(registered(op, acr_request="none"), CHALLENGE, wishes))
    assert not {"claims", "acr_values"} & silent.keys()


async def test_each_way_to_prove_who_we_are(op: Provider, upstream: Upstream) -> None:
    await redeem(upstream, registered(op))
    basic = b64decode(op.headers["/token"]["authorization"].removeprefix("Basic ")).decode()
    assert basic == "startklar:%C3%A4%20secret%3Awith%2Bsigns"
    assert "client_secret" not in op.forms["/token"]

    await redeem(upstream, registered(op, token_auth="client_secret_post"))
    assert op.forms["/token"]["client_secret"] == "ä secret:with+signs"
    assert "authorization" not in op.headers["/token"]

    key = SigningKey.generate()
    by_key = replace(registered(op, token_auth="private_key_jwt"), client_secret=None, key=key)
    await redeem(upstream, by_key)
    assertion = read_claims(op.forms["/token"]["client_assertion"], key.public_key())
    assert (assertion["iss"], assertion["sub"], assertion["aud"]) == ("startklar", "startklar", op.issuer)
    assert assertion["exp"] - assertion["iat"] <= 60
    await redeem(upstream, replace(by_key, configuration=replace_audience(by_key.configuration)))
    again = read_claims(op.forms["/token"]["client_assertion"], key.public_key())
    assert again["aud"] == f"{op.issuer}/token"
    assert again["jti"] != assertion["jti"]
    with pytest.raises(LoginFailed, match="no key"):
        await redeem(upstream, replace(by_key, key=None))
    with pytest.raises(LoginFailed, match="no client secret"):
        await redeem(upstream, replace(registered(op), client_secret=None))


def replace_audience(configuration: OidcConfiguration) -> OidcConfiguration:
    return configuration.model_copy(update={"assertion_audience": "token_endpoint"})


async def test_a_request_is_pushed_where_the_provider_demands_it_or_we_wish(op: Provider, upstream: Upstream) -> None:
    op.metadata = {"pushed_authorization_request_endpoint": f"{op.issuer}/par"}
    query = asked_for(await upstream.login_url(registered(op, push_requests=True), CHALLENGE, Wishes()))
    assert query == {"client_id": "startklar", "request_uri": "urn:example:pushed"}
    assert op.forms["/par"]["state"] == "the-state"
    assert op.headers["/par"]["authorization"].startswith("Basic ")
    assert "state" in asked_for(await upstream.login_url(registered(op), CHALLENGE, Wishes()))


async def test_an_answer_from_another_issuer_is_refused_before_its_code_is_sent_anywhere(
    op: Provider, upstream: Upstream
) -> None:
    with pytest.raises(LoginFailed, match="another issuer"):
        await redeem(upstream, registered(op), "https://evil.example")
    assert await redeem(upstream, registered(op), op.issuer)
    assert op.asked["/token"] == 1


async def test_a_provider_that_names_itself_in_answers_must_always_do_so(op: Provider, upstream: Upstream) -> None:
    op.metadata = {"authorization_response_iss_parameter_supported": True}
    with pytest.raises(LoginFailed, match="does not name its issuer"):
        await redeem(upstream, registered(op))
    assert op.asked["/token"] == 0


async def test_a_document_of_another_issuer_is_the_first_step_of_a_mix_up(op: Provider, upstream: Upstream) -> None:
    op.metadata = {"issuer": "https://login.microsoftonline.com/{tenantid}/v2.0"}
    with pytest.raises(LoginFailed, match="another issuer"):
        await upstream.login_url(registered(op), CHALLENGE, Wishes())


async def test_userinfo_gives_the_login_name_of_the_same_person_and_nothing_that_must_be_signed(
    op: Provider, upstream: Upstream
) -> None:
    op.claims = {"nonce": "the-nonce", "acr": "urn:weak"}
    op.userinfo = {"sub": "abc", "eppn": EPPN, "acr": "urn:strong", "amr": ["mfa"], "auth_time": 1}
    login = await redeem(upstream, registered(op))
    assert login.login_name == EPPN
    assert login.evidence.contexts == ("urn:weak",)
    assert login.evidence.amr == ()
    assert op.headers["/userinfo"]["authorization"] == "Bearer the-access-token"
    op.userinfo = {"sub": "somebody else", "eppn": EPPN}
    with pytest.raises(LoginFailed, match="another person"):
        await redeem(upstream, registered(op))
    with pytest.raises(LoginFailed) as refused:
        await redeem(upstream, registered(op, use_userinfo=False))
    assert refused.value.fault is LoginFault.no_login_name


async def test_a_new_key_is_found_at_once_and_an_unknown_one_does_not_make_us_hammer(
    op: Provider, upstream: Upstream
) -> None:
    now = clock.now()
    with clock.frozen(now):
        await redeem(upstream, registered(op))
    with clock.frozen(now + COOL_DOWN):
        op.keys.insert(0, new_key())
        assert await redeem(upstream, registered(op))
        assert op.asked["/jwks"] == 2
        op.signer = new_key()
        for _ in range(5):
            with pytest.raises(LoginFailed, match="not signed"):
                await redeem(upstream, registered(op))
        assert op.asked["/jwks"] == 2


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("invalid_client", LoginFault.client_refused),
        ("unauthorized_client", LoginFault.client_refused),
        ("invalid_grant", LoginFault.provider_unreachable),
    ],
)
async def test_a_provider_that_knows_another_secret_is_told_apart_from_one_that_does_not_answer(
    op: Provider, upstream: Upstream, code: str, fault: LoginFault
) -> None:
    op.token_error = code
    with pytest.raises(LoginFailed, match="the provider answered 400") as refused:
        await redeem(upstream, registered(op))
    assert refused.value.fault is fault


async def test_a_provider_that_is_down_is_asked_now_and_then_and_its_known_documents_serve(
    op: Provider, upstream: Upstream
) -> None:
    now = clock.now()
    with clock.frozen(now):
        op.is_down = True
        for _ in range(5):
            with pytest.raises(LoginFailed) as refused:
                await upstream.login_url(registered(op), CHALLENGE, Wishes())
            assert refused.value.fault is LoginFault.provider_unreachable
        assert sum(op.asked.values()) == 1
    with clock.frozen(now + FAILURE_FOR):
        op.is_down = False
        assert await upstream.login_url(registered(op), CHALLENGE, Wishes())
        op.is_down = True
    with clock.frozen(now + timedelta(minutes=30)):
        assert await upstream.login_url(registered(op), CHALLENGE, Wishes())
    with clock.frozen(now + STALE_FOR + FAILURE_FOR), pytest.raises(LoginFailed):
        await upstream.login_url(registered(op), CHALLENGE, Wishes())


def test_how_old_a_login_may_be() -> None:
    now = clock.now()
    assert oldest_login(now, None, must_log_in_again=False) is None
    again = oldest_login(now, 3600, must_log_in_again=True)
    recent = oldest_login(now, 3600, must_log_in_again=False)
    assert again is not None
    assert recent is not None
    assert now - again < timedelta(minutes=1)
    assert timedelta(hours=1) <= now - recent < timedelta(hours=1, minutes=1)
