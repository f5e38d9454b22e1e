"""The settings of the sync service."""

from pydantic import Field

from shared.kit.settings import ServiceSettings


class Settings(ServiceSettings):
    """Read from `SYNC_*`, then `STARTKLAR_*`."""

    service = "sync"

    max_upload_bytes: int = Field(512 * 1024 * 1024, ge=1024, description="Largest roster file, bytes")
    upload_retention_days: int = Field(30, ge=1, le=365, description="Days until an uploaded file is erased")
