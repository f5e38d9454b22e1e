"""The attributes of a verified assertion by their wire names (SAML core section 2.7.3)."""

from collections.abc import Collection

from lxml import etree

from services.identity.saml.faults import SamlFault, SamlRefused
from services.identity.saml.names import UNSPECIFIED_FORMAT, URI_FORMAT, saml
from services.identity.saml.parsing import children, local_name

DEFAULT_FORMATS = frozenset({URI_FORMAT})
MAX_NAME = 512
_VALUE = saml("AttributeValue")


def read_attributes(
    assertion: etree._Element, formats: Collection[str] = DEFAULT_FORMATS
) -> dict[str, tuple[str, ...]]:
    """Values by attribute name, all of them and in their order; raises SamlRefused.

    Only attributes of `formats` (NameFormat) are read, so that `urn:oid:...` and a friendly name of the same letters
    cannot pass for each other; FriendlyName is for people and never read. A name that appears twice refuses the whole:
    readers would disagree about which counts. An attribute with values that are elements (eduPersonTargetedID holds a
    NameID) is left out.
    """
    found: dict[str, tuple[str, ...]] = {}
    names: set[str] = set()
    for statement in children(assertion, saml("AttributeStatement")):
        for attribute in statement:
            if attribute.tag != saml("Attribute"):
                raise SamlRefused(SamlFault.assertion_shape, f"{local_name(attribute)} among the attributes")
            name = _name(attribute)
            if name in names:
                raise SamlRefused(SamlFault.attribute_duplicate, "an attribute appears twice")
            names.add(name)
            values = _values(attribute)
            if values is not None and attribute.get("NameFormat", UNSPECIFIED_FORMAT) in formats:
                found[name] = values
    return found


def _name(attribute: etree._Element) -> str:
    name = attribute.get("Name", "")
    if len(name) > MAX_NAME or name.split() != [name]:
        raise SamlRefused(SamlFault.attribute_name, "an attribute has no usable name")
    if attribute.get("NameFormat") == URI_FORMAT and ":" not in name:
        raise SamlRefused(SamlFault.attribute_name, "an attribute's name is no URI")
    return name


def _values(attribute: etree._Element) -> tuple[str, ...] | None:
    values: list[str] = []
    is_text = True
    for value in attribute:
        if value.tag != _VALUE:
            raise SamlRefused(SamlFault.assertion_shape, "an attribute holds something else than values")
        is_text = is_text and not len(value)
        text = value.text
        if text:
            values.append(text)
    return tuple(values) if is_text else None
