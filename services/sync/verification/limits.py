"""What an installation lets pass, as verification asks for it."""

from services.sync.settings import Settings
from services.sync.verification.facts import Limits


def limits_of(settings: Settings) -> Limits:
    return Limits(settings.verification_max_age_days, settings.verification_max_errors, settings.verification_max_drift)
