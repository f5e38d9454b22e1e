"""Settings blocks. Built at start-up, never at import, so that importing a module needs no environment.

Field `x` of service `projects` reads `PROJECTS_X`, then `STARTKLAR_X`.
"""

import base64
import ipaddress
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from shared.kit.keyring import FileKey, every_key
from shared.kit.refusals import (
    Refused,
    plain_origin,
    shared_secrets,
    spelt_out,
    unfit_client_key,
    weak_key,
    weak_password,
)


class ServiceSettings(BaseSettings):
    """What every service reads; a service adds its own fields in a subclass and names itself in `service`."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)
    service: ClassVar[str] = ""
    holds_data: ClassVar[bool] = True
    finds_by_key: ClassVar[bool] = False
    """Whether rows of this service are found by what is derived from its first file key."""

    environment: Literal["development", "test", "production"] = Field(
        "production", description="production refuses everything that only development may do"
    )
    database_url: SecretStr = Field(description="PostgreSQL as the service's app role (row security applies)")
    relay_database_url: SecretStr = Field(description="PostgreSQL as the relay role (outbox, jobs, positions)")
    redis_url: SecretStr = Field(description="Redis for arq wake-ups and caches; never the truth")
    public_url: str = Field(description="Base URL of the gateway as callers see it")
    issuer: str = Field(description="Issuer of our tokens, exactly as in `iss`")
    jwks_url: str = Field(description="Where the issuer's public keys are read, over the internal network")
    service_urls: dict[str, str] = Field(default_factory=dict, description="Internal base URL of each service, JSON")
    client_key_file: Path | None = Field(
        None, description="PEM file: ES256 private key of this service (private_key_jwt)"
    )
    file_key: SecretStr = Field(description="Base64 of 32 random bytes: wraps the keys of stored files and secrets")
    other_file_keys: SecretStr | None = Field(
        None, description="Base64 keys, comma between them, that open and do not seal: the next one, or former ones"
    )
    index_key: SecretStr | None = Field(
        None, description="The first file_key there was, once another took its place: by it people are found again"
    )
    otlp_endpoint: str | None = Field(None, description="OpenTelemetry collector; traces are not exported without it")
    trace_ratio: float = Field(1.0, ge=0, le=1, description="Share of the traces beginning here that are recorded")
    metrics_port: int | None = Field(None, description="Port of the Prometheus metrics; the gateway never routes it")
    metrics_host: str = Field("127.0.0.1", description="Its address; 0.0.0.0 where the cluster alone reaches it")
    database_pool_size: int = Field(8, ge=1, le=200, description="Connections that one process holds at most")
    requests_per_minute: int = Field(6000, ge=1, description="What one caller may ask of one process in a minute")
    max_body_bytes: int = Field(1_048_576, ge=1024, description="Largest ordinary request body, bytes")

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as error:
            if given:
                raise
            raise Refused(spelt_out(error, self.service)) from None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - replaced by two prefixes below
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # noqa: ARG003 - replaced by two prefixes below
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        own = EnvSettingsSource(settings_cls, env_prefix=f"{cls.service.upper()}_")
        common = EnvSettingsSource(settings_cls, env_prefix="STARTKLAR_")
        return init_settings, own, common

    def file_key_bytes(self) -> FileKey:
        """The 32 bytes of `file_key`, which know the other keys."""
        others = self.other_file_keys.get_secret_value().split(",") if self.other_file_keys else []
        index = _decoded(self.index_key.get_secret_value()) if self.index_key else None
        return FileKey.of(_decoded(self.file_key.get_secret_value()), [_decoded(one) for one in others], index)

    @model_validator(mode="after")
    def _key_is_a_key(self) -> Self:
        try:
            key = self.file_key_bytes()
            lengths = {len(one) for one in (*every_key(key), key.first)}
        except ValueError:
            lengths = set()
        if lengths != {32}:
            raise ValueError("file_key must be base64 of exactly 32 bytes, and so must other_file_keys and index_key")
        if self.finds_by_key and self.other_file_keys and self.index_key is None:
            raise ValueError(
                "other_file_keys needs index_key beside it: the file_key that this installation began with. People are"
                " found by what is derived from it, and with another one each of them would be taken for somebody new"
            )
        return self

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        faults = list(self._faults()) if self.environment == "production" else []
        if faults:
            raise ValueError("; ".join(faults))
        return self

    def _faults(self) -> Iterator[str]:
        """What production refuses, all of it at once."""
        for name in ("public_url", "issuer"):
            parts = urlsplit(getattr(self, name))
            if parts.scheme != "https" or _is_loopback(parts.hostname):
                yield f"{name} must be https and not loopback in production"
        yield from filter(None, (plain_origin(self.public_url, "public_url"), plain_origin(self.issuer, "issuer")))
        if self.issuer.rstrip("/") != self.public_url.rstrip("/"):
            yield "issuer and public_url contradict: both are the address that callers know the gateway by"
        yield from filter(None, [weak_key(bytes(self.file_key_bytes())), unfit_client_key(self.client_key_file)])
        urls = {name: getattr(self, name).get_secret_value() for name in ("database_url", "relay_database_url")}
        if self.holds_data and len(set(urls.values())) < len(urls):
            yield "database_url and relay_database_url contradict: the app's role and the relay's role are two"
        urls["redis_url"] = self.redis_url.get_secret_value()
        yield from filter(None, (weak_password(url, name) for name, url in urls.items()))
        yield from shared_secrets(self.service) if self.holds_data else ()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text.strip(), validate=True)


def _is_loopback(host: str | None) -> bool:
    if host is None or host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
