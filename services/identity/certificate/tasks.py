"""The daily look at what ends."""

from typing import Any

from services.identity.certificate.service import CertificateService
from services.identity.secret.sealing import Sealer
from services.identity.settings import Settings
from services.identity.tenant.service import TenantService
from shared.queue import JobContext, JobHandler

WARN = "certificates.warn"


def warn_of_certificates(settings: Settings) -> JobHandler:
    """The job that tells every tenant what ends soon; safe to run at any time."""
    sealer = Sealer(settings.file_key_bytes())

    async def run(ctx: JobContext) -> dict[str, Any]:
        async with ctx.transaction() as session:
            tenants = [tenant.id for tenant in await TenantService(session).everyone()]
        told = 0
        for tenant in tenants:
            async with ctx.transaction(tenant) as session:
                told += await CertificateService(session, sealer).warn()
        return {"told": told}

    return run
