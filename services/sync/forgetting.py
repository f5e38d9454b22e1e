"""Every feature that keeps something of a person outside the roster and its plans, and how it forgets.

`async def forget(session, ids) -> None` takes away names, addresses, login names and numbers of these persons, in the
caller's transaction. Called when an identity becomes protected and when a person is erased.
"""

from services.sync.plan.forgetters import Forgetter, remember_forgetters

FORGETTERS: tuple[Forgetter, ...] = ()

remember_forgetters(FORGETTERS)
