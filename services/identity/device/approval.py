"""What a person approved for a device, whole."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from services.identity.device.models import DeviceGrant


@dataclass(frozen=True)
class ApprovedLogin:
    """The login that a device's tokens come of."""

    tenant_id: UUID
    client_id: str
    scope: str
    home_tenant_id: UUID
    account_id: UUID
    session_id: UUID
    acr: str
    amr: tuple[str, ...]
    auth_time: datetime

    @classmethod
    def of(cls, grant: DeviceGrant) -> Self | None:
        """None unless somebody has approved the grant."""
        home, account, session = grant.home_tenant_id, grant.account_id, grant.session_id
        if home is None or account is None or session is None or grant.acr is None or grant.auth_time is None:
            return None
        return cls(
            tenant_id=grant.tenant_id,
            client_id=grant.client_id,
            scope=grant.scope,
            home_tenant_id=home,
            account_id=account,
            session_id=session,
            acr=grant.acr,
            amr=tuple(grant.amr),
            auth_time=grant.auth_time,
        )
