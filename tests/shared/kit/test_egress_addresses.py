"""The address table, entry by entry: what a webhook URL may never reach, however the address is written."""

import pytest

from shared.kit.egress import network_of

FORBIDDEN = [
    "0.0.0.0",  # noqa: S104 - nothing binds here
    "100.64.0.1",
    "100.127.255.255",
    "169.254.169.254",
    "192.0.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.7",
    "203.0.113.7",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "::ffff:169.254.169.254",
    "::ffff:0.0.0.0",
    "::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::1",
    "2001::1",
    "2001:db8::1",
    "2002:a9fe:a9fe::1",
    "3fff::1",
    "100::1",
    "4000::1",
    "not an address",
    "2130706433",
    "",
]
PRIVATE = ["10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "fc00::1", "fd12::1"]
PRIVATE_INSIDE = ["::ffff:10.0.0.1", "64:ff9b::c0a8:101", "2002:ac10:1::1"]
LOOPBACK = ["127.0.0.1", "127.255.255.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1"]
PUBLIC = ["1.1.1.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8"]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_special_addresses_are_forbidden_everywhere(address: str) -> None:
    assert network_of(address) == "forbidden"


@pytest.mark.parametrize("address", PRIVATE + PRIVATE_INSIDE)
def test_private_addresses_are_seen_also_inside_ipv6(address: str) -> None:
    assert network_of(address) == "private"


@pytest.mark.parametrize("address", LOOPBACK)
def test_loopback_is_seen_also_inside_ipv6(address: str) -> None:
    assert network_of(address) == "loopback"


@pytest.mark.parametrize("address", [*PUBLIC, "64:ff9b::808:808", "2002:808:808::1"])
def test_public_addresses_are_public(address: str) -> None:
    assert network_of(address) == "public"
