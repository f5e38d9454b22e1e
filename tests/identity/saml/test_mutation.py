"""Mutated responses beside a second library: some here, 100 000 in `make e2e`."""

import subprocess
import sys

import pytest
from lxml import etree

from services.identity.saml.faults import SamlFault as F
from tests.identity.saml.attack import good, tree
from tests.identity.saml.mutation import UNSIGNED, Mutant, Peer, compare, evil, explanation, ours, table

COUNT = 1500


def test_nobody_is_let_in_whom_the_provider_did_not_sign_for_and_every_disagreement_is_explained() -> None:
    found = table(COUNT)
    assert [name for name in found if explanation(name) is None] == []
    assert sum(found.values()) == COUNT
    assert found["both accept"] > COUNT / 10, "the mutations are so coarse that nothing is judged"
    assert found["both refuse"] > COUNT / 2


def test_the_run_notices_an_identity_from_outside() -> None:
    stranger = Mutant(good().decode(), frozenset())
    with pytest.raises(AssertionError, match="outside the signed bytes"):
        compare(stranger, Peer())


def test_attributes_of_an_unsigned_assertion_beside_the_signed_one_are_never_ours() -> None:
    """Attribute pollution. The second library joins them, which is how its disagreements come about."""
    root = tree()
    root.append(evil())
    xml = etree.tostring(root).decode()
    theirs = Peer().judge(xml)
    assert isinstance(theirs, tuple)
    assert "admin@example.org" in str(theirs)
    assert ours(xml) == F.assertion_count


def test_what_is_unknown_is_not_explained() -> None:
    assert explanation("both accept") == ""
    assert explanation("both accept, and read it differently") is None
    assert explanation("they refuse: something new") is None
    assert explanation("we refuse, expired") is None
    assert explanation(f"we refuse, assertion_count; {UNSIGNED}") is not None


@pytest.mark.browser
def test_a_hundred_thousand_mutations_let_nobody_in_from_outside() -> None:
    command = [sys.executable, "-m", "tests.identity.saml.mutation", "--count", "100000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1200)
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)
