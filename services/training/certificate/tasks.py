"""Issuing certificates as needs are met."""

from typing import Any

from services.training.certificate.service import BATCH, CertificateRecords, CertificateService
from services.training.coverage.service import CoverageService
from services.training.issuer.service import Issuer
from shared.queue import JobContext, JobHandler

ISSUE = "certificates.issue"


def issue_all(issuer: Issuer) -> JobHandler:
    """The job that issues what was earned, in the name of each tenant, and revokes what no longer is; may run twice."""

    async def run(ctx: JobContext) -> dict[str, Any]:
        async with ctx.transaction() as session:
            tenants = await CoverageService(session).tenants()
        issued = corrected = 0
        for tenant in tenants:
            async with ctx.transaction(tenant) as session:
                corrected += await CertificateRecords(session).correct()
            made = BATCH
            while made == BATCH:
                async with ctx.transaction(tenant) as session:
                    made = await CertificateService(session, issuer).issue()
                issued += made
                await ctx.progress(issued)
        return {"issued": issued, "corrected": corrected}

    return run
