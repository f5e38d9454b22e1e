"""The settings of the sync service."""

from ssl import SSLContext
from typing import Self

from pydantic import Field, model_validator

from shared.kit.egress import EgressClient
from shared.kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read from `SYNC_*`, then `STARTKLAR_*`."""

    service = "sync"
    finds_by_key = True

    max_upload_bytes: int = Field(512 * 1024 * 1024, ge=1024, description="Largest roster file, bytes")
    upload_retention_days: int = Field(30, ge=1, le=365, description="Days until an uploaded file is erased")
    superseded_days: int = Field(7, ge=1, le=365, description="Days until a file is erased that a newer one replaced")
    verification_max_age_days: int = Field(
        7, ge=1, le=90, description="Days for which a delivery, or the platform's export, proves anything"
    )
    verification_max_errors: int = Field(
        0, ge=0, le=100, description="Open errors that a unit may have and still be right, where a tenant says nothing"
    )
    verification_max_drift: int = Field(
        0, ge=0, le=100, description="Differences with the platform that a unit may have, where a tenant says nothing"
    )
    evidence_retention_days: int = Field(730, ge=30, le=3650, description="Days until an evidence pack is erased")
    outbound_retention_days: int = Field(30, ge=1, le=365, description="Days until a package for a platform is erased")
    outbound_manifest_days: int = Field(
        400, ge=1, le=3650, description="Days for which a delta can be told from what was sent before"
    )
    person_export_days: int = Field(14, ge=1, le=90, description="Days until a data subject's export is erased")
    allow_private_sources: bool | None = Field(
        None, description="Fetch from loopback and private networks; unset means only outside production"
    )

    @model_validator(mode="after")
    def _production_calls_nobody_inside(self) -> Self:
        if self.environment == "production" and self.allow_private_sources:
            raise ValueError("allow_private_sources is for development: production never calls private networks")
        return self

    def egress(self, ssl_context: SSLContext | None = None) -> EgressClient:
        """The client for addresses that tenants declare; https alone in production."""
        is_production = self.environment == "production"
        private = not is_production if self.allow_private_sources is None else self.allow_private_sources
        return EgressClient(
            private, https_only=is_production, ssl_context=ssl_context, max_response_bytes=32 * 1024 * 1024
        )
