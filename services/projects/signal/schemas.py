"""Signals on the wire."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from shared.web.models import ApiModel, example


class SignalPublic(ApiModel):
    """A fact that a service told; gates are judged by it and nobody can set it by hand."""

    model_config = example(
        {
            "id": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
            "source": "training",
            "kind": "training_coverage",
            "scope": "tenant",
            "scopeId": "01979f3a-0000-7b52-9d3a-5f0c2b9e8d11",
            "key": "key_person",
            "value": {"trained": 40, "needed": 50},
            "observedAt": "2026-11-21T08:00:00Z",
        }
    )

    id: UUID
    source: str
    kind: str
    scope: Literal["tenant", "project", "unit"]
    scope_id: UUID = Field(description="The tenant, project or unit that the fact is about")
    key: str = Field(description="Tells facts of one kind apart, such as the role of a coverage; may be empty")
    value: dict[str, Any]
    observed_at: datetime
