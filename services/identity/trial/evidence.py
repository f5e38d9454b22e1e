"""What a trial keeps for a day, sealed: every value that the provider sent, so that another mapping can be tried."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import AwareDatetime, TypeAdapter

from services.identity.assurance.evidence import Evidence
from services.identity.proof.login import ProvenLogin
from services.identity.secret.sealing import Sealer


@dataclass(frozen=True)
class Kept:
    """The provider's answer as it was verified. Personal data: opened to mask it or to judge it anew, never shown."""

    login_name: str
    contexts: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]]
    amr: tuple[str, ...]
    auth_time: AwareDatetime
    facts: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, proven: ProvenLogin, login_claim: str) -> Self:
        """All of it; a login name that is no attribute (SAML's NameID) stands under the name of its claim."""
        evidence = proven.evidence
        values = {**proven.attributes, **evidence.values}
        if proven.login_name:
            values.setdefault(login_claim, (proven.login_name,))
        return cls(proven.login_name, evidence.contexts, values, evidence.amr, proven.auth_time, proven.facts)

    @property
    def evidence(self) -> Evidence:
        """As the assurance is read from it."""
        return Evidence(self.contexts, self.values, self.amr)

    def proven_by(self, login_claim: str) -> ProvenLogin | None:
        """The login as it would have been with another attribute for the login name; None where it did not come."""
        named = [value for value in self.values.get(login_claim, ()) if value.strip()]
        if len(named) != 1:
            return None
        return ProvenLogin(
            login_name=named[0].strip().lower(),
            subject="",
            auth_time=self.auth_time,
            evidence=self.evidence,
            attributes=self.values,
            facts=self.facts,
        )


_JSON = TypeAdapter(Kept)


def seal(kept: Kept, sealer: Sealer, trial_id: UUID) -> bytes:
    return sealer.seal(_JSON.dump_json(kept), _place(trial_id))


def unseal(sealed: bytes | None, until: datetime | None, at: datetime, sealer: Sealer, trial_id: UUID) -> Kept | None:
    """What a trial kept; None once its day is over. Raises SealBroken."""
    if sealed is None or until is None or until <= at:
        return None
    return _JSON.validate_json(sealer.open(sealed, _place(trial_id)))


def _place(trial_id: UUID) -> str:
    return f"login_trial/{trial_id}"
