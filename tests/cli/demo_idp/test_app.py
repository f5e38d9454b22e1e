"""The demo identity provider keeps its own side of the protocol, else tests against it would prove little."""

import base64
import hashlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from cli.demo_idp.app import create_app

ISSUER = "http://idp.test"
BACK = "http://rp.test/callback"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BASIC = {"Authorization": "Basic " + base64.b64encode(b"rp:secret").decode()}
DIRECTORY = {
    "users": [{"username": "kim", "password": "pw", "eppn": "kim@n.example", "name": "Kim", "acr": "urn:x:strong"}],
    "clients": [{"clientId": "rp", "clientSecret": "secret", "redirectUris": [BACK]}],
}
ASKED = {
    "response_type": "code",
    "client_id": "rp",
    "redirect_uri": BACK,
    "scope": "openid",
    "state": "s",
    "nonce": "n",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@pytest.fixture
async def idp(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    file = tmp_path / "idp.json"
    file.write_text(json.dumps(DIRECTORY))
    transport = httpx.ASGITransport(app=create_app(ISSUER, file))
    async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as client:
        yield client


async def code_for(idp: httpx.AsyncClient, typed: str = "pw") -> httpx.Response:
    form = await idp.get("/authorize", params=ASKED)
    ticket = re.search(r'name="ticket" value="([^"]+)"', form.text)
    assert ticket is not None
    return await idp.post("/login", data={"ticket": ticket[1], "username": "kim", "password": typed})


def answer_of(response: httpx.Response) -> dict[str, list[str]]:
    assert response.headers["location"].startswith(BACK)
    return parse_qs(urlsplit(response.headers["location"]).query)


async def redeem(idp: httpx.AsyncClient, code: str, **changes: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    return await idp.post("/token", data=form | changes, headers=BASIC)


async def test_a_login_ends_in_a_signed_token_with_nonce_and_assurance(idp: httpx.AsyncClient) -> None:
    answer = answer_of(await code_for(idp))
    assert (answer["state"], answer["iss"]) == (["s"], [ISSUER])
    token = (await redeem(idp, answer["code"][0])).json()["id_token"]
    keys: Any = (await idp.get("/jwks")).json()
    claims = jwt.decode(token, KeySet.import_key_set(keys), algorithms=["RS256"]).claims
    assert (claims["nonce"], claims["acr"], claims["aud"]) == ("n", "urn:x:strong", "rp")
    assert claims["eduPersonPrincipalName"] == "kim@n.example"


async def test_a_code_counts_once_and_only_with_its_proof(idp: httpx.AsyncClient) -> None:
    code = answer_of(await code_for(idp))["code"][0]
    assert (await redeem(idp, code)).status_code == 200
    assert (await redeem(idp, code)).status_code == 400
    other = answer_of(await code_for(idp))["code"][0]
    assert (await redeem(idp, other, code_verifier="w" * 43)).status_code == 400


async def test_a_wrong_password_gives_no_code(idp: httpx.AsyncClient) -> None:
    response = await code_for(idp, "guess")
    assert (response.status_code, "location" in response.headers) == (401, False)


async def test_nobody_is_sent_to_an_address_that_is_not_registered(idp: httpx.AsyncClient) -> None:
    for change in ({"redirect_uri": "http://evil.test/"}, {"client_id": "another"}):
        response = await idp.get("/authorize", params=ASKED | change)
        assert (response.status_code, "location" in response.headers) == (400, False)


@pytest.mark.parametrize("change", [{"code_challenge_method": "plain"}, {"response_type": "token"}, {"prompt": "none"}])
async def test_a_request_that_it_cannot_honour_is_refused(idp: httpx.AsyncClient, change: dict[str, str]) -> None:
    assert "error" in answer_of(await idp.get("/authorize", params=ASKED | change))


async def test_another_clients_secret_opens_nothing(idp: httpx.AsyncClient) -> None:
    for header in ("", "Basic !", "Basic " + base64.b64encode(b"rp:guess").decode()):
        response = await idp.post(
            "/token", data={"grant_type": "authorization_code"}, headers={"Authorization": header}
        )
        assert response.status_code == 401


async def test_a_changed_directory_counts_at_once(idp: httpx.AsyncClient, tmp_path: Path) -> None:
    assert (await code_for(idp)).status_code == 303
    file = tmp_path / "idp.json"
    file.write_text(json.dumps(DIRECTORY | {"users": []}))
    assert (await code_for(idp)).status_code == 401
