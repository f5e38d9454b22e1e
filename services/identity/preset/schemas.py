"""A preset as the API shows it."""

from typing import Any, Literal

from pydantic import Field

from shared.web.models import ApiModel, example


class ProviderPresetPublic(ApiModel):
    """Where to begin when a provider of a known kind is registered."""

    model_config = example(
        {
            "key": "google",
            "version": 1,
            "name": "Google Workspace",
            "issuer": "https://accounts.google.com",
            "loginClaim": "email",
            "assuranceClaims": [],
            "loaMap": "google",
            "configuration": {"preset": "google", "token_auth": "client_secret_basic"},
            "needs": ["hd"],
            "backChannelLogout": "no",
            "unverified": ["configuration.token_auth"],
            "notes": ["Everybody with a Google account shares the issuer ..."],
        }
    )

    key: str
    version: int = Field(description="Rises when the data changes; a registered provider keeps what it began with")
    name: str
    issuer: str = Field(description="The issuer, or what it looks like where every organisation has its own")
    login_claim: str = Field(description="The claim with the login name")
    assurance_claims: list[str] = Field(description="The claims that tell how surely the person is known")
    loa_map: str = Field(description="The assurance map that reads them; empty where the tenant must say it")
    configuration: dict[str, Any] = Field(description="What to register as `configuration`")
    needs: list[str] = Field(description="Claims whose own values the tenant must give in `required_claims`")
    back_channel_logout: Literal["yes", "no", "unknown"] = Field(description="Whether it tells us of logouts")
    unverified: list[str] = Field(description="Fields that nobody has seen work; let a trial login decide")
    notes: list[str]
