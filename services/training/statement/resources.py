"""What the routes of the record store need at hand in this process."""

from contextlib import AsyncExitStack

from services.training.settings import Settings
from services.training.statement.service import StoreSeal
from shared.kit.egress import EgressClient
from shared.web.runtime import Runtime


async def use_record_store(runtime: Runtime, stack: AsyncExitStack) -> None:
    """The client for strangers' addresses, and what seals their passwords."""
    settings = runtime.settings
    if not isinstance(settings, Settings):
        raise TypeError("training needs its own settings")
    runtime.resources[EgressClient] = settings.egress()
    runtime.resources[StoreSeal] = StoreSeal(settings.file_key_bytes())
