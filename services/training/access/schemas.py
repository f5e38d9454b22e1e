"""What the API takes and shows of who reaches the platform."""

from typing import Annotated

from pydantic import Field

from shared.web import ApiInput, ApiModel, example

_POLICY: dict[str, object] = {"clientId": "c-AZefOsERcSKdOl8MK56NEQGXnzrAR3FSnTpfDCuejRE"}

ClientId = Annotated[str, Field(pattern=r"^c-[A-Za-z0-9_-]{43}$")]


class AccessPolicyInput(ApiInput):
    """Which of the authority's own applications, registered with identity, is the platform; null for none."""

    model_config = example(_POLICY)

    client_id: ClientId | None


class AccessPolicyPublic(ApiModel):
    """The application at which a login through us shows that somebody reaches the platform."""

    model_config = example(_POLICY | {"version": 1})

    client_id: str | None
    version: int = Field(description="0 as long as nobody has said anything")
