"""The table of login scopes: sync's copy of the domains that identity has verified for the tenant."""

from sqlalchemy import Text, UniqueConstraint
from sqlmodel import Field

from services.sync.db import Model
from shared.kit.db import TenantRow


class LoginScope(Model, TenantRow, table=True):
    """Login names that end in `@domain` are the tenant's. The id is identity's."""

    __tablename__ = "login_scope"
    __table_args__ = (UniqueConstraint("tenant_id", "domain"),)

    domain: str = Field(sa_type=Text)
