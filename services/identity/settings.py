"""Settings of identity: the common block and the lifetimes that are ours to choose."""

from typing import ClassVar

from pydantic import Field

from shared.kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Reads `IDENTITY_X`, then `STARTKLAR_X`."""

    service: ClassVar[str] = "identity"

    access_token_seconds: int = Field(300, ge=30, le=600, description="Lifetime of access and id tokens")
    session_seconds: int = Field(12 * 3600, ge=300, le=24 * 3600, description="Longest single sign-on session")
    refresh_idle_seconds: int = Field(3600, ge=60, le=12 * 3600, description="A refresh token unused this long is dead")
    key_days: int = Field(
        30, ge=1, le=90, description="Days that one signing key signs before its successor takes over"
    )

    @property
    def may_call_private_networks(self) -> bool:
        """Whether an identity provider may stand on loopback or a private network: never in production."""
        return self.environment != "production"
