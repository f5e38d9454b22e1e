"""What is delivered and to whom: training, waves, migration, integrations, surveys, login demands, and plain lists."""

from typing import Literal

from pydantic import Field

from services.projects.plan.offset import RelativeWindow
from services.projects.plan.vocabulary import PartySide, SchoolForm
from services.projects.template.parts import Container, Count, Key, Part, Row, SourceRef, SourceRow
from shared.kit.text import Text


class TrainingGroup(SourceRow):
    """People to train together. The number of sessions is computed: head_count by size_max, to by size_min.

    Null sizes are "not given": then one session. `assumption` says where borrowed sizes come from.
    """

    key: Key
    title: Text
    head_count: Count | None = None
    size_min: Count | None = Field(default=None, ge=1)
    size_max: Count | None = Field(default=None, ge=1)
    assumption: Text | None = None
    school_forms: tuple[SchoolForm, ...] = ()
    role: Key | None = None
    activity: SourceRef | None = None
    note: Text | None = None


class Wave(SourceRow):
    """A stage of a programme's rollout. `size_of` says what size_min to size_max count; null: the source gives none.

    Only school waves (`audience: school`) that count municipalities add up to the cover of `programme_size`.
    """

    key: Key
    order: Count
    kind: Literal["pilot", "main", "last", "daycare"]
    title: Text
    audience: Literal["school", "daycare"] = "school"
    rollout: RelativeWindow | None = None
    use: RelativeWindow | None = None
    size_min: Count | None = None
    size_max: Count | None = None
    size_of: Literal["municipality", "unit"] = "municipality"
    note: Text | None = None


class MigrationFlow(SourceRow):
    """Where one category of content goes. `destination: null` with a category means: to be decided.

    What no flow routes is deleted.
    """

    scope: Literal["school", "group", "individual"] | None = None
    content: Text
    currency: Literal["current", "historic", "any"] = "any"
    sensitive: bool | Literal["any"] = "any"
    from_system: Text | None = None
    destination: Text | None = None
    enabled_if: Key | None = None
    note: Text | None = None


class Integration(Row):
    """A system to connect. `steps` are activities by source_ref, in their order; hours stand with the activities."""

    key: Key
    title: Text
    kind: Literal[
        "register", "login", "schedule", "suite", "federation", "broker", "migration_source", "statistics", "other"
    ]
    owner: PartySide | None = None
    direction: Literal["in", "out", "both"] | None = None
    data_classes: tuple[Key, ...] = ()
    steps: tuple[SourceRef, ...] = ()
    note: Text | None = None


class SurveyTopic(Part):
    key: Key
    title: Text
    basis: Literal["source", "startklar"] = "source"


class SurveyQuestion(Part):
    """`levels` name the steps of a self-assessment, `choices` the answers of a poll."""

    key: Key
    topic: Key | None = None
    title: Text
    kind: Literal["yes_no_unsure", "levels", "choice", "text", "number"]
    levels: tuple[Text, ...] = ()
    choices: tuple[Text, ...] = ()


class Survey(Container):
    """`kind` readiness, matrix (areas by levels), poll or plain. Empty where the source keeps its questions elsewhere.

    Topics of ours may stand in an empty survey; they are marked `startklar` and `topics_enabled_if` switches them.
    """

    key: Key
    title: Text
    kind: Literal["readiness", "matrix", "poll", "plain"] = "plain"
    audience: Text | None = None
    topics: tuple[SurveyTopic, ...] = ()
    topics_enabled_if: Key | None = None
    questions: tuple[SurveyQuestion, ...] = ()
    note: Text | None = None

    def content(self) -> tuple[Part, ...]:
        return self.questions


class AssuranceDataClass(Row):
    """`factors` is how many the source recommends for the class; null where it says nothing."""

    key: Literal["ordinary", "confidential", "sensitive"]
    title: Text
    examples: Text | None = None
    factors: Count | None = None


class LoginGroup(Row):
    """How one group of people logs in: its factors in order; `open_issue` is what the source leaves unsolved."""

    key: Key
    title: Text
    factors: tuple[Text, ...]
    open_issue: Text | None = None


class Assurance(SourceRow):
    """What login the data demands. `chain` is the way a login takes."""

    title: Text
    data_classes: tuple[AssuranceDataClass, ...] = ()
    login_groups: tuple[LoginGroup, ...] = ()
    chain: tuple[Text, ...] = ()
    note: Text | None = None


FieldValue = Text | bool | int | float | str | tuple[Text | str, ...]


class ListItem(Row):
    """One entry; `fields` hold what this list has beside a title and a text."""

    key: Key | None = None
    title: Text
    text: Text | None = None
    fields: dict[Key, FieldValue] = Field(default_factory=dict)


class CatalogueList(Container):
    """A catalogue for everything that needs no shape of its own: preconditions, duties, modules, lessons, ideas.

    `source_ref` is that of the family, the items carry the numbered ones. `slots` counts the places of a list whose
    names the source does not give.
    """

    key: Key
    title: Text
    note: Text | None = None
    slots: Count | None = None
    items: tuple[ListItem, ...] = ()

    def content(self) -> tuple[Part, ...]:
        return self.items
