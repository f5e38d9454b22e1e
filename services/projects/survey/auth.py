"""Who may read, hold and answer surveys; `rights` decides row by row."""

from typing import Annotated

from services.projects.project.rights import LEADERS, READERS
from shared.auth.dependencies import requires
from shared.auth.principal import Principal
from shared.auth.roles import Role
from shared.auth.scopes import Scope
from shared.kit.files.stored import DataClass

SurveysRead = Annotated[Principal, requires(Scope.surveys_read, (*READERS, Role.participant))]
ScoresRead = Annotated[Principal, requires(Scope.surveys_read, READERS)]
# What people wrote in their own words.
CommentsRead = Annotated[Principal, requires(Scope.surveys_read, READERS, data_class=DataClass.confidential)]
SurveysLead = Annotated[Principal, requires(Scope.surveys_write, LEADERS)]
SurveysAnswer = Annotated[Principal, requires(Scope.surveys_write, (*READERS, Role.participant))]
