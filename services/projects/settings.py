"""The settings of the projects service: the common block alone so far."""

from shared.kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read from `PROJECTS_*`, then `STARTKLAR_*`."""

    service = "projects"
