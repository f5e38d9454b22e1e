"""Encrypted assertions: the algorithms that we open, and one answer to all others."""

import base64

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from lxml import etree

from services.identity.saml.encryption import decrypt
from services.identity.saml.faults import SamlFault as F
from services.identity.saml.faults import SamlRefused
from services.identity.saml.parsing import parse
from services.identity.saml.response import IdpTrust
from tests.identity.saml.attack import EXPECTED, FOREIGN, IDP, LOGIN, SP, TRUST, fault_of, find, good, judge, tree
from tests.identity.saml.crafting import Recipe, craft
from tests.support.saml_signer import Cipher, Signed, credential, encrypted_assertion, varied

X11 = "http://www.w3.org/2009/xmlenc11#"
X10 = "http://www.w3.org/2001/04/xmlenc#"
SHA256 = f"{X10}sha256"
PLAIN = b'<saml:NameID xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">anna</saml:NameID>'
assert isinstance(SP.key, rsa.RSAPrivateKey)
KEYS = [SP.key]


def opened(cipher: Cipher, plaintext: bytes = PLAIN) -> str | F:
    try:
        return decrypt(parse(encrypted_assertion(plaintext, SP.certificate, cipher)), KEYS).text or ""
    except SamlRefused as refused:
        return refused.fault


@pytest.mark.parametrize(
    "cipher",
    [
        Cipher(),
        Cipher(content=f"{X11}aes128-gcm", size=16),
        Cipher(digest=""),
        Cipher(digest=SHA256, functions=(hashes.SHA256, hashes.SHA1)),
        Cipher(
            transport=f"{X11}rsa-oaep", digest=SHA256, mask=f"{X11}mgf1sha256", functions=(hashes.SHA256, hashes.SHA256)
        ),
        Cipher(transport=f"{X11}rsa-oaep", digest=""),
        Cipher(key_beside=True),
    ],
)
def test_what_providers_send_is_opened(cipher: Cipher) -> None:
    assert opened(cipher) == "anna"


@pytest.mark.parametrize(
    "cipher",
    [
        Cipher(content=f"{X10}aes256-cbc"),
        Cipher(content=f"{X10}aes128-cbc", size=16),
        Cipher(content=f"{X10}tripledes-cbc", size=24),
        Cipher(content=f"{X11}aes128-gcm", size=32),
        Cipher(content=""),
        Cipher(transport=f"{X10}rsa-1_5", digest=""),
        Cipher(transport=f"{X10}kw-aes256", digest=""),
        Cipher(digest="urn:x"),
        Cipher(digest=SHA256),
        Cipher(mask=f"{X11}mgf1sha256", functions=(hashes.SHA1, hashes.SHA256)),
        Cipher(transport=f"{X11}rsa-oaep", mask="urn:x"),
    ],
)
def test_everything_else_gets_one_and_the_same_answer(cipher: Cipher) -> None:
    assert opened(cipher) == F.undecryptable


@pytest.mark.parametrize(
    "plaintext", [b"", b"text", b"<a>", b"<!DOCTYPE a><a/>", b"<a/><b/>", b"\xff", b"<a xmlns='r'/>"]
)
def test_a_plaintext_that_is_no_strict_xml_gets_it_too(plaintext: bytes) -> None:
    assert opened(Cipher(), plaintext) == F.undecryptable


def test_changed_ciphertexts_get_it_too() -> None:
    for path in (".//xenc:EncryptedKey//xenc:CipherValue", "xenc:EncryptedData/xenc:CipherData/xenc:CipherValue"):
        root = parse(encrypted_assertion(PLAIN, SP.certificate))
        value = find(root, path)
        raw = bytearray(base64.b64decode(value.text or ""))
        for place in (0, len(raw) // 2, len(raw) - 1):
            changed = bytes(raw[:place]) + bytes([raw[place] ^ 1]) + bytes(raw[place + 1 :])
            for text in (base64.b64encode(changed).decode(), "", "!", "AAAA"):
                value.text = text
                with pytest.raises(SamlRefused) as caught:
                    decrypt(root, KEYS)
                assert caught.value.fault == F.undecryptable
                assert "could not be decrypted" in str(caught.value)


def test_missing_parts_and_too_many_keys_get_it_too() -> None:
    for path in ("xenc:EncryptedData", ".//xenc:EncryptedKey", ".//xenc:EncryptionMethod", ".//xenc:CipherData"):
        root = parse(encrypted_assertion(PLAIN, SP.certificate))
        part = find(root, path)
        holder = part.getparent()
        assert holder is not None
        holder.remove(part)
        with pytest.raises(SamlRefused):
            decrypt(root, KEYS)
    root = parse(encrypted_assertion(PLAIN, SP.certificate, Cipher(key_beside=True)))
    for _ in range(4):
        root.append(parse(etree.tostring(find(root, "xenc:EncryptedKey"))))
    with pytest.raises(SamlRefused):
        decrypt(root, KEYS)


def test_all_our_keys_are_tried() -> None:
    other = credential("sp-next").key
    assert isinstance(other, rsa.RSAPrivateKey)
    holder = parse(encrypted_assertion(PLAIN, SP.certificate))
    assert decrypt(holder, [other, *KEYS]).text == "anna"
    with pytest.raises(SamlRefused):
        decrypt(holder, [other])


@pytest.mark.parametrize("signed", ["assertion", "response", "both"])
def test_an_encrypted_assertion_logs_in_when_response_or_assertion_is_signed(signed: Signed) -> None:
    verified = judge(good(signed, encrypt_to=SP.certificate))
    assert verified.name_id is not None
    assert verified.name_id.value == LOGIN.name_id
    assert fault_of(good("none", encrypt_to=SP.certificate)) == F.unsigned
    assert fault_of(good(signed, encrypt_to=FOREIGN.certificate)) == F.undecryptable


def test_a_provider_that_must_encrypt_may_not_leave_it() -> None:
    trust = IdpTrust(TRUST.certificates, TRUST.scopes, wants_encrypted=True)
    assert fault_of(good(encrypt_to=SP.certificate), trust=trust) is None
    assert fault_of(good(), trust=trust) == F.encryption_required


def test_being_encrypted_for_us_proves_nothing_about_the_sender() -> None:
    """Anybody has our public key: an assertion signed by another, or of another kind, hides in it in vain."""
    root = etree.fromstring(IDP.assertion_xml(LOGIN))
    foreign = craft(root, FOREIGN, Recipe())
    for inner, fault in ((foreign, F.signature_invalid), (PLAIN, F.undecryptable), (good(), F.undecryptable)):
        response = IDP.envelope_xml(LOGIN, encrypted_assertion(inner, SP.certificate).decode())
        assert fault_of(response) == fault


def test_an_assertion_hidden_in_a_decrypted_one_is_found() -> None:
    inner = etree.fromstring(IDP.assertion_xml(LOGIN))
    find(inner, ".//saml:AttributeValue").append(etree.fromstring(IDP.assertion_xml(LOGIN)))
    response = IDP.response(varied(LOGIN, signed="none"))
    root = etree.fromstring(response)
    root.replace(root[-1], etree.fromstring(encrypted_assertion(etree.tostring(inner), SP.certificate)))
    assert fault_of(craft(root, IDP.credential, Recipe())) == F.assertion_misplaced


def test_an_encrypted_and_a_plain_assertion_are_one_too_many() -> None:
    root = tree("assertion")
    root.append(etree.fromstring(encrypted_assertion(IDP.assertion_xml(LOGIN).encode(), SP.certificate)))
    assert fault_of(etree.tostring(root)) == F.assertion_count


def test_an_encrypted_name_is_read() -> None:
    def encrypt_name(assertion: etree._Element) -> None:
        subject = find(assertion, "saml:Subject")
        name = subject[0]
        hidden = encrypted_assertion(etree.tostring(name), SP.certificate, holder="EncryptedID")
        subject.replace(name, etree.fromstring(hidden))

    verified = judge(good(assertion_edits=(encrypt_name,)), EXPECTED)
    assert verified.name_id is not None
    assert verified.name_id.value == LOGIN.name_id
