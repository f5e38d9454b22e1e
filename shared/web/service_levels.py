"""What we promise of every service: one source for API documents (`x-sla`), alerts, dashboards and the status page."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ServiceLevel:
    """`availability`: share of requests of a month that do not fail on our side (5xx). `quick`: share of requests
    answered within `seconds`. `delay`: seconds within which what one service did is known to the others."""

    availability: float
    quick: float
    seconds: float
    delay: float
    support: str


LEVEL = ServiceLevel(availability=0.999, quick=0.99, seconds=0.5, delay=60, support="weekdays 07-17 CET")


def x_sla(level: ServiceLevel = LEVEL) -> dict[str, str]:
    """As the API documents say it (DIGG DOK.08)."""
    return {
        "availability": f"{level.availability * 100:.1f} % per month",
        "responseTime": f"p{level.quick * 100:.0f} below {level.seconds * 1000:.0f} ms",
        "support": level.support,
    }
