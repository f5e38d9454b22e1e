"""What the API says of a tenant's SAML metadata."""

from pydantic import Field

from shared.web.models import ApiModel, example

_BASE = "https://id.startklar.dev/saml/01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11"


class SamlMetadataPublic(ApiModel):
    model_config = example(
        {
            "url": f"{_BASE}/metadata",
            "entityId": f"{_BASE}/metadata",
            "acsUrl": f"{_BASE}/acs",
            "sloUrl": f"{_BASE}/slo",
            "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "sha1": "a94a8fe5ccb19ba61c4c0873d391e987982fbbd3",
            "bytes": 9214,
        }
    )

    url: str = Field(description="Where the signed document lies; identity providers may read it by themselves")
    entity_id: str
    acs_url: str = Field(description="Assertion consumer service")
    slo_url: str = Field(description="Single logout service")
    sha256: str = Field(description="Of the document's bytes, in hex")
    sha1: str = Field(description="The same by SHA-1, for operators of federations who ask for it over the telephone")
    bytes: int
