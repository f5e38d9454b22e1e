"""Why an item of an upsert is refused, beside what refuses any change."""

from collections.abc import Sequence
from uuid import UUID

from pydantic.alias_generators import to_camel

from shared.kit.problems import Conflict, FieldError, Invalid, NotFound
from shared.kit.text import Text


class NothingMatches(NotFound):
    """The item names a row by `id` or `sourceRef`, and the plan has no such row."""

    slug = "upsert-nothing-matches"
    title = Text(sv="Planen har ingen sådan rad", en="The plan has no such row", da="Planen har ingen sådan række")
    mend = Text(
        sv="Utelämna id och sourceRef för en egen, ny rad",
        en="Leave out id and sourceRef for a new row of your own",
        da="Udelad id og sourceRef for en ny række",
    )


class MatchAmbiguous(Conflict):
    """The item's external ids belong to several rows; `activityIds` names them."""

    slug = "upsert-match-ambiguous"
    title = Text(
        sv="De externa id:na pekar på flera rader",
        en="The external ids point at several rows",
        da="De eksterne id'er peger på flere rækker",
    )

    def __init__(self, ids: Sequence[UUID]) -> None:
        super().__init__(activityIds=[str(one) for one in ids])


class RowTwice(Conflict):
    """An earlier item of the same batch is for the same row."""

    slug = "upsert-row-twice"
    title = Text(
        sv="En tidigare rad i samma sändning gäller samma aktivitet",
        en="An earlier item of the batch is for the same activity",
        da="En tidligere række i samme sending gælder samme aktivitet",
    )


class RowIncomplete(Invalid):
    """A new row needs a title and a phase."""

    slug = "upsert-row-incomplete"
    title = Text(
        sv="En ny rad behöver rubrik och fas",
        en="A new row needs title and phase",
        da="En ny række kræver titel og fase",
    )

    def __init__(self, missing: Sequence[str]) -> None:
        super().__init__(
            errors=[FieldError(pointer=f"#/{to_camel(name)}", detail=self.title, code="missing") for name in missing]
        )
