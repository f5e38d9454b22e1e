"""Mutations of a signed response on the level of its grammar: what an attacker on the way can do without the key.

Those of `TREE` change elements, those of `TEXT` what only the written form has (comments, entities, quotes). Each takes
the random generator, so that a seed and a number name one mutant for ever (up to keys and random IDs).
"""

import copy
import random
import re
from collections.abc import Callable, Sequence

from lxml import etree

from services.identity.saml.names import ASSERTION, DSIG, PROTOCOL
from tests.identity.saml.attack import EVIL

NAMESPACES = (ASSERTION, PROTOCOL, DSIG, "urn:evil", "http://www.w3.org/2001/04/xmlenc#")
NAMES = (
    "Assertion",
    "Response",
    "Signature",
    "Extensions",
    "Advice",
    "Object",
    "NameID",
    "Subject",
    "Attribute",
    "Issuer",
)
VALUES = (EVIL, "", "x", "https://evil.example.org", "2.0", "_", "admin@example.org", "2999-01-01T00:00:00Z")
ATTRIBUTES = ("ID", "Id", "id", "Name", "NameFormat", "InResponseTo", "Destination", "Recipient", "NotOnOrAfter", "URI")

TreeMutation = Callable[[random.Random, etree._Element, Sequence[etree._Element]], object]
TextMutation = Callable[[random.Random, str], str]


def mutate(rng: random.Random, response: bytes, donors: Sequence[etree._Element]) -> str:
    """The response after one to four mutations. `donors` are assertions, evil ones and others that were signed."""
    root = etree.fromstring(response)
    for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
        rng.choice(TREE)(rng, root, donors)
    text = etree.tostring(root, encoding="unicode")
    for _ in range(rng.choice((0, 0, 1, 1))):
        text = rng.choice(TEXT)(rng, text)
    return text


def _any(rng: random.Random, root: etree._Element) -> etree._Element:
    """An element below the root; half the time one of those that carry the identity or the signature."""
    below = [one for one in root.iter() if one is not root and isinstance(one.tag, str)]
    key = [one for one in below if etree.QName(one).localname in NAMES]
    return rng.choice(key if key and rng.random() < 0.5 else below or [root])


def _insert(rng: random.Random, root: etree._Element, element: etree._Element) -> None:
    parent = rng.choice([one for one in root.iter() if isinstance(one.tag, str)])
    if element is not parent and element not in parent.iterancestors():
        parent.insert(rng.randint(0, len(parent)), element)


def _move(rng: random.Random, root: etree._Element, donors: Sequence[etree._Element]) -> None:
    _insert(rng, root, _any(rng, root))


def _duplicate(rng: random.Random, root: etree._Element, donors: Sequence[etree._Element]) -> None:
    twin = copy.deepcopy(_any(rng, root))
    twin.tail = None
    if rng.random() < 0.5:
        _poison(rng, twin)
    _insert(rng, root, twin)


def _delete(rng: random.Random, root: etree._Element, donors: Sequence[etree._Element]) -> None:
    target = _any(rng, root)
    parent = target.getparent()
    if parent is not None:
        parent.remove(target)


def _wrap(rng: random.Random, root: etree._Element, donors: Sequence[etree._Element]) -> None:
    target = _any(rng, root)
    parent = target.getparent()
    if parent is not None:
        cover = etree.Element(f"{{{rng.choice(NAMESPACES)}}}{rng.choice(NAMES)}")
        parent.replace(target, cover)
        cover.append(target)


def _wrap_evil(rng: random.Random, root: etree._Element, donors: Sequence[etree._Element]) -> None:
    """An evil copy of an element takes its place and holds it."""
    target = _any(rng, root)
    parent = target.getparent()
    if parent is not None:
        evil = copy.deepcopy(target)
        evil.tail = None
        _poison(rng, evil)
        parent.replace(target, evil)
        _insert(rng, evil, target)


def _unwrap(rng: random.Random, root: etree._Element, donors: Sequence[etree._Element]) -> None:
    target = _any(rng, root)
    parent = target.getparent()
    if parent is not None:
        for child in reversed(list(target)):
            parent.insert(parent.index(target), child)
        parent.remove(target)


def _rename(rng: random.Random, root: etree._Element, donors: Sequence[etree._Element]) -> None:
    target = _any(rng, root)
    name = etree.QName(target)
    if rng.random() < 0.5:
        target.tag = f"{{{rng.choice(NAMESPACES)}}}{name.localname}"
    else:
        target.tag = f"{{{name.namespace}}}{rng.choice(NAMES)}"


def _edit_text(rng: random.Random, root: etree._Element, donors: Sequence[etree._Element]) -> None:
    _any(rng, root).text = rng.choice(VALUES)


def _edit_attribute(rng: random.Random, root: etree._Element, donors: Sequence[etree._Element]) -> None:
    target = root if rng.random() < 0.2 else _any(rng, root)
    name = rng.choice([*target.attrib, *ATTRIBUTES[:1]]) if rng.random() < 0.7 else rng.choice(ATTRIBUTES)
    if rng.random() < 0.3:
        target.attrib.pop(name, None)
    else:
        target.set(name, rng.choice((*VALUES, root.get("ID", "_"))))


def _swap(rng: random.Random, root: etree._Element, donors: Sequence[etree._Element]) -> None:
    target = _any(rng, root)
    parent = target.getparent()
    if parent is not None:
        children = list(parent)
        rng.shuffle(children)
        parent[:] = children


def _node(rng: random.Random, root: etree._Element, donors: Sequence[etree._Element]) -> None:
    """A comment or an instruction in the middle of a text."""
    target = _any(rng, root)
    text = target.text or ""
    cut = rng.randint(0, len(text))
    node = etree.Comment("x") if rng.random() < 0.6 else etree.ProcessingInstruction("x", "y")
    target.text, node.tail = text[:cut], text[cut:]
    target.insert(0, node)


def _donate(rng: random.Random, root: etree._Element, donors: Sequence[etree._Element]) -> None:
    donor = copy.deepcopy(rng.choice(donors))
    if rng.random() < 0.4:
        donor.set("ID", rng.choice([one.get("ID", "_") for one in root.iter() if isinstance(one.tag, str)]))
    own = next(root.iter(f"{{{ASSERTION}}}Assertion"), None)
    if own is not None and own.getparent() is not None and rng.random() < 0.3:
        own.getparent().replace(own, donor)  # type: ignore[union-attr]
    else:
        _insert(rng, root, donor)


def _steal_signature(rng: random.Random, root: etree._Element, donors: Sequence[etree._Element]) -> None:
    """The good signature of one element on another."""
    signatures = [one for one in (root, *donors) for one in one.iter(f"{{{DSIG}}}Signature")]
    if signatures:
        _insert(rng, root, copy.deepcopy(rng.choice(signatures)))


def _poison(rng: random.Random, element: etree._Element) -> None:
    """Make the evil subject out of it."""
    for one in element.iter(f"{{{ASSERTION}}}NameID", f"{{{ASSERTION}}}AttributeValue"):
        one.text = EVIL
    if rng.random() < 0.5 and element.get("ID"):
        element.set("ID", "_evil-id")


def _sub(pattern: str, replacement: Callable[[re.Match[str]], str]) -> TextMutation:
    """Replace one of the places where `pattern` matches."""
    compiled = re.compile(pattern)

    def change(rng: random.Random, text: str) -> str:
        places = list(compiled.finditer(text))
        if not places:
            return text
        place = rng.choice(places)
        return text[: place.start()] + replacement(place) + text[place.end() :]

    return change


TREE: tuple[TreeMutation, ...] = (
    *(_move, _duplicate, _delete, _wrap, _wrap_evil, _unwrap, _rename, _edit_text, _edit_attribute, _swap, _node),
    *(_donate, _donate, _steal_signature),
)
TEXT: tuple[TextMutation, ...] = (
    _sub(r">(\w[^<]*)<", lambda m: f"><![CDATA[{m[1]}]]><"),
    _sub(r">(\w)([^<]*)<", lambda m: f">&#{ord(m[1])};{m[2]}<"),
    _sub(r">(\w[^<]*)<", lambda m: f">{m[1]}<!---->{EVIL}<"),
    _sub(r">(\w[^<]*)<", lambda m: f">{m[1]}\r\n<"),
    _sub(r"<(\w+:\w+) ", lambda m: f'<{m[1]} xmlns:saml="urn:evil" '),
    _sub(r"<(\w+:\w+)([ >])", lambda m: f'<{m[1]} xmlns:r="relative"{m[2]}'),
    _sub(r"<(\w+:\w+)([ >])", lambda m: f'<{m[1]} xmlns:unused="urn:x"{m[2]}'),
    _sub(r"<(\w+:\w+)([ >])", lambda m: f'<{m[1]} xmlns="urn:default"{m[2]}'),
    _sub(r'(\w+)="([^"]*)"', lambda m: f"{m[1]} = '{m[2]}'"),
    _sub(r'(\w+)="([^"]*)"', lambda m: f'{m[1]}="{m[2]}" {m[1]}="{EVIL}"'),
    _sub(r"^", lambda _: "<!DOCTYPE a>"),
    _sub(r"^", lambda _: '<!DOCTYPE a [<!ENTITY e "x"><!ATTLIST a ID CDATA "y">]>'),
    _sub(r"^", lambda _: '<?xml version="1.0" encoding="UTF-8"?>'),
    _sub(r">", lambda _: ">\n  "),
    _sub(r"</(\w+:\w+)>", lambda m: f"</{m[1]}\n>"),
    _sub(r"<(\w+:\w+)", lambda m: f"<{m[1]}\n"),
    _sub(r"saml:", lambda _: "samlp:"),
    _sub(r"=\"_", lambda _: '="&#95;'),
)
