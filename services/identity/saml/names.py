"""Namespaces and identifiers of SAML 2.0, XML Signature, XML Encryption and their metadata extensions."""

from functools import cache

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
DSIG = "http://www.w3.org/2000/09/xmldsig#"
XENC = "http://www.w3.org/2001/04/xmlenc#"
XENC11 = "http://www.w3.org/2009/xmlenc11#"
EXC_C14N = "http://www.w3.org/2001/10/xml-exc-c14n#"
SHIBMD = "urn:mace:shibboleth:metadata:1.0"
MDUI = "urn:oasis:names:tc:SAML:metadata:ui"
MDATTR = "urn:oasis:names:tc:SAML:metadata:attribute"
MDRPI = "urn:oasis:names:tc:SAML:metadata:rpi"
DISCOVERY = "urn:oasis:names:tc:SAML:profiles:SSO:idp-discovery-protocol"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
ENTITY_FORMAT = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
URI_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
BASIC_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
UNSPECIFIED_FORMAT = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"
STATUS = "urn:oasis:names:tc:SAML:2.0:status:"
SUCCESS = f"{STATUS}Success"

EPPN = "urn:oid:1.3.6.1.4.1.5923.1.1.1.6"
SCOPED_AFFILIATION = "urn:oid:1.3.6.1.4.1.5923.1.1.1.9"


@cache
def samlp(name: str) -> str:
    """The protocol element's name in Clark notation."""
    return f"{{{PROTOCOL}}}{name}"


@cache
def saml(name: str) -> str:
    """The assertion element's name in Clark notation."""
    return f"{{{ASSERTION}}}{name}"


@cache
def md(name: str) -> str:
    """The metadata element's name in Clark notation."""
    return f"{{{METADATA}}}{name}"


@cache
def ds(name: str) -> str:
    """The XML Signature element's name in Clark notation."""
    return f"{{{DSIG}}}{name}"


@cache
def xenc(name: str) -> str:
    """The XML Encryption element's name in Clark notation."""
    return f"{{{XENC}}}{name}"
