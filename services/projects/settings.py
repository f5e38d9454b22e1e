"""The settings of the projects service."""

from pydantic import Field

from shared.kit.mail import MailSettings


class Settings(MailSettings):
    """Read from `PROJECTS_*`, then `STARTKLAR_*`."""

    service = "projects"

    max_attachment_bytes: int = Field(25 * 1024 * 1024, ge=1024, description="Largest attached document, bytes")
    attachment_retention_days: int = Field(
        3650, ge=1, le=36_500, description="Days until an attached document is erased"
    )
