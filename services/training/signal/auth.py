"""Who may read signals, and who may read of single persons whether they have access at the platform."""

from typing import Annotated

from services.training.coverage.auth import STAFF, visible_units
from services.training.coverage.auth import CoverageRead as SignalsRead
from shared.auth import DataClass, Principal, Scope, requires

AccessRead = Annotated[Principal, requires(Scope.coverage_read, STAFF, data_class=DataClass.confidential)]
"""Accounts speak of persons, unlike the numbers of a signal. Heads see the people of their units."""

__all__ = ["AccessRead", "SignalsRead", "visible_units"]
