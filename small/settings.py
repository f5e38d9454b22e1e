"""What the two processes need beside the settings of the services that they hold."""

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict

SERVICES = ("identity", "projects", "sync", "training", "webhooks", "portal")


class Settings(BaseSettings):
    """Reads `SMALL_X`, then `STARTKLAR_X`, as a service's settings do."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    metrics_port: int | None = Field(
        None,
        validation_alias=AliasChoices("SMALL_METRICS_PORT", "STARTKLAR_METRICS_PORT"),
        description="Port of the Prometheus metrics of all services in this process; the gateway never routes it",
    )
    metrics_host: str = Field(
        "127.0.0.1",
        validation_alias=AliasChoices("SMALL_METRICS_HOST", "STARTKLAR_METRICS_HOST"),
        description="Its address; 0.0.0.0 where the cluster alone reaches it",
    )
