"""What is sealed opens for its own purpose and place, and nowhere else."""

import pytest

from shared.kit.sealing import SealBroken, Sealer

KEY = bytes(range(32))


def test_sealed_bytes_open_for_the_same_key_purpose_and_place() -> None:
    sealed = Sealer(KEY, b"one").seal(b"secret", "row:1")
    assert b"secret" not in sealed
    assert Sealer(KEY, b"one").open(sealed, "row:1") == b"secret"


@pytest.mark.parametrize(
    ("key", "info", "place"), [(KEY, b"two", "row:1"), (KEY, b"one", "row:2"), (KEY[::-1], b"one", "row:1")]
)
def test_another_purpose_place_or_key_opens_nothing(key: bytes, info: bytes, place: str) -> None:
    sealed = Sealer(KEY, b"one").seal(b"secret", "row:1")
    with pytest.raises(SealBroken):
        Sealer(key, info).open(sealed, place)


def test_changed_bytes_do_not_open() -> None:
    sealed = bytearray(Sealer(KEY, b"one").seal(b"secret", "row:1"))
    sealed[-1] ^= 1
    with pytest.raises(SealBroken):
        Sealer(KEY, b"one").open(bytes(sealed), "row:1")
