"""Settings of the toys, read from the environment as every service does."""

from typing import ClassVar

from shared.kit.settings import ServiceSettings


class ToysSettings(ServiceSettings):
    service: ClassVar[str] = "toys"


class ShelfSettings(ServiceSettings):
    service: ClassVar[str] = "shelf"
