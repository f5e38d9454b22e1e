"""What a register sends when something has changed, and what it is answered."""

from pydantic import ConfigDict, Field

from shared.web import ApiModel
from shared.web.models import example


class SourceNoticeInput(ApiModel):
    """SS12000's callback. The standard spells the list `modifiedEntites`, some registers `modifiedEntities`. It is a
    hint: whatever it says, we ask the register itself what has changed."""

    model_config = ConfigDict(
        extra="ignore", **example({"modifiedEntites": ["Person", "Group"], "deletedEntities": True})
    )

    modified_entites: list[str] = Field(default_factory=list, max_length=100, alias="modifiedEntites")
    modified_entities: list[str] = Field(default_factory=list, max_length=100, alias="modifiedEntities")
    deleted_entities: bool = Field(False, alias="deletedEntities")


class SourceNoticeTaken(ApiModel):
    """The notice is heard; what has changed is fetched shortly."""

    model_config = example({"taken": True})

    taken: bool
