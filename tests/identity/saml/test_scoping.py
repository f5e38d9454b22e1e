"""A provider speaks for its own users and for nobody else's."""

import pytest

from services.identity.saml.names import EPPN, SCOPED_AFFILIATION
from services.identity.saml.scoping import Scope, are_own, is_own

OWN = (Scope("example.org"), Scope("skola.example.se"))


def is_allowed(value: str, *scopes: Scope) -> bool:
    return is_own(value, scopes or OWN)


@pytest.mark.parametrize(
    "value", ["anna@example.org", "anna@EXAMPLE.ORG", "b.c+d@skola.example.se", " anna@example.org\n"]
)
def test_a_value_of_an_own_scope_is_allowed(value: str) -> None:
    assert is_allowed(value)


@pytest.mark.parametrize(
    "value",
    [
        "anna@evil.example",
        "anna@sub.example.org",
        "anna@example.org.evil.example",
        "anna@evilexample.org",
        "anna",
        "anna@",
        "@example.org",
        "anna@evil.example@example.org",
        "anna@example.org@evil.example",
        "anna@example.org.",
        "anna@ex\u0430mple.org",
        "anna@s\u212aola.example.se",
        "anna@example.org\u0000",
        "anna@example.org,evil.example",
        "",
    ],
)
def test_a_value_of_another_scope_or_of_a_doubtful_one_is_not(value: str) -> None:
    assert not is_allowed(value)


def test_without_scopes_nothing_may_be_asserted() -> None:
    assert not are_own({EPPN: ["anna@example.org"]}, ())
    assert are_own({EPPN: []}, ())


@pytest.mark.parametrize(
    ("pattern", "allowed", "refused"),
    [
        (r"^example\.org$", ("example.org",), ("a.example.org", "exampleXorg", "example.org.evil.example")),
        (r"^(.+\.)?example\.org$", ("example.org", "a.example.org"), ("evilexample.org", "example.org.evil.example")),
        (r"^.+\.example\.org$", ("a.example.org",), ("example.org", "evilexample.org")),
        (r"^([a-zA-Z0-9-]{1,63}\.){0,2}example[.]org$", ("example.org", "a.b.example.org"), ("evil.example",)),
    ],
)
def test_patterns_that_mean_a_domain_and_those_below_are_read(
    pattern: str, allowed: tuple[str, ...], refused: tuple[str, ...]
) -> None:
    scope = Scope(pattern, is_regexp=True)
    assert [domain for domain in allowed if not is_allowed(f"anna@{domain}", scope)] == []
    assert [domain for domain in refused if is_allowed(f"anna@{domain}", scope)] == []


@pytest.mark.parametrize(
    "pattern",
    [".*", "^.*$", "^(.+\\.)?org$", "example\\.org", "^example.org$", "^(a+)+$", "^example\\.org$|.*", "^(?i)x\\.org$"],
)
def test_patterns_that_mean_anything_else_match_nothing(pattern: str) -> None:
    assert not is_allowed("anna@example.org", Scope(pattern, is_regexp=True))
    assert not is_allowed("anna@x.org", Scope(pattern + "(" * 500, is_regexp=True))


def test_a_pattern_without_end_is_not_read() -> None:
    domain = "a" * 300 + ".example.org"
    assert not is_allowed(f"anna@{domain}", Scope(f"^{domain.replace('.', chr(92) + '.')}$", is_regexp=True))


def test_both_scoped_attributes_are_checked_and_every_value() -> None:
    assert are_own({EPPN: ["a@example.org"], SCOPED_AFFILIATION: ["student@example.org"]}, OWN)
    for attributes in (
        {EPPN: ["a@evil.example"]},
        {SCOPED_AFFILIATION: ["employee@evil.example"]},
        {SCOPED_AFFILIATION: ["student@example.org", "employee@evil.example"]},
    ):
        assert not are_own(attributes, OWN)
