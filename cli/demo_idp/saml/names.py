"""Namespaces and identifiers, and how levels compare."""

SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
MD = "urn:oasis:names:tc:SAML:2.0:metadata"
DS = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
MDUI = "urn:oasis:names:tc:SAML:metadata:ui"
SHIBMD = "urn:mace:shibboleth:metadata:1.0"
REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
STATUS = "urn:oasis:names:tc:SAML:2.0:status"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
URI_NAMES = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
EPPN = "urn:oid:1.3.6.1.4.1.5923.1.1.1.6"
ASSURANCE = "urn:oid:1.3.6.1.4.1.5923.1.1.1.11"
DISPLAY_NAME = "urn:oid:2.16.840.1.113730.3.1.241"
PREFIXES = {"samlp": SAMLP, "saml": SAML, "md": MD, "ds": DS, "xenc": XENC, "xenc11": XENC11, "shibmd": SHIBMD}

_NSIS = "https://data.gov.dk/concept/core/nsis/loa"
# Only levels compare; whatever else stands in a request (OIOSAML's profile selectors) asks for no level.
LEVELS = (f"{_NSIS}/Low", f"{_NSIS}/Substantial", f"{_NSIS}/High")


def q(name: str) -> str:
    """`samlp:Response` in Clark notation."""
    prefix, _, local = name.partition(":")
    return f"{{{PREFIXES[prefix]}}}{local}"
