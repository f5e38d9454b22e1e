"""HTTP-POST binding (SAML bindings section 3.5): a signed message in a form field."""

import base64
from collections.abc import Sequence

from cryptography import x509
from lxml import etree

from services.identity.saml.parsing import decode_base64, parse
from services.identity.saml.redirect import Field
from services.identity.saml.signature import verify_enveloped
from services.identity.saml.signing import SigningCredential, sign_enveloped


def post_fields(
    field: Field, message: bytes, relay_state: str | None, credential: SigningCredential | None
) -> dict[str, str]:
    """The form's hidden fields. `message` is unsigned XML; with a credential it is signed here, enveloped."""
    signed = sign_enveloped(parse(message), credential) if credential is not None else message
    fields: dict[str, str] = {field: base64.b64encode(signed).decode("ascii")}
    return fields if relay_state is None else {**fields, "RelayState": relay_state}


def read_post(body: str) -> etree._Element:
    """The message in a posted form field, not verified: its issuer only says whose keys `verify_post` needs."""
    return parse(decode_base64(body))


def verify_post(root: etree._Element, certificates: Sequence[x509.Certificate]) -> etree._Element:
    """The message as a key of `certificates` signed it; raises SamlRefused."""
    return verify_enveloped(root, certificates)
