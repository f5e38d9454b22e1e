"""A login method on its way into use, as a municipality's administrator sets it up: draft, trial, activation, proof."""

import base64
import json
from typing import Any

import pytest
from joserfc import jws
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet

from cli.demo.login import try_out
from tests.e2e.house import STRANGER, House, problem

pytestmark = pytest.mark.stack

PROVIDERS = "/identity/v1/identity-providers"
BASIC, STRONG = "urn:startklar:loa:basic", "urn:startklar:loa:strong"
LEVELS = {"urn:startklar:demo:password": BASIC, "urn:startklar:demo:two-factor": STRONG}
PERSON = "deltagare-soderby"


class Draft:
    """A method of the second municipality, and the trials of it."""

    def __init__(self, house: House, **body: Any) -> None:
        self.house = house
        self.id = house.made(PROVIDERS, body, STRANGER)["id"]
        self.path = f"{PROVIDERS}/{self.id}"

    def read(self) -> dict[str, Any]:
        found: dict[str, Any] = self.house.read(self.path, STRANGER)
        return found

    def change(self, **body: Any) -> Any:
        headers = {"If-Match": f'"{self.read()["version"]}"'}
        return self.house.ask("PATCH", self.path, STRANGER, json=body, headers=headers)

    def tried(self, user: str = PERSON, **body: Any) -> dict[str, Any]:
        """A login on trial by `user`: what it showed."""
        trial = self.house.made(f"{self.path}/trials", body, STRANGER)
        try_out(trial["url"], user, self.house.cast.password(user))
        found: dict[str, Any] = self.house.read(f"{self.path}/trials/{trial['id']}", STRANGER)
        return found

    def preview(self, trial: dict[str, Any], **body: Any) -> dict[str, Any]:
        """The same login judged by another mapping."""
        return self.house.made(f"{self.path}/trials/{trial['id']}/previews", body, STRANGER, status=200)

    def remaining(self) -> list[bool]:
        """Which of the steps HAN-I5, HAN-I6 and HAN-I7 are done."""
        told = self.house.read(f"{self.path}/onboarding", STRANGER)
        return [step["isDone"] for step in told["steps"]]


def broken(trial: dict[str, Any]) -> list[str]:
    return [check["rule"] for check in trial["report"]["checks"] if check["outcome"] == "failed" and check["advice"]]


def test_a_method_is_drafted_mended_by_what_its_trials_show_and_activated(house: House) -> None:
    directory = json.loads((house.places.keys / "demo-idp.json").read_text())["clients"][0]
    draft = Draft(
        house,
        name="Kommunens inloggning",
        method="sso-second",
        issuer=house.cast.facts["identityProvider"],
        clientId=directory["clientId"],
        clientSecret="not the secret",
        loginClaim="mail",
    )
    assert draft.remaining() == [False, False, False]
    problem(draft.change(state="active"), 409, "identity-provider-unverified")

    assert draft.tried()["report"]["verdict"] == "The identity provider did not accept us as its client"

    assert draft.change(clientSecret=directory["clientSecret"]).status_code == 200
    nameless = draft.tried()
    assert (broken(nameless), nameless["report"]["missing"]) == (["login_name"], ["mail"])
    came = {one["name"]: one["values"] for one in nameless["report"]["attributes"]}
    assert came["eduPersonPrincipalName"] == ["d***@soderby.example"]
    assert draft.preview(nameless, loginClaim="eduPersonPrincipalName")["verdict"] == "The login worked"

    assert draft.change(loginClaim="eduPersonPrincipalName").status_code == 200
    weak = draft.tried(STRANGER, acr=STRONG)
    assert broken(weak) == ["assurance"]
    assert draft.preview(weak, acrMap=LEVELS)["acr"] == STRONG
    assert draft.change(acrMap=LEVELS).status_code == 200
    assert broken(draft.tried("rektor")) == ["scope"], "another municipality's person"
    assert draft.tried(STRANGER, acr=STRONG)["state"] == "passed"

    assert draft.remaining() == [True, True, False]
    assert draft.change(state="active").json()["state"] == "active"
    assert draft.remaining() == [True, True, True]
    offered = house.client.get("/identity/v1/login-options?tenant=soderby").json()["options"]
    assert draft.id in {one["providerId"] for one in offered}
    proven(house, draft)
    assert draft.change(state="disabled", reason="Provet är över").status_code == 200


def proven(house: House, draft: Draft) -> None:
    """The evidence is signed by a key that anybody can read, and says what was shown; changed, it is none."""
    evidence = house.read("/identity/v1/login-evidence", STRANGER)
    method = next(one for one in evidence["methods"] if one["key"] == "sso-second")
    assert (method["isVerified"], method["acr"]) == (True, STRONG)
    shown = next(one for one in method["evidence"] if one["providerId"] == draft.id)
    assert (shown["configurationHash"], shown["isValid"]) == (draft.read()["configurationHash"], True)
    keys = KeySet.import_key_set(house.client.get("/oauth2/jwks").json())
    signed = jws.deserialize_compact(evidence["signature"], keys, ["ES256"])
    claims = json.loads(signed.payload or b"")
    assert (claims["methods"], claims["iss"]) == (evidence["methods"], house.gateway)
    head, body, signature = evidence["signature"].split(".")
    other = _segment(claims | {"tenantId": house.tenant_id("norrvik")})
    for forged in (f"{head}.{other}.{signature}", f"{head}.{body}.{signature[:-8]}AAAAAAAA"):
        with pytest.raises(BadSignatureError):
            jws.deserialize_compact(forged, keys, ["ES256"])
    bearer = {"Authorization": f"Bearer {evidence['signature']}"}
    assert house.client.get("/identity/v1/me", headers=bearer).status_code == 401, "evidence is no token"


def _segment(claims: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
