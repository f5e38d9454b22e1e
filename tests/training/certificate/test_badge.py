"""Badges as data: who they name, and where their bit is."""

import gzip
from base64 import urlsafe_b64decode

from services.training.certificate.badge import LIST_BITS, Place, encoded_list, identity_hash, place_of
from shared.kit.ids import new_id


def test_every_certificate_of_a_list_has_a_place_of_its_own_and_neighbours_are_far_apart() -> None:
    seed = new_id()
    places = {place_of(number, seed) for number in range(LIST_BITS)}
    assert len(places) == LIST_BITS
    assert {place.list_number for place in places} == {0}
    assert place_of(LIST_BITS, seed) == Place(1, place_of(0, seed).index)
    assert abs(place_of(1, seed).index - place_of(0, seed).index) > 1


def test_a_status_list_has_the_first_bit_of_each_byte_at_its_top() -> None:
    """W3C Bitstring Status List 1.0, section 3.3: index 0 is the leftmost bit."""
    encoded = encoded_list([0, 9, LIST_BITS - 1])
    assert encoded.startswith("u")
    bits = gzip.decompress(urlsafe_b64decode(encoded[1:] + "=" * (-len(encoded[1:]) % 4)))
    assert len(bits) == LIST_BITS // 8
    assert (bits[0], bits[1], bits[-1], sum(bits)) == (0x80, 0x40, 0x01, 0x80 + 0x40 + 0x01)


def test_a_name_is_hashed_with_the_salt_behind_it() -> None:
    expected = "sha256$fb8e20fc2e4c3f248c60c39bd652f3c1347298bb977b8b4d5903b85055620603"
    assert identity_hash("a", "b") == expected
