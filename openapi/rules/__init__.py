"""The rules of the Swedish national REST API profile that a document can show (DIGG, 1.2.0 and the linter's list)."""

from openapi.rules import addresses, dates, documentation, messages, queries, security
from openapi.rules.document import Document, Found, Rule, Severity

RULES: tuple[Rule, ...] = (
    *documentation.RULES,
    *dates.RULES,
    *addresses.RULES,
    *messages.RULES,
    *queries.RULES,
    *security.RULES,
)

__all__ = ["RULES", "Document", "Found", "Rule", "Severity"]
