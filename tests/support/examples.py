"""What hypothesis draws: in `make test` the same examples each time, and no verdict that a busy machine could change.

`EXAMPLES=1000` draws that many, new ones each time (`make e2e`), where a test does not say how many it needs.
"""

import os

from hypothesis import HealthCheck, settings

_MANY = int(os.environ.get("EXAMPLES", "0"))

settings.register_profile(
    "startklar",
    max_examples=_MANY or 100,
    derandomize=not _MANY,
    database=None,
    deadline=None,
    print_blob=bool(_MANY),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("startklar")
