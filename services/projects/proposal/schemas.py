"""Risk proposals on the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from services.projects.plan.schemas import TextInput
from services.projects.plan.vocabulary import PartySide
from services.projects.risk.schemas import Area, Words
from services.projects.risk.vocabulary import ProposalState
from shared.web.models import ApiInput, ApiModel, ApiPatch, example

_PROJECT_ID = "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11"
_ACCOUNT_ID = "01979f3a-4444-7b52-9d3a-5f0c2b9e8d11"


class ProposalCreate(ApiInput):
    """What could go wrong, in free words; it must not name a person."""

    model_config = example({"text": "Vikarierna har inga konton när terminen börjar", "area": "rollout"})

    text: Words
    area: Area | None = None


class ProposalChange(ApiPatch):
    """Settle a proposal: dismiss it. It becomes a risk by its `risks` sub-resource."""

    model_config = example({"state": "dismissed"})

    state: Literal[ProposalState.dismissed, ProposalState.new] | None = None


class ProposalPromote(ApiInput):
    """The risk that a proposal becomes; what is left out is taken from its words."""

    model_config = example({"area": "rollout", "event": {"sv": "Vikarier saknar konto vid terminsstart"}})

    area: Area | None = None
    event: TextInput | None = None
    consequence: TextInput | None = None
    measure: TextInput | None = None


class ProposalPublic(ApiModel):
    """A risk in somebody's own words, and the risk that it became."""

    model_config = example(
        {
            "id": "01979f3a-6003-7b52-9d3a-5f0c2b9e8d11",
            "projectId": _PROJECT_ID,
            "text": "Vikarierna har inga konton när terminen börjar",
            "area": "rollout",
            "side": "customer",
            "state": "new",
            "riskId": None,
            "proposedBy": _ACCOUNT_ID,
            "version": 1,
            "createdAt": "2027-03-01T08:00:00Z",
            "updatedAt": "2027-03-01T08:00:00Z",
        }
    )

    id: UUID
    project_id: UUID
    text: str
    area: str | None
    side: PartySide
    state: ProposalState
    risk_id: UUID | None
    proposed_by: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime
