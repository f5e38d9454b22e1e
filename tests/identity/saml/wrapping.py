"""XML signature wrapping, variants 1 to 8 (Somorovsky et al., "On Breaking SAML", 2012), on response and assertion.

In each the provider's signature stays good over what it signed, and an assertion of the attacker stands where a
careless reader looks. On the level of the response, the wrapped element is the whole response.
"""

import copy
from typing import Literal

from lxml import etree

from tests.identity.saml.attack import ASSERTION, EVIL, find, tree
from tests.support.saml_signer import NS

Level = Literal["assertion", "response"]
VARIANTS = (1, 2, 3, 4, 5, 6, 7, 8)
DS = NS["ds"]
_INSIDE = {6: "KeyInfo", 8: "Object"}


def wrapped(variant: int, level: Level, *, same_id: bool = False) -> bytes:
    """The response after the attack; with `same_id` the evil element bears the ID of the signed one."""
    root = tree(level)
    original = root if level == "response" else find(root, "saml:Assertion")
    signature = find(original, "ds:Signature")
    bare = copy.deepcopy(original)
    bare.remove(find(bare, "ds:Signature"))
    evil = copy.deepcopy(bare)
    find(evil, ".//saml:NameID").text = EVIL
    if not same_id:
        evil.set("ID", "_evil-id")
        for one in evil.iter(ASSERTION):
            one.set("ID", f"{one.get('ID')}-evil")
    signed = copy.deepcopy(original)
    _place(variant, evil, bare, signed, copy.deepcopy(signature))
    if level == "response":
        return etree.tostring(evil)
    if variant == 7:
        root.insert(1, _extensions(evil))
        return etree.tostring(root)
    root.replace(original, evil)
    if variant == 3:
        root.append(signed)
    elif variant == 5:
        root.append(bare)
    return etree.tostring(root)


def _place(
    variant: int, evil: etree._Element, bare: etree._Element, signed: etree._Element, signature: etree._Element
) -> None:
    """Put the signed element and the signature in or around the evil one."""
    if variant not in (3, 4, 7):
        evil.insert(1, signature)
    if variant == 4:
        evil.append(signed)
    elif variant in (1, 6, 8):
        parent = signature if variant == 1 else etree.SubElement(signature, f"{{{DS}}}{_INSIDE[variant]}")
        parent.append(bare)
    elif variant == 2:
        evil.insert(1, bare)
    elif evil.tag != ASSERTION:
        _place_beside(variant, evil, bare, signed)


def _place_beside(variant: int, evil: etree._Element, bare: etree._Element, signed: etree._Element) -> None:
    """Beside the evil response there is nothing in a document: its content is beside."""
    if variant == 3:
        evil.insert(0, signed)
    elif variant == 5:
        evil.append(bare)
    else:
        evil.insert(1, _extensions(signed))


def _extensions(content: etree._Element) -> etree._Element:
    extensions = etree.Element(f"{{{NS['samlp']}}}Extensions")
    extensions.append(content)
    return extensions
