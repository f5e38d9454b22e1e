"""A domain became the tenant's, or is it no longer: the persons with such login names stand in the feed once more."""

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.sync.plan.applying import conclude, lock_head
from services.sync.plan.manual import SOURCE
from services.sync.plan.models import Run
from shared.kit import clock
from shared.kit.db import tenant_of
from shared.kit.journal import record

_TOUCH = """
UPDATE person SET changed_version = :version, version = version + 1, updated_at = :now
WHERE tenant_id = :tenant AND login_scope = :domain AND ended_at IS NULL
"""


async def show_logins_anew(session: AsyncSession, domain: str) -> None:
    """A roster version in which nothing changed but whether these login names go out; none where there are none."""
    version, tenant = await lock_head(session) + 1, tenant_of(session)
    values = {"tenant": tenant, "domain": domain, "version": version, "now": clock.now()}
    touched = await session.execute(text(f"WITH t AS ({_TOUCH} RETURNING 1) SELECT count(*) FROM t"), values)
    changed = int(touched.scalar_one())
    if changed == 0:
        return
    counts = {"person": {"created": 0, "changed": changed, "ended": 0, "unchanged": 0}}
    run = Run(tenant_id=tenant, kind="manual", source=SOURCE, state="applying", counts=counts)
    session.add(run)
    await session.flush()
    await conclude(session, run, "manual", version)
    await record(session, "login_scope.followed", "run", run.id, after={"version": version, "persons": changed})
