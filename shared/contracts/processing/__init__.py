"""What personal data the platform holds, why, and for how long: the one catalogue that purges and records are made of.

Each service's holdings stand in a file of its name; `catalogue.py` puts them together. A test holds them to the tables.
"""

from shared.contracts.processing.catalogue import HOLDINGS, IMPERSONAL, holding, holdings_of
from shared.contracts.processing.holding import Holding, Keep, Purge

__all__ = ["HOLDINGS", "IMPERSONAL", "Holding", "Keep", "Purge", "holding", "holdings_of"]
