"""What an identity provider said about how a person logged in, before anybody has judged it."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Evidence:
    """`contexts` are AuthnContextClassRef or `acr` values, `values` every claim or attribute by its wire name, `amr`
    the methods that the provider named (RFC 8176). Held in memory for one login; personal data, never stored."""

    contexts: tuple[str, ...] = ()
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    amr: tuple[str, ...] = ()
