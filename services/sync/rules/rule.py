"""A rule: what a finding means, how severe it is, and who mends it how."""

from dataclasses import dataclass
from enum import StrEnum

from shared.kit.text import Text


class Severity(StrEnum):
    """`critical`: act at once. `fatal`: no plan. `error`: the row is left out. `warning`: read, but look. `info`: good
    to know."""

    critical = "critical"
    fatal = "fatal"
    error = "error"
    warning = "warning"
    info = "info"


class Mender(StrEnum):
    """Who can mend it: who keeps the register, the school's own office, whoever runs our service or the platform,
    whoever sets up exports and logins, or the customer by a decision."""

    register_admin = "register_admin"
    school = "school"
    supplier = "supplier"
    it = "it"
    customer_decision = "customer_decision"


@dataclass(frozen=True)
class Rule:
    """What a finding means and how to mend it. A text never repeats the value that was found."""

    severity: Severity
    mender: Mender
    message: Text
    mend: Text


def critical(mender: Mender, message: Text, mend: Text) -> Rule:
    return Rule(Severity.critical, mender, message, mend)


def fatal(mender: Mender, message: Text, mend: Text) -> Rule:
    return Rule(Severity.fatal, mender, message, mend)


def error(mender: Mender, message: Text, mend: Text) -> Rule:
    return Rule(Severity.error, mender, message, mend)


def warning(mender: Mender, message: Text, mend: Text) -> Rule:
    return Rule(Severity.warning, mender, message, mend)


def info(mender: Mender, message: Text, mend: Text) -> Rule:
    return Rule(Severity.info, mender, message, mend)
