"""Wrapping, algorithm and key confusion, canonical forms that are empty: attacks on what a signature covers."""

import hashlib
from collections.abc import Callable
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree

from services.identity.saml.certificates import der_base64
from services.identity.saml.faults import SamlFault as F
from services.identity.saml.faults import SamlRefused
from services.identity.saml.names import DSIG, EXC_C14N
from services.identity.saml.parsing import parse
from services.identity.saml.signature import verify_enveloped
from services.identity.saml.signing import sign_enveloped
from tests.identity.saml.attack import (
    EXPECTED,
    FOREIGN,
    IDP,
    LOGIN,
    SIGNATURE,
    TRUST,
    double,
    fault_of,
    find,
    forged,
    good,
    insert,
    judge,
    put,
    tree,
    write,
)
from tests.identity.saml.crafting import (
    BOTH_TRANSFORMS,
    ENVELOPED,
    SHA256,
    Recipe,
    canonical,
    craft,
    hmac_sha256,
    rsa_with,
)
from tests.identity.saml.wrapping import VARIANTS, Level, wrapped
from tests.support.saml_signer import NS, SamlIdp, Signed, credential, varied

MORE = "http://www.w3.org/2001/04/xmldsig-more#"
C14N = '<ds:Transform Algorithm="{}"/>'
PUBLIC = IDP.credential.key.public_key()
PUBLIC_PEM = PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
CERTIFICATE_PEM = IDP.credential.certificate.public_bytes(Encoding.PEM)
XSLT = '<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xslt-19991116"/>'
SECOND_REFERENCE = (
    f'<ds:Reference URI="#x"><ds:Transforms/><ds:DigestMethod Algorithm="{SHA256}"/>'
    "<ds:DigestValue>AA==</ds:DigestValue></ds:Reference>"
)
KEY_VALUE = "<ds:KeyInfo><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent>"


def crafted(recipe: Recipe, level: Level = "assertion", idp: SamlIdp = IDP) -> bytes:
    root = etree.fromstring(idp.response(varied(LOGIN, signed="none")))
    return craft(root if level == "response" else root[-1], idp.credential, recipe)


@pytest.mark.parametrize("level", ["assertion", "response"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_signature_wrapping_is_refused_on_both_levels_and_with_one_id_twice(variant: int, level: Level) -> None:
    attack = wrapped(variant, level)
    assert b"_evil-subject" in attack
    assert b"SignatureValue" in attack
    expected = {
        ("assertion", 3): F.assertion_count,
        ("assertion", 5): F.assertion_count,
        ("response", 2): F.message_shape,
        ("response", 3): F.message_shape,
        ("response", 4): F.message_shape,
        ("response", 5): F.message_shape,
    }
    assert fault_of(attack) == expected.get((level, variant), F.assertion_misplaced)
    assert fault_of(wrapped(variant, level, same_id=True)) == F.duplicate_id


def test_a_response_inside_a_signed_response_is_refused() -> None:
    inner = good("response")
    extensions = f'<samlp:Extensions xmlns:samlp="{NS["samlp"]}">{inner.decode()}</samlp:Extensions>'
    assert fault_of(good("both", response_edits=(insert(".", extensions, 1),))) == F.assertion_misplaced


RECIPES: list[tuple[str, Recipe, F]] = [
    (
        "HMAC keyed with the PEM of the certificate",
        Recipe(method=f"{MORE}hmac-sha256", sign=hmac_sha256(CERTIFICATE_PEM)),
        F.signature_algorithm,
    ),
    (
        "HMAC keyed with the PEM of the key",
        Recipe(method=f"{MORE}hmac-sha256", sign=hmac_sha256(PUBLIC_PEM)),
        F.signature_algorithm,
    ),
    (
        "HMAC-SHA1",
        Recipe(method=f"{DSIG}hmac-sha1", method_extra="<ds:HMACOutputLength>8</ds:HMACOutputLength>"),
        F.signature_algorithm,
    ),
    ("DSA", Recipe(method=f"{DSIG}dsa-sha1"), F.signature_algorithm),
    ("MD5", Recipe(method=f"{MORE}rsa-md5"), F.signature_algorithm),
    (
        "RSA-SHA224",
        Recipe(method=f"{MORE}rsa-sha224", sign=rsa_with(IDP.credential, hashes.SHA224())),
        F.signature_algorithm,
    ),
    ("no algorithm", Recipe(method=""), F.signature_algorithm),
    (
        "parameters of the method",
        Recipe(method_extra="<ds:HMACOutputLength>8</ds:HMACOutputLength>"),
        F.signature_shape,
    ),
    ("ECDSA claimed for an RSA key", Recipe(method=f"{MORE}ecdsa-sha256"), F.signature_invalid),
    ("another hash than claimed", Recipe(method=f"{MORE}rsa-sha512"), F.signature_invalid),
    (
        "SHA-1 digest",
        Recipe(digest_method=f"{DSIG}sha1", digest=lambda data: hashlib.sha1(data).digest()),  # noqa: S324
        F.digest_algorithm,
    ),
    (
        "inclusive canonicalisation",
        Recipe(canonicalization="http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
        F.canonicalization,
    ),
    ("canonicalisation with comments", Recipe(canonicalization=f"{EXC_C14N}WithComments"), F.canonicalization),
    ("no canonicalisation", Recipe(canonicalization="urn:none"), F.canonicalization),
    ("no transforms", Recipe(transforms=()), F.transforms),
    ("enveloped alone", Recipe(transforms=BOTH_TRANSFORMS[:1]), F.transforms),
    ("canonical form alone", Recipe(transforms=BOTH_TRANSFORMS[1:]), F.transforms),
    ("transforms in the other order", Recipe(transforms=BOTH_TRANSFORMS[::-1]), F.transforms),
    ("a transform twice", Recipe(transforms=(*BOTH_TRANSFORMS, BOTH_TRANSFORMS[1])), F.transforms),
    ("XSLT", Recipe(transforms=(*BOTH_TRANSFORMS, XSLT)), F.transforms),
    ("base64 transform", Recipe(transforms=(C14N.format(f"{DSIG}base64"), *BOTH_TRANSFORMS)), F.transforms),
    (
        "XPath inside enveloped",
        Recipe(
            transforms=(
                f'<ds:Transform Algorithm="{ENVELOPED}"><ds:XPath>/</ds:XPath></ds:Transform>',
                BOTH_TRANSFORMS[1],
            )
        ),
        F.transforms,
    ),
    (
        "parameters of the canonical form",
        Recipe(
            transforms=(
                BOTH_TRANSFORMS[0],
                f'<ds:Transform Algorithm="{EXC_C14N}"><ds:XPath>/</ds:XPath></ds:Transform>',
            )
        ),
        F.canonicalization,
    ),
    ("two references", Recipe(references_extra=SECOND_REFERENCE), F.signature_shape),
    ("an object", Recipe(objects="<ds:Object/>"), F.signature_shape),
    ("reference to all", Recipe(uri=""), F.reference),
    ("reference to another", Recipe(uri="#other"), F.reference),
    ("reference by XPointer", Recipe(uri="#xpointer(/)"), F.reference),
    ("reference to a URL", Recipe(uri="https://evil.example.org/a.xml"), F.reference),
    ("signature before the issuer", Recipe(place=0), F.assertion_shape),
    ("signature after the subject", Recipe(place=2), F.signature_misplaced),
]


@pytest.mark.parametrize(("recipe", "fault"), [case[1:] for case in RECIPES], ids=[case[0] for case in RECIPES])
def test_a_signature_of_another_shape_is_refused_even_when_the_provider_made_it(recipe: Recipe, fault: F) -> None:
    assert fault_of(crafted(recipe)) == (F.signature_misplaced if recipe.place == 0 else fault)


@pytest.mark.parametrize("curve", ["P-256", "P-384"])
def test_a_provider_may_sign_with_an_elliptic_curve(curve: str) -> None:
    idp = SamlIdp(name=curve, curve=curve)
    trust = replace(TRUST, certificates=(idp.credential.certificate,))
    response = idp.response(varied(LOGIN, signed="both"))
    assert fault_of(response, trust=trust) is None
    assert fault_of(response) == F.signature_invalid


def test_keys_are_tried_all_and_those_of_the_message_never() -> None:
    others = (credential("ec", curve="P-256").certificate, FOREIGN.certificate)
    rolled = replace(TRUST, certificates=(*others, *TRUST.certificates))
    assert fault_of(good("both"), trust=rolled) is None
    assert fault_of(good("both"), trust=replace(TRUST, certificates=others)) == F.signature_invalid
    assert fault_of(good(), trust=replace(TRUST, certificates=())) == F.no_usable_key
    key_value = f"{KEY_VALUE}</ds:RSAKeyValue></ds:KeyValue></ds:KeyInfo>"
    assert fault_of(crafted(Recipe(key_info=key_value))) is None, "a key in the message is not read, so it does no harm"
    foreign = SamlIdp(name="foreign")
    info = f"<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{der_base64(IDP.credential.certificate)}"
    lying = Recipe(key_info=f"{info}</ds:X509Certificate></ds:X509Data></ds:KeyInfo>")
    assert fault_of(crafted(lying, idp=foreign)) == F.signature_invalid


def test_weak_keys_are_no_keys() -> None:
    weak = credential("weak", bits=1024)
    root = tree("none")
    trust = replace(TRUST, certificates=(weak.certificate,))
    assert fault_of(craft(root[-1], weak, Recipe()), trust=trust) == F.no_usable_key


@pytest.mark.parametrize("signed", ["assertion", "response", "both"])
def test_every_signature_that_is_there_must_hold(signed: Signed) -> None:
    root = tree(signed)
    for value in root.iter(f"{{{DSIG}}}SignatureValue"):
        assert value.text is not None
        kept, value.text = value.text, "AAAA" + value.text[4:]
        assert fault_of(etree.tostring(root)) == F.signature_invalid
        value.text = kept
    assert fault_of(etree.tostring(root)) is None


def test_a_bad_signature_inside_a_well_signed_response_is_refused() -> None:
    """The provider passed on an assertion that another signed: what it signed holds, what is inside does not."""
    inner = etree.fromstring(IDP.assertion_xml(LOGIN))
    passed_on = etree.fromstring(IDP.envelope_xml(LOGIN, craft(inner, FOREIGN, Recipe()).decode()))
    assert fault_of(craft(passed_on, IDP.credential, Recipe())) == F.signature_invalid


ATTACKS: list[tuple[str, Callable[[], bytes], F]] = [
    ("two signatures", lambda: forged(double(".//ds:Signature")), F.signature_misplaced),
    (
        "a signature in the status",
        lambda: forged(lambda root: root[1].append(find(tree(), ".//ds:Signature"))),
        F.signature_misplaced,
    ),
    (
        "a signature moved to the response",
        lambda: forged(lambda root: root.insert(1, find(root, ".//ds:Signature"))),
        F.reference,
    ),
    ("an empty value", lambda: forged(write(".//ds:SignatureValue", "")), F.signature_shape),
    ("an empty digest", lambda: forged(write(".//ds:DigestValue", " ")), F.signature_shape),
    ("foreign characters in the value", lambda: forged(write(".//ds:SignatureValue", "!!!!")), F.signature_shape),
    ("a child in the value", lambda: forged(insert(".//ds:SignatureValue", "<x/>")), F.signature_shape),
    ("a child in the digest", lambda: forged(insert(".//ds:DigestValue", "<x/>")), F.signature_shape),
    ("two SignedInfo", lambda: forged(double(".//ds:SignedInfo")), F.signature_shape),
    (
        "SignedInfo of another namespace first",
        lambda: forged(insert(".//ds:Signature", "<x:SignedInfo xmlns:x='urn:x'/>", 0)),
        F.signature_shape,
    ),
    (
        "no SignedInfo",
        lambda: forged(lambda root: find(root, ".//ds:Signature").remove(find(root, ".//ds:SignedInfo"))),
        F.signature_shape,
    ),
    ("an id under another name", lambda: forged(put(".//ds:Reference", Type="urn:x")), F.reference),
    ("the ID of the assertion changed", lambda: forged(put("saml:Assertion", ID="_other")), F.reference),
    ("another name for the identifier", lambda: forged(put("saml:Assertion", ID=None, Id="_x")), F.reference),
    (
        "the assertion in the protocol's namespace",
        lambda: forged(lambda root: setattr(root[-1], "tag", f"{{{NS['samlp']}}}Assertion")),
        F.message_shape,
    ),
    (
        "a signature of another namespace",
        lambda: forged(lambda root: setattr(find(root, ".//ds:Signature"), "tag", "{urn:x}Signature")),
        F.unsigned,
    ),
]


@pytest.mark.parametrize(("build", "fault"), [case[1:] for case in ATTACKS], ids=[case[0] for case in ATTACKS])
def test_a_signature_that_was_tampered_with_is_refused(build: Callable[[], bytes], fault: F) -> None:
    assert fault_of(build()) == fault


def test_prefixes_of_a_namespace_mean_nothing() -> None:
    """Namespace confusion: another prefix is the same element, the same prefix bound elsewhere is another."""
    text = good("none").decode()
    renamed = text.replace("saml:", "x:").replace("xmlns:saml=", "xmlns:x=")
    root = etree.fromstring(renamed)
    assert fault_of(craft(root[-1], IDP.credential, Recipe())) is None
    rebound = good().decode().replace("<saml:Subject>", '<saml:Subject xmlns:saml="urn:evil">')
    assert fault_of(rebound) in (F.signature_invalid, F.subject)
    signed_by_idp = text.replace("<saml:Subject>", '<saml:Subject xmlns:saml="urn:evil">')
    assert fault_of(craft(etree.fromstring(signed_by_idp)[-1], IDP.credential, Recipe())) == F.assertion_shape


def test_a_canonical_form_that_fails_or_is_empty_signs_nothing() -> None:
    """The class of "The Fragile Lock" (2025): a canonicalisation that gives up leaves a digest of nothing."""
    void = Recipe(octets=b"")
    assert fault_of(crafted(void)) == F.signature_invalid
    for level in ("assertion", "response"):
        root = tree("none")
        target = root if level == "response" else root[-1]
        craft(target, IDP.credential, void)
        for declaration in (
            'xmlns:v="1"',
            'xmlns:v="../relative"',
            "xmlns:v='?'",
            'xmlns="rel"',
            'xmlns:v = "a&#x3a;b"',
        ):
            text = etree.tostring(root).decode().replace("<saml:Subject", f"<saml:Subject {declaration}", 1)
            assert fault_of(text) == F.relative_namespace, declaration


def test_the_verified_bytes_alone_are_read() -> None:
    """A verifier that lets something else through is caught: the result must be the element that was looked at."""
    root = parse(good())
    verified = verify_enveloped(root[-1], TRUST.certificates)
    assert verified is not root[-1]
    assert verified.find(SIGNATURE) is None
    assert canonical(verified) == etree.tostring(verified, method="c14n", exclusive=True)
    with pytest.raises(SamlRefused) as caught:
        verify_enveloped(verified, TRUST.certificates)
    assert caught.value.fault == F.unsigned


@pytest.mark.parametrize("signed", ["assertion", "response", "both"])
def test_whitespace_around_a_signature_stays_signed(signed: Signed) -> None:
    """A response that its provider printed with line breaks: those before and behind the signature are digested."""
    root = tree("none")
    for element in root.iter():
        if len(element):
            element.text = "\n  "
        element.tail = "\n  " if element is not root else None
    if signed != "response":
        assertion = etree.tostring(root[-1], with_tail=False)
        root.replace(root[-1], etree.fromstring(sign_enveloped(etree.fromstring(assertion), IDP.credential)))
    pretty = etree.tostring(root) if signed == "assertion" else sign_enveloped(root, IDP.credential)
    assert fault_of(pretty) is None
    for end in (b"</saml:Issuer>", b"</ds:Signature>"):
        assert fault_of(pretty.replace(end, end + b" ")) == F.signature_invalid


def test_metadata_is_verified_with_its_signature_first() -> None:
    root = parse(IDP.metadata(signed=True))
    assert verify_enveloped(root, TRUST.certificates).get("entityID") == IDP.entity_id
    root.append(root[0])
    with pytest.raises(SamlRefused) as caught:
        verify_enveloped(root, TRUST.certificates)
    assert caught.value.fault == F.signature_misplaced


def test_what_we_sign_others_can_verify() -> None:
    sp = credential("sp")
    root = etree.fromstring(IDP.metadata())
    signed = parse(sign_enveloped(root, sp))
    assert isinstance(sp.certificate, x509.Certificate)
    assert verify_enveloped(signed, [sp.certificate]).get("entityID") == IDP.entity_id
    assert judge(good(), EXPECTED).issuer == IDP.entity_id
