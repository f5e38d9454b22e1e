"""Issuing certificates as needs are met."""

from typing import Any

from services.training.certificate.service import BATCH, CertificateService
from services.training.coverage.service import CoverageService
from services.training.issuer.service import Issuer
from shared.queue import JobContext, JobHandler

ISSUE = "certificates.issue"


def issue_all(issuer: Issuer) -> JobHandler:
    """The job that issues what was earned, in the name of each tenant; may run twice."""

    async def run(ctx: JobContext) -> dict[str, Any]:
        async with ctx.transaction() as session:
            tenants = await CoverageService(session).tenants()
        issued = 0
        for tenant in tenants:
            made = BATCH
            while made == BATCH:
                async with ctx.transaction(tenant) as session:
                    made = await CertificateService(session, issuer).issue()
                issued += made
                await ctx.progress(issued)
        return {"issued": issued}

    return run
