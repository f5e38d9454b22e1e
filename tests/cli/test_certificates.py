"""A certificate is looked at before it is taken, and replaced at once or not at all."""

import stat
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from cli.certificates import CertificateRefused, ends_soon, install, make_trial

HOST = "api.startklar.test"
CHAIN, KEY, AUTHORITY = make_trial(HOST)
OTHER_CHAIN, OTHER_KEY, _ = make_trial(HOST)


def _locked() -> bytes:
    form = serialization.BestAvailableEncryption(b"secret")
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, form)


WRONG = {
    "another key": (CHAIN, OTHER_KEY, HOST, "do not belong together"),
    "the authority's first": (AUTHORITY + CHAIN, KEY, HOST, "stands first"),
    "another name": (CHAIN, KEY, "api.elsewhere.test", "not for api.elsewhere.test"),
    "an address": (CHAIN, KEY, "192.0.2.7", "not for 192.0.2.7"),
    "nothing": (b"", KEY, HOST, "not PEM"),
    "a key with a passphrase": (CHAIN, _locked(), HOST, "passphrase"),
    "an expired one": (*make_trial(HOST, days=-1)[:2], HOST, "not now"),
}


@pytest.mark.parametrize("name", list(WRONG))
def test_what_cannot_serve_is_refused_and_the_former_stays(tmp_path: Path, name: str) -> None:
    chain, key, host, why = WRONG[name]
    install(tmp_path, OTHER_CHAIN, OTHER_KEY, HOST)
    before = (tmp_path / "current" / "tls.crt").read_bytes()

    with pytest.raises(CertificateRefused, match=why):
        install(tmp_path, chain, key, host)

    assert (tmp_path / "current" / "tls.crt").read_bytes() == before


def test_a_wildcard_covers_one_label_and_the_key_is_private(tmp_path: Path) -> None:
    chain, key, _ = make_trial("*.startklar.test")
    install(tmp_path, chain, key, HOST)
    with pytest.raises(CertificateRefused):
        install(tmp_path, chain, key, "a.b.startklar.test")

    assert stat.S_IMODE((tmp_path / "current" / "tls.key").stat().st_mode) == 0o600


def test_a_renewed_pair_takes_the_place_of_the_old_one_which_is_kept_for_one_more_time(tmp_path: Path) -> None:
    for chain, key in ((CHAIN, KEY), (OTHER_CHAIN, OTHER_KEY), make_trial(HOST)[:2]):
        install(tmp_path, chain, key, HOST)
        assert (tmp_path / "current" / "tls.crt").read_bytes() == chain
        assert (tmp_path / "current" / "tls.key").read_bytes() == key

    assert len([path for path in tmp_path.iterdir() if not path.is_symlink()]) == 2


def test_a_certificate_that_ends_within_three_weeks_is_named(tmp_path: Path) -> None:
    assert ends_soon(tmp_path) is None
    for days, named in ((90, False), (20, True)):
        install(tmp_path, *make_trial(HOST, days=days)[:2], HOST)
        assert (ends_soon(tmp_path) is not None) is named
