"""The name by which a provider knows a person, as assertions and logout messages carry it (SAML core section 2.2)."""

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from services.identity.saml.encryption import decrypt
from services.identity.saml.faults import SamlFault, SamlRefused
from services.identity.saml.names import saml
from services.identity.saml.parsing import text_of

MAX_LENGTH = 1024


@dataclass(frozen=True)
class NameId:
    """A NameID whole: a logout request must repeat the qualifiers, or the provider does not know the session."""

    value: str
    format: str | None = None
    name_qualifier: str | None = None
    sp_name_qualifier: str | None = None


def find_name_id(holder: etree._Element, keys: Sequence[rsa.RSAPrivateKey]) -> NameId | None:
    """The one NameID or EncryptedID that is a child of `holder`; None when it has neither. Raises SamlRefused."""
    found = [one for one in holder if one.tag in (saml("NameID"), saml("EncryptedID"), saml("BaseID"))]
    if len(found) > 1 or any(one.tag == saml("BaseID") for one in found):
        raise SamlRefused(SamlFault.name_id, "not exactly one name of a person")
    if not found:
        return None
    element = decrypt(found[0], keys) if found[0].tag == saml("EncryptedID") else found[0]
    value = text_of(element)
    if element.tag != saml("NameID") or len(value) > MAX_LENGTH:
        raise SamlRefused(SamlFault.name_id, "the name of a person is no NameID")
    return NameId(value, element.get("Format"), element.get("NameQualifier"), element.get("SPNameQualifier"))


def write_name_id(parent: etree._Element, name_id: NameId) -> None:
    """Append the NameID to `parent`."""
    element = etree.SubElement(parent, saml("NameID"))
    element.text = name_id.value
    given = {
        "Format": name_id.format,
        "NameQualifier": name_id.name_qualifier,
        "SPNameQualifier": name_id.sp_name_qualifier,
    }
    for key, value in given.items():
        if value is not None:
            element.set(key, value)
