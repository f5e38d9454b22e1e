"""AuthnRequest: what we ask an identity provider for (SAML core section 3.4.1)."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lxml import etree

from services.identity.saml.names import ASSERTION, POST, PROTOCOL, saml, samlp
from services.identity.saml.parsing import write_instant

Comparison = Literal["exact", "minimum"]


@dataclass(frozen=True)
class AuthnRequest:
    """One request. `contexts` are the AuthnContextClassRefs that would do, weakest first.

    Providers that compare exactly want all acceptable ones listed (Sambi, Inera); with `minimum` (OIOSAML 3, OIO-SP-06)
    the weakest is enough, and profile selectors may stand beside it. `scoping` names the providers behind a proxy or
    discovery service among which the person may choose.
    """

    request_id: str
    issued_at: datetime
    sp_entity_id: str
    destination: str
    acs_url: str
    contexts: Sequence[str] = ()
    comparison: Comparison = "exact"
    must_log_in_again: bool = False
    name_id_format: str | None = None
    scoping: Sequence[str] = ()


def new_message_id() -> str:
    """An ID of a message: 128 random bits, begun with a letter or underscore as xs:ID demands."""
    return f"_{secrets.token_hex(16)}"


def build_request(request: AuthnRequest) -> bytes:
    """The request as unsigned XML: `redirect.redirect_url` or `posting.post_fields` sign what they send."""
    root = etree.Element(samlp("AuthnRequest"), nsmap={"samlp": PROTOCOL, "saml": ASSERTION})
    root.set("ID", request.request_id)
    root.set("Version", "2.0")
    root.set("IssueInstant", write_instant(request.issued_at))
    root.set("Destination", request.destination)
    if request.must_log_in_again:
        root.set("ForceAuthn", "true")
    root.set("ProtocolBinding", POST)
    root.set("AssertionConsumerServiceURL", request.acs_url)
    etree.SubElement(root, saml("Issuer")).text = request.sp_entity_id
    policy = etree.SubElement(root, samlp("NameIDPolicy"))
    if request.name_id_format is not None:
        policy.set("Format", request.name_id_format)
    policy.set("AllowCreate", "true")
    _add_contexts(root, request)
    if request.scoping:
        providers = etree.SubElement(etree.SubElement(root, samlp("Scoping")), samlp("IDPList"))
        for entity_id in request.scoping:
            etree.SubElement(providers, samlp("IDPEntry")).set("ProviderID", entity_id)
    return etree.tostring(root)


def _add_contexts(root: etree._Element, request: AuthnRequest) -> None:
    if not request.contexts:
        return
    wanted = etree.SubElement(root, samlp("RequestedAuthnContext"))
    wanted.set("Comparison", request.comparison)
    for context in request.contexts:
        etree.SubElement(wanted, saml("AuthnContextClassRef")).text = context
