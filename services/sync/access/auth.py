"""Who may ask: our services, with a token of their own for one tenant."""

from services.sync.change.auth import ChangesRead as AccessRead

__all__ = ["AccessRead"]
