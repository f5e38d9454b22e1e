"""After a restore: nobody is logged in.

Sessions that were ended after the restored moment are open again, and refresh tokens that were used or withdrawn since
are good again. Nobody can tell which, so all of them end, and whoever was there logs in once more.
"""

from services.identity.revocation.service import Revocation
from services.identity.tenant.service import TenantService
from shared.kit.db import Database


async def restored(database: Database) -> int:
    """End every session, with its refresh tokens, and refuse every token issued until now; how many accounts."""
    async with database.transaction(None) as session:
        tenants = [tenant.id for tenant in await TenantService(session).everyone()]
    ended = 0
    for tenant in tenants:
        async with database.transaction(tenant) as session:
            revocation = Revocation(session)
            ended += await revocation.of_accounts(await revocation.recent())
    return ended
