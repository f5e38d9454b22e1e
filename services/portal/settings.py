"""Settings of portal, read from `PORTAL_*`, then `STARTKLAR_*`."""

import base64
import os
from typing import ClassVar

from pydantic import Field, SecretStr

from shared.kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """What the kit asks of every service, with stand-ins for what a service without data never opens."""

    service: ClassVar[str] = "portal"
    holds_data: ClassVar[bool] = False

    database_url: SecretStr = Field(SecretStr("postgresql://nobody@127.0.0.1/none"), description="Never opened")
    relay_database_url: SecretStr = Field(SecretStr("postgresql://nobody@127.0.0.1/none"), description="Never opened")
    redis_url: SecretStr = Field(SecretStr("redis://127.0.0.1/0"), description="Never opened")
    file_key: SecretStr = Field(
        default_factory=lambda: SecretStr(base64.b64encode(os.urandom(32)).decode()), description="Seals nothing"
    )
    probe_timeout: float = Field(1.0, gt=0, le=10, description="Seconds that a service has to say that it is ready")
