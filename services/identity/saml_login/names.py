"""What a tenant's service provider is called and where it takes messages: one for each tenant, all with one issuer."""

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True)
class ServiceProviderNames:
    """The addresses of a tenant. That each tenant has its own keeps an answer for one from passing at another."""

    issuer: str
    tenant: UUID

    @property
    def entity_id(self) -> str:
        """Where the metadata lies, as the standard recommends (SAML metadata section 4.1.1)."""
        return f"{self._base}/metadata"

    @property
    def acs_url(self) -> str:
        return f"{self._base}/acs"

    @property
    def slo_url(self) -> str:
        return f"{self._base}/slo"

    @property
    def discovery_url(self) -> str:
        """Where a discovery service sends the person who has chosen an identity provider."""
        return f"{self._base}/discovery"

    @property
    def _base(self) -> str:
        return f"{self.issuer}/saml/{self.tenant}"
