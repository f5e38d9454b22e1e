"""The presets: each can be used as it stands, and its rules cannot be left out."""

import pytest
from pydantic import BaseModel, ValidationError

from services.identity.assurance.loa_map import loa_maps
from services.identity.federation.schemas import FederationUpdate
from services.identity.onboarding.schemas import PreviewCreate
from services.identity.preset.catalogue import objections, presets
from services.identity.provider.configuration import OidcConfiguration
from services.identity.provider.schemas import ProviderUpdate
from tests.support.services import ServiceUnderTest

ENTRA = "https://login.microsoftonline.com/{}/v2.0"
KINDS = ("adfs", "bankid-idura", "entra", "freja-idura", "google", "mitid-idura", "mitid-signicat")


def test_each_preset_agrees_with_its_own_example_once_its_needs_are_met() -> None:
    assert set(KINDS) < presets().keys()
    for preset in presets().values():
        met = preset.configuration.required_claims | dict.fromkeys(preset.needs, ("norrvik.example",))
        assert preset.configuration.preset == preset.key
        assert not preset.objections(preset.issuer, preset.configuration.model_copy(update={"required_claims": met}))


def test_each_preset_names_a_map_that_there_is() -> None:
    named = {preset.key: preset.loa_map for preset in presets().values()}
    assert {key for key in named.values() if key not in loa_maps()} == set()
    assert (named["adfs"], named["bankid-idura"], named["freja-idura"]) == ("adfs", "bankid", "freja")


@pytest.mark.parametrize("model", [ProviderUpdate, PreviewCreate, FederationUpdate])
def test_an_unknown_map_is_refused_with_those_that_there_are(model: type[BaseModel]) -> None:
    with pytest.raises(ValidationError, match=r"choose one of adfs, .*skolfederation"):
        model.model_validate({"loaMap": "skolfederation-2"})
    assert model.model_validate({"loaMap": "skolfederation"})


@pytest.mark.parametrize(
    "directory", ["common", "organizations", "consumers", "{tenantid}", "norrvik.example", "", "../common"]
)
def test_entra_is_one_directory_and_never_all(directory: str) -> None:
    assert objections(ENTRA.format(directory), OidcConfiguration(preset="entra"))


def test_google_without_the_tenant_s_domain_would_let_anybody_in_and_is_refused_under_any_name() -> None:
    google = "https://accounts.google.com"
    assert objections(google, OidcConfiguration(preset="google"))
    assert objections(google, OidcConfiguration())
    assert not objections(google, OidcConfiguration(required_claims={"hd": ("norrvik.example",)}))


def test_a_provider_of_no_known_kind_has_no_rules() -> None:
    assert not objections("https://idp.example", OidcConfiguration())


@pytest.mark.parametrize("name", ["redirect_uri", "state", "nonce", "prompt", "max_age", "claims", "request"])
def test_a_fixed_parameter_cannot_replace_what_a_login_decides(name: str) -> None:
    with pytest.raises(ValidationError):
        OidcConfiguration(parameters={name: "x"})


def test_a_login_without_openid_is_none() -> None:
    with pytest.raises(ValidationError):
        OidcConfiguration(scopes=("profile",))


async def test_an_administrator_reads_the_presets_in_pages(identity: ServiceUnderTest) -> None:
    headers = identity.as_("tenant_admin@*") | {"Accept-Language": "sv"}
    first = (await identity.client.get("/identity/v1/provider-presets?limit=2", headers=headers)).json()
    assert [item["key"] for item in first["items"]] == ["adfs", "bankid-idura"]
    rest = (await identity.client.get(first["_links"]["next"]["href"], headers=headers)).json()
    assert rest["items"][0]["key"] == "entra"
    assert rest["items"][0]["configuration"]["acr_claim"] == "acrs"
    refused = await identity.client.get("/identity/v1/provider-presets", headers=identity.as_("participant@*"))
    assert refused.status_code == 403
