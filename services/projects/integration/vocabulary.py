"""The closed word lists of systems and integrations."""

from enum import StrEnum


class SystemKind(StrEnum):
    register = "register"
    login = "login"
    schedule = "schedule"
    suite = "suite"
    federation = "federation"
    broker = "broker"
    migration_source = "migration_source"
    statistics = "statistics"
    other = "other"


class Direction(StrEnum):
    """Seen from the new platform: what comes in, what goes out."""

    incoming = "in"
    outgoing = "out"
    both = "both"


class IntegrationState(StrEnum):
    """`verifying` is the soak: it runs and is watched. Only what was verified becomes active."""

    planned = "planned"
    set_up = "set_up"
    verifying = "verifying"
    verified = "verified"
    active = "active"


class VerificationResult(StrEnum):
    passed = "passed"
    failed = "failed"
