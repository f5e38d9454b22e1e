"""Where a refused read of sensitive data is told: the service gives the means, since it keeps the event and journal."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from shared.auth.principal import Principal


@dataclass(frozen=True)
class Violation:
    """`caller` reached for sensitive data with one factor, by the route named `operation`."""

    caller: Principal
    operation: str


class Violations(ABC):
    """Keeps violations; found among the runtime's resources by this type."""

    @abstractmethod
    async def tell(self, violation: Violation) -> None:
        """Keep it beyond the refused request, whose transaction is rolled back."""
