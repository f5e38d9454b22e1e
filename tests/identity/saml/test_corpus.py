"""The corpus of 41 responses that libraries were chosen with, rebuilt from its description, and three more.

3 valid, 38 that must be refused (each for its own reason), 3 where readers differ and we say what we do.
"""

import base64
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from services.identity.saml.certificates import der_base64
from services.identity.saml.faults import SamlFault as F
from services.identity.saml.names import DSIG, EXC_C14N
from tests.identity.saml.attack import (
    FOREIGN,
    IDP,
    LOGIN,
    NOW,
    TRUST,
    drop,
    fault_of,
    find,
    forged,
    good,
    insert,
    judge,
    later,
    put,
    told,
    tree,
    write,
)
from tests.identity.saml.crafting import BOTH_TRANSFORMS, ENVELOPED, Recipe, craft, hmac_sha256, idp_signs, rsa_with
from tests.identity.saml.wrapping import VARIANTS, wrapped
from tests.support.saml_signer import NS, Signed, credential, varied

Build = Callable[[], bytes]
DATA = "saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData"
AUDIENCE = "saml:Conditions/saml:AudienceRestriction"
PUBLIC_DER = IDP.credential.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
CERTIFICATE_DER = base64.b64decode(der_base64(IDP.credential.certificate))
XPATH = (
    '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116">'
    "<ds:XPath>not(ancestor-or-self::*)</ds:XPath></ds:Transform>"
)


def raw(old: str, new: str, signed: Signed = "assertion") -> bytes:
    """A signed response with its text changed afterwards, as an attacker on the way would."""
    text = good(signed).decode()
    assert old in text
    return text.replace(old, new, 1).encode()


def unsigned_tree() -> etree._Element:
    return tree("none")


def with_doctype(doctype: str, old: str = "", new: str = "") -> bytes:
    return doctype.encode() + raw(old or "_transient-1", new or "_transient-1")


def two_signed_assertions() -> bytes:
    root = tree()
    other = etree.fromstring(good(name_id="_other"))
    root.append(find(other, "saml:Assertion"))
    return etree.tostring(root)


def comment_in_digest() -> bytes:
    root = tree()
    value = find(root, ".//ds:DigestValue")
    text = value.text or ""
    value.text = text[:10]
    value.append(etree.Comment("x"))
    value[0].tail = text[10:]
    return etree.tostring(root)


def sha1() -> bytes:
    recipe = Recipe(method=f"{DSIG}rsa-sha1", sign=rsa_with(IDP.credential, hashes.SHA1()))  # noqa: S303 the attack itself
    return idp_signs(unsigned_tree(), recipe, IDP)


def hmac_keyed(secret: bytes) -> bytes:
    recipe = Recipe(method="http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", sign=hmac_sha256(secret))
    return idp_signs(unsigned_tree(), recipe, IDP)


def foreign_key_in_key_info() -> bytes:
    """Signed with the attacker's key, whose certificate the signature carries with it."""
    info = f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{der_base64(FOREIGN.certificate)}"
    recipe = Recipe(key_info=f"{info}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>")
    root = unsigned_tree()
    return craft(root[-1], FOREIGN, recipe)


REFUSED: list[tuple[str, Build, F]] = [
    ("unsigned", lambda: good("none"), F.unsigned),
    ("tampered", lambda: forged(write(".//saml:NameID", "_evil")), F.signature_invalid),
    ("foreign key in KeyInfo", foreign_key_in_key_info, F.signature_invalid),
    ("HMAC keyed with the certificate", lambda: hmac_keyed(CERTIFICATE_DER), F.signature_algorithm),
    ("SHA-1", sha1, F.signature_algorithm),
    ("audience wrong", lambda: told(write(f"{AUDIENCE}/saml:Audience", "https://other.example.org")), F.audience),
    ("audience missing", lambda: told(drop(AUDIENCE)), F.audience),
    ("recipient wrong", lambda: told(put(DATA, Recipient="https://x.example.org")), F.confirmation_recipient),
    ("destination wrong", lambda: good(response_edits=(put(".", Destination="https://x"),)), F.destination),
    ("InResponseTo of another", lambda: good(response_edits=(put(".", InResponseTo="_other"),)), F.in_response_to),
    ("InResponseTo absent", lambda: good(response_edits=(put(".", InResponseTo=None),)), F.in_response_to),
    ("confirmation of another request", lambda: told(put(DATA, InResponseTo="_o")), F.confirmation_in_response_to),
    ("expired", lambda: told(put("saml:Conditions", NotOnOrAfter=later(-2))), F.expired),
    ("confirmation without end", lambda: told(put(DATA, NotOnOrAfter=None)), F.confirmation_expiry),
    ("no Conditions", lambda: told(drop("saml:Conditions")), F.conditions_missing),
    ("issuer of another", lambda: told(write("saml:Issuer", "https://other-idp.example.org")), F.issuer),
    ("status", lambda: good(response_edits=(put(".//samlp:StatusCode", Value="urn:x"),)), F.status_failed),
    (
        "holder of key",
        lambda: told(
            put("saml:Subject/saml:SubjectConfirmation", Method="urn:oasis:names:tc:SAML:2.0:cm:holder-of-key")
        ),
        F.confirmation_method,
    ),
    ("comment in NameID", lambda: raw("_transient-1<", "_trans<!---->ient-1<"), F.comment),
    ("instruction in NameID", lambda: raw("_transient-1<", "_trans<?x?>ient-1<"), F.processing_instruction),
    ("DTD", lambda: with_doctype("<!DOCTYPE x>"), F.doctype),
    (
        "billion laughs",
        lambda: with_doctype('<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>', "_transient-1", "&b;"),
        F.doctype,
    ),
    (
        "XXE",
        lambda: with_doctype('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>', "_transient-1", "&a;"),
        F.doctype,
    ),
    *[
        (
            f"XSW{variant}",
            lambda variant=variant: wrapped(variant, "assertion"),
            F.assertion_count if variant in (3, 5) else F.assertion_misplaced,
        )
        for variant in VARIANTS
    ],
    (
        "duplicate ID",
        lambda: forged(lambda root: find(root, "samlp:Status").set("ID", root[-1].get("ID") or "")),
        F.duplicate_id,
    ),
    ("extra assertion", lambda: forged(insert(".", IDP.assertion_xml(varied(LOGIN)), at=1)), F.message_shape),
    ('URI=""', lambda: idp_signs(unsigned_tree(), Recipe(uri=""), IDP), F.reference),
    (
        "XPath transform that empties",
        lambda: idp_signs(unsigned_tree(), Recipe(transforms=(XPATH, *BOTH_TRANSFORMS), octets=b""), IDP),
        F.transforms,
    ),
    ("comment in DigestValue", comment_in_digest, F.comment),
    ("two signed assertions", two_signed_assertions, F.assertion_count),
    ("HMAC keyed with the public key", lambda: hmac_keyed(PUBLIC_DER), F.signature_algorithm),
]


@pytest.mark.parametrize("signed", ["assertion", "response", "both"])
def test_a_valid_response_logs_in_whichever_part_is_signed(signed: Signed) -> None:
    verified = judge(good(signed))
    assert verified.name_id is not None
    assert verified.name_id.value == LOGIN.name_id
    assert verified.attributes == {name: tuple(values) for name, values in LOGIN.attributes.items()}


@pytest.mark.parametrize(("build", "fault"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_response_that_must_be_refused_is_refused_for_its_own_reason(build: Build, fault: F) -> None:
    assert fault_of(build()) == fault


def test_the_corpus_has_the_size_that_it_says() -> None:
    assert len({name for name, _, _ in REFUSED}) == 38


def test_the_dates_of_a_certificate_are_not_what_makes_its_key_trusted() -> None:
    """Note 1. Metadata names the key; a certificate that ran out is warned of in the calendar."""
    old = credential("old", days=30)
    assert old.certificate.not_valid_after_utc < NOW
    root = unsigned_tree()
    assert fault_of(craft(root[-1], old, Recipe()), trust=replace(TRUST, certificates=(old.certificate,))) is None


def test_a_signature_without_key_info_is_good() -> None:
    """Note 2. KeyInfo is never read, so that it need not be there."""
    assert fault_of(idp_signs(unsigned_tree(), Recipe(), IDP)) is None


def test_prefixes_that_a_canonicalisation_keeps_are_kept() -> None:
    """Note 3. xsi:type values need their prefix in the digest; the response around drops it when it is signed too."""
    keep = f'<ec:InclusiveNamespaces xmlns:ec="{EXC_C14N}" PrefixList="xs"/>'
    transforms = (
        f'<ds:Transform Algorithm="{ENVELOPED}"/>',
        f'<ds:Transform Algorithm="{EXC_C14N}">{keep}</ds:Transform>',
    )
    xml = (
        good("none")
        .decode()
        .replace("<saml:Assertion ", '<saml:Assertion xmlns:xs="http://www.w3.org/2001/XMLSchema" ')
    )
    root = etree.fromstring(xml)
    octets = etree.tostring(find(root, "saml:Assertion"), method="c14n", exclusive=True, inclusive_ns_prefixes=["xs"])
    assert NS["samlp"].encode() not in octets
    assert fault_of(idp_signs(root, Recipe(transforms=transforms, octets=octets), IDP)) is None
