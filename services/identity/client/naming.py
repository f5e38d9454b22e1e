"""Client ids: a tenant's own name the tenant, those of the platform are words."""

import base64
import re
from uuid import UUID

from shared.kit.kit_tables import NO_TENANT

_OWN = re.compile(r"c-[A-Za-z0-9_-]{43}", re.ASCII)


def client_id_for(tenant: UUID, row_id: UUID) -> str:
    """The public id of a tenant's own client: names its tenant, so that it is found under that row security."""
    return "c-" + base64.urlsafe_b64encode(tenant.bytes + row_id.bytes).rstrip(b"=").decode()


def tenant_of_client(client_id: str) -> UUID:
    """The tenant whose row a client id names; the nil tenant for clients of the platform."""
    if not _OWN.fullmatch(client_id):
        return NO_TENANT
    return UUID(bytes=base64.urlsafe_b64decode(client_id[2:] + "=")[:16])
