"""Every feature that keeps something of a person outside the roster and its plans, and how it forgets.

`async def forget(session, ids) -> None` takes away names, addresses, login names and numbers of these persons, in the
caller's transaction. Called when an identity becomes protected and when a person is erased.
"""

from services.sync.casework.forgetting import forget_cases
from services.sync.outbound.forgetting import forget_packages
from services.sync.person.reasons import forget_reasons
from services.sync.plan.forgetters import Forgetter, remember_forgetters
from services.sync.plan.placing import forget_findings
from services.sync.platform.forgetting import forget_platform_rows
from services.sync.subject.forgetting import forget_exports

FORGETTERS: tuple[Forgetter, ...] = (
    forget_findings,
    forget_platform_rows,
    forget_packages,
    forget_cases,
    forget_reasons,
    forget_exports,
)

remember_forgetters(FORGETTERS)
