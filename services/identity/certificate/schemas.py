"""The calendar of certificates on the wire."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from shared.web.models import ApiModel, example

_ENTRY = {
    "holder": "provider",
    "holderId": "01979f3a-7c1e-7b52-9d3a-5f0c2b9e8d11",
    "name": "Norrviks inloggning",
    "fingerprint": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "notAfter": "2027-01-05T08:00:00Z",
    "days": 44,
    "severity": "soon",
    "advice": "Ask the identity provider for metadata with the new certificate",
}


class CertificateEntry(ApiModel):
    """A certificate, a key or a federation's word, and when it ends."""

    model_config = example(_ENTRY)

    holder: Literal["provider", "tenant", "federation"] = Field(description="Whose it is")
    holder_id: UUID = Field(description="Id of the identity provider or of the tenant's key")
    name: str
    fingerprint: str
    not_after: datetime
    days: int = Field(description="Whole days that are left")
    severity: Literal["fine", "soon", "urgent", "ended"] = Field(description="soon from 60 days, urgent from 14")
    advice: str


class CertificateCalendar(ApiModel):
    """Everything that logins depend on and that ends, soonest first."""

    model_config = example({"items": [_ENTRY]})

    items: list[CertificateEntry]
