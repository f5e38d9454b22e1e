"""Whose users an identity provider may speak for (shibmd:Scope, Shibboleth metadata profile 1.0 section 2.1).

Without this check any member of a federation can assert any other member's users. A scope that is a regular expression
comes from outside and is never run: the few shapes that mean "this domain and those below it" are read, others match
nothing.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from services.identity.saml.names import EPPN, SCOPED_AFFILIATION

SCOPED_ATTRIBUTES = (EPPN, SCOPED_AFFILIATION)
_DOMAIN = re.compile(r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*", re.ASCII)
_MAX_PATTERN = 300
_LABEL = r"(?:\[a-zA-Z0-9-\]|\[a-z0-9-\]|\[\^\.\]|\[\^@\]|\.|\\w)(?:[+*]|\{1,\d{1,2}\})"
_DOT = r"(?:\\\.|\[\.\])"
# `(.+\.)?`, `([a-z0-9-]{1,63}\.){0,2}`: an optional domain below; `.+\.`: one that must be there.
_PATTERN = re.compile(
    rf"\^(?P<below>\((?:\?:)?{_LABEL}{_DOT}\)(?P<times>\?|\*|\+|\{{\d{{1,2}},\d{{0,2}}\}})?|{_LABEL}{_DOT})?"
    rf"(?P<domain>[A-Za-z0-9-]+(?:{_DOT}[A-Za-z0-9-]+)+)\$",
    re.ASCII,
)


@dataclass(frozen=True)
class Scope:
    """One `shibmd:Scope`: a domain, or the regular expression that the metadata holds."""

    value: str
    is_regexp: bool = False

    def covers(self, domain: str) -> bool:
        """Whether an attribute's scope `domain` (lower case) is this one."""
        if not self.is_regexp:
            return self.value.strip().lower() == domain
        found = _PATTERN.fullmatch(self.value.strip()) if len(self.value) <= _MAX_PATTERN else None
        if found is None:
            return False
        own = found["domain"].replace("[.]", ".").replace("\\.", ".").lower()
        may_be_itself = found["below"] is None or (found["times"] or "").startswith(("?", "*", "{0"))
        return (domain == own and may_be_itself) or (found["below"] is not None and domain.endswith(f".{own}"))


def is_own(value: str, scopes: Sequence[Scope]) -> bool:
    """Whether `local@scope` has a scope of the provider's own.

    A value without exactly one `@`, or with something else than a domain behind it, has not: readers disagree about
    what its scope is.
    """
    local, _, scope = value.strip().partition("@")
    domain = scope.lower() if scope.isascii() else ""  # the Kelvin sign in lower case is a k
    return bool(local) and _DOMAIN.fullmatch(domain) is not None and any(one.covers(domain) for one in scopes)


def are_own(attributes: Mapping[str, Sequence[str]], scopes: Sequence[Scope]) -> bool:
    """`is_own` for every value that carries a scope: eduPersonPrincipalName, eduPersonScopedAffiliation."""
    return all(is_own(value, scopes) for name in SCOPED_ATTRIBUTES for value in attributes.get(name, ()))
