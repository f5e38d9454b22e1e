"""Settings of training, read from `TRAINING_*`, then `STARTKLAR_*`."""

from typing import ClassVar

from shared.kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Training needs nothing beside the common settings."""

    service: ClassVar[str] = "training"
