"""Settings of training, read from `TRAINING_*`, then `STARTKLAR_*`."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from shared.kit.egress import EgressClient
from shared.kit.mail import MailSettings


class Settings(MailSettings):
    """Beside the common settings: how mail leaves, and where its links lead."""

    service: ClassVar[str] = "training"
    finds_by_key: ClassVar[bool] = True

    front_end_url: str | None = Field(None, description="The front-end that links in mail lead to; else the gateway")
    allow_private_targets: bool | None = Field(
        None, description="Call record stores on loopback and private networks; unset means only outside production"
    )

    @model_validator(mode="after")
    def _production_calls_nobody_inside(self) -> Self:
        if self.environment == "production" and self.allow_private_targets:
            raise ValueError("allow_private_targets is for development: production never calls private networks")
        return self

    def egress(self) -> EgressClient:
        """The client for an authority's record store; https alone in production, answers cut at 64 kB."""
        is_production = self.environment == "production"
        private = not is_production if self.allow_private_targets is None else self.allow_private_targets
        return EgressClient(private, https_only=is_production, max_response_bytes=65_536)
