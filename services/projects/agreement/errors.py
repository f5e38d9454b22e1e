"""What can stand in the way of agreeing on a plan or changing an approved one."""

from collections.abc import Sequence

from shared.kit.problems import Conflict, NotFound
from shared.kit.text import Text


class WrongPlanState(Conflict):
    """The plan is not in the state that this step starts from."""

    slug = "wrong-plan-state"
    title = Text(
        sv="Planen är inte i det läget", en="The plan is not in that state", da="Planen er ikke i den tilstand"
    )

    def __init__(self, state: str, wanted: Sequence[str]) -> None:
        names = ", ".join(wanted)
        super().__init__(
            Text(
                sv=f"Planen är {state}; steget utgår från {names}",
                en=f"The plan is {state}; this step starts from {names}",
                da=f"Planen er {state}; trinnet går ud fra {names}",
            )
        )


class ChangeRequestNotFound(NotFound):
    slug = "change-request-not-found"
    title = Text(sv="Ändringsbegäran finns inte", en="No such change request", da="Ændringsanmodningen findes ikke")


class RequestSettled(Conflict):
    """A request that was decided or withdrawn stays as it is; make a new one."""

    slug = "change-request-settled"
    title = Text(
        sv="Ändringsbegäran är redan avgjord eller återtagen; gör en ny",
        en="The change request is decided or withdrawn already; make a new one",
        da="Ændringsanmodningen er allerede afgjort eller trukket tilbage; lav en ny",
    )


class RequestNotSubmitted(Conflict):
    slug = "change-request-not-submitted"
    title = Text(
        sv="Ändringsbegäran måste lämnas in innan den kan beslutas",
        en="The change request must be submitted before it can be decided",
        da="Ændringsanmodningen skal indsendes, før den kan afgøres",
    )
