"""XML Encryption 1.1 as far as SAML needs it: RSA-OAEP key transport, AES-GCM content.

CBC is refused even inside a signed response: it says nothing about changed ciphertext (the padding oracle of Jager and
Somorovsky, 2011), a response may be signed by us never having looked before decrypting, and every provider that speaks
SAML 2.0 today offers GCM. RSA PKCS#1 1.5 is refused for Bleichenbacher's oracle. Whatever goes wrong, the fault is the
same, so that the answer teaches a sender nothing.
"""

import base64
import binascii
from collections.abc import Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from services.identity.saml.faults import SamlFault, SamlRefused
from services.identity.saml.names import DSIG, XENC, XENC11, ds, xenc
from services.identity.saml.parsing import parse

OAEP_MGF1P = f"{XENC}rsa-oaep-mgf1p"
OAEP = f"{XENC11}rsa-oaep"
CONTENT_KEY_BYTES = {f"{XENC11}aes128-gcm": 16, f"{XENC11}aes256-gcm": 32}
MAX_KEYS = 4
"""Encrypted keys tried in one message: each costs a private-key operation per key of ours."""
_IV_BYTES, _TAG_BYTES = 12, 16
_DIGESTS: dict[str, type[hashes.HashAlgorithm]] = {
    f"{DSIG}sha1": hashes.SHA1,
    f"{XENC}sha256": hashes.SHA256,
    f"{XENC}sha512": hashes.SHA512,
}
_MASKS: dict[str, type[hashes.HashAlgorithm]] = {
    f"{XENC11}mgf1sha1": hashes.SHA1,
    f"{XENC11}mgf1sha256": hashes.SHA256,
    f"{XENC11}mgf1sha512": hashes.SHA512,
}


def decrypt(holder: etree._Element, keys: Sequence[rsa.RSAPrivateKey]) -> etree._Element:
    """The element inside an `EncryptedAssertion` or `EncryptedID`, parsed strictly; raises SamlRefused(undecryptable).

    All `keys` are tried (rollover). Being encrypted for us proves nothing about the sender: anybody has our public key.
    """
    try:
        data = holder.find(xenc("EncryptedData"))
        if data is None:
            raise ValueError("nothing encrypted")
        return parse(_plaintext(data, _encrypted_keys(holder, data), keys))
    except (ValueError, binascii.Error, InvalidTag, SamlRefused) as error:
        raise SamlRefused(SamlFault.undecryptable, "could not be decrypted") from error


def _encrypted_keys(holder: etree._Element, data: etree._Element) -> list[etree._Element]:
    """Beside the data or inside its KeyInfo; which of the two is meant shows in what decrypts."""
    inside = data.findall(f"{ds('KeyInfo')}/{xenc('EncryptedKey')}")
    found = [*inside, *holder.findall(xenc("EncryptedKey"))]
    if not 0 < len(found) <= MAX_KEYS:
        raise ValueError("no or too many encrypted keys")
    return found


def _plaintext(data: etree._Element, encrypted: Sequence[etree._Element], keys: Sequence[rsa.RSAPrivateKey]) -> bytes:
    """Content of the first pair of keys that opens it: GCM tells the right one."""
    size = CONTENT_KEY_BYTES.get(_method(data).get("Algorithm", ""))
    sealed = _cipher_value(data)
    if size is None or len(sealed) < _IV_BYTES + _TAG_BYTES:
        raise ValueError("content algorithm")
    for one in encrypted:
        scheme, wrapped = _oaep(_method(one)), _cipher_value(one)
        for key in keys:
            try:
                content_key = key.decrypt(wrapped, scheme)
                if len(content_key) == size:
                    return AESGCM(content_key).decrypt(sealed[:_IV_BYTES], sealed[_IV_BYTES:], None)
            except (ValueError, InvalidTag):
                continue
    raise ValueError("no key fits")


def _oaep(method: etree._Element) -> padding.OAEP:
    """The padding that the method names; SHA-1 is the default of both (XML Encryption 1.1 section 5.5.2).

    SHA-1 inside OAEP and its mask is a random function, not a collision-resistant one, and is not broken there.
    """
    algorithm = method.get("Algorithm")
    allowed = {ds("DigestMethod"), f"{{{XENC11}}}MGF"} if algorithm == OAEP else {ds("DigestMethod")}
    if algorithm not in (OAEP, OAEP_MGF1P) or any(child.tag not in allowed for child in method):
        raise ValueError("key transport")
    digest, mask = method.find(ds("DigestMethod")), method.find(f"{{{XENC11}}}MGF")
    digest_of = _DIGESTS.get(digest.get("Algorithm", "")) if digest is not None else hashes.SHA1
    mask_of = _MASKS.get(mask.get("Algorithm", "")) if mask is not None else hashes.SHA1
    if digest_of is None or mask_of is None:
        raise ValueError("key transport digest")
    return padding.OAEP(mgf=padding.MGF1(mask_of()), algorithm=digest_of(), label=None)


def _method(holder: etree._Element) -> etree._Element:
    method = holder.find(xenc("EncryptionMethod"))
    if method is None:
        raise ValueError("no method")
    return method


def _cipher_value(holder: etree._Element) -> bytes:
    values = holder.findall(f"{xenc('CipherData')}/{xenc('CipherValue')}")
    if len(values) != 1 or len(values[0]):
        raise ValueError("no value")
    return base64.b64decode("".join((values[0].text or "").split()), validate=True)
