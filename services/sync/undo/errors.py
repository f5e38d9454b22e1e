"""Why a run cannot be undone."""

from shared.kit.problems import Conflict
from shared.kit.text import Text


class NothingToUndo(Conflict):
    """The run has not been applied, or is one that is never undone: a protection marking, an erasure."""

    slug = "nothing-to-undo"
    title = Text(sv="Det finns inget att ångra", en="There is nothing to undo", da="Der er intet at fortryde")


class NotTheNewest(Conflict):
    """Another run has changed the roster since; undo that one first. `newestRunId` names it."""

    slug = "not-the-newest"
    title = Text(
        sv="En senare körning har ändrat registret", en="A later run has changed the roster", da="Registret er ændret"
    )
    mend = Text(
        sv="Ångra den senare körningen först", en="Undo the later run first", da="Fortryd den senere kørsel først"
    )


class UndoUnderway(Conflict):
    """The run is being undone already; `runId` names the run that does."""

    slug = "undo-underway"
    title = Text(sv="Körningen ångras redan", en="The run is being undone", da="Kørslen fortrydes allerede")
