"""Our metadata as a tenant's service provider: the same bytes from every process for as long as the keys are the same,
since operators of federations compare their checksum over the telephone."""

import hashlib

from cryptography import x509

from services.identity.saml.certificates import fingerprint, read_certificate
from services.identity.saml.metadata import RequestedAttribute, SpDescription, build_metadata
from services.identity.saml.names import EPPN, PERSISTENT, SCOPED_AFFILIATION, TRANSIENT
from services.identity.saml.signing import SigningCredential
from services.identity.saml_login.names import ServiceProviderNames
from services.identity.tenantkey.ring import SamlKeys

_ASSURANCE = "urn:oid:1.3.6.1.4.1.5923.1.1.1.11"
_ATTRIBUTES = (
    RequestedAttribute(EPPN, "eduPersonPrincipalName", is_required=True),
    RequestedAttribute(SCOPED_AFFILIATION, "eduPersonScopedAffiliation"),
    RequestedAttribute(_ASSURANCE, "eduPersonAssurance"),
)
_DESCRIPTIONS = {
    "sv": "Införande av skolplattform: plan, beslut och utbildning",
    "en": "Rollout of a school platform: plan, decisions and training",
    "da": "Indføring af skoleplatform: plan, beslutninger og uddannelse",
}


def service_provider_metadata(names: ServiceProviderNames, organisation: str, keys: SamlKeys) -> bytes:
    """The signed EntityDescriptor of the tenant called `organisation`, good until the key that signs it expires."""
    signing = [read_certificate(text) for text in keys.signing_certificates]
    encryption = [read_certificate(text) for text in keys.encryption_certificates]
    shown = f"Startklar – {organisation}"
    description = SpDescription(
        entity_id=names.entity_id,
        acs_url=names.acs_url,
        slo_url=names.slo_url,
        valid_until=signing[0].not_valid_after_utc,
        signing=signing,
        encryption=encryption,
        names=dict.fromkeys(_DESCRIPTIONS, shown),
        descriptions=_DESCRIPTIONS,
        attributes=_ATTRIBUTES,
        name_id_formats=(PERSISTENT, TRANSIENT),
        organisation_url=names.issuer,
        discovery_urls=(names.discovery_url,),
        document_id=_document_id(names, organisation, [*signing, *encryption]),
    )
    return build_metadata(description, SigningCredential(keys.signing, signing[0]))


def _document_id(names: ServiceProviderNames, organisation: str, certificates: list[x509.Certificate]) -> str:
    parts = [names.entity_id, names.discovery_url, organisation, *(fingerprint(one) for one in certificates)]
    return f"_{hashlib.sha256(chr(0x1F).join(parts).encode()).hexdigest()[:40]}"
