"""The scheduled rotation of signing keys."""

from typing import Any

from services.identity.key.service import KeyService
from services.identity.secret.sealing import Sealer
from services.identity.settings import Settings
from shared.queue import JobContext, JobHandler

ROTATE = "keys.rotate"


def rotate_keys(settings: Settings) -> JobHandler:
    """The job that keeps a successor of the signing key published."""
    sealer = Sealer(settings.file_key_bytes())

    async def run(ctx: JobContext) -> dict[str, Any]:
        async with ctx.transaction() as session:
            return {"rotated": await KeyService(session, sealer).rotate(settings.key_days)}

    return run
